"""What a consumer process notes about itself in shared memory, for the supervisor that watches it from outside.

A process that is killed, hangs inside C code or runs out of memory cannot say so; its last note can, to its supervisor
or, when that died with it, to the next one. Times are `time.monotonic_ns()`, which all processes of one machine share.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Final

from schemas.reasons import Reason
from worker.ends import CAUSES, END_WORDS, Cause, Ends
from worker.kept import Words, begin, predecessor

_SUSPECTS: Final = 256
"""Pages under suspicion at one time; the oldest is forgotten for a new one."""
_ROW: Final = 5
SUSPECT_WORDS: Final = 1 + _SUSPECTS * _ROW
"""Their number, and a row for each: partition, offset, timestamp, tries, reason."""
_JOURNALS: Final = 1 + SUSPECT_WORDS + END_WORDS
"""Where the journals begin: behind the layout, the suspects and the ends."""
_LAYOUT: Final = 3
"""First word of what is kept: a number that grows when the words come to mean something else."""
_REASONS: Final = (Reason.CRASHED, Reason.TIME_LIMIT, Reason.MEMORY_LIMIT)


class Doing(IntEnum):
    """What a process is at; the supervisor has a time limit for each but RESTING."""

    RESTING = 0
    CALLING = 1
    """In a call to the transport."""
    PAGE = 2
    """Processing one page."""


class _Field(IntEnum):
    DOING = 0
    SINCE = 1
    PARTITION = 2
    OFFSET = 3
    BATCHES = 4
    PAGES = 5
    IDLE_SINCE = 6
    ASSIGNED = 7
    SETTLED = 8
    RESTING_RSS = 9
    IN_FLIGHT = 10
    STAMP = 11
    IDLE_SEEN = 12
    END = 13


@dataclass(frozen=True, slots=True)
class Note:
    """One reading of a process's journal."""

    doing: Doing
    since_ns: int
    partition: int
    offset: int
    batches: int
    """Delivered since the process started."""
    idle_since_ns: int
    """0 while there is work."""
    idle_seen_ns: int
    """When that was last seen; while brokers are away it is not."""
    assigned: int
    settled: bool
    resting_rss: int
    """Bytes resident before the page in hand was begun."""
    in_flight_bytes: int
    """Of pages in hand and their outputs."""
    timestamp_ms: int
    """Of the record in hand; it tells it from another at the same offset of a topic that was made anew."""
    end: Cause | None
    """Why it ends; None while it runs, and when it could not say."""


class Journal:
    """One process's notes: it writes, the supervisor reads. Each field is one aligned word."""

    def __init__(self, words: Words | None = None, start: int = 0) -> None:
        """In the words from `start` on, or in some of its own."""
        self._kept, self._start = words or Words(start + len(_Field)), start
        self._words = self._kept.cells[start : start + len(_Field)]

    def __reduce__(self) -> tuple[object, ...]:
        return Journal, (self._kept, self._start)

    def read(self) -> Note:
        """The notes as they are now."""
        w = self._words
        return Note(
            Doing(w[_Field.DOING]),
            w[_Field.SINCE],
            w[_Field.PARTITION],
            w[_Field.OFFSET],
            w[_Field.BATCHES],
            w[_Field.IDLE_SINCE],
            w[_Field.IDLE_SEEN],
            w[_Field.ASSIGNED],
            bool(w[_Field.SETTLED]),
            w[_Field.RESTING_RSS],
            w[_Field.IN_FLIGHT],
            w[_Field.STAMP],
            CAUSES[w[_Field.END] - 1] if w[_Field.END] else None,
        )

    def clear(self) -> None:
        """Blank, for the next process on this slot."""
        for i in range(len(_Field)):
            self._words[i] = 0

    def page_begins(self, partition: int, offset: int, timestamp_ms: int) -> None:
        """This record is in hand from now on."""
        w = self._words
        w[_Field.PARTITION], w[_Field.OFFSET], w[_Field.STAMP] = partition, offset, timestamp_ms
        w[_Field.SINCE] = time.monotonic_ns()
        w[_Field.DOING] = Doing.PAGE

    def page_ends(self) -> None:
        """No record is in hand."""
        self._words[_Field.DOING] = Doing.RESTING

    @contextmanager
    def calling(self) -> Iterator[None]:
        """Around a call to the transport, which may never return."""
        w = self._words
        w[_Field.SINCE] = time.monotonic_ns()
        w[_Field.DOING] = Doing.CALLING
        try:
            yield
        finally:
            w[_Field.DOING] = Doing.RESTING

    def delivered(self) -> None:
        """A batch came through."""
        self._words[_Field.BATCHES] += 1

    def idle(self, *, drained: bool) -> None:
        """Nothing to do, and whether that is because everything assigned is consumed."""
        w = self._words
        w[_Field.IDLE_SEEN] = time.monotonic_ns()
        if not drained:
            w[_Field.IDLE_SINCE] = 0
        elif w[_Field.IDLE_SINCE] == 0:
            w[_Field.IDLE_SINCE] = w[_Field.IDLE_SEEN]

    def stands(self, assigned: int, *, settled: bool) -> None:
        """Partitions assigned, and whether the membership is settled."""
        self._words[_Field.ASSIGNED], self._words[_Field.SETTLED] = assigned, settled

    def holds(self, size: int) -> None:
        """Bytes of pages and outputs that are not committed yet."""
        self._words[_Field.IN_FLIGHT] = size

    def rests_at(self, rss: int) -> None:
        """Bytes resident between pages."""
        self._words[_Field.RESTING_RSS] = rss

    def ends(self, cause: Cause) -> None:
        """This process is about to end, and why."""
        self._words[_Field.END] = 1 + CAUSES.index(cause)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A page that ended its process, and how often it has been tried."""

    tries: int
    reason: Reason


Accused = tuple[int, int, int]
"""A record as suspects are known: partition, offset, timestamp."""


class Suspects:
    """Pages that ended a process: the supervisor writes, all its processes read."""

    def __init__(self, words: Words | None = None, start: int = 0) -> None:
        """In the words from `start` on, or in some of its own."""
        self._kept, self._start = words or Words(start + SUSPECT_WORDS), start
        self._words = self._kept.cells[start : start + SUSPECT_WORDS]

    def __reduce__(self) -> tuple[object, ...]:
        return Suspects, (self._kept, self._start)

    def accuse(self, page: Accused, reason: Reason) -> int:
        """Note one more try of a page that ended its process; returns its tries so far."""
        tries = self.all().get(page, Suspect(0, reason)).tries + 1
        row = self._row_of(page)
        if row is None:
            row = self._words[0] % _SUSPECTS
            self._words[0] += 1
        at = 1 + row * _ROW
        for cell, value in enumerate((*page, tries, _REASONS.index(reason))):
            self._words[at + cell] = value
        return tries

    def all(self) -> dict[Accused, Suspect]:
        """All that are remembered."""
        rows = (self._cells(row) for row in range(min(self._words[0], _SUSPECTS)))
        return {(p, offset, stamp): Suspect(tries, _REASONS[reason]) for p, offset, stamp, tries, reason in rows}

    def _row_of(self, page: Accused) -> int | None:
        known = (row for row in range(min(self._words[0], _SUSPECTS)) if tuple(self._cells(row)[:3]) == page)
        return next(known, None)

    def _cells(self, row: int) -> list[int]:
        return self._words[1 + row * _ROW : 1 + (row + 1) * _ROW].tolist()


class Notebook:
    """Suspects, ends and journals of one supervisor: a file that the next one reads, when there is a place for it."""

    def __init__(self, slots: int, path: Path | None) -> None:
        """Takes over the predecessor's suspects and ends. Raises OSError when nothing can be kept at `path`."""
        before = predecessor(path) if path is not None else []
        if before[:1] != [_LAYOUT]:
            before = []
        size = _JOURNALS + slots * len(_Field)
        words = Words(size) if path is None else begin(path, size)
        words.cells[0] = _LAYOUT
        for cell, value in enumerate(before[:_JOURNALS]):
            words.cells[cell] = value
        self._path = path
        self.suspects = Suspects(words, 1)
        self.ends = Ends(words, 1 + SUSPECT_WORDS)
        self.journals = [Journal(words, _JOURNALS + slot * len(_Field)) for slot in range(slots)]
        self.left_in_hand = _in_hand(before[_JOURNALS:])
        """Pages that the predecessor's processes had in hand when all of them died."""

    def close(self) -> None:
        """After an end that is not a kill: what nobody needs is not kept."""
        self.ends.finish()
        if self._path is not None and not self.suspects.all() and not self.ends.any():
            self._path.unlink(missing_ok=True)


def _in_hand(words: list[int]) -> list[Accused]:
    journals = [words[at : at + len(_Field)] for at in range(0, len(words), len(_Field))]
    return [
        (j[_Field.PARTITION], j[_Field.OFFSET], j[_Field.STAMP])
        for j in journals
        if len(j) == len(_Field) and j[_Field.DOING] == Doing.PAGE
    ]
