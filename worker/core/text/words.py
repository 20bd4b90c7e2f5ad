"""Words of a page as columns: where they stand, which are the same, and how they hang together."""

from dataclasses import dataclass
from functools import cache
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from worker.core.text import kinds as k
from worker.core.text.letters import Ints, Letters

Hashes: TypeAlias = npt.NDArray[np.uint64]

_BASE: Final = 0x9E3779B97F4A7C15
"""2**64 over the golden ratio; odd, so powers have inverses modulo 2**64 and a word's hash is position-free."""
_INVERSE: Final = pow(_BASE, -1, 1 << 64)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a page in order; a letter of an unspaced script is a word, hashed together with the next one."""

    start: Ints
    end: Ints
    hash: Hashes
    own: Hashes
    """The hash of the word alone: differs from `hash` for letters of unspaced scripts."""
    letters: Ints
    """Matched letters in the word."""
    number: Ints
    """Equal words have equal numbers, 0.. by hash."""
    count: Ints
    """How often the word occurs in the page."""
    capital: npt.NDArray[np.bool_]
    numeric: npt.NDArray[np.bool_]


def _powers(base: int, count: int) -> Hashes:
    return _powers_up_to(base, 1 << count.bit_length())[:count]


@cache
def _powers_up_to(base: int, count: int) -> Hashes:
    out = np.full(count, base & 0xFFFFFFFFFFFFFFFF, dtype=np.uint64)
    out[0] = 1
    return np.multiply.accumulate(out)


def prefix_hashes(folded: npt.NDArray[np.uint32]) -> tuple[Hashes, Hashes]:
    """Running polynomial sums over the matched letters, and the inverse powers that make differences position-free."""
    count = len(folded)
    sums = np.zeros(count + 1, dtype=np.uint64)
    np.cumsum((folded.astype(np.uint64) * np.uint64(0x632BE59BD9B4E019)) * _powers(_BASE, count), out=sums[1:])
    return sums, _powers(_INVERSE, count + 1)


def mixed(values: Hashes) -> Hashes:
    """The finalizer of SplitMix64: every bit of the input moves every bit of the output."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def read_words(page: Letters) -> Words:
    """The words of a page."""
    letter = page.has(k.WORDLIKE)
    wordlike = letter | (page.has(k.MARK) & (page.folded == 0))
    unspaced = page.has(k.UNSPACED)
    before = np.concatenate(([False], wordlike[:-1])) if len(wordlike) else wordlike
    after_unspaced = np.concatenate(([False], unspaced[:-1])) if len(wordlike) else wordlike
    start = np.flatnonzero(wordlike & (~before | unspaced | (after_unspaced & letter)))
    stop = np.flatnonzero(~wordlike & before)
    stop = np.append(stop, len(wordlike))
    end = (
        np.minimum(stop[np.searchsorted(stop, start, "right")], np.append(start[1:], len(wordlike)))
        if len(start)
        else start
    )
    told = (page.folded != 0) & (page.folded != 32)
    matched = np.concatenate(([0], np.cumsum(told)))
    compact = page.folded[told]
    sums, inverse = prefix_hashes(compact)
    low, high = matched[start], matched[end]
    pair = np.where(unspaced[start], np.minimum(high + 1, len(compact)), high) if len(start) else high
    hashes = (sums[pair] - sums[low]) * inverse[low]
    own = (sums[high] - sums[low]) * inverse[low]
    number, count = _number(hashes)
    kinds = page.kinds[start] if len(start) else np.zeros(0, dtype=np.uint16)
    return Words(
        start,
        end,
        hashes,
        own,
        (high - low).astype(np.int64),
        number,
        count,
        (kinds & k.UPPER) != 0,
        (kinds & k.DIGIT) != 0,
    )


def _number(hashes: Hashes) -> tuple[Ints, Ints]:
    _, number, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    return number.astype(np.int64), counts[number].astype(np.int64) if len(hashes) else number.astype(np.int64)


def among(hashes: Hashes, known: Hashes) -> npt.NDArray[np.bool_]:
    """Which hashes are among the known ones, which are sorted."""
    if not len(known):
        return np.zeros(len(hashes), dtype=np.bool_)
    found: npt.NDArray[np.bool_] = known[np.minimum(np.searchsorted(known, hashes), len(known) - 1)] == hashes
    return found


def neighbours(number: Ints) -> tuple[Ints, Ints]:
    """For each word the index of its previous and of its next occurrence; -1 where there is none."""
    order = np.argsort(number, kind="stable")
    same = number[order[1:]] == number[order[:-1]]
    before = np.full(len(number), -1, dtype=np.int64)
    after = np.full(len(number), -1, dtype=np.int64)
    before[order[1:][same]] = order[:-1][same]
    after[order[:-1][same]] = order[1:][same]
    return before, after


def hash_word(folded: str) -> int:
    """The hash that `read_words` gives a (spaced) word of these folded letters."""
    codes = np.array([ord(c) for c in folded], dtype=np.uint32)
    return int(prefix_hashes(codes)[0][-1])
