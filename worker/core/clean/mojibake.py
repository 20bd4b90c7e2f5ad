"""Text that was decoded with the wrong charset: repaired only when that is certain."""

import re
from typing import Final

_SUSPECT: Final = re.compile("[ÃÂâÐÑØÙÅÄà×ã][\u0080-\u00bf\u0152-\u0178\u2013-\u2122\u02c6\u02dc€]")
_CERTAIN: Final = 3
"""Suspect pairs from which a text is taken for mojibake; one or two may be meant."""
_LEFT_SHARE: Final = 0.1
"""Share of ftfy's badness that may be left behind a repair."""


def repair_mojibake(text: str) -> str:
    """The text as it was meant, where UTF-8 had been read as a single-byte charset; the text itself when in doubt."""
    if text.isascii() or len(_SUSPECT.findall(text)) < _CERTAIN:
        return text
    from ftfy import fix_encoding  # noqa: PLC0415 - a tenth of the start-up time; few pages need it
    from ftfy.badness import badness  # noqa: PLC0415

    before = badness(text)
    if before < _CERTAIN:
        return text
    repaired = fix_encoding(text)
    return repaired if badness(repaired) <= before * _LEFT_SHARE else text
