"""Decided blocks -> segments that partition the text, and the blocks with their roles."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from schemas.messages import Role
from worker.core.html.page import Page
from worker.core.html.rules import Draft
from worker.core.html.tree import ANCESTORS
from worker.core.model import Block, Label, Link, Segment

Array = NDArray[Any]

LABELS: Final = tuple(Label)
"""The order of the network's label outputs."""
_RUNNING: Final = frozenset({Label.BODY, Label.SUBHEADING, Label.QUOTE, Label.EMBEDDED_TITLE, Label.EMBEDDED_BODY})
_FURNITURE: Final = np.array([0.0 if label not in _RUNNING else -1e9 for label in LABELS], dtype=np.float32)
_QUOTED: Final = 1 << ANCESTORS.index("blockquote")
_MODEL: Final = tuple(f"model:{label.value}" for label in LABELS)
_MERGED: Final = frozenset(set(LABELS) - {Label.TITLE, Label.SUBTITLE, Label.SUBHEADING, Label.EMBEDDED_TITLE})
"""Labels whose neighbours of the same label and story become one segment."""


def blocks_of(page: Page) -> list[Block]:
    """The page's blocks, each with the white space behind it, and what they are in the structure."""
    starts, tags, parents = page.blocks.start, page.elements.tag, page.elements.parent
    roles = [role_of(tags, parents, element) for element in page.blocks.element]
    ends = [*starts[1:], len(page.text)]
    blocks = [Block(start, end, role, level) for start, end, (role, level) in zip(starts, ends, roles, strict=True)]
    return _lines_joined(blocks, page) if "pre" in tags else blocks


def _lines_joined(blocks: list[Block], page: Page) -> list[Block]:
    """Elements that are lines of one `<pre>`, as highlighters make them, are one block; paragraphs in it are not."""
    tags, parents = page.elements.tag, page.elements.parent
    joined: list[Block] = []
    last = -1
    for block, element in zip(blocks, page.blocks.element, strict=True):
        pre = element if block.role is Role.CODE and tags[element] != "p" else -1
        while pre > 0 and tags[pre] != "pre":
            pre = parents[pre]
        if pre >= 0 and pre == last:
            joined[-1] = joined[-1]._replace(end=block.end)
        else:
            joined.append(block)
        last = pre
    return joined


_ROLES: Final = {
    "li": Role.LIST_ITEM,
    "dd": Role.LIST_ITEM,
    "dt": Role.LIST_ITEM,
    "td": Role.TABLE_ROW,
    "th": Role.TABLE_ROW,
    "blockquote": Role.QUOTE,
    "pre": Role.CODE,
}


_PLAIN: Final = frozenset(("p", "div", "span"))
_HEADINGS: Final = {f"h{level}": (Role.SUBHEADING, level) for level in range(10)}
_PARAGRAPH: Final = (Role.PARAGRAPH, None)


def role_of(tags: list[str], parents: list[int], element: int) -> tuple[Role, int | None]:
    """Role and heading level of an element; a paragraph inside a list item or a quotation is that."""
    tag = tags[element]
    heading = _HEADINGS.get(tag)
    if heading is not None:
        return heading
    for _ in range(3):
        role = _ROLES.get(tag)
        if role is not None:
            return role, None
        if tag not in _PLAIN:
            break
        element = parents[element]
        tag = tags[element]
    return _PARAGRAPH


def links_of(page: Page) -> list[Link]:
    """The links that have text."""
    anchors, size = page.anchors, len(page.text)
    return [
        Link(start, end, href)
        for start, end, href in zip(anchors.start, anchors.end, anchors.href, strict=True)
        if href and start < end <= size
    ]


def segments_of(draft: Draft, labels: Array) -> list[Segment]:
    """One segment a run of blocks of the same label and story; `labels` are the network's label logits."""
    starts = draft.page.blocks.start
    segments: list[Segment] = []
    begin, open_ = 0, None
    for start, named in zip(starts, _name(draft, labels), strict=True):
        if open_ is not None:
            label, article, score, why = open_
            if named[0] is label and named[1] == article and label in _MERGED:
                open_ = (label, article, min(score, named[2]), why)
                continue
            segments.append(Segment(begin, start, *open_))
        begin, open_ = start, named
    if open_ is not None:
        segments.append(Segment(begin, len(draft.page.text), *open_))
    return segments


def _name(draft: Draft, labels: Array) -> list[tuple[Label, int, float, str]]:
    tags, elements = draft.features.tags, draft.page.blocks.element
    other = labels + _FURNITURE
    best = other.argmax(axis=1)
    chance = np.exp(other - other.max(axis=1, keepdims=True))
    score = (1 / chance.sum(axis=1)) * (1 - np.minimum(draft.p, 0.99))
    flags = draft.features.tree.flags[np.array(elements, dtype=np.int64)].tolist()
    likeliest, scores, chances = best.tolist(), score.tolist(), draft.p.tolist()
    chosen, embedded = draft.chosen.tolist(), draft.embedded.tolist()
    named = []
    for i, most in enumerate(likeliest):
        tag = tags[i]
        heading = len(tag) == 2 and tag[0] == "h" and tag != "hr"
        why = draft.why.get(i) or ("model:body" if chosen[i] else _MODEL[most])
        if i == draft.features.title:
            named.append((Label.TITLE, 0, 0.9, "heading:in-title"))
        elif chosen[i]:
            label = Label.SUBHEADING if heading else Label.QUOTE if flags[i] & _QUOTED else Label.BODY
            named.append((label, 0, chances[i], why))
        elif embedded[i]:
            label = Label.EMBEDDED_TITLE if heading else Label.EMBEDDED_BODY
            named.append((label, int(embedded[i]), chances[i], why))
        else:
            named.append((LABELS[most], 0, scores[i], why))
    return named
