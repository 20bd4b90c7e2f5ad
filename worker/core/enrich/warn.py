"""What a reader of the article should know about how it was made."""

from collections.abc import Sequence
from typing import Final

from schemas.messages import WarningCode
from worker.core.enrich.context import Choice, Context
from worker.core.model import Label

_LOW: Final = 0.5
"""Confidence below which an article is marked."""


def warnings_of(
    context: Context, notes: Sequence[WarningCode], *, cut_off: bool, title: Choice[str | None]
) -> tuple[WarningCode, ...]:
    """The warnings of one article: those of its page's decoding, of its making, and of its fields, each once."""
    found = [*context.content.warnings, *notes]
    if cut_off:
        found.append(WarningCode.TRUNCATED)
    if context.metadata.paywall:
        found.append(WarningCode.PAYWALL)
    if title.value and context.is_main and context.metadata.title and not context.segments(Label.TITLE):
        found.append(WarningCode.TITLE_FROM_METADATA)
    if context.layout.confidence < _LOW:
        found.append(WarningCode.LOW_CONFIDENCE)
    return tuple(dict.fromkeys(found))
