"""How sure a page's layout is: the share of its main story that is expected to be right."""

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from worker.core.text.decode import EMBEDDED_PRIOR, TAG_OF_STATE
from worker.core.text.letters import Flags, Ints
from worker.core.text.page import Reading
from worker.core.text.tagger import TAGS, Tagged

Shares: TypeAlias = npt.NDArray[np.floating]

RUNNING: Final = [TAGS.index(tag) for tag in ("body", "subheading", "quote")]
"""Running text, by its column among the TAGS."""
_RUNS: Final = np.isin(TAG_OF_STATE, RUNNING)
_PROMISED: Final = (0.0, 0.5, 0.65, 0.78, 0.88, 0.925, 0.94, 0.96, 0.98, 1.0)
_REACHED: Final = (0.45, 0.55, 0.75, 0.79, 0.88, 0.9, 0.95, 0.975, 0.99, 1.0)
"""The F1 that the nets promise on average, and the mean body F1 that left-out pages with such a promise reached."""


def page_confidence(tagged: Tagged, states: Ints, story: Ints, reading: Reading) -> float:
    """0..1, to four digits; 0 for a page without a main story."""
    running = _RUNS[states] & (story == 0)
    if not running.any():
        return 0.0
    length = (reading.units.end - reading.units.start).astype(np.float64)
    promised = promised_f1(running[None], main_share(tagged), length)[0]
    return round(float(np.interp(promised, _PROMISED, _REACHED)), 4)


def main_share(tagged: Tagged) -> Shares:
    """The probability of each unit to be running text of the main story."""
    running = np.exp(tagged.tag[:, RUNNING]).sum(axis=1, dtype=np.float64)
    share: Shares = running / (1.0 + np.exp(tagged.embedded + EMBEDDED_PRIOR))
    return share


def promised_f1(taken: Flags, share: Shares, length: Shares) -> Shares:
    """The F1 of the units `taken` for running text (readings x units), if `share` of each is; `length` weighs units."""
    hit = (taken * share * length).sum(axis=1)
    promised: Shares = 2 * hit / np.maximum((taken * length + share * length).sum(axis=1), 1.0)
    return promised
