"""Html pages: markup in, the visible text in document order and a labelled partition of it out."""

from dataclasses import replace

import numpy as np

from worker.core.html.confidence import trust
from worker.core.html.features import compute
from worker.core.html.metadata import gather
from worker.core.html.read import read
from worker.core.html.rules import decide
from worker.core.html.segments import blocks_of, links_of, segments_of
from worker.core.html.tagger import fitted
from worker.core.model import Layout
from worker.core.text import lay_out_text


def lay_out_html(html: str, url: str | None = None) -> Layout:
    """The visible text of an html page, its segments, and what the markup says beside it.

    Where markup shows no story (tags that were never closed make a link of everything), its text is read as raw text
    is, and not trusted.
    """
    page = read(html)
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
