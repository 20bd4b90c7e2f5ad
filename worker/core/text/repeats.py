"""Phrases that the page prints more than once: headlines, captions, menus.

Compared letter by letter, without spaces and signs, so that a copy that sticks to its neighbours is found too.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from worker.core.text import kinds as k
from worker.core.text.letters import Ints, Letters
from worker.core.text.words import Hashes, prefix_hashes

GRAM: Final = 16
"""Letters that must be equal for a repetition; shorter ones are phrases of the language."""
_LONG_ENOUGH: Final = 24
"""Letters a repeated phrase needs for its edges to count as places where a unit may begin."""
_FARTHEST: Final = 1 << 40


@dataclass(frozen=True, slots=True)
class Repeats:
    """Repetition in a page."""

    again: npt.NDArray[np.bool_]
    """For each code point whether it is part of a phrase that stood in the page before."""
    later: npt.NDArray[np.bool_]
    """For each code point whether it is part of a phrase that comes again."""
    edges: Ints
    """Offsets where a repeated phrase begins or has just ended, in order."""


def find_repeats(page: Letters) -> Repeats:
    """The repeated phrases of a page."""
    size = len(page.kinds)
    letter = ((page.kinds & k.WORDLIKE) != 0) & (page.folded != 0)
    where = np.flatnonzero(letter)
    count = len(where) - GRAM + 1
    if count < 2:
        return Repeats(np.zeros(size, np.bool_), np.zeros(size, np.bool_), np.zeros(0, np.int64))
    sums, inverse = prefix_hashes(page.folded[where])
    grams = (sums[GRAM:] - sums[:-GRAM]) * inverse[:count]
    order = _repeated(grams)
    same = grams[order[1:]] == grams[order[:-1]]
    before = np.full(count, _FARTHEST, dtype=np.int64)
    after = np.full(count, _FARTHEST, dtype=np.int64)
    left, right = order[:-1][same], order[1:][same]
    before[right], after[left] = right - left, right - left
    edges = np.concatenate([_edges(step, where) for step in (before, after)])
    return Repeats(
        _cover(before < _FARTHEST, where, size),
        _cover(after < _FARTHEST, where, size),
        _on_words(page, np.unique(edges)),
    )


def _repeated(grams: Hashes) -> Ints:
    """The places of all grams that stand twice or more: equal ones together, in order."""
    order = np.argsort(grams)  # which mixes up equal ones, and takes a quarter of the time
    ranked = grams[order]
    same = np.concatenate(([False], ranked[1:] == ranked[:-1], [False]))
    places = np.sort(order[same[1:] | same[:-1]])
    result: Ints = places[np.argsort(grams[places], kind="stable")]
    return result


def _cover(hit: npt.NDArray[np.bool_], where: Ints, size: int) -> npt.NDArray[np.bool_]:
    """Code points under any repeated gram."""
    at, letters = np.flatnonzero(hit), len(where) + 1
    depth = np.cumsum(np.bincount(at, minlength=letters) - np.bincount(at + GRAM, minlength=letters))
    covered = np.zeros(size, dtype=np.bool_)
    covered[where] = depth[:-1] > 0
    return covered


def _edges(step: Ints, where: Ints) -> Ints:
    """Where a run of grams that repeat at one distance begins, and the letter behind its end."""
    change = np.flatnonzero(step[1:] != step[:-1]) + 1
    starts = np.concatenate(([0], change))
    ends = np.concatenate((change, [len(step)])) - 1
    hit = (step[starts] < _FARTHEST) & (ends - starts >= _LONG_ENOUGH - GRAM)
    begin = where[starts[hit]]
    behind = ends[hit] + GRAM
    finish = np.where(behind < len(where), where[np.minimum(behind, len(where) - 1)], -1)
    return np.concatenate((begin, finish[finish >= 0]))


def _on_words(page: Letters, edges: Ints) -> Ints:
    """Edges that fall on the start of a word; one inside a word is kept only behind a change of letter case or kind."""
    if not len(edges):
        return edges
    before = np.maximum(edges - 1, 0)
    inside = (page.kinds[before] & (k.WORDLIKE | k.MARK)) != 0
    turn = (page.kinds[before] & k.WORDLIKE) != (page.kinds[edges] & k.WORDLIKE)
    rising = ((page.kinds[before] & 8) == 0) | ((page.kinds[edges] & 16) == 0)
    kept: Ints = edges[~inside | (turn & rising) | (edges == 0)]
    return kept
