"""kafka-python's errors, sorted by what can be done about them."""

import logging
import time
from typing import Final

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
_CHECK: Final = "Check the credentials, certificates and rights of this worker: `newsmill check` lists them."
_TOO_LARGE = (k.MessageSizeTooLargeError, k.RecordListTooLargeError)
_NO_ROOM = (k.NotEnoughReplicasError, k.NotEnoughReplicasAfterAppendError, k.KafkaStorageError)

_GONE: Final = (
    "Pages were deleted before they were read, or the topic was made anew; "
    "NEWSMILL_KAFKA__ON_OFFSETS_GONE=earliest goes on with the oldest that are left."
)
_AGAIN: Final = "Nothing is committed; it is tried again."
_ANSWERS: Final = (
    (
        _FENCED,
        Fenced,
        "Another process uses this worker's transactional id: is NEWSMILL_INSTANCE used twice?",
    ),
    (_REFUSED, Refused, _CHECK),
    (
        (k.OffsetOutOfRangeError, k.LogTruncationError),
        OffsetsGone,
        _GONE,
    ),
    (_TOO_LARGE, TooLargeForBroker, "Raise max.message.bytes of the topic: `newsmill topics check` shows it."),
    (_NO_ROOM, Unavailable, f"{_AGAIN} Too few brokers keep a copy: look for one that is down or has a full disk."),
    (Exception, Unavailable, f"{_AGAIN} If it lasts: do all brokers run, and can this worker reach every one of them?"),
)
"""Kinds of errors, what they become, and what to do about them."""
_FRESH_SECONDS: Final = 60.0
_FOR_GOOD: Final = ("CERTIFICATE_VERIFY_FAILED", "certificate required", "alert bad certificate", "Hostname mismatch")
"""In the words of a failed handshake: trying again does not help."""


class _LastRefusal(logging.Filter):
    """Remembers why the last connection was refused: the client says it in its log alone, and raises a time-out."""

    def __init__(self) -> None:
        super().__init__()
        self._error: Exception | None = None
        self._at = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        """Look at a line of the client's connection manager; keeps every line."""
        for argument in record.args if isinstance(record.args, tuple) else ():
            if isinstance(argument, k.SaslAuthenticationFailedError) or (
                isinstance(argument, k.KafkaError) and any(words in str(argument) for words in _FOR_GOOD)
            ):
                self._error, self._at = argument, time.monotonic()
        return True

    def recent(self) -> Exception | None:
        """The refusal of the last minute, once."""
        error, self._error = self._error, None
        return error if time.monotonic() - self._at < _FRESH_SECONDS else None


_LAST_REFUSAL: Final = _LastRefusal()
logging.getLogger("kafka.net.manager").addFilter(_LAST_REFUSAL)


def translate(error: Exception, doing: str) -> TransportError:
    """The transport's error for one of kafka-python's; `doing` says during what, as in "while committing"."""
    if isinstance(error, TransportError):
        return error
    error = _told_by(error)
    refusal = _LAST_REFUSAL.recent() if isinstance(error, k.KafkaTimeoutError) else None
    if refusal is not None:
        return Refused(f"{type(refusal).__name__} while {doing}: {_one_line(refusal)}. {_CHECK}")
    made, advice = next((made, advice) for kinds, made, advice in _ANSWERS if isinstance(error, kinds))
    return made(f"{type(error).__name__} while {doing}: {_one_line(error)}. {advice}")


def _told_by(error: Exception) -> Exception:
    """The error that made a producer refuse all that came after it, where the client wraps it in one without a kind."""
    inner = [argument for argument in error.args if isinstance(argument, k.KafkaError)]
    return inner[0] if type(error) is k.KafkaError and inner else error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
