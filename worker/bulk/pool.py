"""Records through the core in several processes, in order; a page that kills or hangs one costs that page alone."""

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Final, Self

from schemas.reasons import Reason
from worker.core.model import Rejection
from worker.mill import Mill, now
from worker.outputs import Names, completed, outputs_of, rejected
from worker.profiles import read_profiles
from worker.settings import Settings
from worker.transport import Output, Record

_CHUNK_PAGES: Final = 16
"""Pages handed to a process at once: few, so that a failure repeats little; enough, so that handing over is cheap."""
_AHEAD: Final = 3
"""Chunks under way per process."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What one record became: the reason it was rejected, or None, and the records to write."""

    reason: Reason | None
    outputs: list[Output]


class Pool:
    """A pool of mills. Use as a context manager, from one thread."""

    def __init__(self, settings: Settings, profiles: Path | None = None) -> None:
        """`settings.worker.processes` processes; the limits are the worker's. Returns when one is ready.

        `profiles` is a file of site profiles, which can be read.
        """
        self._settings = settings
        self._profiles = profiles
        self._names = Names.of(settings, 0)
        self._executor = self._start(settings.worker.processes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def grind(self, records: Iterable[Record]) -> Iterator[tuple[Record, Ground]]:
        """Each record with what it became, in the order they came; reads ahead a bounded number of records."""
        chunks = _chunks(records)
        waiting: deque[tuple[list[Record], Future[list[Ground]]]] = deque()
        window = self._settings.worker.processes * _AHEAD
        for chunk in chain(chunks, [None]):
            if chunk is not None:
                waiting.append((chunk, self._submit(chunk)))
            while waiting and (chunk is None or len(waiting) >= window):
                yield from self._take(waiting)

    def _take(self, waiting: deque[tuple[list[Record], Future[list[Ground]]]]) -> Iterator[tuple[Record, Ground]]:
        """Results of the oldest chunk; when its process died or takes too long, its pages again, each by itself."""
        chunk, future = waiting.popleft()
        try:
            ground = future.result(timeout=self._settings.limits.page_seconds)
        except (BrokenProcessPool, FutureTimeoutError):
            others = [other for other, _ in waiting]
            self._end()
            ground = [self._alone(record) for record in chunk]
            self._executor = self._start(self._settings.worker.processes)
            waiting.clear()
            waiting.extend((other, self._submit(other)) for other in others)
        yield from zip(chunk, ground, strict=True)

    def _alone(self, record: Record) -> Ground:
        """One page in a process of its own."""
        self._executor = self._start(1)
        try:
            return self._submit([record]).result(timeout=self._settings.limits.page_seconds)[0]
        except BrokenProcessPool:
            return self._rejected(record, Rejection(Reason.CRASHED, "ended its process"))
        except FutureTimeoutError:
            limit = self._settings.limits.page_seconds
            return self._rejected(record, Rejection(Reason.TIME_LIMIT, f"took longer than {limit:g} s"))
        finally:
            self._end()

    def _rejected(self, record: Record, rejection: Rejection) -> Ground:
        at = now()
        outcome = completed(rejected(record, rejection, at), record, {})
        return Ground(rejection.reason, outputs_of(record, outcome, self._names, at))

    def _submit(self, chunk: list[Record]) -> "Future[list[Ground]]":
        try:
            return self._executor.submit(_grind, chunk)
        except BrokenProcessPool as error:
            broken: Future[list[Ground]] = Future()
            broken.set_exception(error)
            return broken

    def _start(self, processes: int) -> ProcessPoolExecutor:
        spawn = multiprocessing.get_context("spawn")
        given = (self._settings, self._profiles)
        executor = ProcessPoolExecutor(processes, mp_context=spawn, initializer=_prepare, initargs=given)
        executor.submit(_ready).result()
        return executor

    def _end(self) -> None:
        """End the pool's processes by their ids, also one that hangs."""
        running = list((self._executor._processes or {}).values())  # noqa: SLF001 - no public way before Python 3.14
        self._executor.shutdown(wait=False, cancel_futures=True)
        for process in running:
            process.kill()
        for process in running:
            process.join()


_mill: Mill


def _prepare(settings: Settings, profiles: Path | None) -> None:
    """Once in each process of the pool."""
    global _mill  # noqa: PLW0603 - a pool's process has no other place for what it is made with
    _mill = Mill(settings, 0, profiles=read_profiles(profiles) if profiles else None)
    _mill.warm_up()


def _ready() -> None:
    """Returns once a process has imported and loaded everything, so that no page's time is spent on it."""


def _grind(chunk: list[Record]) -> list[Ground]:
    return [
        Ground(outcome.rejection.reason if outcome.rejection else None, outputs)
        for outcome, outputs in map(_mill.grind, chunk)
    ]


def _chunks(records: Iterable[Record]) -> Iterator[list[Record]]:
    source = iter(records)
    while chunk := list(islice(source, _CHUNK_PAGES)):
        yield chunk
