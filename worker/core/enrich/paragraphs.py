"""The story's paragraphs as published: clean, each once, with what was noticed on the way."""

from typing import Final

from schemas.messages import Paragraph, Role, WarningCode
from worker.core.clean import clean, clean_lines
from worker.core.clean.doubled import once, seen_before
from worker.core.clean.mojibake import repair_mojibake
from worker.core.enrich.marks import with_markup
from worker.core.model import Layout, Story

_PROSE: Final = frozenset({Role.PARAGRAPH, Role.QUOTE})
"""Roles in which a repetition is the page's fault; rows, items and code may be equal."""


def paragraphs_of(story: Story, layout: Layout) -> tuple[tuple[Paragraph, ...], tuple[WarningCode, ...]]:
    """The story's paragraphs and the warnings about them.

    A paragraph that repeats the one before is left out; on pages without markup also one that stands anywhere before:
    there it is a caption or a lead printed again, in markup it may be a quotation that its author repeats.
    """
    kept: list[Paragraph] = []
    notes: dict[WarningCode, None] = {}
    seen: set[str] = set()
    for span in story.paragraphs:
        cleaning = clean_lines if span.role is Role.CODE else clean
        printed = cleaning(layout.text[span.start : span.end])
        text = repair_mojibake(printed)
        if text != printed:
            text = cleaning(text)
        if text != printed:
            notes[WarningCode.MOJIBAKE_REPAIRED] = None
        cleaned = text
        if span.role in _PROSE:
            single = once(text)
            again = bool(kept and kept[-1].text == single) or (not layout.blocks and seen_before(single, seen))
            if again or single != text:
                notes[WarningCode.DUPLICATED_TEXT] = None
            text = "" if again else single
        if text:
            paragraph = Paragraph(text=text, role=span.role, level=span.level, start=span.start, end=span.end)
            if layout.marked is not None:
                paragraph = with_markup(paragraph, layout.marked, layout.text[span.start : span.end], cleaned)
            kept.append(paragraph)
    return tuple(kept), tuple(notes)
