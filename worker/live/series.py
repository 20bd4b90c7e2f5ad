"""Counts over the last quarter of an hour, in steps of equal length."""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from typing import Final

STEP_SECONDS: Final = 5
STEPS: Final = 180


class Series:
    """Sums per step of time; steps older than the window are forgotten. Times are seconds, and may not run back."""

    def __init__(self, step_seconds: int = STEP_SECONDS, steps: int = STEPS) -> None:
        self._step_seconds = step_seconds
        self._steps = steps
        self._sums: deque[tuple[int, defaultdict[str, float]]] = deque()

    def add(self, at: float, amounts: Mapping[str, float]) -> None:
        """Add to the step that `at` falls into, or to the latest one if the clock was set back."""
        step = int(at // self._step_seconds)
        if not self._sums or step > self._sums[-1][0]:
            self._sums.append((step, defaultdict(float)))
        for name, amount in amounts.items():
            self._sums[-1][1][name] += amount
        self._forget(step)

    def times(self, now: float) -> list[int]:
        """The start of every whole step of the window, oldest first; the step in progress is left out."""
        last = int(now // self._step_seconds)
        return [step * self._step_seconds for step in range(last - self._steps, last)]

    def per_second(self, name: str, now: float) -> list[float]:
        """The sum of each step of `times(now)`, divided by its length."""
        sums = {step * self._step_seconds: counts.get(name, 0.0) for step, counts in self._sums}
        return [sums.get(time, 0) / self._step_seconds for time in self.times(now)]

    def total(self, now: float) -> dict[str, float]:
        """All sums inside the window, the step in progress included."""
        self._forget(int(now // self._step_seconds))
        total: defaultdict[str, float] = defaultdict(float)
        for _, counts in self._sums:
            for name, amount in counts.items():
                total[name] += amount
        return dict(total)

    def _forget(self, step: int) -> None:
        while self._sums and self._sums[0][0] < step - self._steps:
            self._sums.popleft()


class Gauge:
    """The last value of each step of time: None where nothing was noted."""

    def __init__(self, step_seconds: int = STEP_SECONDS, steps: int = STEPS) -> None:
        self._step_seconds = step_seconds
        self._steps = steps
        self._values: dict[int, float] = {}

    def note(self, at: float, value: float) -> None:
        """The value at a time in seconds."""
        self._values[int(at // self._step_seconds)] = value
        while len(self._values) > self._steps:
            del self._values[next(iter(self._values))]

    def values(self, times: Sequence[int]) -> list[float | None]:
        """The value of the step that starts at each of `times`."""
        return [self._values.get(time // self._step_seconds) for time in times]
