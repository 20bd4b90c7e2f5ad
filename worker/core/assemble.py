"""Segments -> stories: the main one, and each embedded one, with their paragraphs."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Final

from schemas.messages import Role
from schemas.reasons import Reason, Reject
from worker.core.model import RUNNING, Label, Layout, Segment, Span, Story

_PARAGRAPH: Final = re.compile(r"(?:[^\n]*\S[^\n]*\n?)+|[^\S\n]*\n|[^\S\n]+")
_SENTENCE_END: Final = re.compile(r"[.!?…؟。！？।۔:][\"”»’')\]]*\s*$")
_FEWEST_WRAPPED: Final = 5
_NARROWEST: Final = 50
_WIDEST: Final = 100
"""Lines that show a fixed width, and the widths it can have: mails and plain text files wrap at 65 to 80."""
_FULL_SHARE: Final = 0.75
_MOSTLY: Final = 0.7


def assemble(layout: Layout) -> list[Story]:
    """The stories of a page, the main one first. Raises Reject when there is no text, or no story in it."""
    if not layout.text.strip():
        raise Reject(Reason.EMPTY, "no visible text")
    by_story: dict[int, list[Segment]] = defaultdict(list)
    for segment in layout.segments:
        by_story[segment.article].append(segment)
    stories = [_story(layout, index, by_story[index]) for index in sorted(by_story)]
    told = [story for story in stories if story.paragraphs]
    if not told and not layout.metadata.body:
        raise Reject(Reason.NO_ARTICLE, f"{len(layout.text)} characters, none of them a story")
    return told or stories[:1]


def _story(layout: Layout, index: int, segments: list[Segment]) -> Story:
    by_label: dict[Label, list[Segment]] = defaultdict(list)
    for segment in segments:
        by_label[segment.label].append(segment)
    spans = [span for segment in segments if segment.label in RUNNING for span in _paragraphs(layout, segment)]
    return Story(index, spans, dict(by_label))


def _paragraphs(layout: Layout, segment: Segment) -> Iterator[Span]:
    """Cut a running segment at block boundaries (html) or line breaks (text)."""
    role = {Label.SUBHEADING: Role.SUBHEADING, Label.QUOTE: Role.QUOTE}.get(segment.label, Role.PARAGRAPH)
    if layout.blocks:
        first = bisect_right(layout.blocks, segment.start, key=lambda block: block.end)
        for block in islice(layout.blocks, first, None):
            if block.start >= segment.end:
                break
            start, end = max(block.start, segment.start), min(block.end, segment.end)
            text = layout.text[start:end]
            if block.role is Role.CODE and _is_prose(text):
                yield from _told_lines(text, start, role)
            elif text.strip():
                keeps = role is Role.PARAGRAPH or block.role is Role.CODE
                yield Span(start, end, block.role if keeps else role, block.level)
        return
    yield from _told_lines(layout.text[segment.start : segment.end], segment.start, role)


def _told_lines(text: str, at: int, role: Role) -> Iterator[Span]:
    """The paragraphs of a text without markup that stands at `at`."""
    for line in _whole_lines(text):
        if line.strip():
            yield Span(at, at + len(line), role)
        at += len(line)


def _is_prose(text: str) -> bool:
    """Whether preformatted text tells a story: wrapped at a width, or mostly in long lines that end as sentences."""
    lines = text.splitlines(keepends=True)
    told = sum(len(line) for line in lines if len(line) > _WIDEST and _SENTENCE_END.search(line))
    return _is_wrapped(lines) or told > _MOSTLY * len(text)


def _whole_lines(text: str) -> list[str]:
    """The lines of a text with their breaks; where they are wrapped at a fixed width, its paragraphs."""
    lines = text.splitlines(keepends=True)
    if not _is_wrapped(lines):
        return lines
    return [whole for whole in _PARAGRAPH.findall(text) if whole]


def _is_wrapped(lines: list[str]) -> bool:
    """Whether lines were broken at a fixed width: many of nearly one length, most of them inside a sentence."""
    inner = [one for one, two in pairwise(lines) if one.strip() and two.strip()]
    widest = max(map(len, inner), default=0)
    if len(inner) < _FEWEST_WRAPPED or not _NARROWEST <= widest <= _WIDEST:
        return False
    broken = sum(not _SENTENCE_END.search(line) for line in inner)
    full = sum(len(line) > _FULL_SHARE * widest for line in inner)
    return broken > _MOSTLY * len(inner) and full > _MOSTLY * len(inner)
