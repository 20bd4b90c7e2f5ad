"""How a connection is secured: settings -> kafka-python's arguments. No secret in a log or in a `repr`."""

from pathlib import Path
from typing import Any, Final

from kafka.net.sasl.oauth import AbstractTokenProvider

from worker.settings import Kafka
from worker.transport.kafka.guards import read_what_came_with_the_end

REACH_MS: Final = 8_000
"""How long a new client looks for a broker. Three are made at a start: together well below the watchdog's patience."""


class _Token(AbstractTokenProvider):  # type: ignore[misc]  # kafka-python has no types
    """A bearer token, read anew from its file for each connection so that it can be renewed under a running worker."""

    def __init__(self, settings: Kafka) -> None:
        self._settings = settings

    def token(self) -> str:
        """The token now. Raises OSError when its file cannot be read."""
        path = self._settings.sasl_oauth_token_file
        if path is not None:
            return Path(path).read_text("utf-8").strip()
        secret = self._settings.sasl_oauth_token
        return secret.get_secret_value() if secret is not None else ""


def connection(settings: Kafka, client_id: str) -> dict[str, Any]:
    """The arguments that consumer, producer and admin client share: where, as whom, and how secured."""
    read_what_came_with_the_end()
    arguments: dict[str, Any] = {
        "bootstrap_servers": settings.bootstrap_servers.split(","),
        "client_id": client_id,
        "security_protocol": settings.security_protocol,
        "request_timeout_ms": int(settings.request_timeout_seconds * 1000),
        "reconnect_backoff_max_ms": 2_000,
    }
    if settings.security_protocol.endswith("SSL"):
        arguments |= _tls(settings)
    if settings.security_protocol.startswith("SASL"):
        arguments |= _sasl(settings)
    return arguments


def _tls(settings: Kafka) -> dict[str, Any]:
    password = settings.ssl_password
    return {
        "ssl_cafile": _path(settings.ssl_cafile),
        "ssl_certfile": _path(settings.ssl_certfile),
        "ssl_keyfile": _path(settings.ssl_keyfile),
        "ssl_password": password.get_secret_value() if password else None,
        "ssl_check_hostname": settings.ssl_check_hostname,
    }


def _sasl(settings: Kafka) -> dict[str, Any]:
    if settings.sasl_mechanism == "OAUTHBEARER":
        return {"sasl_mechanism": "OAUTHBEARER", "sasl_oauth_token_provider": _Token(settings)}
    password = settings.sasl_password
    return {
        "sasl_mechanism": settings.sasl_mechanism,
        "sasl_plain_username": settings.sasl_username,
        "sasl_plain_password": password.get_secret_value() if password else None,
    }


def _path(path: Path | None) -> str | None:
    return str(path) if path is not None else None
