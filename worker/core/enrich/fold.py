"""How two writings of one word or phrase are compared. Matching only: what is published keeps its letters."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

import regex  # type: ignore[import-untyped]

_ALIKE: Final = {
    ord(letter): plain
    for letters, plain in (("یىې", "ي"), ("ک", "ك"), ("أإآٱ", "ا"), ("ةہۀ", "ه"), ("ـ", None), ("ё", "е"))
    for letter in letters
}
_MARKS: Final = regex.compile(r"[\p{Mn}\p{Cf}]+")
_GAPS: Final = re.compile(r"[\W_]+")


_CACHED: Final = 64
"""Code points up to which a folded phrase is remembered: names and cues come again, paragraphs do not."""


def key(phrase: str) -> str:
    """A phrase folded for equality: compatibility forms, case, marks, mixed-up letters, punctuation, spaces."""
    return _remembered(phrase) if len(phrase) <= _CACHED else _fold(phrase)


@lru_cache(maxsize=8192)
def _remembered(phrase: str) -> str:
    return _fold(phrase)


def _fold(phrase: str) -> str:
    if phrase.isascii():
        return " ".join(_GAPS.sub(" ", phrase.lower()).split())
    folded = unicodedata.normalize("NFKC", phrase).casefold().translate(_ALIKE)
    return " ".join(_GAPS.sub(" ", _MARKS.sub("", folded)).split())
