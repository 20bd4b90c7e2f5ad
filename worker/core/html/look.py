"""The second look at a page, on request: where links, emphasis, lists and tables stand in its text.

It goes the way of the walk and follows the page's text piece by piece: what does not stand there is not told of, and
where the two part, the look ends.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from selectolax.lexbor import LexborNode

from schemas.messages import Cell, Item, Mark, MarkKind
from worker.core.address import absolute, linked
from worker.core.html.page import Page
from worker.core.html.walk import BOLD, INLINE, ITALIC, MAX_DEPTH, MAX_NODES, UNSEEN, ZERO_WIDTH, look_at
from worker.core.model import Marked, Markup

_FORMATS: Final = {
    **dict.fromkeys(BOLD, MarkKind.STRONG),
    **dict.fromkeys(ITALIC, MarkKind.EMPHASIS),
    **dict.fromkeys(("code", "kbd", "samp", "tt"), MarkKind.CODE),
}
_ORDER: Final = {kind: i for i, kind in enumerate(MarkKind)}
_LISTS: Final = frozenset(("ul", "ol", "dl", "menu", "dir"))
_ITEMS: Final = frozenset(("li", "dt", "dd"))
_NUMBER: Final = re.compile(r"\s*([+-]?\d{1,9})")
_WIDEST: Final = 100
"""Columns that one cell may span."""
_UNDONE: Final = {
    MarkKind.STRONG: re.compile(r"font-weight:\s*(?:normal|lighter|[1-5]00)", re.IGNORECASE),
    MarkKind.EMPHASIS: re.compile(r"font-style:\s*normal", re.IGNORECASE),
}
"""Styles that take from an element what its name says: word processors wrap whole texts in such ones."""


def look(page: Page, url: str, asked: Markup, until: int) -> Marked:
    """The marks and places of the page that `url` answered with, in its text before `until`."""
    looking = _Look(page, url, asked, until)
    looking.go()
    marks = sorted(looking.marks, key=lambda mark: (mark.start, -mark.end, _ORDER[mark.kind]))
    return Marked(marks, looking.places)


@dataclass(slots=True)
class _List:
    number: int
    depth: int
    shown: int | None
    """What its next item shows before it; None in a list without numbers."""
    items: int = 0


@dataclass(slots=True)
class _Table:
    number: int
    row: int = 0
    column: int = 0


@dataclass(slots=True)
class _Open:
    """A mark whose element is open; `start` is -1 as long as it has no text in this block."""

    start: int = -1
    href: str | None = None


class _Left(NamedTuple):
    """An element that is open, and what is the case again behind it."""

    node: LexborNode
    opened: MarkKind | None
    pre: bool
    place: Item | Cell | None
    list_: _List | None
    table: _Table | None


class _Look:
    def __init__(self, page: Page, url: str, asked: Markup, until: int) -> None:
        self.marks: list[Mark] = []
        self.places: list[tuple[int, Item | Cell | None]] = []
        self._page = page
        self._base = url
        self._based = False
        self._asked = asked
        self._until = until
        self._end = 0
        """Of the last piece of text."""
        self._open: dict[MarkKind, _Open] = {}
        self._pre = 0
        self._place: Item | Cell | None = None
        self._told: Item | Cell | None = None
        self._list: _List | None = None
        self._table: _Table | None = None
        self._lists = self._tables = 0

    def go(self) -> None:
        """From the root's first child to where the text ends."""
        node = self._page.root.first_child if self._page.root is not None else None
        stack: list[_Left] = []
        for _ in range(MAX_NODES + 1):
            while node is None:
                if not stack:
                    return
                node = self._leave(stack.pop())
            if (node.tag or "-comment") == "-text":
                if not self._follow(node.text_content or ""):
                    self._close_all()
                    return
                node = node.next
                continue
            left = self._enter(node)
            first = node.first_child
            if left is None or first is None or len(stack) > MAX_DEPTH:
                node = node.next if left is None else self._leave(left)
                continue
            stack.append(left)
            node = first

    def _follow(self, text: str) -> bool:
        """Go over a text node; False where the page's text has something else, or was looked at far enough."""
        words = text.split()
        if not words or (len(text) < 4 and not text.strip(ZERO_WIDTH)):
            return True
        shown = text.strip() if self._pre else " ".join(words)
        whole, at = self._page.text, self._end
        while whole[at : at + 1].isspace():
            at += 1
        if at >= self._until or not whole.startswith(shown, at):
            return False
        if "\n" in whole[self._end : at]:
            self._close_all()
        for mark in self._open.values():
            if mark.start < 0:
                mark.start = at
        if self._place is not self._told:
            self.places.append((at, self._place))
            self._told = self._place
        self._end = at + len(shown)
        return True

    def _enter(self, node: LexborNode) -> _Left | None:
        """Take note of an element; None for one that the walk passed over."""
        tag = node.tag or "-comment"
        if tag == "base" and not self._based:
            self._base = absolute(self._base, node.attributes.get("href") or "") or self._base
            self._based = True
        sees_hidden = self._page.sees_hidden
        if tag[0] in "-!" or (tag in UNSEEN and tag != "head" and not (tag == "noscript" and sees_hidden)):
            return None
        attributes = node.attributes
        if attributes and not sees_hidden and look_at(attributes, inline=tag in INLINE or "-" in tag)[1]:
            return None
        left = _Left(node, self._mark(tag, attributes), tag == "pre", self._place, self._list, self._table)
        self._pre += left.pre
        self._stand(tag, attributes)
        return left

    def _leave(self, left: _Left) -> LexborNode | None:
        """What is the case behind an element; the node behind it."""
        if left.opened is not None:
            self._close(left.opened, self._open.pop(left.opened))
        self._pre -= left.pre
        self._place, self._list, self._table = left.place, left.list_, left.table
        return left.node.next

    def _mark(self, tag: str, attributes: Mapping[str, str | None]) -> MarkKind | None:
        """The kind of mark that the element opens; none in one of its kind."""
        if tag == "a":
            href = attributes.get("href") if self._asked.links and MarkKind.LINK not in self._open else None
            address = linked(self._base, href) if href else None
            if address is None:
                return None
            self._open[MarkKind.LINK] = _Open(href=address)
            return MarkKind.LINK
        kind = _FORMATS.get(tag)
        if kind is None or not self._asked.formatting or kind in self._open or (kind is MarkKind.CODE and self._pre):
            return None
        undone, style = _UNDONE.get(kind), attributes.get("style")
        if undone and style and undone.search(style):
            return None
        self._open[kind] = _Open()
        return kind

    def _close_all(self) -> None:
        """A block ends, and with it the marks in it; they go on in the next."""
        for kind, mark in self._open.items():
            self._close(kind, mark)
            mark.start = -1

    def _close(self, kind: MarkKind, mark: _Open) -> None:
        if mark.start >= 0:
            self.marks.append(Mark(kind=kind, start=mark.start, end=self._end, href=mark.href))

    def _stand(self, tag: str, attributes: Mapping[str, str | None]) -> None:
        """Keep account of lists and tables."""
        if tag in _LISTS:
            self._list = self._begun(1 if tag == "ol" else None, attributes.get("start"))
        elif tag in _ITEMS:
            self._place = self._next_item(attributes.get("value"))
        elif tag == "table":
            self._tables += 1
            self._table = _Table(self._tables)
        elif self._table is not None and tag == "tr":
            self._table.row += 1
            self._table.column = 0
        elif self._table is not None and tag in ("td", "th"):
            table = self._table
            self._place = Cell(table=table.number, row=max(table.row, 1), column=table.column + 1, header=tag == "th")
            table.column += min(max(_number(attributes.get("colspan")) or 1, 1), _WIDEST)

    def _begun(self, first: int | None, start: str | None = None) -> _List:
        self._lists += 1
        given = _number(start) if first is not None else None
        return _List(self._lists, self._list.depth + 1 if self._list else 1, first if given is None else given)

    def _next_item(self, value: str | None) -> Item:
        here = self._list = self._list or self._begun(None)
        here.items += 1
        number = here.shown
        if number is not None:
            given = _number(value)
            number = number if given is None else given
            here.shown = number + 1
        return Item(list_number=here.number, depth=here.depth, item=here.items, number=number)


def _number(value: str | None) -> int | None:
    match = _NUMBER.match(value or "")
    return int(match[1]) if match else None
