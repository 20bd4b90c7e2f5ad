"""kafka-python's errors, sorted by what can be done about them."""

from kafka import errors as k

from worker.transport import Fenced, OffsetsGone, Refused, TooLargeForBroker, TransportError, Unavailable

_FENCED = (
    k.ProducerFencedError,
    k.InvalidProducerEpochError,
    k.TransactionCoordinatorFencedError,
    k.FencedInstanceIdError,
)
_REFUSED = (
    k.AuthorizationError,
    k.SaslAuthenticationFailedError,
    k.UnsupportedSaslMechanismError,
    k.KafkaConfigurationError,
    k.InvalidTransactionTimeoutError,
    k.InvalidSessionTimeoutError,
    k.UnsupportedVersionError,
    k.GroupMaxSizeReachedError,
    k.InconsistentGroupProtocolError,
)
_TOO_LARGE = (k.MessageSizeTooLargeError, k.RecordListTooLargeError)


def translate(error: Exception, doing: str) -> TransportError:
    """The transport's error for one of kafka-python's; `doing` says during what, as in "while committing"."""
    text = f"{type(error).__name__} while {doing}: {_one_line(error)}"
    if isinstance(error, TransportError):
        return error
    if isinstance(error, _FENCED):
        return Fenced(f"{text}. Another process uses this worker's transactional id: is NEWSMILL_INSTANCE used twice?")
    if isinstance(error, _REFUSED):
        return Refused(f"{text}. Check the credentials and rights of this worker: `newsmill check` lists them.")
    if isinstance(error, (k.OffsetOutOfRangeError, k.LogTruncationError)):
        return OffsetsGone(
            f"{text}. Pages were deleted before they were read; NEWSMILL_KAFKA__ON_OFFSETS_GONE=earliest goes on "
            "with the oldest that are left."
        )
    if isinstance(error, _TOO_LARGE):
        return TooLargeForBroker(f"{text}. Raise max.message.bytes of the topic: `newsmill topics check` shows it.")
    return Unavailable(text)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
