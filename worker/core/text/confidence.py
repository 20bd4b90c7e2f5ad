"""How sure a page's layout is: the share of its main story that is expected to be right."""

from typing import Final

import numpy as np

from worker.core.text.decode import TAG_OF_STATE
from worker.core.text.letters import Ints
from worker.core.text.page import Reading
from worker.core.text.tagger import TAGS, Tagged

_RUNNING: Final = [TAGS.index(tag) for tag in ("body", "subheading", "quote")]
_RUNS: Final = np.isin(TAG_OF_STATE, _RUNNING)
_BELIEVED: Final = (0.0, 0.5, 0.7, 0.8, 0.9, 0.945, 0.96, 0.98, 1.0)
_REACHED: Final = (0.3, 0.7, 0.8, 0.82, 0.87, 0.89, 0.92, 0.97, 1.0)
"""The F1 that the tagger believes in, and the mean body F1 that left-out pages with such a belief reached."""


def page_confidence(tagged: Tagged, states: Ints, story: Ints, reading: Reading) -> float:
    """0..1, to four digits; 0 for a page without a main story."""
    running = _RUNS[states] & (story == 0)
    if not running.any():
        return 0.0
    return round(float(np.interp(believed_f1(tagged, running, reading), _BELIEVED, _REACHED)), 4)


def believed_f1(tagged: Tagged, running: np.ndarray[tuple[int], np.dtype[np.bool_]], reading: Reading) -> float:
    """The F1 of the units taken for running text, if the tagger's probabilities were right."""
    length = (reading.units.end - reading.units.start).astype(np.float64)
    p = np.exp(tagged.tag[:, _RUNNING]).sum(axis=1)
    hit = float((p * length)[running].sum())
    given, expected = float(length[running].sum()), float((p * length).sum())
    return 2 * hit / max(given + expected, 1.0)
