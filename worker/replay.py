"""Dead letters back into the pages topic: which ones, in what form, and what is remembered of it. Pure.

Each letter is replayed at most once, whatever filters later runs use: beside the group's position in the dead-letter
topic stands a note of the letters behind it that were replayed already. A page that fails again becomes a new letter,
with its count of attempts raised.
"""

import base64
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from schemas.reasons import Reason
from worker.outputs import ATTEMPT, CONNECT, OURS, attempt_of
from worker.transport import Output, Record

NOTE_BYTES: Final = 4_000
"""Longest note; brokers take 4,096 bytes unless `offset.metadata.max.bytes` says otherwise."""


class NoteTooLong(Exception):  # noqa: N818 - it says what happened
    """The replayed letters are strewn so thinly that the brokers would not take the note of them."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter, as its headers tell it."""

    record: Record
    reason: str
    host: str
    worker_version: str
    failed_at: datetime
    attempt: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters to replay; what is None or empty leaves all through."""

    reasons: frozenset[Reason] = frozenset()
    since: datetime | None = None
    """Failed then or later."""
    until: datetime | None = None
    """Failed before."""
    host: str | None = None
    worker_version: str | None = None
    """The version that wrote the letter."""
    attempts: int | None = None
    """Tried so often at most."""

    def takes(self, letter: Letter) -> bool:
        """Whether all filters let it through."""
        return (
            (not self.reasons or letter.reason in self.reasons)
            and (self.since is None or letter.failed_at >= self.since)
            and (self.until is None or letter.failed_at < self.until)
            and (self.host is None or letter.host == self.host)
            and (self.worker_version is None or letter.worker_version == self.worker_version)
            and (self.attempts is None or letter.attempt <= self.attempts)
        )


def open_letter(record: Record) -> Letter | None:
    """The letter in a record of the dead-letter topic; None for a record that Newsmill did not write."""
    named = {name: (value or b"").decode("utf-8", "replace") for name, value in record.headers if name.startswith(OURS)}
    try:
        failed_at = datetime.fromisoformat(named[f"{OURS}failed-at"])
        reason, version = named[f"{OURS}reason"], named[f"{OURS}worker-version"]
    except (KeyError, ValueError):
        return None
    return Letter(record, reason, named.get(f"{OURS}host", "unknown"), version, failed_at, attempt_of(record.headers))


def page_of(letter: Letter, topic: str) -> Output:
    """The page as it once came, on its way again: key, value and headers its own, the attempt raised by one.

    Its timestamp is the time of writing: under its old one, retention could delete it before anybody has read it.
    """
    record = letter.record
    own = tuple((name, value) for name, value in record.headers if not name.startswith((OURS, CONNECT)))
    return Output(topic, record.key, record.value, (*own, (ATTEMPT, b"%d" % (letter.attempt + 1))))


@dataclass(frozen=True)
class Mark:
    """What was replayed of one partition: everything below `position`, and the `beyond` bits from there on."""

    position: int = 0
    beyond: int = field(default=0, repr=False)
    """Bit i stands for offset `position + i`."""

    @staticmethod
    def read(position: int, note: str, beginning: int = 0) -> "Mark":
        """The mark that was kept; offsets below `beginning` are gone. Raises ValueError for a note that is none."""
        try:
            bits = int.from_bytes(zlib.decompress(base64.b85decode(note)), "little") if note else 0
        except zlib.error as error:
            raise ValueError(f"the note of the replay is none of ours: {note[:40]!r}") from error
        gone = max(0, beginning - position)
        return _settled(position + gone, bits >> gone)

    def has(self, offset: int) -> bool:
        """Whether that letter was replayed."""
        return offset < self.position or bool(self.beyond >> (offset - self.position) & 1)

    def add(self, start: int, end: int) -> "Mark":
        """The mark once the offsets from `start` to `end` (exclusive) are done with too."""
        first = max(start, self.position)
        if end <= first:
            return self
        return _settled(self.position, self.beyond | ((1 << end - first) - 1) << first - self.position)

    def note(self) -> str:
        """What to keep beside the position. Raises NoteTooLong."""
        if not self.beyond:
            return ""
        size = (self.beyond.bit_length() + 7) // 8
        text = base64.b85encode(zlib.compress(self.beyond.to_bytes(size, "little"), 9)).decode("ascii")
        if len(text) > NOTE_BYTES:
            raise NoteTooLong(
                f"{self.beyond.bit_count()} replayed letters are strewn over {self.beyond.bit_length()} from offset "
                f"{self.position} on, more than the brokers take note of: replay the older letters too, or wait until "
                "retention has taken them"
            )
        return text


def _settled(position: int, beyond: int) -> Mark:
    """The mark with its position behind all that follow without a gap."""
    run = (~beyond & (beyond + 1)).bit_length() - 1
    return Mark(position + run, beyond >> run)


class Box(Protocol):
    """The dead-letter topic; `transport.kafka.letters.LetterBox` is Kafka's."""

    def kept(self) -> dict[int, tuple[int, str]]:
        """Position and note of the last delivery, per partition that had one."""

    def beginnings(self) -> dict[int, int]:
        """The oldest offset per partition."""

    def letters(self, start: Mapping[int, int]) -> Iterator[Record]:
        """Records from there to the end, each partition's in order."""

    def deliver(self, pages: Sequence[Output], kept: Mapping[int, tuple[int, str]]) -> None:
        """Pages and positions with notes, both or neither."""


@dataclass
class Count:
    """What a run of the replay found, and did or would do."""

    wanted: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Letters to replay, per reason and attempt."""
    done_before: int = 0
    """Letters behind the position that an earlier run replayed."""
    left: int = 0
    """Letters that the filters leave."""
    foreign: int = 0
    """Records that are no dead letters of Newsmill."""


class Replay:
    """One run over the letters of a box, up to the end that the topic has when it starts."""

    def __init__(self, box: Box, wanted: Wanted, limit: int | None = None) -> None:
        """`limit`: letters at most. Raises TransportError, ValueError."""
        self._box = box
        self._wanted = wanted
        self._limit = limit
        kept = box.kept()
        self._marks = {p: Mark.read(*kept.get(p, (0, "")), begin) for p, begin in box.beginnings().items()}
        self.count = Count()

    def survey(self) -> Count:
        """Only look. Raises TransportError."""
        for _ in self._chosen():
            pass
        return self.count

    def run(self, topic: str, batch_letters: int, batch_bytes: int) -> Count:
        """Write the pages to `topic`, so many in one transaction. Raises TransportError, NoteTooLong.

        After an error nothing of the last batch is written; another run goes on from there.
        """
        pages: list[Output] = []
        size = 0
        for letter in self._chosen():
            pages.append(page_of(letter, topic))
            size += letter.record.size
            if len(pages) >= batch_letters or size >= batch_bytes:
                self._deliver(pages)
                pages, size = [], 0
        if pages:
            self._deliver(pages)
        return self.count

    def _deliver(self, pages: Sequence[Output]) -> None:
        self._box.deliver(pages, {p: (mark.position, mark.note()) for p, mark in self._marks.items()})

    def _chosen(self) -> Iterator[Letter]:
        """Letters to replay, each noted in the marks before it is handed out."""
        seen = {p: mark.position for p, mark in self._marks.items()}
        for record in self._box.letters(seen.copy()):
            letter = open_letter(record)
            # A transaction's marker leaves a gap: nothing to replay there, now or later.
            mark = self._marks[record.partition].add(seen[record.partition], record.offset)
            seen[record.partition] = record.offset + 1
            chosen = self._choose(letter, before=mark.has(record.offset))
            done = chosen is not None or letter is None
            self._marks[record.partition] = mark.add(record.offset, record.offset + done)
            if chosen is not None:
                yield chosen
                if self._limit is not None and self.count.wanted.total() >= self._limit:
                    return

    def _choose(self, letter: Letter | None, *, before: bool) -> Letter | None:
        """The letter if it is to be replayed; counts it either way."""
        if letter is None:
            self.count.foreign += 1
        elif before:
            self.count.done_before += 1
        elif not self._wanted.takes(letter):
            self.count.left += 1
        else:
            self.count.wanted[letter.reason, letter.attempt] += 1
            return letter
        return None
