"""White space: one space between words, none before a full stop, one behind the comma of scripts that lost it."""

import re
from typing import Final

_BEFORE: Final = re.compile(r" +([,.](?=\s|$)|[،؛؟。，、！？；।॥۔](?!\d))")
_BEHIND: Final = re.compile(r"([،؛؟।॥۔])(?=[^\W\d_])")
_SPACED: Final = re.compile(" [,.،؛؟。，、！？；।॥۔]")
_OPEN: Final = re.compile(r"([(\[{]) +")
_CLOSE: Final = re.compile(r" +([)\]}])")
_CLOSED: Final = re.compile(r" [)\]}]")
"""Where `_BEFORE` and `_CLOSE` can match at all: found much faster, since it starts with one fixed character."""


def collapse_spaces(text: str) -> str:
    """Every run of white space becomes one space; none is left at the ends."""
    text = text.strip()
    return text if text.isprintable() and "  " not in text else " ".join(text.split())


def space_marks(text: str) -> str:
    """No space before a comma or full stop, one behind the marks of Arabic and Indic scripts.

    French sets a space before `: ; ! ?` and inside its quotation marks, so these are left alone.
    """
    if _SPACED.search(text):
        text = _BEFORE.sub(r"\1", text)
    return text if text.isascii() else _BEHIND.sub(r"\1 ", text)


def tighten_brackets(text: str) -> str:
    """No space just inside round, square and curly brackets."""
    text = _OPEN.sub(r"\1", text)
    return _CLOSE.sub(r"\1", text) if _CLOSED.search(text) else text
