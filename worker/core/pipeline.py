"""The way of a page: `process()` takes one raw page and says everything it became. Pure: same input, same outcome."""

import gc
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from schemas.messages import Position, RawPage
from schemas.reasons import Reason, Reject
from schemas.site_profile import SiteProfile
from worker.core.assemble import assemble
from worker.core.decode import decode
from worker.core.enrich import enrich
from worker.core.html import lay_out_html
from worker.core.limits import DEFAULT_LIMITS, Limits
from worker.core.metrics import measure
from worker.core.model import Content, Layout, Markup, Outcome, Rejection
from worker.core.text import lay_out_text
from worker.core.text.shared import known_of


def nobody(_: str) -> None:
    """Whom stages are told to where nobody holds a clock."""


def process(  # noqa: PLR0913 - all that an outcome may depend on
    page: RawPage,
    at: datetime,
    position: Position | None = None,
    limits: Limits = DEFAULT_LIMITS,
    begin: Callable[[str], None] = nobody,
    markup: Markup | None = None,
    *,
    profile: SiteProfile | None = None,
) -> Outcome:
    """What `page` became: its articles, or the one reason there are none. Never raises for any page.

    `at` is the time of processing (copied to the metrics; relative dates use it where the page has no `fetched_at`).
    `begin` is told the name of each stage as it begins, so that a caller with a clock can time them.
    `markup`: what paragraphs also say where they come from html; nothing else changes with it.
    `profile` says what the other pages of the page's site print, too; part of the input, it is named in the outcome by
    its version.
    """
    layout, content = Layout("", ()), None
    try:
        begin("decode")
        content = decode(page, limits)
        begin("lay_out")
        layout = lay_out(content, page.language, page.url, markup, profile)
        begin("assemble")
        stories = assemble(layout)
        begin("enrich")
        articles = enrich(stories, layout, content, page, at, position)
    except Reject as reject:
        rejection = Rejection(reject.reason, reject.detail)
    except Exception as error:  # noqa: BLE001 - a page must never stop the stream; the reason says it is our fault
        rejection = Rejection(Reason.BUG, f"{type(error).__name__} in {_where(error)}")
    else:
        begin("measure")
        metrics = measure(page, content, layout, articles, None, at, position)
        return _named(Outcome(articles, metrics, None, layout.text, tuple(layout.segments)), profile)
    begin("measure")
    metrics = measure(page, content, layout, (), rejection, at, position)
    return _named(Outcome((), metrics, rejection, layout.text, tuple(layout.segments)), profile)


def _named(outcome: Outcome, profile: SiteProfile | None) -> Outcome:
    """The outcome with the version of the profile that it was made with."""
    if profile is None:
        return outcome
    version = {"profile_version": profile.version}
    articles = tuple(article.model_copy(update=version) for article in outcome.articles)
    return replace(outcome, articles=articles, metrics=outcome.metrics.model_copy(update=version))


_FIRST: Final = (
    "A first page of the year\n\nBy Jane Doe\n\nMonday, 5 January 2026, 10:30\n\n"
    "LONDON (Reuters) - It has a line of text that is long enough to be a paragraph, "
    "\u201cand it has a quotation of several words\u201d, said John Smith.\n\n"
    "It has another line of text, which is as long as the one before it, and ends in a full stop as well.\n\n"
    "Read also: Another page of the same year\n\nSource: Reuters\n\nTags: First Page New Year Climate"
)


def warm_up() -> None:
    """Load models and lexicons, as the first pages would, so that no page waits for them.

    The garbage collector then leaves them alone: they stay until the process ends. It collects once more behind that:
    it looks for old garbage only where there is a quarter as much new as it found last; of that there is nothing then.
    """
    at = datetime(2026, 1, 5, tzinfo=UTC)
    url = "https://newsmill.invalid/2026/01/05/a-first-page"
    lines = "".join(f"<p>{line}</p>" for line in _FIRST.split("\n\n"))
    process(RawPage(url=url, text=_FIRST), at)
    process(RawPage(url=url, html=f"<html><head><title>A first page</title></head><body>{lines}</body></html>"), at)
    gc.collect()
    gc.freeze()
    gc.collect()


def lay_out(
    content: Content,
    language: str | None,
    url: str | None = None,
    markup: Markup | None = None,
    profile: SiteProfile | None = None,
) -> Layout:
    """The page's text, cut into labelled segments; of html also the `markup` that is asked for."""
    known = known_of(profile) if profile else None
    if content.kind == "html":
        return lay_out_html(content.markup_or_text, url, markup, known)
    return lay_out_text(content.markup_or_text, language, known)


def _where(error: BaseException) -> str:
    """File and line of the innermost frame; no text of the page can be in it."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else "unknown"
