"""The one error of the local broker."""


class BrokerError(Exception):
    """The local broker cannot do what was asked; the message says why and what would help."""
