"""Kafka as a transport: one group member and one transactional id, delivering exactly once.

What one delivery is: the outputs of a batch and the positions behind it, in one transaction, under the membership that
the batch was read in (KIP-447). After any failure the producer is made anew and all positions are read again.
"""

from collections.abc import Mapping, Sequence

from worker.settings import Settings
from worker.transport import Batch, Output, Progress, TransportError
from worker.transport.kafka.consumer import GroupMember
from worker.transport.kafka.producer import TransactionalProducer


class KafkaTransport:
    """See Transport. `slot` is the process's number on this instance, the same after a restart."""

    def __init__(self, settings: Settings, slot: int) -> None:
        name = f"{settings.kafka.group_id}-{settings.instance}-{slot}"
        worker = settings.worker
        self._linger = worker.linger_seconds
        self._member = GroupMember(settings.kafka, settings.topics.pages, name, worker.batch_pages, worker.batch_bytes)
        self._producer = TransactionalProducer(settings.kafka, name)

    def poll(self) -> Batch:
        """The next records, possibly none. Raises TransportError."""
        self._producer.open()
        batch = self._member.poll(self._linger)
        if batch.skips:
            self._commit((), {(skip.topic, skip.partition): skip.goes_on for skip in batch.skips}, batch.session)
            return Batch(skips=batch.skips)
        return batch

    def deliver(self, batch: Batch, outputs: Sequence[Output]) -> None:
        """Write `outputs` and commit the positions behind `batch`, both or neither. Raises TransportError."""
        self._commit(outputs, batch.next_offsets(), batch.session)

    def give_back(self, batch: Batch) -> None:
        """Hand these records out again at the next poll."""
        self._member.give_back(batch)

    def progress(self) -> Progress:
        """Where it stands, from what is known locally."""
        return self._member.progress()

    def drained(self) -> bool:
        """Whether everything assigned is handed out and committed. Raises TransportError."""
        return self._member.drained()

    def close(self) -> None:
        """Leave the group; an undelivered batch is dropped. Never raises."""
        self._member.discard()
        self._producer.discard()

    def _commit(self, outputs: Sequence[Output], offsets: Mapping[tuple[str, int], int], session: object) -> None:
        try:
            self._producer.commit(outputs, offsets, session)
        except TransportError:
            self._member.forget()
            raise
