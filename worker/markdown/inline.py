"""A paragraph's text with its marks, as one line of Markdown.

Emphasis needs care: stars that do not stand right are text. They stand right in every dialect with a letter or digit
inside of them, or white space outside; emphasis that ends otherwise is drawn in to where they do. Links go around
emphasis that ends with them, and code is innermost.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple
from unicodedata import category

from schemas.messages import Mark, MarkKind
from worker.markdown.escape import address, characters, shield_closing, shield_opening

_TICKS: Final = re.compile("`+")
_STARS: Final = {MarkKind.STRONG: "**", MarkKind.EMPHASIS: "*"}
_DEPTH: Final = {kind: depth for depth, kind in enumerate(MarkKind)}


class _Stretch(NamedTuple):
    """A mark in the text, `end` exclusive."""

    start: int
    end: int
    kind: MarkKind
    href: str = ""


def line(text: str, marks: Sequence[Mark]) -> str:
    """A paragraph of its own, or one of a list item or a quotation."""
    return _marked(text, marks, shield_opening)


def heading(text: str, marks: Sequence[Mark]) -> str:
    """What stands behind the signs of a heading, which is strong as it is."""
    return _marked(text, [mark for mark in marks if mark.kind is not MarkKind.STRONG], shield_closing)


def plain(text: str) -> str:
    """What stands inside of something else, such as the caption of an image."""
    return "".join(characters(" ".join(text.split())))


def cell(text: str, marks: Sequence[Mark]) -> str:
    """What stands between the bars of a table."""
    return _marked(text, marks, lambda _, __: None).replace("|", "\\|")


def _marked(text: str, marks: Sequence[Mark], shield: Callable[[str, list[str]], None]) -> str:
    text = " ".join(text.split())
    escaped = characters(text)
    shield(text, escaped)
    if not marks:
        return "".join(escaped)
    links = _apart(text, marks, MarkKind.LINK)
    code = [
        piece
        for one in _apart(text, marks, MarkKind.CODE)
        for piece in _cut_at(text, one, _overlapping(one, links))
        if not (links and "]:" in text[piece.start : piece.end])  # a link with it may be read as a definition
    ]
    strong = [safe for one in _apart(text, marks, MarkKind.STRONG) for safe in _safe(text, one, links, code)]
    emphasis = _apart(text, marks, MarkKind.EMPHASIS)
    for _ in range(2):  # what links and code cut to pieces may reach over an end of what it held
        pieces = [piece for one in emphasis for piece in _cut(text, one, strong)]
        emphasis = [safe for piece in pieces for safe in _safe(text, piece, links, code)]
    emphasis = _told_apart(text, emphasis, strong)
    for one in (*links, *code, *strong, *emphasis):
        _shield_edges(text, escaped, one)
    for one in code:
        escaped[one.start : one.end] = [_code(text[one.start : one.end]), *[""] * (one.end - one.start - 1)]
    return "".join(_written(escaped, sorted([*links, *strong, *emphasis], key=_outer_first)))


def _told_apart(text: str, emphasis: Sequence[_Stretch], strong: Sequence[_Stretch]) -> list[_Stretch]:
    """The emphasis whose stars are not taken for those of another.

    That is none that begins or ends where another does that it is not in, and no two in each other of which the inner
    one begins inside of a word.
    """
    begins, ends = {one.start for one in strong}, {one.end for one in strong}
    kept: list[_Stretch] = []
    for one in emphasis:
        touches = one.start in ends or one.end in begins or (kept and kept[-1].end == one.start)
        inner = (max(one.start, other.start) for other in _overlapping(one, strong) if one.start != other.start)
        if not touches and not any(_is_letter(text[at - 1]) for at in inner):
            kept.append(one)
    return kept


def _shield_edges(text: str, escaped: list[str], one: _Stretch) -> None:
    """Escape what is a sign only beside the signs of a mark."""
    for at in (one.start - 1, one.start, one.end - 1, one.end):
        if 0 <= at < len(text) and (text[at] == "_" or (text[at] == "!" and at == one.start - 1)):
            escaped[at] = f"\\{text[at]}"


def _outer_first(one: _Stretch) -> tuple[int, int, int]:
    return one.start, -one.end, _DEPTH[one.kind]


def _written(escaped: Sequence[str], nested: Sequence[_Stretch]) -> Iterator[str]:
    """The text with the signs of its links and emphasis, each of which lies in the ones before it, or behind them."""
    at = 0
    open_: list[_Stretch] = []
    for one in [*nested, _Stretch(len(escaped), len(escaped), MarkKind.LINK)]:
        while open_ and open_[-1].end <= one.start:
            inner = open_.pop()
            yield from escaped[at : inner.end]
            at = inner.end
            yield _STARS.get(inner.kind) or f"]({address(inner.href)})"
        yield from escaped[at : one.start]
        at = one.start
        if one.end > one.start:
            yield _STARS.get(one.kind, "[")
            open_.append(one)


def _code(text: str) -> str:
    ticks = "`" * (max((len(run) for run in _TICKS.findall(text)), default=0) + 1)
    pad = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _apart(text: str, marks: Sequence[Mark], kind: MarkKind) -> list[_Stretch]:
    """The marks of a kind, none in another; those that touch are one, but for links."""
    apart: list[_Stretch] = []
    for mark in sorted((mark for mark in marks if mark.kind is kind), key=lambda mark: mark.start):
        one = _trimmed(text, _Stretch(mark.start, min(mark.end, len(text)), kind, mark.href or ""))
        if one.start >= one.end:
            continue
        last = apart[-1] if apart else None
        if last and one.start < last.end + (kind is not MarkKind.LINK):
            if kind is not MarkKind.LINK:
                apart[-1] = last._replace(end=max(last.end, one.end))
        else:
            apart.append(one)
    return apart


def _trimmed(text: str, one: _Stretch) -> _Stretch:
    """Without white space at its ends; may be empty."""
    start, end = one.start, one.end
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return one._replace(start=start, end=end)


def _cut(text: str, one: _Stretch, others: Sequence[_Stretch]) -> list[_Stretch]:
    """The stretch in pieces, each of which lies in one of the others, or has whole ones in it, or none."""
    crossed = [
        other
        for other in _overlapping(one, others)
        if one.start < other.start < one.end < other.end or other.start < one.start < other.end < one.end
    ]
    return _cut_at(text, one, crossed)


def _cut_at(text: str, one: _Stretch, others: Sequence[_Stretch]) -> list[_Stretch]:
    """The stretch in pieces, cut where any of the others begins or ends; no piece is empty."""
    edges = {edge for other in others for edge in (other.start, other.end) if one.start < edge < one.end}
    pieces = (_trimmed(text, one._replace(start=a, end=b)) for a, b in pairwise([one.start, *sorted(edges), one.end]))
    return [piece for piece in pieces if piece.start < piece.end]


def _overlapping(one: _Stretch, others: Sequence[_Stretch]) -> Sequence[_Stretch]:
    """Those of the others, which are sorted and apart, that share a character with it."""
    first = bisect_right(others, one.start, key=lambda other: other.end)
    return others[first : bisect_left(others, one.end, key=lambda other: other.start)]


def _safe(text: str, one: _Stretch, links: Sequence[_Stretch], code: Sequence[_Stretch]) -> list[_Stretch]:
    """Emphasis in as many pieces as it takes for its stars to be read as such; sorted."""
    safe: list[_Stretch] = []
    waiting = [one]
    while waiting:
        one = waiting.pop()
        in_the_way = [*_in_the_way(one, _overlapping(one, code)), *_in_the_way(one, _overlapping(one, links))]
        drawn = _drawn_in(text, one)
        if any(other.kind is MarkKind.CODE and _holds(other, one) for other in in_the_way):
            continue
        if any(not _holds(other, one) for other in in_the_way):
            waiting.extend(_cut_at(text, one, in_the_way))
        elif drawn == one:
            safe.append(one)
        elif drawn.start < drawn.end:
            waiting.append(drawn)
    return sorted(safe)


def _in_the_way(one: _Stretch, others: Sequence[_Stretch]) -> Sequence[_Stretch]:
    """All of the others, unless there is emphasised text on both sides of them."""
    free = others and one.start < others[0].start and others[-1].end < one.end
    return () if free else others


def _holds(outer: _Stretch, inner: _Stretch) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _drawn_in(text: str, one: _Stretch) -> _Stretch:
    """The emphasis without what its stars cannot touch; may be empty."""
    start, end = one.start, one.end
    while start < end and not (_is_letter(text[start]) or (not text[start].isspace() and _is_free(text, start - 1))):
        start += 1
    while start < end and not (_is_letter(text[end - 1]) or (not text[end - 1].isspace() and _is_free(text, end))):
        end -= 1
    return one._replace(start=start, end=end)


def _is_letter(character: str) -> bool:
    """Whether it is neither a sign nor white space; marks go with their letters."""
    return category(character)[0] in "LMN"


def _is_free(text: str, at: int) -> bool:
    """Whether nothing stands there."""
    return not 0 <= at < len(text) or text[at].isspace()
