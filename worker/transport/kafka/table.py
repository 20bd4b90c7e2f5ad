"""A compacted topic as a reader keeps up with it: whole at first, then what comes."""

from collections.abc import Iterator
from typing import Final

from worker.settings import Kafka
from worker.transport import Record
from worker.transport.kafka.reader import TopicReader

_PATIENCE_SECONDS: Final = 20.0
"""How long a transaction that is open on the topic is waited for."""
_WAIT_MS: Final = 50


class TopicTable:
    """All methods but `close` raise TransportError; after one, make another table."""

    def __init__(self, settings: Kafka, topic: str) -> None:
        """Connect."""
        self._reader = TopicReader(settings)
        self._topic = topic
        self._newer: Iterator[list[Record]] | None = None

    def changes(self) -> Iterator[Record]:
        """All committed records at the first call, then those that came since the last, without waiting for more."""
        if self._newer is None:
            ends = self._reader.ends(self._topic)
            yield from self._reader.read(self._topic, ends, _PATIENCE_SECONDS)
            self._newer = self._reader.follow({self._topic: ends}, _WAIT_MS)
        yield from next(self._newer)

    def close(self) -> None:
        """Disconnect."""
        self._reader.__exit__()


def whole(settings: Kafka, topic: str) -> Iterator[Record]:
    """All committed records of a topic. Raises TransportError."""
    table = TopicTable(settings, topic)
    try:
        yield from table.changes()
    finally:
        table.close()
