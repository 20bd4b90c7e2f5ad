"""Hyphenation across line breaks."""

import re
from typing import Final

_BROKEN: Final = re.compile("(?<=[^\\W\\d_])(?:\u00ad|\u2010)[ \t]*\r?\n[ \t]*(?=[^\\W\\d_])")


def join_hyphens(text: str) -> str:
    r"""A word cut by a soft hyphen (U+00AD) or a typographic one (U+2010) at a line's end is whole again.

    The plain hyphen-minus is left alone: nobody can tell `well-\nknown` from `infor-\nmation` in every language.
    """
    return _BROKEN.sub("", text) if "\u00ad" in text or "\u2010" in text else text
