"""What one delivered batch adds to the live page: small, whatever the batch held. Made by a consumer process."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from schemas.messages import Article, PageMetrics, Position
from worker.core.model import Outcome, Rejection

LATEST: Final = 12
"""Headlines, and dead letters, that a glimpse carries and the page shows."""
TITLE_CHARACTERS: Final = 240
NO_HOST: Final = PageMetrics.model_fields["host"].default
"""Of a record without url: no source, and so neither well nor unwell."""


@dataclass(frozen=True, slots=True)
class Headline:
    """An article by its headline: the only text of a page that is shown."""

    title: str | None
    url: str
    host: str
    language: str | None
    direction: str
    confidence: float
    part: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter: where it stood and why, no text."""

    reason: str
    detail: str
    host: str
    position: Position | None
    at: datetime


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """Pages of one source, and what became of them."""

    pages: int = 0
    articles: int = 0
    """Pages that became at least one article."""
    confidence: float = 0.0
    """Sum over the pages that became an article."""

    def __add__(self, other: "SourceCounts") -> "SourceCounts":
        return SourceCounts(
            self.pages + other.pages, self.articles + other.articles, self.confidence + other.confidence
        )


@dataclass
class Glimpse:
    """What a batch adds to the live page beside its counts: sources, and the latest few of what came out."""

    sources: dict[str, SourceCounts] = field(default_factory=dict)
    headlines: deque[Headline] = field(default_factory=lambda: deque(maxlen=LATEST))
    letters: deque[Letter] = field(default_factory=lambda: deque(maxlen=LATEST))

    def add(self, outcome: Outcome) -> None:
        """Note one page that became `outcome`."""
        metrics, rejection = outcome.metrics, outcome.rejection
        if metrics.host != NO_HOST:
            one = SourceCounts(1, 0, 0.0) if rejection else SourceCounts(1, 1, metrics.confidence)
            self.sources[metrics.host] = self.sources.get(metrics.host, SourceCounts()) + one
        self.headlines.extend(_headline(article, metrics.processed_at) for article in outcome.articles)
        if rejection is not None:
            self.letters.append(_letter(metrics, rejection))


def _headline(article: Article, at: datetime) -> Headline:
    title = article.title[:TITLE_CHARACTERS] if article.title else None
    return Headline(
        title, article.url, article.host, article.language, article.direction, article.confidence, article.part, at
    )


def _letter(metrics: PageMetrics, rejection: Rejection) -> Letter:
    return Letter(rejection.reason, rejection.detail, metrics.host, metrics.position, metrics.processed_at)
