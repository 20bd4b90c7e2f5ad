"""Pages for the tests of the fields: a text written as labelled pieces."""

from datetime import UTC, datetime

from schemas.messages import Article, RawPage
from worker.core.assemble import assemble
from worker.core.enrich import enrich
from worker.core.model import Content, Label, Layout, Metadata, Segment

AT = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
URL = "https://www.example.org/news/story"
BODY = (
    "The council of the small town agreed on Monday to repair the old bridge over the river.\n"
    "Work on the bridge begins in spring, the mayor said, and it will last for half a year.\n"
)


def layout_of(*pieces: tuple[str, str] | tuple[str, str, int], metadata: Metadata | None = None) -> Layout:
    """A layout whose text is the pieces' texts in order: (label, text) or (label, text, story)."""
    at, segments, texts = 0, [], []
    for label, text, *story in pieces:
        segments.append(Segment(at, at + len(text), Label(label), story[0] if story else 0))
        texts.append(text)
        at += len(text)
    return Layout("".join(texts), tuple(segments), metadata=metadata or Metadata(), confidence=0.9)


def articles_of(layout: Layout, **page: object) -> tuple[Article, ...]:
    """The articles of a layout."""
    raw = RawPage.model_validate({"url": URL, "text": layout.text, "fetched_at": AT} | page)
    return enrich(assemble(layout), layout, Content(layout.text, "text"), raw, AT, None)


def article_of(*pieces: tuple[str, str] | tuple[str, str, int], **page: object) -> Article:
    """The main article of pieces with a body behind them where they have none."""
    if not any(piece[0] == "body" for piece in pieces):
        pieces = (*pieces, ("body", BODY))
    return articles_of(layout_of(*pieces), **page)[0]
