"""A page in doubt is read again in other ways, and the ways are weighed against each other as wholes.

What is likeliest unit by unit can be far off as a whole: a teaser for the story, the story's second half for another
one. So each net alone reads the page, too, with the scales tilted a little for and against the story; the reading is
taken whose story promises the highest F1 by the beliefs that it comes from (minimum Bayes risk decoding,
Kumar and Byrne 2004, with F1 for the gain).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from worker.core.text.confidence import RUNNING, Shares, main_share, promised_f1
from worker.core.text.decode import STATES, STORY_OF_STATE, TAG_OF_STATE, decode, state_scores
from worker.core.text.letters import Flags, Ints
from worker.core.text.page import Reading
from worker.core.text.tagger import TAGS, Tagged

_SURE: Final = 0.9
"""Promised F1 from which a page is not read again: other ways to read it are hardly ever better."""
_FIRST: Final = 0.02
"""What a reading is ahead for being the likeliest unit by unit."""
_GIVEN_UP: Final = 0.02
"""Share of the page from which running text of a second story is missed in a reading that gives it up."""
_AKIN, _KINSHIP, _MOST_AKIN = 0.2, 2.0, 0.4
"""Share of words that two stories have in common where they may as well be one, what a share more or less of them
counts, and from which share on more says nothing; by left-out pages, composed ones among them."""

_INTERRUPTED: Final = 0.1
"""What it costs when all of a story's span is something else, by left-out pages."""
_FAR: Final = 0.02
"""What each power of e costs by which more code points lie between a story and the headline before it; by left-out
pages."""
_NO_HEADLINE: Final = 3000
"""Code points that count where there is none."""

_MAIN: Final = np.isin(TAG_OF_STATE, RUNNING) & (STORY_OF_STATE == 0)
_SECOND: Final = np.isin(TAG_OF_STATE, RUNNING) & (STORY_OF_STATE == 1)
"""By state: whether it is running text of the main story, of an embedded one."""
_HEAD: Final = STATES.index(("title", 0))
_ASIDE: Final = np.isin(TAG_OF_STATE, [TAGS.index(tag) for tag in ("related", "other", "comments")])
_TILTS: Final = np.array([1.0 * _MAIN, -1.0 * _MAIN, -2.5 * (STORY_OF_STATE == 1), -1.0 * _ASIDE])
"""Natural logarithms of odds added to the states: for and against the main story, against a second one, against what
stands beside stories; by left-out pages."""


def read_again(
    states: Ints, scores: npt.NDArray[np.float64], beliefs: Sequence[Tagged], reading: Reading, transition: Shares
) -> Ints:
    """The states of the units in the reading that promises most.

    `states` are the likeliest ones unit by unit, decoded from `scores` (units x STATES), which are those of the first
    of the `beliefs`, what all nets believe on average, with what else is known added; the others are each net's own.
    """
    length = (reading.units.end - reading.units.start).astype(np.float64)
    running = np.stack([np.exp(belief.tag[:, RUNNING]).sum(axis=1) for belief in beliefs]).astype(np.float64)
    alone = np.stack([main_share(belief) for belief in beliefs])
    if promised_f1(_MAIN[states[None]], alone[:1], length)[0] > _SURE:
        return states
    ways = np.concatenate((states[None], _tilted(scores, beliefs, transition)))
    whose = np.concatenate(([0], np.repeat(np.arange(1, len(beliefs)), len(_TILTS))))
    main, second = _MAIN[ways], _SECOND[ways]
    worth = promised_f1(main, running[whose], length) + _both_f1(main, second, alone[whose], running[whose], length)
    worth[0] += _FIRST
    worth -= _looseness(ways, main, length, reading)
    told = (second * length).sum(axis=1) / length.sum()
    given_up = told[0] - told > _GIVEN_UP
    if given_up.any():
        shared = min(_shared_words(main[0], second[0], reading), _MOST_AKIN)
        worth += given_up * _KINSHIP * (shared - _AKIN)
    chosen: Ints = ways[worth.argmax()]
    return chosen


def _both_f1(main: Flags, second: Flags, alone: Shares, running: Shares, length: Shares) -> Shares:
    """The F1 of running text that is given to the story it belongs to."""
    hit = ((main * alone + second * (running - alone)) * length).sum(axis=1)
    promised: Shares = 2 * hit / np.maximum((((main | second) + running) * length).sum(axis=1), 1.0)
    return promised


def _looseness(ways: Ints, main: Flags, length: Shares, reading: Reading) -> Shares:
    """What each reading loses for interruptions of its story, and for what lies between it and its headline."""
    at = np.arange(main.shape[1])
    first, last = main.argmax(axis=1), main.shape[1] - main[:, ::-1].argmax(axis=1)
    passed = np.concatenate(([0.0], np.cumsum(length)))
    span = np.maximum(passed[last] - passed[first], 1.0)
    head = np.where((ways == _HEAD) & (at < first[:, None]), at, -1).max(axis=1)
    gap = np.where(head < 0, _NO_HEADLINE, reading.units.start[first] - reading.units.end[head])
    interrupted = np.maximum(1.0 - (main * length).sum(axis=1) / span, 0.0)
    lost: Shares = _INTERRUPTED * interrupted + _FAR * np.log1p(np.maximum(gap, 0))
    return lost


def _tilted(scores: npt.NDArray[np.float64], beliefs: Sequence[Tagged], transition: Shares) -> Ints:
    """The states by what each net believes alone, with each tilt."""
    known = scores - state_scores(beliefs[0])
    tilted = np.concatenate([state_scores(belief) + known + _TILTS[:, None] for belief in beliefs[1:]])
    return decode(tilted, np.repeat([belief.change for belief in beliefs[1:]], len(_TILTS), axis=0), transition)


def _shared_words(one: Flags, other: Flags, reading: Reading) -> float:
    """The share of telling words of the units of `one` or `other`, whichever has fewer, that both have."""
    words = reading.words
    telling = ~reading.languages.function & ~words.numeric
    telling &= (words.letters >= 4) | ((words.letters == 1) & (words.hash != words.own))
    unit = np.searchsorted(reading.units.start, words.start, "right") - 1
    ours, theirs = (np.unique(words.number[telling & units[unit]]) for units in (one, other))
    return len(np.intersect1d(ours, theirs)) / max(1, min(len(ours), len(theirs)))
