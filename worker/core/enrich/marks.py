"""What the markup says of a paragraph, on request: its links and emphasis, its place in a list or a table."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from schemas.messages import Cell, Item, Mark, Paragraph, Role
from worker.core.clean.doubled import kept_once
from worker.core.clean.trail import follow
from worker.core.model import Marked


def with_markup(paragraph: Paragraph, marked: Marked, printed: str, cleaned: str) -> Paragraph:
    """The paragraph with what was asked for.

    It stands in the page's text as `printed`; its own text is what `once` leaves of `cleaned`.
    """
    place = _place(marked, paragraph.start + len(printed) - len(printed.lstrip()))
    return paragraph.model_copy(
        update={
            "marks": tuple(_marks(paragraph, marked, printed, cleaned)),
            "item": place if isinstance(place, Item) and paragraph.role is Role.LIST_ITEM else None,
            "cell": place if isinstance(place, Cell) and paragraph.role is Role.TABLE_ROW else None,
        }
    )


def _marks(paragraph: Paragraph, marked: Marked, printed: str, cleaned: str) -> Iterator[Mark]:
    """The marks that begin in the paragraph, moved to where their words stand in its own text."""
    at = paragraph.start
    first = bisect_left(marked.marks, at, key=lambda mark: mark.start)
    beyond = bisect_left(marked.marks, at + len(printed), key=lambda mark: mark.start)
    if first == beyond:
        return
    trail = follow(printed, cleaned, kept_once(cleaned) if cleaned != paragraph.text else [(0, len(cleaned))])
    for mark in marked.marks[first:beyond]:
        place = trail.place(mark.start - at, mark.end - at) if trail else None
        if place:
            yield Mark(kind=mark.kind, start=place[0], end=place[1], href=mark.href)


def _place(marked: Marked, at: int) -> Item | Cell | None:
    i = bisect_right(marked.places, at, key=lambda place: place[0])
    return marked.places[i - 1][1] if i else None
