"""Which fleet a schedule is played with, and where its outcome goes."""

import dataclasses
import time
from pathlib import Path

import orjson

from tests.soak.arena import Arena
from tests.soak.runner import Outcome, Season


class Stage:
    """Gives each schedule a season: the one before, or a new one when that is old or has seen a failure."""

    def __init__(self, arena: Arena, out: Path, length: int, pace: float) -> None:
        self._arena, self._out, self._length, self._pace = arena, out, length, pace
        self._season: Season | None = None
        self._played = 0
        self._started = time.monotonic()
        out.mkdir(parents=True, exist_ok=True)

    @property
    def minutes(self) -> float:
        return (time.monotonic() - self._started) / 60

    def season(self) -> Season:
        if self._season is None or self._played >= self._length:
            self.end()
            self._arena.heal()
            self._season, self._played = Season(self._arena, self._out / "logs", self._pace), 0
            self._season.__enter__()
        self._played += 1
        return self._season

    def note(self, outcome: Outcome) -> None:
        """Add it to the results; after a failure the fleet is done with."""
        with (self._out / "results.jsonl").open("ab") as file:
            file.write(orjson.dumps(dataclasses.asdict(outcome)) + b"\n")
        if not outcome.right:
            self.abandon()

    def abandon(self) -> None:
        """End the fleet at once."""
        season, self._season = self._season, None
        if season is not None:
            season.__exit__()

    def end(self) -> None:
        """The fleet leaves in order; each worker must say it ended cleanly."""
        if self._season is not None:
            try:
                assert set(self._season.end()) == {0}
            finally:
                self.abandon()


OUTCOMES: list[Outcome] = []
"""Of this session, for the table."""
