"""Html pages: markup in, the visible text in document order and a labelled partition of it out."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

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
from worker.core.text.letters import read_letters
from worker.core.text.shared import doubts
from worker.core.text.words import Hashes, read_words


def lay_out_html(
    html: str, url: str | None = None, markup: Markup | None = None, known: Hashes | None = None
) -> Layout:
    """The visible text of an html page, its segments, and what the markup says beside it.

    Where markup shows no story (tags that were never closed make a link of everything), its text is read as raw text
    is, and not trusted. `known` are sorted fingerprints of what other pages of the site print, too.
    """
    page = read(html)
    layout = _laid_out(page, url, known)
    if markup is None:
        return layout
    told = (segment.end for segment in layout.segments if segment.label in RUNNING)
    return replace(layout, marked=look(page, url or "", markup, max(told, default=0)))


def _laid_out(page: Page, url: str | None, known: Hashes | None) -> Layout:
    features = compute(page, fitted().odds)
    if not features.texts:
        return Layout("", (), metadata=gather(page, features, [], url or ""))
    logits, labels = fitted().answer(features)
    if known is not None:
        logits = logits - _doubts(page, known, logits > 0)
    draft = decide(page, features, 1.0 / (1.0 + np.exp(-logits)))
    body = [int(i) for i in np.flatnonzero(draft.chosen)]
    metadata = gather(page, features, body, url or "")
    if not body and not metadata.body:
        text = lay_out_text(page.text, page.language, known)
        return replace(text, links=links_of(page), metadata=metadata, confidence=0.0)
    return Layout(
        page.text,
        segments_of(draft, labels),
        blocks_of(page),
        links_of(page),
        metadata,
        trust(draft),
    )


def _doubts(page: Page, known: Hashes, running: NDArray[np.bool_]) -> NDArray[np.float64]:
    """What each block loses because other pages of the site have it, too."""
    letters = read_letters(page.text)
    return doubts(letters, read_words(letters), np.array(page.blocks.start, dtype=np.int64), known, running)
