"""Html pages: markup in, the visible text in document order and a labelled partition of it out."""

from dataclasses import replace

import numpy as np

from worker.core.html.confidence import trust
from worker.core.html.features import compute
from worker.core.html.look import look
from worker.core.html.metadata import gather
from worker.core.html.page import Page
from worker.core.html.read import read
from worker.core.html.rules import decide
from worker.core.html.segments import blocks_of, links_of, segments_of
from worker.core.html.tagger import fitted
from worker.core.model import RUNNING, Layout, Markup
from worker.core.text import lay_out_text


def lay_out_html(html: str, url: str | None = None, markup: Markup | None = None) -> Layout:
    """The visible text of an html page, its segments, and what the markup says beside it.

    Where markup shows no story (tags that were never closed make a link of everything), its text is read as raw text
    is, and not trusted.
    """
    page = read(html)
    layout = _laid_out(page, url)
    if markup is None:
        return layout
    told = (segment.end for segment in layout.segments if segment.label in RUNNING)
    return replace(layout, marked=look(page, url or "", markup, max(told, default=0)))


def _laid_out(page: Page, url: str | None) -> Layout:
    features = compute(page, fitted().odds)
    if not features.texts:
        return Layout("", (), metadata=gather(page, features, [], url or ""))
    logits, labels = fitted().answer(features)
    draft = decide(page, features, 1.0 / (1.0 + np.exp(-logits)))
    body = [int(i) for i in np.flatnonzero(draft.chosen)]
    metadata = gather(page, features, body, url or "")
    if not body and not metadata.body:
        return replace(lay_out_text(page.text, page.language), links=links_of(page), metadata=metadata, confidence=0.0)
    return Layout(
        page.text,
        segments_of(draft, labels),
        blocks_of(page),
        links_of(page),
        metadata,
        trust(draft),
    )
