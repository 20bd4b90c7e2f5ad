"""What the live page shows: the digests of all processes, added up."""

from collections import Counter, deque
from dataclasses import asdict
from typing import Any, Final

from worker.live.digest import LATEST, Digest, Headline, Lag, Letter
from worker.live.series import Gauge, Series
from worker.live.sources import Sources

_NOW_STEPS: Final = 6
"""Whole steps that make up `now`: half a minute."""


class Board:
    """Adds up digests. Times are seconds since 1970; a slot is the number of a consumer process."""

    def __init__(self, instance: str, version: str, started: float) -> None:
        self._head = {"instance": instance, "version": version, "started": started}
        self._flow = Series()
        self._reasons = Series()
        self._sources = Sources()
        self._headlines: deque[Headline] = deque(maxlen=LATEST)
        self._letters: deque[Letter] = deque(maxlen=LATEST)
        self._lags: dict[int, Lag] = {}
        self._lag_records = Gauge()
        self._lag_seconds = Gauge()
        self._total: Counter[str] = Counter()

    def add(self, slot: int, digest: Digest, at: float) -> None:
        """Add one batch of the process in `slot`."""
        articles = digest.outcomes.get("article", 0)
        flow = {"pages": digest.pages, "bytes": digest.bytes, "articles": articles, "dead": digest.pages - articles}
        self._flow.add(at, flow)
        self._reasons.add(at, digest.outcomes)
        self._total.update(flow)
        self._sources.add(at, digest.sources)
        self._headlines.extend(digest.headlines)
        self._letters.extend(digest.letters)
        self.note_lag(slot, digest.lag, at)

    def note_lag(self, slot: int, lag: Lag, at: float) -> None:
        """Where the process in `slot` stands, batch or none."""
        self._lags[slot] = lag
        now = self._lag()
        self._lag_records.note(at, now.records)
        self._lag_seconds.note(at, now.seconds)

    def forget(self, slot: int) -> None:
        """The process in `slot` ended: its lag is another's now."""
        self._lags.pop(slot, None)

    def state(self, now: float) -> dict[str, Any]:
        """Everything the page shows, as plain data for JSON."""
        lag = self._lag()
        return {
            **self._head,
            "at": now,
            "now": {
                "pages_per_second": self._recent("pages", now),
                "bytes_per_second": self._recent("bytes", now),
                "lag_records": lag.records,
                "lag_seconds": lag.seconds,
            },
            "total": dict(self._total),
            "outcomes": self._reasons.total(now),
            "series": self._series(now),
            "headlines": [asdict(headline) for headline in reversed(self._headlines)],
            "letters": [_plain(letter) for letter in reversed(self._letters)],
            "sources": [asdict(state) for state in self._sources.states(now)],
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

    def _lag(self) -> Lag:
        """Records of all processes together; the seconds of the one that is furthest behind."""
        lags = self._lags.values()
        return Lag(sum(lag.records for lag in lags), max((lag.seconds for lag in lags), default=0.0))


def _plain(letter: Letter) -> dict[str, Any]:
    position = letter.position.model_dump() if letter.position else None
    return {
        "reason": letter.reason,
        "detail": letter.detail,
        "host": letter.host,
        "position": position,
        "at": letter.at,
    }
