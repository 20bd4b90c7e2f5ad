"""Stories -> articles: one output field a file, all of them read from one frozen `Context`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from schemas.messages import Article, Part, Position, RawPage, WarningCode
from worker.core.address import article_id_of, canonical, host_of, page_id_of
from worker.core.clean import clean
from worker.core.enrich.authors import authors
from worker.core.enrich.context import Choice, Context
from worker.core.enrich.dateline import dateline
from worker.core.enrich.fingerprint import content_hash, fold_body, simhash
from worker.core.enrich.images import images
from worker.core.enrich.language import direction_of, tell_language
from worker.core.enrich.paragraphs import paragraphs_of
from worker.core.enrich.published import dates
from worker.core.enrich.quotes import quotes
from worker.core.enrich.related import related
from worker.core.enrich.section import section
from worker.core.enrich.source import source
from worker.core.enrich.subtitle import subtitle
from worker.core.enrich.tags import tags
from worker.core.enrich.title import title
from worker.core.enrich.truncated import truncated
from worker.core.enrich.warn import warnings_of
from worker.core.model import CORE_VERSION, Content, Layout, Story


def enrich(
    stories: Sequence[Story], layout: Layout, content: Content, page: RawPage, at: datetime, position: Position | None
) -> tuple[Article, ...]:
    """The articles of a page's stories, the main one first."""
    return tuple(_article(story, layout, content, page, at, position) for story in stories)


def _article(
    story: Story, layout: Layout, content: Content, page: RawPage, at: datetime, position: Position | None
) -> Article:
    paragraphs, notes = paragraphs_of(story, layout)
    body = "\n".join(paragraph.text for paragraph in paragraphs)
    if not paragraphs and not story.index and layout.metadata.body:
        body = "\n".join(filter(None, map(clean, layout.metadata.body.splitlines())))
        notes = (*notes, WarningCode.BODY_FROM_METADATA)
    declared = [(c.value, c.origin) for c in layout.metadata.language]
    if page.language:
        declared.append((page.language, "crawler"))
    language = tell_language(body, declared)
    context = Context(story, layout, content, page, page.fetched_at or at, paragraphs, body, language.code)
    fields = _fields(context)
    folded = fold_body(body)
    url = _canonical_url(context)
    return Article.model_construct(
        article_id=article_id_of(url, story.index),
        page_id=page_id_of(page),
        url=page.url,
        canonical_url=url,
        host=host_of(page.url),
        part=Part.EMBEDDED if story.index else Part.MAIN,
        part_index=story.index,
        language=language.code,
        language_probability=language.probability,
        direction=direction_of(language.code, body),
        paragraphs=paragraphs,
        body=body,
        word_count=len(body.split()),
        content_hash=content_hash(folded),
        simhash=simhash(folded),
        confidence=layout.confidence,
        warnings=warnings_of(context, notes, cut_off=fields["truncated"].value, title=fields["title"]),
        core_version=CORE_VERSION,
        fetched_at=page.fetched_at,
        position=position,
        why={"language": language.origin} | {name: choice.why for name, choice in fields.items() if choice.why},
        **{name: choice.value for name, choice in fields.items()},
    )


def _fields(context: Context) -> dict[str, Choice[Any]]:
    """Each field's value with its reason."""
    headline = title(context)
    when = dates(context)
    return {
        "title": headline,
        "subtitle": subtitle(context, headline.value),
        "authors": authors(context),
        "source": source(context),
        "dateline": dateline(context),
        "published_at": when.published,
        "modified_at": when.modified,
        "section": section(context),
        "quotes": quotes(context),
        "tags": tags(context, headline.value),
        "images": images(context),
        "related": related(context),
        "truncated": truncated(context),
    }


def _canonical_url(context: Context) -> str:
    """The address the page calls its own, when it is on the same host; else its url, without tracking parameters."""
    for candidate in context.layout.metadata.canonical_url:
        if host_of(candidate.value) == host_of(context.page.url):
            return canonical(candidate.value)
    return canonical(context.page.url)
