"""Where a process's time goes: one clock, read when a stage begins."""

import time
from collections.abc import Callable
from typing import Final

STAGES: Final = ("poll", "envelope", "decode", "lay_out", "assemble", "enrich", "measure", "encode", "deliver")
"""In the order of a batch: waiting for pages and reading them; what the core does with each, cleaning being part of
`enrich`; writing its records; the transaction."""


class Stopwatch:
    """Wall time per stage. A stage ends where the next begins; all of a page cost 5 microseconds."""

    def __init__(self, clock: Callable[[], int] = time.perf_counter_ns) -> None:
        """`clock` in nanoseconds from any start."""
        self._clock = clock
        self._lap: dict[str, int] = {}
        self._spent: dict[str, int] = {}
        self._stage: str | None = None
        self._since = 0

    def begin(self, stage: str) -> None:
        """The stage before it, if any, ends here."""
        at = self._clock()
        self._note(at)
        self._stage, self._since = stage, at

    def end(self) -> dict[str, int]:
        """No stage is under way; microseconds per stage since the last end, in the order they began."""
        self._note(self._clock())
        lap, self._lap, self._stage = self._lap, {}, None
        for stage, spent in lap.items():
            self._spent[stage] = self._spent.get(stage, 0) + spent
        return {stage: spent // 1000 for stage, spent in lap.items()}

    def take(self) -> dict[str, float]:
        """Seconds per stage since the last taking."""
        spent, self._spent = self._spent, {}
        return {stage: nanoseconds / 1e9 for stage, nanoseconds in spent.items()}

    def _note(self, at: int) -> None:
        if self._stage is not None:
            self._lap[self._stage] = self._lap.get(self._stage, 0) + at - self._since
