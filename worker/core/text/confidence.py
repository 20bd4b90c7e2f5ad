"""How sure a page's layout is: the probability that its main story is right."""

import numpy as np

from worker.core.text.decode import TAG_OF_STATE
from worker.core.text.letters import Ints
from worker.core.text.page import Reading
from worker.core.text.tagger import TAGS, Tagged

_RUNNING = [TAGS.index(tag) for tag in ("body", "subheading", "quote")]


def page_confidence(tagged: Tagged, states: Ints, story: Ints, reading: Reading) -> float:
    """0..1; 0 for a page without a main story."""
    running = np.isin(TAG_OF_STATE[states], _RUNNING) & (story == 0)
    if not running.any():
        return 0.0
    length = (reading.units.end - reading.units.start).astype(np.float64)
    p = np.exp(tagged.tag[:, _RUNNING]).sum(axis=1)
    hit = float((p * length)[running].sum())
    given, expected = float(length[running].sum()), float((p * length).sum())
    return 2 * hit / max(given + expected, 1.0)
