"""An article's paragraphs and images as the blocks of a document."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from schemas.messages import Article, Image, Paragraph, Role
from worker.markdown.escape import address
from worker.markdown.inline import cell, heading, line, plain
from worker.markdown.lists import list_of

_TICKS: Final = re.compile("`+")
_ALONE: Final = frozenset({Role.PARAGRAPH, Role.SUBHEADING})
"""Roles whose paragraphs are blocks of their own."""
_LEVEL: Final = 2
"""Of a subheading whose level nobody told."""


def blocks(article: Article) -> Iterator[str]:
    """The blocks in order; images stand where they stand in the story, or behind it where that is not known."""
    if not article.paragraphs:
        yield from (line(text, ()) for text in article.body.splitlines() if text.strip())
    images = sorted((image for image in article.images if image.at is not None), key=lambda image: image.at or 0)
    for (role, _), run in groupby(article.paragraphs, _kind):
        paragraphs = list(run)
        while images and (images[0].at or 0) <= paragraphs[0].start:
            yield _image(images.pop(0))
        yield from _run(role, paragraphs)
    yield from map(_image, [*images, *(image for image in article.images if image.at is None)])


def _kind(paragraph: Paragraph) -> tuple[Role, int]:
    """Paragraphs that make one block together have the same."""
    if paragraph.role in _ALONE:
        return paragraph.role, paragraph.start
    return paragraph.role, paragraph.cell.table if paragraph.cell else 0


def _run(role: Role, paragraphs: Sequence[Paragraph]) -> Iterator[str]:
    if role is Role.LIST_ITEM:
        yield list_of(paragraphs)
    elif role is Role.QUOTE:
        yield "\n>\n".join(f"> {line(one.text, one.marks or ())}" for one in paragraphs)
    elif role is Role.CODE:
        yield from (_code(one.text) for one in paragraphs)
    elif role is Role.TABLE_ROW and _is_grid(paragraphs):
        yield _table(paragraphs)
    elif role is Role.SUBHEADING:
        yield from (f"{'#' * (one.level or _LEVEL)} {heading(one.text, one.marks or ())}" for one in paragraphs)
    else:
        yield from (line(one.text, one.marks or ()) for one in paragraphs)


def _code(text: str) -> str:
    fence = "`" * max(3, *(len(run) + 1 for run in _TICKS.findall(text)), 0)
    return f"{fence}\n{text}\n{fence}"


def _is_grid(paragraphs: Sequence[Paragraph]) -> bool:
    """Whether cells hold a paragraph each, in rows and columns; else the table lays out a page."""
    cells = [(one.cell.row, one.cell.column) for one in paragraphs if one.cell]
    rows, columns = {row for row, _ in cells}, {column for _, column in cells}
    return len(set(cells)) == len(paragraphs) and len(rows) > 1 and len(columns) > 1


def _table(paragraphs: Sequence[Paragraph]) -> str:
    """A table of GFM; its header is empty where the first row is none, since it must have one."""
    rows: dict[int, dict[int, Paragraph]] = {}
    for one in paragraphs:
        if one.cell:
            rows.setdefault(one.cell.row, {})[one.cell.column] = one
    columns = sorted({column for row in rows.values() for column in row})
    grid = [[row.get(column) for column in columns] for row in rows.values()]
    is_headed = all(one.cell.header for one in grid[0] if one and one.cell)
    lines = [_row(row) for row in grid]
    head = lines.pop(0) if is_headed else "|" + " |" * len(columns)
    return "\n".join([head, "|" + " --- |" * len(columns), *lines])


def _row(row: Sequence[Paragraph | None]) -> str:
    return "|" + "|".join(f" {cell(one.text, one.marks or ())} " if one else " " for one in row) + "|"


def _image(image: Image) -> str:
    return f"![{plain(image.caption or '')}]({address(image.url)})"
