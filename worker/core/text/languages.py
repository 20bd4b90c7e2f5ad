"""Which languages a page is written in, as far as their most frequent words tell, and which words are frequent ones."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from worker.core.lexicon import language_bits, lexicons
from worker.core.text.letters import fold_text
from worker.core.text.words import Hashes, Words, among, hash_word

_ENOUGH: Final = 0.35
"""A language belongs to a page when it has this share of the best language's frequent words."""
_FEWEST: Final = 4
"""Fewer frequent words than this say nothing."""


@dataclass(frozen=True, slots=True)
class Languages:
    """The languages of a page as bits of `language_bits`, and which words are frequent ones of theirs."""

    bits: int
    known: bool
    """Whether any language with a lexicon was told."""
    function: npt.NDArray[np.bool_]
    opener: npt.NDArray[np.bool_]
    """For each word whether it opens sentences: a verb of the lists, or a frequent word with a capital letter."""


@cache
def _table() -> tuple[Hashes, npt.NDArray[np.bool_]]:
    """Hashes of all frequent words, sorted, and which language (column) has which."""
    owners: dict[int, set[int]] = {}
    for at, lexicon in enumerate(lexicons()):
        for word in lexicon.function:
            owners.setdefault(hash_word(fold_text(word)), set()).add(at)
    keys = np.array(sorted(owners), dtype=np.uint64)
    has = np.zeros((len(keys), len(lexicons())), dtype=np.bool_)
    for row, key in enumerate(keys):
        has[row, list(owners[int(key)])] = True
    return keys, has


@cache
def _openers() -> Hashes:
    words = {hash_word(fold_text(word)) for lexicon in lexicons() for word in lexicon.openers if " " not in word}
    return np.array(sorted(words), dtype=np.uint64)


def tell_languages(words: Words, hint: str | None) -> Languages:
    """The languages whose frequent words the page uses; `hint` (a BCP 47 code) is believed beside them."""
    keys, has = _table()
    row = np.minimum(np.searchsorted(keys, words.own), len(keys) - 1)
    found = keys[row] == words.own if len(words.own) else np.zeros(0, dtype=np.bool_)
    votes = has[row[found]].sum(axis=0) if found.any() else np.zeros(has.shape[1], dtype=np.int64)
    best = int(votes.max(initial=0))
    chosen = (votes >= max(_FEWEST, _ENOUGH * best)) & (best >= _FEWEST)
    bits = sum(1 << int(at) for at in np.flatnonzero(chosen))
    bits |= language_bits().get((hint or "").split("-")[0].lower(), 0)
    function = np.zeros(len(words.own), dtype=np.bool_)
    if best >= _FEWEST:
        leading = votes >= max(_FEWEST, 0.8 * best)
        function[found] = has[row[found]][:, leading].any(axis=1)
    opener = (function & words.capital & (words.letters > 1)) | among(words.own, _openers())
    return Languages(bits, bits != 0, function, opener)
