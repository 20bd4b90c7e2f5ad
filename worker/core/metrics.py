"""The page metrics of an outcome: what came in and what became of it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from schemas import messages
from schemas.messages import Article, PageMetrics, Position, RawPage
from worker.core.address import host_of, page_id_of
from worker.core.model import CORE_VERSION, Content, Layout, Rejection

FIELDS: Final = ("title", "authors", "source", "published_at", "section", "tags", "language", "images")
"""Fields whose absence in the main article is counted."""
_SPACES: Final = tuple(c for c in map(chr, range(0x3001)) if c.isspace())


def measure(  # noqa: PLR0913, PLR0917 - everything that is known of a page comes together here
    page: RawPage,
    content: Content | None,
    layout: Layout,
    articles: Sequence[Article],
    rejection: Rejection | None,
    at: datetime,
    position: Position | None,
) -> PageMetrics:
    """One PageMetrics, for a page that became articles and for one that was rejected alike."""
    characters: Counter[str] = Counter()
    segments: Counter[str] = Counter()
    spaces = [space for space in _SPACES if space in layout.text]
    for segment in layout.segments:
        start, end = segment.start, segment.end
        characters[segment.label] += end - start - sum(layout.text.count(space, start, end) for space in spaces)
        segments[segment.label] += 1
    total = sum(characters.values())
    kept = sum(
        n for label, n in characters.items() if label in {"body", "subheading", "quote", "embedded_body", "title"}
    )
    main = articles[0] if articles else None
    return PageMetrics(
        page_id=page_id_of(page),
        position=position,
        url=page.url,
        host=host_of(page.url),
        source=page.source,
        kind=content.kind if content else "unknown",
        outcome="article" if articles else "rejected",
        rejection=messages.Rejection(reason=rejection.reason, detail=rejection.detail) if rejection else None,
        language=main.language if main else None,
        bytes=0,
        characters=len(layout.text),
        label_characters=dict(sorted(characters.items())),
        label_segments=dict(sorted(segments.items())),
        boilerplate_share=1 - kept / total if total and articles else 0.0,
        articles=len(articles),
        missing=tuple(name for name in FIELDS if main is not None and not getattr(main, name)),
        confidence=main.confidence if main else 0.0,
        charset=content.charset if content else None,
        warnings=main.warnings if main else content.warnings if content else (),
        processed_at=at,
        core_version=CORE_VERSION,
    )
