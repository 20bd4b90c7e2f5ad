"""Signs in the wording of a line that tell whether it can be tags: how it ends, its numbers, its hashes."""

import re
from typing import Final

_STOPS: Final = frozenset(".!?…。！？।۔؟")
_CLOSERS: Final = "\"'”»)]"
_DIGIT: Final = re.compile(r"\d")
_CLOCK: Final = re.compile(r"\d{1,2}[:.]\d\d")
_NO_LETTER: Final = re.compile(r"[\d\W]+")
_YEAR: Final = re.compile(r"\b(?:19|20)\d\d\b")
_HASHES: Final = "#＃"
_HASHED: Final = re.compile(r"(?:[#＃]\s?[^\s#＃][^#＃]{0,60})+")
_LETTER: Final = re.compile(r"[^\W\d_]")
_MOST_WORDS: Final = 9
"""Words of one hashtag; behind the last of a line others may follow."""


def ends_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does: with a stop, maybe in quotes or brackets."""
    return text.rstrip().rstrip(_CLOSERS)[-1:] in _STOPS


def has_numbers(text: str) -> bool:
    """Whether a line holds a clock time, a year beside other numbers, or no letter at all."""
    if _NO_LETTER.fullmatch(text):
        return True
    if not _DIGIT.search(text):
        return False
    year = _YEAR.search(text)
    beside = year and (_DIGIT.search(text, 0, year.start()) or _DIGIT.search(text, year.end()))
    return bool(beside or _CLOCK.search(text))


def is_hashed(text: str) -> bool:
    """Whether a line, which begins with what can be seen, consists of hashtags."""
    if text[0] not in _HASHES or not _HASHED.fullmatch(text) or ends_sentence(text) or not _LETTER.search(text):
        return False
    return all(len(piece.split()) <= _MOST_WORDS for piece in re.split(f"[{_HASHES}]", text))
