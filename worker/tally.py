"""What a batch came to, in numbers: made by a consumer process, added up by the supervisor's metrics."""

from collections import Counter
from dataclasses import dataclass, field

from worker.core.model import Outcome
from worker.live.glimpse import Glimpse


@dataclass
class Tally:
    """Sums over one delivered batch; lists are single observations, in seconds or shares."""

    pages: int = 0
    page_bytes: int = 0
    article_pages: int = 0
    articles: Counter[str] = field(default_factory=Counter)
    """Per part: main, embedded."""
    dead_letters: Counter[str] = field(default_factory=Counter)
    """Per reason."""
    languages: Counter[str] = field(default_factory=Counter)
    label_characters: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    """Main articles without that field."""
    warnings: Counter[str] = field(default_factory=Counter)
    confidences: list[float] = field(default_factory=list)
    page_seconds: list[float] = field(default_factory=list)
    batch_seconds: float = 0.0
    deliver_seconds: float = 0.0
    output_bytes: int = 0
    lag: dict[int, int] = field(default_factory=dict)
    """Records not yet handed out, per assigned partition."""
    lag_seconds: float = 0.0
    """Age of the newest page of the batch when it was delivered."""
    glimpse: Glimpse = field(default_factory=Glimpse)
    """For the live page."""

    def add(self, outcome: Outcome) -> None:
        """Count one page that became `outcome`, its metrics completed."""
        metrics = outcome.metrics
        self.pages += 1
        self.page_bytes += metrics.bytes
        self.glimpse.add(outcome)
        self.label_characters.update(metrics.label_characters)
        self.page_seconds.append(metrics.stage_microseconds.get("page", 0) / 1e6)
        if outcome.rejection is not None:
            self.dead_letters[outcome.rejection.reason] += 1
            return
        self.article_pages += 1
        self.articles.update(article.part for article in outcome.articles)
        self.languages[metrics.language or "unknown"] += 1
        self.missing.update(metrics.missing)
        self.warnings.update(metrics.warnings)
        self.confidences.append(metrics.confidence)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a process stands between batches."""

    lag: dict[int, int]
    rebalances: int
    stage_seconds: dict[str, float] = field(default_factory=dict)
    """Wall time spent on each stage since the last standing, also on batches that were not delivered."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A call that failed because of the world; `kind` is the name of the transport's error."""

    kind: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """Records that were deleted before they were read, passed over as the settings say."""

    records: int


Report = Tally | Standing | Trouble | Skipped
"""What a consumer process tells its supervisor."""


@dataclass(frozen=True, slots=True)
class Overview:
    """The worker as a whole, for health and metrics."""

    processes: int
    alive: int
    settled: int
    """Processes whose membership is settled."""
    assigned: int
    last_progress_seconds: float
    """Since a batch was delivered or a process was seen with nothing left to do."""
    resident_bytes: int = 0
    """Of all processes and the supervisor together."""
    in_flight_bytes: int = 0
    """Of pages in hand and their outputs, from the poll to the commit, in all processes."""
