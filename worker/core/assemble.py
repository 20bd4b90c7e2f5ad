"""Segments -> stories: the main one, and each embedded one, with their paragraphs."""

from collections import defaultdict
from collections.abc import Iterator

from schemas.messages import Role
from schemas.reasons import Reason, Reject
from worker.core.model import RUNNING, Label, Layout, Segment, Span, Story


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
        for block in layout.blocks:
            start, end = max(block.start, segment.start), min(block.end, segment.end)
            if start < end and layout.text[start:end].strip():
                yield Span(start, end, block.role if role is Role.PARAGRAPH else role, block.level)
        return
    at = segment.start
    for line in layout.text[segment.start : segment.end].splitlines(keepends=True):
        if line.strip():
            yield Span(at, at + len(line), role)
        at += len(line)
