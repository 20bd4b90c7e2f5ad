"""How two writings of one word or phrase are compared. Matching only: what is published keeps its letters."""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Final

import regex  # type: ignore[import-untyped]

from worker.core.enrich.letters import Table, look_up, plane, table_of

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
    return _remembered(phrase) if len(phrase) <= _CACHED else " ".join(words_of(phrase))


def words_of(text: str) -> list[str]:
    """The words of a text folded as `key` folds them; made for long ones."""
    letters = look_up(evened(text).casefold(), _table())
    return _fold(text).split() if letters is None else letters.split()


def evened(text: str) -> str:
    """Compatibility forms evened (NFKC), where it counts: signs that folding makes a space of may stay.

    No-break spaces and ellipses are such, and the only compatibility forms in most texts, which need no normalization
    without them: that is known at a glance.
    """
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", text.replace("\u00a0", " ").replace("\u2026", " "))


@lru_cache(maxsize=8192)
def _remembered(phrase: str) -> str:
    return _fold(phrase)


def _fold(phrase: str) -> str:
    if phrase.isascii():
        return " ".join(_GAPS.sub(" ", phrase.lower()).split())
    folded = unicodedata.normalize("NFKC", phrase).casefold().translate(_ALIKE)
    return " ".join(_GAPS.sub(" ", _MARKS.sub("", folded)).split())


@cache
def _table() -> Table:
    return table_of(_ALIKE, "".join(_MARKS.findall(plane())))
