"""The health of each source: whether it still is what it was before."""

from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from operator import add
from typing import Final

from worker.live.glimpse import SourceCounts

KEPT: Final = 1000
"""Sources remembered: those seen last."""
SHOWN: Final = 40
"""Sources on the page."""
MINUTES: Final = 15
FEW_PAGES: Final = 10
"""Below so many recent pages nothing is said."""
BAD_SHARE: Final = 0.5
DROP: Final = 0.2
"""A fall of the share of articles or of their mean confidence, in points, that is worth a look."""


class Health(StrEnum):
    """How a source does, the worst first."""

    FAILING = "failing"
    """Fewer than half of its recent pages became an article."""
    WORSE = "worse"
    """Its share of articles or their confidence fell against what it was before."""
    OK = "ok"
    FEW = "few"
    """Too few recent pages to tell."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """A source on the page."""

    host: str
    health: Health
    pages: int
    article_share: float
    confidence: float


class Sources:
    """Counts per source: the last quarter of an hour by minutes, and all that was before."""

    def __init__(self) -> None:
        self._recent: OrderedDict[str, deque[tuple[int, SourceCounts]]] = OrderedDict()
        self._before: dict[str, SourceCounts] = {}

    def add(self, at: float, counts: Mapping[str, SourceCounts]) -> None:
        """Add a batch's counts, at a time in seconds."""
        minute = int(at // 60)
        for host, more in counts.items():
            recent = self._recent.setdefault(host, deque())
            self._recent.move_to_end(host)
            if recent and recent[-1][0] >= minute:
                recent[-1] = (recent[-1][0], recent[-1][1] + more)
            else:
                recent.append((minute, more))
            self._age(host, minute)
        while len(self._recent) > KEPT:
            host, _ = self._recent.popitem(last=False)
            self._before.pop(host, None)

    def states(self, now: float) -> list[SourceState]:
        """Every source with recent pages: the unwell first, then by pages."""
        minute = int(now // 60)
        for host in self._recent:
            self._age(host, minute)
        states = [self._state(host) for host, recent in self._recent.items() if recent]
        order = list(Health)
        return sorted(states, key=lambda state: (order.index(state.health), -state.pages, state.host))

    def _age(self, host: str, minute: int) -> None:
        recent = self._recent[host]
        while recent and recent[0][0] <= minute - MINUTES:
            self._before[host] = self._before.get(host, SourceCounts()) + recent.popleft()[1]

    def _state(self, host: str) -> SourceState:
        counts = reduce(add, (more for _, more in self._recent[host]), SourceCounts())
        health = _health(counts, self._before.get(host, SourceCounts()))
        return SourceState(host, health, counts.pages, _share(counts), _confidence(counts))


def _health(now: SourceCounts, before: SourceCounts) -> Health:
    if now.pages < FEW_PAGES:
        return Health.FEW
    if _share(now) < BAD_SHARE:
        return Health.FAILING
    fell = max(_share(before) - _share(now), _confidence(before) - _confidence(now))
    if before.pages >= FEW_PAGES and fell >= DROP:
        return Health.WORSE
    return Health.OK


def _share(counts: SourceCounts) -> float:
    return counts.articles / counts.pages if counts.pages else 0.0


def _confidence(counts: SourceCounts) -> float:
    return counts.confidence / counts.articles if counts.articles else 0.0
