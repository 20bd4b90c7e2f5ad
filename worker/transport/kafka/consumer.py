"""The group member that reads pages. Its positions are the group's commits, set by us, from the loop."""

from collections.abc import Iterable
from typing import Any, Final

import kafka
from kafka.consumer.subscription_state import ConsumerRebalanceListener
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.errors import IllegalStateError, KafkaError, KafkaTimeoutError, OffsetOutOfRangeError
from kafka.structs import MemberState, TopicPartition

from worker.settings import Kafka
from worker.transport import Batch, OffsetsGone, Progress, Record, Skip, TopicMissing
from worker.transport.kafka.errors import translate
from worker.transport.kafka.guards import (
    finish_joins_that_outlast_a_poll,
    take_up_what_was_paused,
    tolerate_header_names_that_are_no_text,
)
from worker.transport.kafka.predecessor import bury_predecessor
from worker.transport.kafka.security import REACH_MS, connection
from worker.transport.kafka.turns import Turns

_CALL_MS: Final = 10_000
"""For calls that ask the broker a small question."""
_SETTLE_SECONDS: Final = 0.5
_METADATA_MS: Final = 30_000
"""How soon partitions that were added, or a topic that was made anew, are seen."""
_CLOSE_MS: Final = 5_000
_PARTITION_BYTES: Final = 1_000_000
"""Fetched of one partition at a time, compressed: what a process holds of each of its partitions at most."""


class GroupMember:
    """One member of the group, made at the first poll and made anew after any exception from a poll.

    Trap 1: takes bytes, no deserializer. Trap 3: earliest, no auto-commit, cooperative-sticky. Trap 7: the listener
    only pauses what is new. Traps 4 and 12: whenever the membership is not that of the last batch, what was polled is
    dropped and every assigned partition is sought to its committed position.
    """

    def __init__(self, settings: Kafka, topic: str, client_id: str, batch_pages: int, batch_bytes: int) -> None:
        self._settings = settings
        self._topic = topic
        self._arguments = _arguments(settings, client_id, batch_pages, batch_bytes)
        self._consumer: kafka.KafkaConsumer | None = None
        self._listener = _Listener()
        self._turns = Turns(batch_pages, batch_bytes)
        self._membership: tuple[int, str] | None = None
        self._gone: set[TopicPartition] = set()
        """Partitions whose position the broker has not, until they are placed anew."""
        self.rebalances = 0

    def poll(self, seconds: float) -> Batch:
        """Records read under one membership; empty while the group settles. Raises TransportError.

        Where records were passed over, the new positions are still to be committed.
        """
        try:
            consumer = self._open()
            polled = self._turns.fill(consumer, self._patience(consumer, seconds), self._listener.unplaced)
            member = consumer.group_metadata()
            if (member.generation_id, member.member_id) != self._membership or self._listener.unplaced:
                skips = self._place(consumer, member)
                return Batch(session=member, skips=skips) if skips else Batch()
        except OffsetOutOfRangeError as error:
            self.discard()
            if self._settings.on_offsets_gone == "stop":
                raise translate(error, "polling") from error
            self._gone.update(*error.args)
            return Batch()
        except Exception as error:
            self.discard()
            raise translate(error, "polling") from error
        return Batch([record_of(record) for record in polled], member)

    def forget(self) -> None:
        """Read all positions anew before the next batch: the last one was not delivered."""
        self._membership = None

    def give_back(self, batch: Batch) -> None:
        """Hand these records out again."""
        if self._consumer is None or not batch.records:
            return
        first: dict[TopicPartition, int] = {}
        for record in batch.records:
            first.setdefault(TopicPartition(record.topic, record.partition), record.offset)
        for partition, offset in first.items():
            if partition in self._consumer.assignment():
                self._consumer.seek(partition, offset)

    def progress(self) -> Progress:
        """Lag as the last fetches told it."""
        consumer = self._consumer
        if consumer is None:
            return Progress(rebalances=self.rebalances)
        stable = consumer.group_metadata().state == MemberState.STABLE and self._membership is not None
        lag = {partition.partition: _lag(consumer, partition) for partition in consumer.assignment()}
        return Progress(lag, self.rebalances, stable and not self._listener.unplaced)

    def drained(self) -> bool:
        """Whether every assigned partition is read to its end (its last stable offset). Raises TransportError."""
        consumer = self._consumer
        if consumer is None or not self.progress().settled:
            return False
        assigned = list(consumer.assignment())
        try:
            ends = consumer.end_offsets(assigned, timeout_ms=_CALL_MS) if assigned else {}
            return all((consumer.position(p, timeout_ms=_CALL_MS) or 0) >= end for p, end in ends.items())
        except KafkaError as error:
            raise translate(error, "asking for the end of the topic") from error

    def discard(self) -> None:
        """Leave the group and drop the consumer. Never raises."""
        consumer, self._consumer = self._consumer, None
        self._membership = None
        self._listener.unplaced.clear()
        if consumer is None:
            return
        try:
            consumer.close(autocommit=False, timeout_ms=_CLOSE_MS)
        except Exception:  # noqa: BLE001 - it is dropped whatever it says; the group forgets it after its session
            return

    def _patience(self, consumer: kafka.KafkaConsumer, seconds: float) -> float:
        """How long a poll may take: longer while the group settles.

        A join that completes between two polls is thrown away and begun anew (3.0.12): short polls with work in between
        can keep a group from ever settling.
        """
        settled = self._membership is not None and consumer.group_metadata().state == MemberState.STABLE
        return seconds if settled else max(seconds, _SETTLE_SECONDS)

    def _open(self) -> kafka.KafkaConsumer:
        if self._consumer is None:
            tolerate_header_names_that_are_no_text()
            bury_predecessor(self._settings, self._arguments["client_id"])
            consumer = kafka.KafkaConsumer(**self._arguments)
            self._consumer = consumer
            if not consumer.partitions_for_topic(self._topic):
                raise TopicMissing(f"topic {self._topic!r} does not exist; `newsmill topics create` makes it.")
            self._listener.consumer = consumer
            finish_joins_that_outlast_a_poll(consumer)
            take_up_what_was_paused(consumer)
            consumer.subscribe([self._topic], listener=self._listener)
        return self._consumer

    def _place(self, consumer: kafka.KafkaConsumer, member: Any) -> list[Skip]:  # noqa: ANN401 - kafka's group metadata
        """Every assigned partition to its committed position, from the loop; then let the paused ones go.

        Returns what was passed over where that position is gone.
        """
        if member.state != MemberState.STABLE:
            return []
        skips = []
        for partition in consumer.assignment():
            committed = consumer.committed(partition, timeout_ms=_CALL_MS)
            if partition in self._gone and committed is not None:
                skip = self._skip(consumer, partition, committed)
                committed = skip.goes_on
                skips += [skip] if skip.goes_on != skip.committed else []
            self._seek(consumer, partition, committed)
            consumer.resume(partition)
        self._listener.unplaced.clear()
        self._membership = (member.generation_id, member.member_id)
        self.rebalances += 1
        return skips

    def _skip(self, consumer: kafka.KafkaConsumer, partition: TopicPartition, committed: int) -> Skip:
        """From a position that the broker did not have to one that it has; to the same one if it has it now."""
        [oldest] = consumer.beginning_offsets([partition], timeout_ms=_CALL_MS).values()
        [end] = consumer.end_offsets([partition], timeout_ms=_CALL_MS).values()
        if oldest <= committed <= end:
            self._gone.discard(partition)
            return Skip(partition.topic, partition.partition, committed, committed)
        goes_on = oldest if self._settings.on_offsets_gone == "earliest" else end
        return Skip(partition.topic, partition.partition, committed, goes_on)

    def _seek(self, consumer: kafka.KafkaConsumer, partition: TopicPartition, committed: int | None) -> None:
        if committed is not None:
            consumer.seek(partition, committed)
        elif self._settings.auto_offset_reset == "earliest":
            consumer.seek_to_beginning(partition)
        elif self._settings.auto_offset_reset == "latest":
            consumer.seek_to_end(partition)
        else:
            raise OffsetsGone(
                f"group {self._settings.group_id!r} has no position in {partition.topic}-{partition.partition}, "
                "and NEWSMILL_KAFKA__AUTO_OFFSET_RESET=none says not to choose one."
            )


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python has no types
    """Keeps new partitions quiet until the loop has placed them. Nothing here may ask the broker."""

    def __init__(self) -> None:
        self.consumer: kafka.KafkaConsumer | None = None
        self.unplaced: set[TopicPartition] = set()

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Pause them, and give them some position so that the library does not look for one of its own."""
        for partition in assigned:
            if self.consumer is not None:
                self.consumer.pause(partition)
                self.consumer.seek_to_beginning(partition)
            self.unplaced.add(partition)

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Batches are delivered before the next poll: nothing is in hand."""
        self.unplaced.difference_update(revoked)


def _lag(consumer: kafka.KafkaConsumer, partition: TopicPartition) -> int:
    try:
        end = consumer.highwater(partition)
        position = consumer.position(partition, timeout_ms=1) if end is not None else None
    except (KafkaTimeoutError, IllegalStateError):
        return 0
    return max(0, end - position) if end is not None and position is not None else 0


def record_of(record: Any) -> Record:  # noqa: ANN401 - kafka's ConsumerRecord
    """A record as the transport hands it out."""
    stamp = record.timestamp if record.timestamp is not None else -1
    headers = tuple((name, value) for name, value in record.headers or ())
    return Record(record.topic, record.partition, record.offset, record.key, record.value, headers, stamp)


def _arguments(settings: Kafka, client_id: str, batch_pages: int, batch_bytes: int) -> dict[str, Any]:
    request_ms = int(settings.request_timeout_seconds * 1000)
    session_ms = int(settings.session_timeout_seconds * 1000)
    return connection(settings, client_id) | {
        "group_id": settings.group_id,
        "isolation_level": "read_committed",
        "enable_auto_commit": False,
        "auto_offset_reset": "none",
        "partition_assignment_strategy": (CooperativeStickyAssignor,),
        "session_timeout_ms": session_ms,
        "heartbeat_interval_ms": max(200, session_ms // 10),
        "max_poll_interval_ms": int(settings.max_poll_interval_seconds * 1000),
        "max_poll_records": batch_pages,
        "fetch_max_bytes": batch_bytes,
        "max_partition_fetch_bytes": _PARTITION_BYTES,
        "fetch_max_wait_ms": 250,
        "metadata_max_age_ms": _METADATA_MS,
        "receive_message_max_bytes": 2 * batch_bytes + settings.max_message_bytes + 1_000_000,
        "bootstrap_timeout_ms": min(request_ms, REACH_MS),
        "allow_auto_create_topics": False,
        "metrics_enabled": False,
    }
