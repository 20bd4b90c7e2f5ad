"""Text as Markdown that means the same text: only what CommonMark or GFM would take for a sign is escaped."""

import re
from typing import Final
from urllib.parse import quote

_SIGN: Final = re.compile(
    r"""[\\`*\[\]~]
    | _(?![^\W_]) | (?<![^\W_])_  # not inside a word, where it is none
    | <(?=\S)  # a tag, an address
    | &(?=\#?[0-9A-Za-z]{1,40};)  # a character's name
    """,
    re.VERBOSE,
)
_OPENING: Final = re.compile(
    r"""(?P<sign>\#)\#{0,5}(?:\s|$)  # heading
    | (?P<mark>[-+])(?:\s|$|-)  # list item, rule
    | (?P<quote>>)
    | \d{1,9}(?P<point>[.)])(?:\s|$)  # numbered item
    """,
    re.VERBOSE,
)
"""What makes of a line something else than a paragraph."""
_CLOSING: Final = re.compile(r"(?:^|\s)(#)#*$")
"""What a heading would lose at its end."""

_UNFIT: Final = re.compile(r"[\x00-\x20\x7f]+")
_SPECIAL: Final = re.compile(r"[\\()<>]|&(?=#?[0-9A-Za-z]{1,40};)")
"""What a destination cannot hold, and what ends it or means something else."""


def characters(text: str) -> list[str]:
    """The characters of a text, with a backslash before those that would be signs inside a line."""
    escaped = list(text)
    for match in _SIGN.finditer(text):
        escaped[match.start()] = f"\\{match[0]}"
    return escaped


def shield_opening(text: str, escaped: list[str]) -> None:
    """Put a backslash before what would be a sign at the beginning of a line."""
    match = _OPENING.match(text)
    if match and match.lastgroup:
        at = match.start(match.lastgroup)
        escaped[at] = f"\\{text[at]}"


def shield_closing(text: str, escaped: list[str]) -> None:
    """Put a backslash before what would be a sign at the end of a heading."""
    match = _CLOSING.search(text)
    if match:
        escaped[match.start(1)] = "\\#"


def address(url: str) -> str:
    """A url as the destination of a link."""
    return _SPECIAL.sub(r"\\\g<0>", _UNFIT.sub(lambda match: quote(match[0]), url))
