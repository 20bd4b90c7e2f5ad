"""Reads whole topics, read_committed, without joining a group: for an audit beside running workers."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Self

import kafka
from kafka.structs import TopicPartition

from worker.settings import Kafka
from worker.transport import Record, TopicMissing, Unavailable
from worker.transport.kafka.consumer import record_of
from worker.transport.kafka.errors import translate
from worker.transport.kafka.guards import tolerate_header_names_that_are_no_text
from worker.transport.kafka.security import connection

_POLL_MS: Final = 500
_POLL_RECORDS: Final = 5_000
_FETCH_BYTES: Final = 16_000_000
_CALL_MS: Final = 30_000


class TopicReader:
    """A conversation about what stands in topics. Use as a context manager; all methods raise TransportError."""

    def __init__(self, settings: Kafka) -> None:
        """Connect. `settings.group_id` is the group whose committed offsets `committed` tells."""
        tolerate_header_names_that_are_no_text()
        self._settings = settings
        with _told("reaching the brokers"):
            # Two clients: the end of a topic means another thing to a reader of committed records.
            self._asker = kafka.KafkaConsumer(**_arguments(settings, "read_uncommitted", settings.group_id))
            self._reader = kafka.KafkaConsumer(**_arguments(settings, "read_committed", None))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for consumer in (self._asker, self._reader):
            consumer.close(autocommit=False, timeout_ms=1_000)

    def beginnings(self, topic: str) -> dict[int, int]:
        """Per partition: the oldest offset that retention has left."""
        with _told(f"asking for the beginning of {topic}"):
            found = self._asker.beginning_offsets(self._partitions(topic), timeout_ms=_CALL_MS)
        return {p.partition: offset for p, offset in found.items()}

    def ends(self, topic: str) -> dict[int, int]:
        """Per partition: one behind the newest record, be it committed, open or aborted."""
        with _told(f"asking for the end of {topic}"):
            found = self._asker.end_offsets(self._partitions(topic), timeout_ms=_CALL_MS)
        return {p.partition: offset for p, offset in found.items()}

    def committed(self, topic: str) -> dict[int, int]:
        """Per partition: the group's committed position; partitions without one are left out."""
        with _told(f"asking for the positions of group {self._settings.group_id}"):
            found = {p: self._asker.committed(p, timeout_ms=_CALL_MS) for p in self._partitions(topic)}
        return {p.partition: offset for p, offset in found.items() if offset is not None}

    def notes(self, topic: str) -> dict[int, tuple[int, str]]:
        """Per partition with one: the group's committed position, and the note that was committed beside it."""
        with _told(f"asking for the positions of group {self._settings.group_id}"):
            found = {p: self._asker.committed(p, metadata=True, timeout_ms=_CALL_MS) for p in self._partitions(topic)}
        return {p.partition: (at.offset, at.metadata or "") for p, at in found.items() if at is not None}

    def read(
        self, topic: str, until: Mapping[int, int], patience_seconds: float, start: Mapping[int, int] | None = None
    ) -> Iterator[Record]:
        """All committed records from the beginning, or `start`, to `until` (exclusive), each partition's in order.

        Waits for transactions that are open below `until`: raises Unavailable when nothing moved for so long.
        """
        partitions = {TopicPartition(topic, p): end for p, end in until.items()}
        with _told(f"reading {topic}"):
            self._reader.assign(list(partitions))
            if start is None:
                self._reader.seek_to_beginning(*partitions)
            for partition in partitions if start is not None else ():
                self._reader.seek(partition, (start or {}).get(partition.partition, 0))
        moved, before = time.monotonic(), -1
        while left := self._left(partitions):
            if left != before:
                moved, before = time.monotonic(), left
            elif time.monotonic() - moved > patience_seconds:
                raise Unavailable(
                    f"{left} offsets of {topic} cannot be read for {patience_seconds:.0f} s: an open transaction "
                    "holds them back (a dead producer's ends after its transaction timeout), or brokers are away"
                )
            with _told(f"reading {topic}"):
                polled = self._reader.poll(timeout_ms=_POLL_MS, max_records=_POLL_RECORDS)
            for partition, records in polled.items():
                yield from (record_of(r) for r in records if r.offset < partitions[partition])

    def follow(self, starts: Mapping[str, Mapping[int, int]], wait_ms: int = _POLL_MS) -> Iterator[list[Record]]:
        """Committed records of several topics from `starts` (topic -> partition -> offset) on, for ever.

        Yields what came within so many milliseconds, also when that is nothing.
        """
        positions = {TopicPartition(topic, p): at for topic, parts in starts.items() for p, at in parts.items()}
        with _told("following topics"):
            self._reader.assign(list(positions))
            self._reader.resume(*positions)
            for partition, offset in positions.items():
                self._reader.seek(partition, offset)
        while True:
            with _told("following topics"):
                polled = self._reader.poll(timeout_ms=wait_ms, max_records=_POLL_RECORDS)
            yield [record_of(r) for records in polled.values() for r in records]

    def _left(self, partitions: Mapping[TopicPartition, int]) -> int:
        """Offsets that are still to be passed; partitions that are done are no longer fetched."""
        left = 0
        for partition, end in partitions.items():
            with _told(f"reading {partition.topic}"):
                position = self._reader.position(partition, timeout_ms=_CALL_MS)
            if position is not None and position >= end:
                self._reader.pause(partition)
            else:
                left += end - (position or 0)
        return left

    def _partitions(self, topic: str) -> list[TopicPartition]:
        numbers = self._asker.partitions_for_topic(topic)
        if not numbers:
            raise TopicMissing(f"topic {topic!r} does not exist; `newsmill topics create` makes it.")
        return [TopicPartition(topic, number) for number in sorted(numbers)]


@contextmanager
def _told(doing: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        raise translate(error, doing) from error


def _arguments(settings: Kafka, isolation: str, group: str | None) -> dict[str, Any]:
    return connection(settings, "newsmill-reader") | {
        "group_id": group,
        "isolation_level": isolation,
        "enable_auto_commit": False,
        "auto_offset_reset": "earliest",
        "max_poll_records": _POLL_RECORDS,
        "fetch_max_bytes": _FETCH_BYTES,
        "max_partition_fetch_bytes": _FETCH_BYTES // 4,
        "receive_message_max_bytes": 2 * _FETCH_BYTES + 2 * settings.max_message_bytes,
        "bootstrap_timeout_ms": _CALL_MS,
        "allow_auto_create_topics": False,
        "metrics_enabled": False,
    }
