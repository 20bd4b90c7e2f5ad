"""Stories -> articles: one output field a file."""

from collections.abc import Sequence
from datetime import datetime

from schemas.messages import Article, Paragraph, Part, Position, RawPage
from worker.core.address import article_id_of, canonical, digest, host_of, page_id_of
from worker.core.clean import clean
from worker.core.model import CORE_VERSION, Content, Label, Layout, Story


def enrich(
    stories: Sequence[Story], layout: Layout, content: Content, page: RawPage, at: datetime, position: Position | None
) -> tuple[Article, ...]:
    """The articles of a page's stories, the main one first."""
    return tuple(_article(story, layout, content, page, position) for story in stories)


def _article(story: Story, layout: Layout, content: Content, page: RawPage, position: Position | None) -> Article:
    canonical_url = canonical(page.url)
    paragraphs = tuple(
        Paragraph(
            text=clean(layout.text[span.start : span.end]),
            role=span.role,
            level=span.level,
            start=span.start,
            end=span.end,
        )
        for span in story.paragraphs
    )
    body = "\n".join(p.text for p in paragraphs)
    titles = story.by_label.get(Label.TITLE) or story.by_label.get(Label.EMBEDDED_TITLE) or ()
    return Article(
        article_id=article_id_of(canonical_url, story.index),
        page_id=page_id_of(page),
        url=page.url,
        canonical_url=canonical_url,
        host=host_of(page.url),
        part=Part.EMBEDDED if story.index else Part.MAIN,
        part_index=story.index,
        title=clean(layout.text[titles[0].start : titles[0].end]) if titles else None,
        paragraphs=paragraphs,
        body=body,
        word_count=len(body.split()),
        content_hash=digest(body),
        simhash="0" * 16,
        confidence=layout.confidence,
        warnings=content.warnings,
        core_version=CORE_VERSION,
        fetched_at=page.fetched_at,
        position=position,
    )
