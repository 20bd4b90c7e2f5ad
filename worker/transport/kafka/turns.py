"""Whose turn it is: each batch is filled from all partitions that have something, in equal shares."""

from collections import Counter
from collections.abc import Iterable
from itertools import zip_longest
from typing import Any, Final

import kafka
from kafka.structs import TopicPartition

_MISSING: Final = object()


class Turns:
    """Fills one consumer's batches, of so many pages and bytes at most (and one share more where those are large).

    kafka-python, as Java's client, hands out all that it has fetched of one partition before it turns to the next: of
    small pages many batches, and a partition with a few new pages waits behind one that has a million. Here a partition
    that has had its share rests, with what is fetched of it, until the others have had theirs; what is then left of the
    batch goes to whoever has more. The records of a batch are dealt in turn, so that slow pages of one partition do
    not hold up the others' in the same batch.
    """

    def __init__(self, pages: int, size: int) -> None:
        self._pages = pages
        self._bytes = size
        self._had: Counter[TopicPartition] = Counter()
        """Records of each partition in this round, which goes on in the next batch when this one is full."""

    def fill(self, consumer: kafka.KafkaConsumer, seconds: float, unplaced: Iterable[TopicPartition]) -> list[Any]:
        """Records as kafka-python has them, each partition's in order. Waits so long for a first one.

        Partitions that are `unplaced` stay paused. Raises what the consumer's poll raises.
        """
        taken: dict[TopicPartition, list[Any]] = {}
        share = asked = -(-self._pages // max(1, len(consumer.assignment())))
        pages = size = 0
        while pages < self._pages and size < self._bytes:
            ahead = self._ahead(consumer, share)
            patience = 0.0 if taken or ahead else seconds
            polled = _poll_without(ahead, consumer, patience, min(asked, self._pages - pages), unplaced)
            for partition, records in polled.items():
                taken.setdefault(partition, []).extend(records)
                self._had[partition] += len(records)
                pages += len(records)
                size += sum(len(record.value or b"") for record in records)
            if not polled:
                self._had.clear()
                if not ahead:
                    break
                asked = self._pages
        return [
            record
            for row in zip_longest(*taken.values(), fillvalue=_MISSING)
            for record in row
            if record is not _MISSING
        ]

    def _ahead(self, consumer: kafka.KafkaConsumer, share: int) -> list[TopicPartition]:
        """The partitions that have had their share in this round; none when all have, and another begins."""
        assigned = consumer.assignment()
        ahead = [partition for partition in assigned if self._had[partition] >= share]
        if len(ahead) < len(assigned):
            return ahead
        self._had.clear()
        return []


def _poll_without(
    resting: list[TopicPartition],
    consumer: kafka.KafkaConsumer,
    seconds: float,
    pages: int,
    unplaced: Iterable[TopicPartition],
) -> dict[TopicPartition, list[Any]]:
    consumer.pause(*resting)
    polled = consumer.poll(timeout_ms=int(seconds * 1000), max_records=pages)
    consumer.resume(*consumer.assignment().intersection(resting).difference(unplaced))
    return polled  # type: ignore[no-any-return]  # kafka-python has no types
