"""Records into a topic from outside the stream: idempotent, bounded in memory, every answer asked for."""

from collections import deque
from typing import Any, Final, Self

import kafka

from worker.settings import Kafka
from worker.transport import Headers, TooLargeForBroker, TransportError
from worker.transport.kafka.errors import translate
from worker.transport.kafka.security import connection

_IN_FLIGHT_BYTES: Final = 32_000_000
"""The client's own memory is not bounded: sent and unanswered bytes above this wait for their answers."""
_DELIVERY_SECONDS: Final = 120.0


class Feeder:
    """Writes records to one topic, each once.

    `written` counts those that the brokers have confirmed; `refused` has the origins of those that are too large for
    the topic, with the reason.
    """

    def __init__(self, settings: Kafka, topic: str, record_bytes: int) -> None:
        """Connect; a record above `record_bytes`, what the topic takes, costs no other. Raises TransportError."""
        self.written = 0
        self.refused: list[tuple[str, str]] = []
        self._topic = topic
        self._waiting: deque[tuple[Any, int]] = deque()
        self._bytes = 0
        with _Told("reaching the brokers"):
            self._producer = kafka.KafkaProducer(**_arguments(settings, record_bytes))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._producer.close(timeout=1.0)

    def send(self, key: bytes | None, value: bytes, headers: Headers, origin: str) -> None:
        """Hand over one record; waits while too many bytes are unconfirmed. Raises TransportError."""
        try:
            with _Told(f"writing to {self._topic}"):
                future = self._producer.send(self._topic, value=value, key=key, headers=list(headers))
        except TooLargeForBroker as error:
            self.refused.append((origin, str(error)))
            return
        self._waiting.append((future, len(value)))
        self._bytes += len(value)
        while self._bytes > _IN_FLIGHT_BYTES or (self._waiting and self._waiting[0][0].is_done):
            self._confirm_oldest()

    def finish(self) -> None:
        """Wait until every record is confirmed. Raises TransportError."""
        with _Told(f"writing to {self._topic}"):
            self._producer.flush(timeout=_DELIVERY_SECONDS)
        while self._waiting:
            self._confirm_oldest()

    def _confirm_oldest(self) -> None:
        future, size = self._waiting.popleft()
        with _Told(f"writing to {self._topic}"):
            future.get(timeout=_DELIVERY_SECONDS)
        self._bytes -= size
        self.written += 1


class _Told:
    """Turns kafka-python's errors into the transport's."""

    def __init__(self, doing: str) -> None:
        self._doing = doing

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, TransportError):
            raise translate(error, self._doing) from error


def _arguments(settings: Kafka, record_bytes: int) -> dict[str, Any]:
    return connection(settings, "newsmill-feed") | {
        "acks": "all",
        "enable_idempotence": True,
        "batch_size": 256 * 1024,
        "linger_ms": 10,
        "compression_type": settings.compression,
        "max_request_size": record_bytes,
        "max_block_ms": 30_000,
        "bootstrap_timeout_ms": 10_000,
        "delivery_timeout_ms": int(_DELIVERY_SECONDS * 1000),
        "allow_auto_create_topics": False,
    }
