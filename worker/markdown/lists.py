"""List items as a list, with the lists inside of its items."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.messages import Item, Paragraph
from worker.markdown.inline import line

_HIGHEST = 999_999_999
"""Of the numbers that may stand before an item."""


@dataclass(slots=True)
class _Level:
    """A list that is open."""

    item: Item
    indent: int
    """Columns before its items' signs."""
    signs: str
    """Its bullet, and what stands behind its numbers: another where it follows a list, so that both are two."""
    inner: int = 0
    """Columns before its last item's text."""


def list_of(paragraphs: Sequence[Paragraph]) -> str:
    """The items of one run; those whose place is not known are items of one list."""
    lines: list[str] = []
    open_: list[_Level] = []
    for at, paragraph in enumerate(paragraphs):
        item = paragraph.item or Item(list_number=1, depth=1, item=at + 1)
        text = line(paragraph.text, paragraph.marks or ())
        left = _leave(open_, item)
        here = open_[-1] if open_ and open_[-1].item.list_number == item.list_number else None
        if here and here.item.item == item.item:
            lines += ["", " " * here.inner + text]
            continue
        if here is None:
            signs = "*)" if left and left.signs == "-." else "-."
            here = _Level(item, open_[-1].inner if open_ else 0, signs)
            open_.append(here)
            if left or item.number not in (None, 1):
                lines.append("")
        sign = _sign(item.number, here.signs)
        here.item, here.inner = item, here.indent + len(sign)
        lines.append(" " * here.indent + sign + text)
    return "\n".join(lines).strip("\n")


def _leave(open_: list[_Level], item: Item) -> _Level | None:
    """Close what the item does not stand in; the list that ends where the item's own begins, if there is one."""
    left = None
    while open_ and open_[-1].item.list_number != item.list_number and open_[-1].item.depth >= item.depth:
        left = open_.pop()
    return left if left and not (open_ and open_[-1].item.list_number == item.list_number) else None


def _sign(number: int | None, signs: str) -> str:
    return f"{signs[0]} " if number is None or not 0 <= number <= _HIGHEST else f"{number}{signs[1]} "
