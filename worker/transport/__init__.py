"""What carries records in and out, behind one small Protocol. Bytes only: what they mean is the core's matter.

The contract, the same for Kafka and for the twin in memory (`tests/transport` runs one suite on both):

1. `poll()` hands out records in the order of their offsets, each partition's without a gap, from the committed
   position on. It never hands out a record twice unless it was dropped: by `give_back`, or by a failed `deliver`.
2. `deliver()` makes the outputs visible and moves the committed position, both or neither.
3. When `deliver()` raises, nothing of it is visible and nothing is committed; the next `poll()` starts again from the
   committed positions. What the caller still holds of that batch must be dropped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

Headers = tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it came. Bytes untouched; `timestamp_ms` since 1970, -1 when it has none."""

    topic: str
    partition: int
    offset: int
    key: bytes | None = None
    value: bytes | None = None
    headers: Headers = ()
    timestamp_ms: int = -1

    @property
    def size(self) -> int:
        """Bytes of key, value and headers."""
        aside = sum(len(name) + len(value or b"") for name, value in self.headers)
        return len(self.key or b"") + len(self.value or b"") + aside


@dataclass(frozen=True, slots=True)
class Output:
    """One record to write. `timestamp_ms` None: the time of writing."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    timestamp_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Skip:
    """Records that were deleted before they were read, and are passed over as the settings say."""

    topic: str
    partition: int
    committed: int
    """Where the group stood."""
    goes_on: int
    """Where it stands now."""

    @property
    def records(self) -> int:
        """Offsets passed over; 0 where the topic ends before the committed position, and is read again."""
        return max(0, self.goes_on - self.committed)


@dataclass(frozen=True, slots=True)
class Batch:
    """Records polled together; `session` is the transport's own note of the membership they were read under."""

    records: Sequence[Record] = ()
    session: object = None
    skips: Sequence[Skip] = ()
    """Passed over since the last poll, and committed so; a batch that has some has no records."""

    def split(self, at: int) -> "tuple[Batch, Batch]":
        """The first `at` records, and the rest; each can be delivered by itself, in that order."""
        return replace(self, records=self.records[:at]), replace(self, records=self.records[at:])

    def next_offsets(self) -> dict[tuple[str, int], int]:
        """Per (topic, partition): the position to commit once all these records are delivered."""
        return {(r.topic, r.partition): r.offset + 1 for r in self.records}


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a transport stands. `lag` counts records not yet handed out, per partition assigned."""

    lag: Mapping[int, int] = field(default_factory=dict)
    rebalances: int = 0
    settled: bool = False
    """Membership is stable and every assigned partition has a position."""


class Transport(Protocol):
    """Records in, outputs and positions out together. Not for use by several threads."""

    def poll(self) -> Batch:
        """The next records, possibly none. Raises TransportError."""

    def deliver(self, batch: Batch, outputs: Sequence[Output]) -> None:
        """Write `outputs` and commit the positions behind `batch`, both or neither. Raises TransportError."""

    def give_back(self, batch: Batch) -> None:
        """Hand these records out again at the next poll: there was no time for them."""

    def progress(self) -> Progress:
        """Where it stands, from what is known locally; never asks the broker."""

    def drained(self) -> bool:
        """Whether everything assigned is handed out and committed. May ask the broker. Raises TransportError."""

    def close(self) -> None:
        """Leave the group; an undelivered batch is dropped. Never raises."""


class TransportError(Exception):
    """The world's fault. Nothing of the failed call is committed; the message says what to do."""


class Unavailable(TransportError):  # noqa: N818 - named for what happened, like its siblings
    """Brokers do not answer, or answered with an error that passes: try again later."""


class Fenced(TransportError):  # noqa: N818 - named for what happened, like its siblings
    """Another producer took over this one's transactional id: this process must exit."""


class Refused(TransportError):  # noqa: N818 - named for what happened, like its siblings
    """The brokers refuse: wrong credentials, or a right is missing. Trying again does not help."""


class OffsetsGone(TransportError):  # noqa: N818 - named for what happened, like its siblings
    """The committed position was deleted by retention, or the topic was made anew, and the settings say stop."""


class TopicMissing(TransportError):  # noqa: N818 - named for what happened, like its siblings
    """A topic does not exist."""


class TooLargeForBroker(TransportError):  # noqa: N818 - named for what happened, like its siblings
    """An output is larger than its topic takes."""
