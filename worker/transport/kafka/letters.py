"""The dead-letter topic as a replay uses it: letters out, pages in, and what was replayed, in one transaction."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Self

from kafka.structs import ConsumerGroupMetadata

from worker.settings import Settings
from worker.transport import Output, Record
from worker.transport.kafka.producer import TransactionalProducer
from worker.transport.kafka.reader import TopicReader

_PATIENCE_SECONDS: Final = 90.0


class LetterBox:
    """Use as a context manager; all methods raise TransportError.

    One transactional id for all replays of a group: a second one that starts while the first still runs fences it, so
    that no letter is taken by both. What was replayed is read after that, never before.
    """

    def __init__(self, settings: Settings) -> None:
        """Connect; ends another replay of this group that runs."""
        group = f"{settings.kafka.group_id}-replay"
        kafka = settings.kafka.model_copy(update={"group_id": group})
        self._topic = settings.topics.dead_letters
        self._member = ConsumerGroupMetadata(group)
        self._producer = TransactionalProducer(kafka, group)
        self._reader = TopicReader(kafka)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._producer.discard()
        self._reader.__exit__()

    def begin(self) -> None:
        """From here on this is the one replay of the group: call it before `kept`, when letters will be delivered."""
        self._producer.open()

    def kept(self) -> dict[int, tuple[int, str]]:
        """Per partition: position and note of the last delivery."""
        return self._reader.notes(self._topic)

    def beginnings(self) -> dict[int, int]:
        """Per partition: the oldest letter that is left."""
        return self._reader.beginnings(self._topic)

    def letters(self, start: Mapping[int, int]) -> Iterator[Record]:
        """All records from `start` to the end that the topic has now."""
        return self._reader.read(self._topic, self._reader.ends(self._topic), _PATIENCE_SECONDS, start)

    def deliver(self, pages: Sequence[Output], kept: Mapping[int, tuple[int, str]]) -> None:
        """Write the pages and keep the positions with their notes, both or neither."""
        offsets = {(self._topic, partition): position for partition, (position, _) in kept.items()}
        notes = {(self._topic, partition): note for partition, (_, note) in kept.items()}
        self._producer.commit(pages, offsets, self._member, notes)
