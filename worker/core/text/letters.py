"""The page as columns: one number a code point for what it is, and one for how it is matched."""

import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from worker.core.text import kinds as k

Ints: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Kinds: TypeAlias = npt.NDArray[np.uint16]

_PLANE: Final = 0x10000
_STOPS: Final = ".!?…。！？।॥۔؟։။៖｡‼"
_WIDE_STOPS: Final = "。！？।॥။｡"
_SEPARATORS: Final = "|•·»›>–—―/\\▪■●►▶→★☆*_~=#‹«<¦‣◦○⁄‧・･"
_COMMAS: Final = ",;،؛、，；"
_COLONS: Final = ":：﹕"
_VARIANTS: Final = {
    "ی": "ي", "ى": "ي", "ې": "ي", "ک": "ك", "ڪ": "ك", "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ة": "ه", "ہ": "ه",
    "ۀ": "ه", "ھ": "ه", "ؤ": "و", "ئ": "ي", "ı": "i", "ø": "o", "đ": "d", "ł": "l", "ё": "е",
}  # fmt: skip
"""Spellings that keyboards mix: matched as one letter, never changed in what is published."""
_UNSPACED_RANGES: Final = ((0x0E00, 0x0F00), (0x1000, 0x10A0), (0x1780, 0x1800), (0x3040, 0x3100), (0x3400, 0xA000))


_BY_CATEGORY: Final = {
    "Lu": k.UPPER, "Lt": k.UPPER, "Ll": k.LOWER, "Lo": k.UNCASED, "Lm": k.UNCASED, "Nd": k.DIGIT,
    "Mn": k.MARK, "Mc": k.MARK, "Me": k.MARK, "Cf": k.MARK, "Cc": k.MARK, "Cs": k.MARK,
}  # fmt: skip


def _kind(char: str) -> int:
    if char in "\n\r\x0b\x0c\x85\u2028\u2029":
        return k.BREAK | k.SPACE
    if char.isspace():
        return k.SPACE
    category = unicodedata.category(char)
    kind = _BY_CATEGORY.get(category)
    if kind is None:
        return _punctuation(char, category)
    code = ord(char)
    unspaced = kind == k.UNCASED and any(low <= code < high for low, high in _UNSPACED_RANGES)
    return kind | (k.UNSPACED if unspaced else 0)


def _punctuation(char: str, category: str) -> int:
    kind = 0
    if char in _STOPS:
        kind |= k.STOP | (k.WIDE_STOP if char in _WIDE_STOPS else 0)
    if category in ("Pe", "Pf") or char in "\"'”’»」』】）":
        kind |= k.CLOSE
    if category in ("Ps", "Pi") or char in "\"'«“‘「『【（":
        kind |= k.OPEN
    if char in _SEPARATORS:
        kind |= k.SEPARATOR
    if char in _COMMAS:
        kind |= k.COMMA
    return kind | (k.COLON if char in _COLONS else 0)


def _folded(char: str) -> int:
    """The code point that `char` is matched as; 0 when it is not matched at all."""
    if unicodedata.category(char) in ("Mn", "Cf", "Cc", "Cs", "Me") or char == "ـ":
        return 32 if char.isspace() else 0
    if char.isspace():
        return 32
    plain = unicodedata.normalize("NFKD", char).casefold()
    plain = next((c for c in plain if not unicodedata.combining(c) and not c.isspace()), char)
    return ord(_VARIANTS.get(plain, plain))


@cache
def _tables() -> tuple[Kinds, npt.NDArray[np.uint32]]:
    """Kind and folded code point of every character of the first plane; the others count as its last one."""
    kinds = np.zeros(_PLANE, dtype=np.uint16)
    folded = np.arange(_PLANE, dtype=np.uint32)
    for code in range(_PLANE):
        if 0xD800 <= code < 0xF900:
            continue
        kinds[code], folded[code] = _kind(chr(code)), _folded(chr(code))
    return kinds, folded


@dataclass(frozen=True, slots=True)
class Letters:
    """A page's code points."""

    text: str
    codes: npt.NDArray[np.uint32]
    kinds: Kinds
    folded: npt.NDArray[np.uint32]
    next_visible: Ints
    """For each offset the first one at or behind it that is no white space; the length when there is none."""
    last_visible: Ints
    """For each offset the last one at or before it that is no white space; -1 when there is none."""

    def has(self, kind: int) -> Flags:
        """Which code points are of (one of) the given kinds."""
        result: Flags = (self.kinds & kind) != 0
        return result


def read_letters(text: str) -> Letters:
    """The columns of a text, which may hold lone surrogates."""
    raw = text.encode("utf-32-le" if sys.byteorder == "little" else "utf-32-be", "surrogatepass")
    codes = np.frombuffer(raw, dtype=np.uint32)
    kinds_of, folded_of = _tables()
    low = np.minimum(codes, _PLANE - 1)
    kinds = kinds_of[low]
    folded = np.where(codes < _PLANE, folded_of[low], codes).astype(np.uint32)
    at = np.arange(len(codes), dtype=np.int64)
    visible = (kinds & k.SPACE) == 0
    ahead = np.where(visible, at, len(codes))
    behind = np.where(visible, at, -1)
    return Letters(text, codes, kinds, folded, np.minimum.accumulate(ahead[::-1])[::-1], np.maximum.accumulate(behind))


def one_of(codes: npt.NDArray[np.uint32], signs: Iterable[int]) -> Flags:
    """Which of the code points are among a few signs: cheaper than numpy's general way."""
    found: Flags = np.zeros(codes.shape, dtype=np.bool_)
    for sign in signs:
        found |= codes == sign
    return found


def fold_text(text: str) -> str:
    """A phrase as it is matched: folded letters, single spaces, nothing invisible."""
    letters = read_letters(text)
    return " ".join("".join(map(chr, letters.folded[letters.folded != 0])).split())
