"""What is added to the tagger's scores: what it learns badly (rare labels), and what it cannot see (other pages)."""

from typing import Final

import numpy as np
import numpy.typing as npt

from worker.core.lexicon import CUE_KINDS
from worker.core.text import kinds as k
from worker.core.text.cues import Cue
from worker.core.text.decode import STATES
from worker.core.text.page import Reading
from worker.core.text.shared import doubts
from worker.core.text.words import Hashes

_SAYS: Final = {"source": 2.5, "read_also": 2.0, "tags": 1.5, "ads": 2.0, "legal": 1.5, "comments": 1.0, "share": 1.0}
"""Cue kinds that name the label of their unit, and how much (natural logarithm of odds) a sure one adds."""
_STATE: Final = {kind: STATES.index((kind, 0)) for kind in _SAYS}
_NEAR: Final = 3
"""Code points before a cue that may still be signs of the unit's head (brackets, bullets)."""

_RUNNING: Final = [at for at, (tag, _) in enumerate(STATES) if tag in ("body", "subheading", "quote")]


def nudge(scores: npt.NDArray[np.float64], reading: Reading) -> None:
    """Add to the scores (units x STATES, in place) what sure cues say of the units they head."""
    start = reading.units.start
    for cue in reading.cues:
        kind = CUE_KINDS[cue.kind]
        if kind not in _SAYS or not (cue.own and cue.opens):
            continue
        unit = int(np.searchsorted(start, cue.start, "right")) - 1
        if cue.start - start[unit] <= _NEAR and _is_sure(cue, reading):
            scores[unit, _STATE[kind]] += _SAYS[kind]


def nudge_repeated(scores: npt.NDArray[np.float64], reading: Reading, known: Hashes) -> None:
    """Take from the scores (in place) of running text where units are known from other pages of the site.

    `known` are sorted fingerprints.
    """
    running = np.isin(scores.argmax(axis=1), _RUNNING)
    doubt = doubts(reading.letters, reading.words, reading.units.start, known, running)
    scores[:, _RUNNING] -= doubt[:, None]


def _is_sure(cue: Cue, reading: Reading) -> bool:
    """A cue of several words, one before a colon, or one that is a line of its own."""
    page = reading.letters
    if cue.words > 1:
        return True
    if cue.end >= len(page.kinds):
        return True
    behind = int(page.next_visible[cue.end])
    if behind >= len(page.kinds) or page.kinds[behind] & k.COLON:
        return True
    return bool((page.kinds[cue.end : behind] & k.BREAK).any())
