"""What the live page shows: the reports of all processes, added up."""

import threading
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from worker.live.glimpse import LATEST, Headline, Letter
from worker.live.series import Gauge, Series
from worker.live.sources import SHOWN, Health, Sources
from worker.tally import Report, Standing, Tally, Trouble

_NOW_STEPS: Final = 6
"""Whole steps that make up `now`: half a minute."""


@dataclass(frozen=True, slots=True)
class _Lag:
    """How far behind a process was at a time."""

    records: int
    seconds: float
    at: float

    def seconds_at(self, now: float) -> float:
        """A page that waits gets older; nothing waits when no record is left."""
        return self.seconds + max(0.0, now - self.at) if self.records else 0.0


class Board:
    """Adds up reports. Times are seconds since 1970; a slot is the number of a consumer process."""

    def __init__(self, instance: str, version: str, started: float) -> None:
        self._head = {"instance": instance, "version": version, "started": started}
        self._flow = Series()
        self._reasons = Series()
        self._sources = Sources()
        self._headlines: deque[Headline] = deque(maxlen=LATEST)
        self._letters: deque[Letter] = deque(maxlen=LATEST)
        self._lags: dict[int, _Lag] = {}
        self._lag_records = Gauge()
        self._lag_seconds = Gauge()
        self._total: Counter[str] = Counter()
        self._trouble: str | None = None
        self._lock = threading.Lock()  # reports come from one thread, questions from another

    def add(self, slot: int, report: Report, at: float) -> None:
        """Take in what the process in `slot` says."""
        with self._lock:
            match report:
                case Tally():
                    self._add_tally(slot, report, at)
                case Standing():
                    self._stand(slot, report, at)
                case Trouble():
                    self._trouble = report.kind

    def forget(self, slot: int) -> None:
        """The process in `slot` ended: its lag is another's now."""
        with self._lock:
            self._lags.pop(slot, None)

    def state(self, now: float) -> dict[str, Any]:
        """Everything the page shows, as plain data for JSON."""
        with self._lock:
            return self._state(now)

    def sources(self, now: float) -> dict[Health, int]:
        """How many of the sources seen in the last minutes are in which health."""
        with self._lock:
            counts = Counter(state.health for state in self._sources.states(now))
        return {health: counts[health] for health in Health}

    def _stand(self, slot: int, standing: Standing, at: float) -> None:
        waited = self._lags[slot].seconds_at(at) if slot in self._lags else 0.0
        self._note_lag(slot, standing.lag, waited, at)

    def _add_tally(self, slot: int, tally: Tally, at: float) -> None:
        dead = tally.dead_letters.total()
        flow = {"pages": tally.pages, "bytes": tally.page_bytes, "articles": tally.articles.total(), "dead": dead}
        self._flow.add(at, flow)
        self._total.update(flow)
        rejected = {str(reason): pages for reason, pages in tally.dead_letters.items()}
        self._reasons.add(at, {**rejected, "article": tally.article_pages})
        self._sources.add(at, tally.glimpse.sources)
        self._headlines.extend(tally.glimpse.headlines)
        self._letters.extend(tally.glimpse.letters)
        self._note_lag(slot, tally.lag, tally.lag_seconds, at)
        self._trouble = None

    def _note_lag(self, slot: int, lag: Mapping[int, int], seconds: float, at: float) -> None:
        self._lags[slot] = _Lag(sum(lag.values()), seconds, at)
        self._lag_records.note(at, self._lag_of_all())
        self._lag_seconds.note(at, self._furthest_behind(at))

    def _state(self, now: float) -> dict[str, Any]:
        return {
            **self._head,
            "at": now,
            "now": {
                "pages_per_second": self._recent("pages", now),
                "bytes_per_second": self._recent("bytes", now),
                "lag_records": self._lag_of_all(),
                "lag_seconds": self._furthest_behind(now),
            },
            "trouble": self._trouble,
            "total": dict(self._total),
            "outcomes": self._reasons.total(now),
            "series": self._series(now),
            "headlines": [asdict(headline) for headline in reversed(self._headlines)],
            "letters": [_plain(letter) for letter in reversed(self._letters)],
            "sources": [asdict(state) for state in self._sources.states(now)[:SHOWN]],
        }

    def _recent(self, name: str, now: float) -> float:
        return sum(self._flow.per_second(name, now)[-_NOW_STEPS:]) / _NOW_STEPS

    def _series(self, now: float) -> dict[str, Any]:
        times = self._flow.times(now)
        return {
            "times": times,
            "pages": self._flow.per_second("pages", now),
            "dead": self._flow.per_second("dead", now),
            "lag_records": self._lag_records.values(times),
            "lag_seconds": self._lag_seconds.values(times),
        }

    def _lag_of_all(self) -> int:
        return sum(lag.records for lag in self._lags.values())

    def _furthest_behind(self, now: float) -> float:
        return max((lag.seconds_at(now) for lag in self._lags.values()), default=0.0)


def _plain(letter: Letter) -> dict[str, Any]:
    position = letter.position.model_dump() if letter.position else None
    return {
        "reason": letter.reason,
        "detail": letter.detail,
        "host": letter.host,
        "position": position,
        "at": letter.at,
    }
