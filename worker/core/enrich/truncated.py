"""Whether the story was cut off."""

import re
from typing import Final

from worker.core.enrich.context import Choice, Context

_CUT: Final = re.compile(
    r"(?:\.{3}|…|\[\s?(?:\.{3}|…)\s?\]|\[\+\d+ chars\]|\[(?:read|continue)[^\]]{0,30}\])\s*[\"'”»)]?$", re.IGNORECASE
)
_WHOLE: Final = re.compile(r"[.!?…。！？।॥۔؟:;)\]}»”\"'’›>*」』】\d]\W*$")
_SHORT_LINE: Final = 60


def truncated(context: Context) -> Choice[bool]:
    """Whether the last paragraph ends in an ellipsis, the page has a paywall, or its text ends inside a sentence."""
    if context.metadata.paywall:
        return Choice(value=True, why="paywall")
    if not context.paragraphs:
        return Choice(value=False)
    last = context.paragraphs[-1]
    if _CUT.search(last.text):
        return Choice(value=True, why="ellipsis at the end")
    at_end = not context.layout.text[last.end :].strip()
    if at_end and len(last.text) > _SHORT_LINE and not _WHOLE.search(last.text):
        return Choice(value=True, why="the page ends inside a sentence")
    return Choice(value=False)
