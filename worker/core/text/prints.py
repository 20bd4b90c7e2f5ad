"""Fingerprints of a text: hashes of short runs of words, the same wherever a run stands and however it is spaced."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from worker.core.text import kinds as k
from worker.core.text.letters import Flags, Ints, Letters, read_letters
from worker.core.text.words import Hashes, Words, among, mixed, prefix_hashes, read_words

MIN_WORDS: Final = 5
MIN_LETTERS: Final = 20
"""A run has at least so many words and letters (or digits): shorter ones are phrases of the language."""
WINDOW: Final = 5
"""Of so many runs in a row the one with the least hash is kept: a third of them, and what is kept still covers all."""


@dataclass(frozen=True, slots=True)
class Prints:
    """The runs of words of a text, one from each word that has enough behind it, in order."""

    hash: Hashes
    start: Ints
    end: Ints
    """Exclusive."""
    size: int
    """Code points of the text."""

    def kept(self) -> Ints:
        """Indices of the runs that are worth remembering, chosen by what they say alone."""
        if len(self.hash) < WINDOW:
            return np.arange(len(self.hash), dtype=np.int64)
        rows = np.lib.stride_tricks.sliding_window_view(self.hash, WINDOW)
        chosen: Ints = np.unique(rows.argmin(axis=1) + np.arange(len(rows)))
        return chosen

    def covered(self, known: Hashes) -> Flags:
        """For each code point whether it is part of a run whose hash is among the known ones, which are sorted."""
        hit = among(self.hash, known)
        depth = np.zeros(self.size + 1, dtype=np.int64)
        np.add.at(depth, self.start[hit], 1)
        np.add.at(depth, self.end[hit], -1)
        result: Flags = np.cumsum(depth[:-1]) > 0
        return result


def prints_of(text: str) -> Prints:
    """The fingerprints of a text."""
    letters = read_letters(text)
    return prints_of_words(letters, read_words(letters))


def prints_of_words(page: Letters, words: Words) -> Prints:
    """The fingerprints of a text that is read already."""
    where = np.flatnonzero(((page.kinds & k.WORDLIKE) != 0) & (page.folded != 0))
    first = np.searchsorted(where, words.start)
    behind = np.append(first[1:], len(where))
    count = len(words.start)
    last = np.maximum(np.arange(count) + MIN_WORDS - 1, np.searchsorted(behind, first + MIN_LETTERS))
    whole = last < count
    first, last = first[whole], last[whole]
    sums, inverse = prefix_hashes(page.folded[where])
    hashes = mixed((sums[behind[last]] - sums[first]) * inverse[first])
    return Prints(hashes, words.start[whole], words.end[last], len(page.kinds))
