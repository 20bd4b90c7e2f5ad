"""The transactional producer: outputs and positions in one transaction, and a new producer after any error."""

import time
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import kafka
from kafka.structs import OffsetAndMetadata, TopicPartition

from worker.settings import Kafka
from worker.transport import Output
from worker.transport.kafka.errors import translate
from worker.transport.kafka.guards import (
    NOTHING,
    NothingSerializer,
    close_for_good,
    requeue_when_coordinator_is_away,
    sendable_headers,
)
from worker.transport.kafka.security import REACH_MS, connection

_CLOSE_SECONDS: Final = 1.0
"""For a producer that has seen an error: whatever it still holds is aborted by its successor."""
_NO_NOTES: Final[Mapping[tuple[str, int], str]] = MappingProxyType({})


class TransactionalProducer:
    """One transactional id, and the producer that has it now. Made at the first use, made anew after any error.

    Trap 2: every future is asked. Trap 9: see guards. Trap 11: after an error a producer would send the offsets of its
    failed transaction along with the next one, so it is never used again. Trap 10: the same id fences and aborts what a
    dead process left open.
    """

    def __init__(self, settings: Kafka, transactional_id: str) -> None:
        self._settings = settings
        self._id = transactional_id
        self._producer: kafka.KafkaProducer | None = None

    def open(self) -> kafka.KafkaProducer:
        """The producer, made if there is none; aborts what its predecessor left open. Raises TransportError."""
        if self._producer is not None:
            return self._producer
        try:
            producer = kafka.KafkaProducer(**_arguments(self._settings, self._id))
            self._producer = producer
            requeue_when_coordinator_is_away(producer)
            producer.init_transactions()
        except Exception as error:
            self.discard()
            raise translate(error, "starting transactions") from error
        return producer

    def commit(
        self,
        outputs: Sequence[Output],
        offsets: Mapping[tuple[str, int], int],
        member: Any,  # noqa: ANN401 - kafka's group metadata
        notes: Mapping[tuple[str, int], str] = _NO_NOTES,
    ) -> None:
        """Outputs and offsets, with their notes, both or neither. Raises TransportError; the producer is then gone.

        1. begin; 2. send all; 3. ask every future (a failed send is silent otherwise); 4. offsets under the membership
        they were read in; 5. commit.
        """
        producer = self.open()
        try:
            producer.begin_transaction()
            futures = [_send(producer, output) for output in outputs]
            producer.flush(timeout=self._settings.request_timeout_seconds)
            deadline = time.monotonic() + self._settings.request_timeout_seconds
            for future in [*(future for future in futures if future.failed()), *futures]:  # first who can say why
                future.get(timeout=max(0.0, deadline - time.monotonic()))
            if offsets:
                producer.send_offsets_to_transaction(_offsets(offsets, notes), member)
            producer.commit_transaction()
        except Exception as error:
            self.discard()
            raise translate(error, "delivering a batch") from error

    def discard(self) -> None:
        """Drop the producer with whatever it holds; its successor aborts the open transaction. Never raises."""
        producer, self._producer = self._producer, None
        if producer is not None:
            close_for_good(producer, _CLOSE_SECONDS)


def _send(producer: kafka.KafkaProducer, output: Output) -> Any:  # noqa: ANN401 - kafka's future
    return producer.send(
        output.topic,
        value=NOTHING if output.value is None else output.value,
        key=output.key,
        headers=sendable_headers(output.headers),
        timestamp_ms=output.timestamp_ms,
    )


def _offsets(
    offsets: Mapping[tuple[str, int], int], notes: Mapping[tuple[str, int], str]
) -> dict[TopicPartition, OffsetAndMetadata]:
    return {
        TopicPartition(*where): OffsetAndMetadata(offset, notes.get(where, ""), -1) for where, offset in offsets.items()
    }


def _arguments(settings: Kafka, transactional_id: str) -> dict[str, Any]:
    request_ms = int(settings.request_timeout_seconds * 1000)
    return connection(settings, f"newsmill-{transactional_id}") | {
        "transactional_id": transactional_id,
        "transaction_timeout_ms": int(settings.transaction_timeout_seconds * 1000),
        "acks": "all",
        "enable_idempotence": True,
        "max_in_flight_requests_per_connection": 5,
        "batch_size": 256 * 1024,
        "linger_ms": 10,
        "compression_type": settings.compression,
        "max_request_size": settings.max_message_bytes + 64 * 1024,
        "max_block_ms": request_ms,
        "bootstrap_timeout_ms": min(request_ms, REACH_MS),
        "delivery_timeout_ms": max(request_ms + 1_000, int(settings.transaction_timeout_seconds * 1000)),
        "allow_auto_create_topics": False,
        "metrics_enabled": False,
        "value_serializer": NothingSerializer(),
    }
