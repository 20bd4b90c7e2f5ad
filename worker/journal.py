"""What a consumer process notes about itself in shared memory, for the supervisor that watches it from outside.

A process that is killed, hangs inside C code or runs out of memory cannot say so; its last note can. Times are
`time.monotonic_ns()`, which all processes of one machine share.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from multiprocessing.context import SpawnContext
from typing import Any, Final

from schemas.reasons import Reason

_SUSPECTS: Final = 256
"""Pages under suspicion at one time; the oldest is forgotten for a new one."""
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
    assigned: int
    settled: bool
    resting_rss: int
    """Bytes resident before the page in hand was begun."""
    in_flight_bytes: int
    """Of pages in hand and their outputs."""


class Journal:
    """One process's notes: it writes, the supervisor reads. Each field is one aligned word."""

    def __init__(self, context: SpawnContext) -> None:
        self._words: Any = context.RawArray("q", len(_Field))

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
            w[_Field.ASSIGNED],
            bool(w[_Field.SETTLED]),
            w[_Field.RESTING_RSS],
            w[_Field.IN_FLIGHT],
        )

    def clear(self) -> None:
        """Blank, for the next process on this slot."""
        for i in range(len(_Field)):
            self._words[i] = 0

    def page_begins(self, partition: int, offset: int) -> None:
        """This record is in hand from now on."""
        w = self._words
        w[_Field.PARTITION], w[_Field.OFFSET] = partition, offset
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
        if not drained:
            w[_Field.IDLE_SINCE] = 0
        elif w[_Field.IDLE_SINCE] == 0:
            w[_Field.IDLE_SINCE] = time.monotonic_ns()

    def stands(self, assigned: int, *, settled: bool) -> None:
        """Partitions assigned, and whether the membership is settled."""
        self._words[_Field.ASSIGNED], self._words[_Field.SETTLED] = assigned, settled

    def holds(self, size: int) -> None:
        """Bytes of pages and outputs that are not committed yet."""
        self._words[_Field.IN_FLIGHT] = size

    def rests_at(self, rss: int) -> None:
        """Bytes resident between pages."""
        self._words[_Field.RESTING_RSS] = rss


@dataclass(frozen=True, slots=True)
class Suspect:
    """A page that ended its process, and how often it has been tried."""

    tries: int
    reason: Reason


class Suspects:
    """Pages that ended a process: the supervisor writes, all its processes read."""

    def __init__(self, context: SpawnContext) -> None:
        self._rows: Any = context.RawArray("q", _SUSPECTS * 4)
        self._count: Any = context.RawValue("q", 0)

    def accuse(self, partition: int, offset: int, reason: Reason) -> int:
        """Note one more try of a page that ended its process; returns its tries so far."""
        for row in range(min(self._count.value, _SUSPECTS)):
            if tuple(self._rows[row * 4 : row * 4 + 2]) == (partition, offset):
                self._rows[row * 4 + 2] += 1
                self._rows[row * 4 + 3] = _REASONS.index(reason)
                return int(self._rows[row * 4 + 2])
        row = self._count.value % _SUSPECTS
        self._rows[row * 4 : row * 4 + 4] = [partition, offset, 1, _REASONS.index(reason)]
        self._count.value += 1
        return 1

    def all(self) -> dict[tuple[int, int], Suspect]:
        """(partition, offset) -> suspect."""
        rows = range(min(self._count.value, _SUSPECTS))
        table = [self._rows[row * 4 : row * 4 + 4] for row in rows]
        return {(p, offset): Suspect(tries, _REASONS[reason]) for p, offset, tries, reason in table}
