"""What one delivered batch adds to the live page: small, whatever the batch held."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from schemas.messages import Article, Position
from worker.core.model import Outcome, Rejection

LATEST: Final = 12
"""Headlines, and dead letters, that a digest carries and the page shows."""
TITLE_CHARACTERS: Final = 240


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


@dataclass(frozen=True, slots=True)
class Lag:
    """How far behind a consumer process is."""

    records: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Digest:
    """One batch. `outcomes` counts pages by `article` or by the reason they were rejected for."""

    pages: int = 0
    bytes: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    sources: Mapping[str, SourceCounts] = field(default_factory=dict)
    headlines: Sequence[Headline] = ()
    letters: Sequence[Letter] = ()
    lag: Lag = Lag()


def digest(outcomes: Sequence[Outcome], lag: Lag) -> Digest:
    """The digest of a batch: all its counts, the last few of its articles and dead letters."""
    counts: Counter[str] = Counter()
    sources: dict[str, SourceCounts] = {}
    for outcome in outcomes:
        metrics = outcome.metrics
        counts[outcome.rejection.reason if outcome.rejection else "article"] += 1
        is_article = int(outcome.rejection is None)
        one = SourceCounts(1, is_article, metrics.confidence * is_article)
        sources[metrics.host] = sources.get(metrics.host, SourceCounts()) + one
    return Digest(
        pages=len(outcomes),
        bytes=sum(outcome.metrics.bytes for outcome in outcomes),
        outcomes=dict(counts),
        sources=sources,
        headlines=_headlines(outcomes),
        letters=_letters(outcomes),
        lag=lag,
    )


def _headlines(outcomes: Sequence[Outcome]) -> tuple[Headline, ...]:
    latest: list[Headline] = []
    for outcome in reversed(outcomes):
        latest += [_headline(article, outcome.metrics.processed_at) for article in reversed(outcome.articles)]
        if len(latest) >= LATEST:
            break
    return tuple(reversed(latest[:LATEST]))


def _headline(article: Article, at: datetime) -> Headline:
    title = article.title[:TITLE_CHARACTERS] if article.title else None
    return Headline(
        title, article.url, article.host, article.language, article.direction, article.confidence, article.part, at
    )


def _letters(outcomes: Sequence[Outcome]) -> tuple[Letter, ...]:
    rejected = [(outcome, outcome.rejection) for outcome in outcomes if outcome.rejection is not None]
    return tuple(_letter(outcome, rejection) for outcome, rejection in rejected[-LATEST:])


def _letter(outcome: Outcome, rejection: Rejection) -> Letter:
    metrics = outcome.metrics
    return Letter(rejection.reason, rejection.detail, metrics.host, metrics.position, metrics.processed_at)
