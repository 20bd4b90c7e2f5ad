"""From the tagger's answers to the body: what no network over single blocks can see."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from worker.core.enrich.letters import Table, look_up, table_of
from worker.core.html.cues import CATEGORIES
from worker.core.html.features import Features
from worker.core.html.page import Page
from worker.core.html.tagger import threshold_of
from worker.core.html.tree import ANCESTORS, COMMENTS

Array = NDArray[Any]

_COMMENTS: Final = 1 << CATEGORIES.index("comments")
_POINTERS: Final = (1 << CATEGORIES.index("read_also")) | (1 << CATEGORIES.index("subscribe"))
_COMPARED: Final = 500
"""Chosen blocks up to which each is looked for in each."""
_ENDS: Final = frozenset('.!?…。！？।॥”"»')
_CELLS: Final = ("td", "th")
_LISTS: Final = ("ul", "ol", "dl")
_IN_LIST: Final = sum(1 << ANCESTORS.index(tag) for tag in _LISTS)
_ITEM_DEPTH: Final = 3
"""Elements up to which a list is looked for around a block."""
_LINES: Final = frozenset(("p", "div", "h2", "h3", "h4", "h5", "h6"))
_SURE: Final = 0.9
_STANDFIRST: Final = re.compile(
    r"sub-?head|sub-?title|subline|(?<![a-z])dek(?![a-z])|abstract|standfirst", re.IGNORECASE
)
_END_NOTE: Final = re.compile(
    r"(?:©|\(c\)|copyright|this (?:article|story|post|report|content) |originally (?:published|appeared)|"
    r"with .{0,40}(?:wires?|agenc)|"
    r"contribut|correction|clarification|disclaimer|report(?:ing|ed) by|edit(?:ing|ed) by|provided by|source\s*:|"
    r"\[.*\]$|\(.*\)$|"
    r"the (?:associated press|canadian press)|dieser (?:artikel|text|beitrag) |cet article |este (?:artículo|artigo) )",
    re.IGNORECASE,
)
"""How notes behind a story begin, as learned from English, German, French and Spanish pages."""
_HEADINGS: Final = frozenset(("h1", "h2", "h3", "h4"))
_NO_LETTERS: Final = re.compile(r"\W+")
_BETWEEN: Final = "\x1e"
"""Stands between texts that are folded together."""


@dataclass(slots=True)
class Draft:
    """The body as far as it is decided; rules change `chosen` and note why."""

    page: Page
    features: Features
    p: Array
    threshold: float
    chosen: Array
    why: dict[int, str]
    embedded: Array
    """Number of the embedded story a block belongs to; 0 for none."""


def decide(page: Page, features: Features, p: Array) -> Draft:
    """The chosen blocks after all rules."""
    threshold = threshold_of(p, features.weights)
    draft = Draft(page, features, p, threshold, p > threshold, {}, np.zeros(len(p), np.int64))
    for rule in RULES:
        rule(draft)
    return draft


def _off(draft: Draft, at: Array | slice | int, why: str) -> None:
    for i in np.atleast_1d(np.arange(len(draft.p))[at]):
        if draft.chosen[i]:
            draft.chosen[i] = False
            draft.why[int(i)] = f"rule:{why}"


def tables_as_units(draft: Draft) -> None:
    """All cells of a table are body or none is, unless the table is half of the page (a layout table)."""
    cells = [i for i, tag in enumerate(draft.features.tags) if tag in _CELLS]
    _decide_together(draft, cells, ("table",), "table")


def lists_as_units(draft: Draft) -> None:
    """All items of a list are body or none is."""
    at = np.array(draft.page.blocks.element)
    listed = np.flatnonzero(draft.features.tree.flags[at] & _IN_LIST)
    parents, tags = draft.page.elements.parent, draft.page.elements.tag
    items = []
    for i in listed.tolist():
        near = [int(at[i])]
        while len(near) < _ITEM_DEPTH:
            near.append(parents[near[-1]])
        if any(tags[element] in _LISTS for element in near):
            items.append(i)
    _decide_together(draft, items, _LISTS, "list")


def _decide_together(draft: Draft, members: list[int], kinds: tuple[str, ...], why: str) -> None:
    """What stands in one element of these kinds is chosen by its mean probability, if any of it may be body."""
    units: dict[int, list[int]] = {}
    for i in members:
        units.setdefault(_enclosing(draft, draft.page.blocks.element[i], kinds), []).append(i)
    weight, p = draft.features.weights, draft.p
    for blocks in units.values():
        if len(blocks) > 2 and weight[blocks].sum() < 0.5 * weight.sum() and draft.chosen[blocks].any():
            chosen = float((p[blocks] * weight[blocks]).sum() / weight[blocks].sum()) > draft.threshold
            draft.why.update({i: f"rule:{why}" for i in blocks if draft.chosen[i] != chosen})
            draft.chosen[blocks] = chosen


def _enclosing(draft: Draft, element: int, kinds: tuple[str, ...]) -> int:
    parents, tags = draft.page.elements.parent, draft.page.elements.tag
    while element and tags[element] not in kinds:
        element = parents[element]
    return element


def copies_off(draft: Draft) -> None:
    """A long paragraph printed again in another container goes, and so does a block that holds two others whole.

    One that is printed again between others that are not is a question or a refrain, and stays.
    """
    chosen = np.flatnonzero(draft.chosen).tolist()
    folded = dict(zip(chosen, _folded([draft.features.texts[i] for i in chosen]), strict=True))
    container = draft.features.groups[0]
    seen: dict[str, int] = {}
    again = [i for i, text in folded.items() if len(text) >= 70 and container[seen.setdefault(text, i)] != container[i]]
    if again:
        doubled = {*again, *(seen[folded[i]] for i in again)}
        place = {i: at for at, i in enumerate(chosen)}
        for i in again:
            beside = chosen[place[i] - 1 : place[i] + 2 : 2]
            if len(beside) < 2 or not doubled.isdisjoint(beside):
                _off(draft, i, "printed twice")
    parts = {i: text for i, text in folded.items() if draft.chosen[i] and len(text) > 20}
    for i, text in parts.items() if len(parts) <= _COMPARED else ():
        if len(text) > 500:
            inside = [len(part) for j, part in parts.items() if j != i and len(part) < len(text) and part in text]
            if len(inside) >= 2 and sum(inside) > 0.5 * len(text):
                _off(draft, i, "holds others")


def _folded(texts: list[str]) -> list[str]:
    """Of each text its letters, digits and underscores."""
    together = look_up(_BETWEEN.join(texts), _letters())
    found = together.replace(" ", "").split(_BETWEEN) if together is not None else []
    return found if len(found) == len(texts) else [_NO_LETTERS.sub("", text) for text in texts]


@cache
def _letters() -> Table:
    return table_of({ord("_"): "_", ord(_BETWEEN): _BETWEEN})


def title_off(draft: Draft) -> None:
    """The headline is not body, wherever it is printed as a heading."""
    if draft.features.title >= 0:
        title = draft.features.texts[draft.features.title].casefold()
        tags, texts = draft.features.tags, draft.features.texts
        for i in np.flatnonzero(draft.chosen).tolist():
            if (i == draft.features.title or tags[i][:1] == "h") and texts[i].casefold() == title:
                _off(draft, i, "title")


def next_article_off(draft: Draft) -> None:
    """What stands in a later `<article>` than the story's own, under a heading of its own, is another story."""
    chosen = np.flatnonzero(draft.chosen)
    if not len(chosen):
        return
    article = draft.features.tree.article[np.array(draft.page.blocks.element)]
    own, read = article[chosen[0]], 0.0
    if not own or not (article[chosen] > own).any():
        return
    for i in chosen:
        another = article[i] > own and read > 300 and _is_headed(draft, article, int(i))
        if another and not _inside_another(draft, int(i), int(own)):
            later = chosen[chosen >= i]
            draft.embedded[later] = article[later]
            _off(draft, later, "next article")
            return
        read += draft.features.weights[i]


def _is_headed(draft: Draft, article: Array, block: int) -> bool:
    """Whether a heading stands in the block's article, at the block or before it."""
    tags, elements = draft.page.elements.tag, draft.page.blocks.element
    inside = np.flatnonzero(article[: block + 1] == article[block])
    return any(tags[elements[i]] in _HEADINGS for i in inside)


def _inside_another(draft: Draft, block: int, own: int) -> bool:
    """Whether the block's article stands inside the article numbered `own`."""
    parents = draft.page.elements.parent
    element = draft.page.blocks.element[block]
    while element:
        if draft.features.tree.article[element] == own:
            return True
        element = parents[element]
    return False


def comments_off(draft: Draft) -> None:
    """Comments are not body: inside containers that say so, and behind a heading that opens them."""
    inside = draft.features.tree.flags[np.array(draft.page.blocks.element)] & COMMENTS > 0
    first = int(np.argmax(draft.chosen))
    if (draft.chosen & inside).any() and not inside[first]:
        _off(draft, draft.chosen & inside, "inside comments")
    openers = [i for i, (whole, _) in enumerate(draft.features.cues) if whole & _COMMENTS and not draft.chosen[i]]
    if not openers:
        return
    read = np.cumsum(draft.features.weights * draft.chosen)
    for i in openers:
        if read[i] > 300 and read[i] > 0.2 * read[-1] and len(draft.features.texts[i]) < 80:
            _off(draft, slice(i, None), "comments")
            return


def pointers_off(draft: Draft) -> None:
    """A short linked line that begins with a read-also or subscribe cue is no body."""
    for i in np.flatnonzero(draft.chosen & (draft.features.density > 0.3) & (draft.p < 0.95)).tolist():
        if len(draft.features.texts[i]) < 200 and draft.features.cues[i][1] & _POINTERS:
            _off(draft, i, "pointer")


def linked_lines_off(draft: Draft) -> None:
    """A line that is one link and ends like a headline, or shouts, points to something else."""
    elements, tags = draft.page.blocks.element, draft.page.elements.tag
    for i in np.flatnonzero(draft.chosen & (draft.features.density >= 0.8)).tolist():
        text, density = draft.features.texts[i], draft.features.density[i]
        if len(text) >= 200 or tags[elements[i]] in _CELLS:
            continue
        line = density > 0.9 and draft.p[i] < 0.97 and text[-1] not in _ENDS and tags[elements[i]] in _LINES
        if line or text.isupper():
            _off(draft, i, "linked line")


def last_heading_off(draft: Draft) -> None:
    """A heading with nothing behind it heads something else."""
    chosen = np.flatnonzero(draft.chosen)
    if len(chosen) > 1:
        tag = draft.page.elements.tag[draft.page.blocks.element[chosen[-1]]]
        if tag[0] == "h" and tag[1:].isdigit():
            _off(draft, int(chosen[-1]), "heading at the end")


def standfirst_off(draft: Draft) -> None:
    """A doubtful block among the first three whose class calls it a standfirst is none of the body."""
    elements, at = draft.page.elements, draft.page.blocks.element
    for i in np.flatnonzero(draft.chosen)[:3]:
        key = f"{elements.key[at[i]]} {elements.key[elements.parent[at[i]]]}"
        if draft.p[i] < _SURE and _STANDFIRST.search(key):
            _off(draft, int(i), "standfirst")


def end_notes_on(draft: Draft) -> None:
    """Short notes right behind the body, in its container or one inside it, that say where it came from are body."""
    chosen = np.flatnonzero(draft.chosen)
    if not len(chosen):
        return
    last = int(chosen[-1])
    tree = draft.features.tree
    container = tree.container[np.array(draft.page.blocks.element)]
    for i in range(last + 1, min(last + 4, len(draft.p))):
        text = draft.features.texts[i]
        own = (container[i], tree.container[tree.parent[container[i]]])
        if container[last] not in own or draft.features.density[i] > 0.5 or i in draft.why:
            break
        if len(text) < 400 and _END_NOTE.match(text):
            draft.chosen[i] = True
            draft.why[i] = "rule:end note"


RULES: Final[tuple[Callable[[Draft], None], ...]] = (
    tables_as_units,
    lists_as_units,
    copies_off,
    title_off,
    next_article_off,
    comments_off,
    pointers_off,
    linked_lines_off,
    standfirst_off,
    last_heading_off,
    end_notes_on,
)
"""In order: what is chosen is settled before its end is cut."""
