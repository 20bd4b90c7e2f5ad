"""Characters that nobody sees: controls, marks of direction, zero widths, byte order marks."""

import re
from typing import Final

_LINES: Final = re.compile("[\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
    "\ufff9-\ufffb\ue000-\uf8ff\U000e0000-\U000e007f]"
)
"""Controls, soft hyphens, marks of direction, zero-width spaces, private use (icon fonts)."""
_KIND_OF_SPACE: Final = re.compile(r"[^\S \t]")
_JOINERS: Final = re.compile(r"(?<!\S)[\u200c\u200d]+|[\u200c\u200d]+(?!\S)")
"""Joiners at the edge of a word: left over from markup."""


def drop_invisible(text: str) -> str:
    """Without invisible characters; joiners stay inside words, which they shape (Persian, Indic scripts, emoji)."""
    if text.isprintable():
        return text
    return " ".join(_without_unseen(_LINES.sub(" ", text)).split())


def drop_invisible_between_spaces(line: str) -> str:
    """One line without invisible characters; tabs and all spaces stay, each other kind of space as a plain one."""
    return _without_unseen(_KIND_OF_SPACE.sub(" ", line))


def _without_unseen(text: str) -> str:
    return _JOINERS.sub("", _UNSEEN.sub("", text))
