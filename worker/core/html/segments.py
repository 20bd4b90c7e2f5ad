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
    ends = [*page.blocks.start[1:], len(page.text)]
    roles = [role_of(page, element) for element in page.blocks.element]
    return [Block(start, end, *role) for start, end, role in zip(page.blocks.start, ends, roles, strict=True)]


_ROLES: Final = {
    "li": Role.LIST_ITEM,
    "dd": Role.LIST_ITEM,
    "dt": Role.LIST_ITEM,
    "td": Role.TABLE_ROW,
    "th": Role.TABLE_ROW,
    "blockquote": Role.QUOTE,
    "pre": Role.CODE,
}


def role_of(page: Page, element: int) -> tuple[Role, int | None]:
    """Role and heading level of an element; a paragraph inside a list item or a quotation is that."""
    tags, parents = page.elements.tag, page.elements.parent
    tag = tags[element]
    if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
        return Role.SUBHEADING, int(tag[1])
    for _ in range(3):
        role = _ROLES.get(tags[element])
        if role is not None:
            return role, None
        if tags[element] not in ("p", "div", "span"):
            break
        element = parents[element]
    return Role.PARAGRAPH, None


def links_of(page: Page) -> list[Link]:
    """The links that have text."""
    return [
        Link(a.start, min(a.end, len(page.text)), a.href)
        for a in page.anchors
        if a.href and a.start < a.end <= len(page.text)
    ]


def segments_of(draft: Draft, labels: Array) -> list[Segment]:
    """One segment a run of blocks of the same label and story; `labels` are the network's label logits."""
    page = draft.page
    named = _name(draft, labels)
    segments: list[Segment] = []
    ends = [*page.blocks.start[1:], len(page.text)]
    for i, (label, article, score, why) in enumerate(named):
        last = segments[-1] if segments else None
        if last and last.label is label and last.article == article and label in _MERGED:
            merged_score = min(last.score, score)
            segments[-1] = Segment(last.start, ends[i], label, article, merged_score, last.why)
        else:
            segments.append(Segment(page.blocks.start[i], ends[i], label, article, score, why))
    return segments


def _name(draft: Draft, labels: Array) -> list[tuple[Label, int, float, str]]:
    tags, elements = draft.page.elements.tag, draft.page.blocks.element
    other = labels + _FURNITURE
    best = other.argmax(axis=1)
    chance = np.exp(other - other.max(axis=1, keepdims=True))
    score = (1 / chance.sum(axis=1)) * (1 - np.minimum(draft.p, 0.99))
    flags = draft.features.tree.flags[np.array(elements, dtype=np.int64)].tolist()
    likeliest, scores, chances = best.tolist(), score.tolist(), draft.p.tolist()
    chosen, embedded = draft.chosen.tolist(), draft.embedded.tolist()
    named = []
    for i, most in enumerate(likeliest):
        tag = tags[elements[i]]
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
