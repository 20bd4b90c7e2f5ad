"""Html pages: markup in, the visible text in document order and a labelled partition of it out."""

import numpy as np

from worker.core.html.confidence import trust
from worker.core.html.features import compute
from worker.core.html.metadata import gather
from worker.core.html.read import read
from worker.core.html.rules import decide
from worker.core.html.segments import blocks_of, links_of, segments_of
from worker.core.html.tagger import fitted
from worker.core.model import Layout


def lay_out_html(html: str, url: str | None = None) -> Layout:
    """The visible text of an html page, its segments, and what the markup says beside it."""
    page = read(html)
    features = compute(page, fitted().odds)
    if not features.texts:
        return Layout("", (), metadata=gather(page, features, [], url or ""))
    logits, labels = fitted().answer(features)
    draft = decide(page, features, 1.0 / (1.0 + np.exp(-logits)))
    body = [int(i) for i in np.flatnonzero(draft.chosen)]
    return Layout(
        page.text,
        segments_of(draft, labels),
        blocks_of(page),
        links_of(page),
        gather(page, features, body, url or ""),
        trust(draft),
    )
