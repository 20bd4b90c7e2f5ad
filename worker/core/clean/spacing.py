"""White space: one space between words, none before a full stop, one behind the comma of scripts that lost it."""

import re
from typing import Final

_BEFORE: Final = re.compile(r" +([,.](?=\s|$)|[،؛؟。，、！？；।॥۔](?!\d))")
_BEHIND: Final = re.compile(r"([،؛؟।॥۔])(?=[^\W\d_])")
_MARK: Final = re.compile("[،؛؟。，、！？；।॥۔]| [,.]")
_LOOSE: Final = re.compile(r"[(\[{] | [)\]}]")
_OPEN: Final = re.compile(r"([(\[{]) +")
_CLOSE: Final = re.compile(r" +([)\]}])")


def collapse_spaces(text: str) -> str:
    """Every run of white space becomes one space; none is left at the ends."""
    return " ".join(text.split())


def space_marks(text: str) -> str:
    """No space before a comma or full stop, one behind the marks of Arabic and Indic scripts.

    French sets a space before `: ; ! ?` and inside its quotation marks, so these are left alone.
    """
    if not _MARK.search(text):
        return text
    return _BEHIND.sub(r"\1 ", _BEFORE.sub(r"\1", text))


def tighten_brackets(text: str) -> str:
    """No space just inside round, square and curly brackets."""
    if _LOOSE.search(text):
        return _CLOSE.sub(r"\1", _OPEN.sub(r"\1", text))
    return text
