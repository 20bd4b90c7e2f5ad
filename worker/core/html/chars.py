"""Counts of kinds of characters per block, for all scripts alike, in a few numpy calls a page."""

import itertools
import unicodedata
from collections import defaultdict
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

LETTER: Final = 1
UPPER: Final = 2
DIGIT: Final = 4
COMMA: Final = 8
STOP: Final = 16
SPACE: Final = 32
DENSE: Final = 64
MARK: Final = 128

KINDS: Final = (LETTER, UPPER, DIGIT, COMMA, STOP, SPACE, DENSE, MARK)

_COMMAS: Final = ",;،；，、؛"
_STOPS: Final = ".!?…。！？؟।॥։።៖။"
_MARKS: Final = "©®|@»›→#/"
_DENSE_RANGES: Final = ((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF))
"""Kana, ideographs, hangul: one sign says about as much as two and a half letters."""
DENSE_WEIGHT: Final = 2.5


_BY_CATEGORY: Final = {
    "Lu": LETTER | UPPER, "Lt": LETTER | UPPER, "Ll": LETTER, "Lm": LETTER, "Lo": LETTER,
    "Mn": LETTER, "Mc": LETTER, "Me": LETTER, "Nd": DIGIT, "Zs": SPACE, "Zl": SPACE, "Zp": SPACE,
}  # fmt: skip
"""What a code point's Unicode category says; others say nothing."""


def _table() -> NDArray[np.uint8]:
    """A bit set for each code point of the basic plane."""
    kinds = defaultdict(int, _BY_CATEGORY)
    categories = map(unicodedata.category, map(chr, range(0x10000)))
    table = np.frombuffer(bytearray(map(kinds.__getitem__, categories)), dtype=np.uint8)
    for signs, kind in (("\t\n\r", SPACE), (_COMMAS, COMMA), (_STOPS, STOP), (_MARKS, MARK)):
        for sign in signs:
            table[ord(sign)] |= kind
    for first, last in _DENSE_RANGES:
        table[first : last + 1] |= DENSE
    return table


_TABLE: Final = _table()
_PAIRS: Final = [
    ((_TABLE & one != 0) + ((_TABLE & two != 0).astype(np.int64) << 32), one, two)
    for one, two in itertools.pairwise(KINDS)
][::2]
"""For two kinds at a time what a code point adds to their counts: the first in the low half, the second in the high."""


def count_kinds(text: str, starts: Array, ends: Array) -> dict[int, Array]:
    """For every kind, how many characters of each block have it; signs beyond the basic plane count as nothing."""
    points = np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32)
    if points.max() > 0xFFFF:
        points = np.where(points < 0x10000, points, 0)
    bounds = np.stack((starts, ends), axis=1).reshape(-1)[:-1]
    counts = {}
    for table, one, two in _PAIRS:
        sums = np.add.reduceat(table[points], bounds)[::2]
        counts[one] = (sums & 0xFFFFFFFF).astype(np.float32)
        counts[two] = (sums >> 32).astype(np.float32)
    return counts
