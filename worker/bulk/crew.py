"""Lines in, one answer a line out, in the same order, by forked copies of this process: one a core, at most.

Copies are made as lines wait for a free one, so that a single line costs none. They share the memory of what was loaded
before. A copy ends when its line of talk to this process does: it cannot outlive it.
"""

import gc
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, wait
from typing import Final, Generic, TypeVar

T = TypeVar("T")

_CHUNK: Final = 1 << 20
_AHEAD: Final = 8
"""Lines a copy may be ahead of the oldest one that still has no answer: what is held in memory for the order's sake."""


class CopyEnded(Exception):  # noqa: N818 - it is news of a process, not an error of the program
    """A copy of this process ended while it worked on a line, as when that needed more memory than there is."""


class Crew(Generic[T]):
    """Copies of this process that answer lines; a line is with one copy, and a copy has one line at most."""

    def __init__(self, answer: Callable[[bytes], T], most: int) -> None:
        self._answer, self._most = answer, most
        self._idle: list[Connection] = []
        self._busy: dict[Connection, int] = {}

    def answers(self, source: int) -> Iterator[T]:
        """The answer to each line that is read from the file descriptor `source`, as soon as those before it are given.

        The first line is answered here, so that all copies share what it loads. Raises CopyEnded.
        """
        lines = _Lines(source)
        waiting, done = deque[tuple[int, bytes]](), dict[int, T]()
        read = given = 0
        while True:
            while waiting and self._has_hand():
                self._hand_over(*waiting.popleft())
            room = not lines.ended and read - given < self._most * _AHEAD
            if not self._busy and not room:
                return
            ready = wait([*self._busy, source] if room else list(self._busy))
            for place in ready:
                if isinstance(place, Connection):
                    number, answer = self._taken(place)
                    done[number] = answer
                    continue
                for line in lines.more():
                    if read:
                        waiting.append((read, line))
                    else:
                        done[read] = self._answer(line)
                        gc.freeze()
                    read += 1
            while given in done:
                yield done.pop(given)
                given += 1

    def _has_hand(self) -> bool:
        """Whether a copy is free, or can be made."""
        return bool(self._idle) or len(self._busy) < self._most

    def _hand_over(self, number: int, line: bytes) -> None:
        """Give a line to a free copy, which waits for it, so that this never blocks for long."""
        place = self._idle.pop() if self._idle else self._forked()
        place.send_bytes(line)
        self._busy[place] = number

    def _taken(self, place: Connection) -> tuple[int, T]:
        """A line's number and its answer, from a copy that is free then."""
        number = self._busy.pop(place)
        try:
            answer: T = place.recv()
        except EOFError:
            raise CopyEnded("a process ended while it worked on a page") from None
        self._idle.append(place)
        return number, answer

    def _forked(self) -> Connection:
        here, there = multiprocessing.Pipe()
        inherited = [*self._idle, *self._busy, here]
        fork = multiprocessing.get_context("fork")
        fork.Process(target=_serve, args=(there, inherited, self._answer), daemon=True).start()
        there.close()
        return here


def _serve(place: Connection, inherited: list[Connection], answer: Callable[[bytes], object]) -> None:
    """The life of a copy: line by line, until nobody is left who could send one."""
    for other in inherited:  # else the ends of its elders would stay open as long as it lives
        other.close()
    try:
        while True:
            place.send(answer(place.recv_bytes()))
    except (EOFError, ConnectionError, KeyboardInterrupt):
        return


class _Lines:
    """Lines that come in pieces; empty ones are left out."""

    def __init__(self, source: int) -> None:
        self._source, self._rest = source, bytearray()
        self.ended = False

    def more(self) -> list[bytes]:
        """The lines that the next piece completes; waits for it. The last line needs no line break."""
        piece = os.read(self._source, _CHUNK)
        self.ended = not piece
        known = len(self._rest)
        self._rest += piece or b"\n"
        end = self._rest.rfind(b"\n", known) + 1
        whole = bytes(self._rest[:end])
        del self._rest[:end]
        return [line for line in whole.split(b"\n") if line.strip()]
