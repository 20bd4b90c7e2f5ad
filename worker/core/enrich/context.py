"""What every field of an article is read from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar

from schemas.messages import Paragraph, RawPage
from worker.core.model import Candidate, Content, Label, Layout, Metadata, Segment, Story

T = TypeVar("T")

_NOTHING: Final = Metadata()
MOST_CHARS: Final = 1000
"""Code points of a segment that a field is read from; the longest byline of the labelled pages has 400."""
MOST_SEGMENTS: Final = 30
"""Segments of its kind that a field is read from."""


@dataclass(frozen=True, slots=True)
class Context:
    """One story of a page, its cleaned paragraphs and its language, beside the page it stands in."""

    story: Story
    layout: Layout
    content: Content
    page: RawPage
    at: datetime
    """When the page was fetched, or processed where that is unknown: relative dates are resolved against it."""
    paragraphs: Sequence[Paragraph]
    body: str
    language: str | None

    @property
    def languages(self) -> tuple[str, ...]:
        """The language as the lexicons' functions take it."""
        return (self.language,) if self.language else ()

    @property
    def is_main(self) -> bool:
        """Whether it is the page's main story, the only one that the page's metadata speaks of."""
        return self.story.index == 0

    @property
    def metadata(self) -> Metadata:
        """What the markup says of the main story; nothing for an embedded one."""
        return self.layout.metadata if self.is_main else _NOTHING

    def segments(self, *labels: Label) -> list[Segment]:
        """The story's segments of these labels, in the order of the page."""
        found = [segment for label in labels for segment in self.story.by_label.get(label, ())]
        return sorted(found, key=lambda segment: segment.start)

    def text_of(self, segment: Segment, limit: int = MOST_CHARS) -> str:
        """A segment's text as the page has it, up to `limit` code points: no field needs a longer one."""
        return self.layout.text[segment.start : min(segment.end, segment.start + limit)]

    def texts(self, *labels: Label) -> list[str]:
        """The texts of the story's segments of these labels, as the page has them."""
        return [self.text_of(segment) for segment in self.segments(*labels)[:MOST_SEGMENTS]]


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """A field's value, and for `why` the origin of the winner and the losers."""

    value: T
    why: str = ""


def explain(winner: str, losers: Sequence[Candidate] = ()) -> str:
    """The winner's origin, and each loser's with its value."""
    lost = "; ".join(f"{loser.origin} {loser.value[:80]!r}" for loser in losers[:6])
    return f"{winner}; not {lost}" if lost else winner
