"""Page -> one row of numbers a block, and the groups (containers, signatures) its blocks fall into."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from worker.core.html import chars
from worker.core.html.cues import CATEGORIES, cues_of
from worker.core.html.keys import Odds
from worker.core.html.page import Page
from worker.core.html.tree import FLAGS, Tree, climb

Array = NDArray[Any]

TAGS: Final = (
    "p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "blockquote", "figcaption", "dd", "dt", "pre",
    "button", "label", "section", "article", "center", "header", "footer", "caption",
)  # fmt: skip
_TAG: Final = {tag: i for i, tag in enumerate(TAGS)}
_HEADINGS: Final = frozenset(("h1", "h2", "h3"))
_LEVELS: Final = {f"h{level}": level for level in range(1, 7)}
_LONGEST_CUE: Final = 400
_CUE_BITS: Final = np.arange(len(CATEGORIES))[:, None]
_FLAG_BITS: Final = np.arange(FLAGS)[:, None]
_ONE_HOT: Final = np.eye(len(TAGS) + 1, dtype=np.float32)
_NO_CUE: Final = (0, 0)
_OPENERS: Final = frozenset("\"'“”„«»‘’‚‹›「『—–-")


class _Signs(dict[str, int]):
    """A sign -> bits of what it is; remembers what it was asked."""

    def __init__(self, kinds: tuple[Callable[[str], bool], ...]) -> None:
        super().__init__()
        self._kinds = kinds

    def __missing__(self, sign: str) -> int:
        bits = self[sign] = sum(1 << at for at, kind in enumerate(self._kinds) if kind(sign))
        return bits


_TAILS: Final = _Signs(('.!?…。！？؟।॥”"»'.__contains__, ":：".__contains__))
_HEADS: Final = _Signs((str.isupper, str.islower, str.isdigit, _OPENERS.__contains__))
_TAIL_BITS: Final = np.arange(2)[:, None]
_HEAD_BITS: Final = np.arange(4)[:, None]


@dataclass(frozen=True, slots=True)
class Features:
    """What the tagger sees of a page with n blocks."""

    columns: NDArray[np.float32]
    """One row a feature, one column a block."""
    groups: tuple[Array, ...]
    """Group numbers 0.. of every block: container, the container's container, signature."""
    texts: list[str]
    tags: list[str]
    """The tag of every block's element."""
    weights: Array
    """Effective length of a block, in latin characters."""
    density: Array
    """Share of a block's characters that stand in links."""
    cues: list[tuple[int, int]]
    """Categories that a whole short block is a cue of, and of cues it begins with, as bits."""
    title: int
    """The block that looks most like the page's headline; -1 for none."""
    tree: Tree


def compute(page: Page, odds: Odds) -> Features:
    """The features of all blocks of a page."""
    return _Columns(page, climb(page.elements, odds), odds).build()


class _Columns:
    """Builds the columns group by group."""

    def __init__(self, page: Page, tree: Tree, odds: Odds) -> None:
        self.page, self.tree, self.texts, self.odds = page, tree, page.texts, odds
        blocks = page.blocks
        self.element = np.array(blocks.element, dtype=np.int64)
        tags = page.elements.tag
        self.tags = [tags[e] for e in blocks.element]
        self.starts, self.ends = np.array(blocks.start, dtype=np.int64), np.array(blocks.end, dtype=np.int64)
        self.length = (self.ends - self.starts).astype(np.float32)
        self.columns: list[Array] = []

    def build(self) -> Features:
        n = len(self.texts)
        if not n:
            nothing = np.zeros(0)
            return Features(np.zeros((0, 0), np.float32), (), [], [], nothing, nothing, [], -1, self.tree)
        self.counts = chars.count_kinds(self.page.text, self.starts, self.ends)
        self.weight = self.length + np.float32(chars.DENSE_WEIGHT - 1) * self.counts[chars.DENSE]
        links = np.array(self.page.blocks.link_chars, dtype=np.float32)
        self.density = np.minimum(1.0, links / np.maximum(self.length, 1))
        container = self.tree.container[self.element]
        outer = self.tree.container[self.tree.parent[container]]
        signature = self.tree.signature[self.element]
        groups = tuple(np.unique(g, return_inverse=True)[1].reshape(-1) for g in (container, outer, signature))
        cues = [cues_of(text) if len(text) < _LONGEST_CUE else _NO_CUE for text in self.texts]
        title = self._title()
        self._text()
        self._strings(title, np.array(cues, dtype=np.int32).T)
        self._markup(container, outer)
        self._mass(groups)
        self._place(title, container)
        columns = np.empty((sum(len(c) if c.ndim > 1 else 1 for c in self.columns), n), np.float32)
        at = 0
        for column in self.columns:
            size = len(column) if column.ndim > 1 else 1
            columns[at : at + size] = column
            at += size
        return Features(columns, groups, self.texts, self.tags, self.weight, self.density, cues, title, self.tree)

    def _title(self) -> int:
        """The longest heading, or else short block, whose text is part of the `<title>`."""
        title = self.page.title.casefold()
        best, best_rank = -1, (0, 0)
        for i, text in enumerate(self.texts):
            size = len(text)
            if 8 < size < 300 and size <= len(title):
                heading = self.tags[i] in _HEADINGS
                rank = (1 + (self.tags[i] == "h1") if heading else 0, size)
                if rank > best_rank and (heading or size > 16) and text.casefold() in title:
                    best, best_rank = i, rank
        if best < 0:
            return next((i for i, tag in enumerate(self.tags) if tag == "h1" and self.density[i] < 0.9), -1)
        return best

    def _text(self) -> None:
        count, length, weight = self.counts, np.maximum(self.length, 1), self.weight
        blocks = self.page.blocks
        words = count[chars.SPACE] + np.float32(1)
        letters = np.maximum(count[chars.LETTER], 1)
        runs = np.array((blocks.bold_chars, blocks.italic_chars), dtype=np.float32) / length
        sparse = self.density < 0.3
        logs = np.log1p((weight, words, count[chars.STOP], count[chars.COMMA], count[chars.MARK]))
        markup = np.log1p(np.array((blocks.links, blocks.breaks, blocks.images), dtype=np.float32))
        self.columns += [
            logs[:2],
            self.density,
            markup[0],
            runs,
            markup[1],
            logs[2:4],
            count[chars.STOP] / words,
            count[chars.COMMA] / words,
            count[chars.UPPER] / letters,
            count[chars.UPPER] / words,
            count[chars.DIGIT] / length,
            count[chars.LETTER] / length,
            np.minimum(length / words, 30) / 10,
            logs[4],
            count[chars.DENSE] > 0.2 * length,
            markup[2],
            np.minimum(np.array(blocks.rules), 2),
            (weight >= 40) & sparse,
            (weight >= 100) & sparse,
            weight < 25,
        ]

    def _strings(self, title: int, cues: Array) -> None:
        texts = self.texts
        n = len(texts)
        seen = Counter(texts)
        page_title = self.page.title
        description = next((v for k, v in self.page.metas if k in ("description", "og:description")), "")[:400]
        named = np.zeros((3, n), np.float32)
        if title >= 0:
            named[2, title] = 1
        for i in np.flatnonzero((self.length > 8) & (self.length <= len(page_title))).tolist():
            named[0, i] = texts[i] in page_title
        for i in np.flatnonzero(self.length > 20).tolist() if description else ():
            named[1, i] = texts[i][:60] in description or texts[i][-60:] in description
        whole, begins = cues[0] >> _CUE_BITS & 1, cues[1] >> _CUE_BITS & 1
        self.columns += [
            np.array([_TAILS[text[-1]] for text in texts], dtype=np.int32) >> _TAIL_BITS & 1,
            np.array([_HEADS[text[0]] for text in texts], dtype=np.int32) >> _HEAD_BITS & 1,
            np.log(np.array([seen[text] for text in texts])),
            named,
            whole,
            begins,
            cues[0] > 0,
            cues[1] > 0,
        ]

    def _markup(self, container: Array, outer: Array) -> None:
        tree, element = self.tree, self.element
        parent = tree.parent[element]
        self.columns += [
            _ONE_HOT.take([_TAG.get(tag, len(TAGS)) for tag in self.tags], axis=1),
            tree.flags[element] >> _FLAG_BITS & 1,
            self._inline(),
            tree.own[:, element],
            tree.own[:, parent],
            tree.own[0, tree.parent[parent]],
            tree.own[0, container],
            tree.own[0, outer],
            tree.above[:, element],
            np.log1p(tree.depth[element]),
            np.minimum(tree.article[element], 5),
        ]

    def _inline(self) -> Array:
        """What the keys of inline elements say; most blocks stand in none."""
        keys = self.page.blocks.inline
        said = {key: self.odds.of(key)[1:4] for key in dict.fromkeys(keys)}
        numbers = dict(zip(said, range(len(said)), strict=True))
        return np.array(list(said.values()), np.float32).T.take([numbers[key] for key in keys], axis=1)

    def _mass(self, groups: tuple[Array, ...]) -> None:
        """How much low-link text the block's groups hold, against the page and the largest of their kind."""
        prose = self.weight * (1 - self.density) * ((self.weight >= 40) & (self.density < 0.5))
        total = max(float(prose.sum()), 1.0)
        for group in groups:
            mass, size = np.bincount(group, prose), np.bincount(group, self.weight)
            linked, blocks = np.bincount(group, self.weight * self.density), np.bincount(group)
            self.columns += [
                mass[group] / total,
                mass[group] / max(1.0, float(mass.max())),
                np.log1p(mass[group]),
                (linked / np.maximum(size, 1))[group],
                np.log1p(blocks)[group],
            ]

    def _place(self, title: int, container: Array) -> None:
        n = len(self.texts)
        index = np.arange(n)
        before = np.concatenate(([0.0], np.cumsum(self.weight)[:-1]))
        at = before[title] if title >= 0 else 0.0
        long = (self.weight >= 80) & (self.density < 0.3)
        last_long = np.maximum.accumulate(np.where(long, index, -1))
        next_long = np.minimum.accumulate(np.where(long, index, n)[::-1])[::-1]
        level = np.array([_LEVELS.get(tag, 0) for tag in self.tags])
        last_heading = np.maximum.accumulate(np.where(level > 0, index, -1))
        known = last_heading >= 0
        same = container[1:] == container[:-1]
        self.columns += [
            index / n,
            self.starts / max(1, len(self.page.text)),
            np.full(n, np.log1p(n)),
            np.full(n, float(title >= 0)),
            (index > title) & (title >= 0),
            np.sign(before - at) * np.log1p(np.abs(before - at)) / 4,
            np.log1p(np.minimum(index - last_long, 50)),
            np.log1p(np.minimum(next_long - index, 50)),
            np.where(known, self.density[last_heading], 0),
            np.where(known, level[last_heading] / 3, 0),
            np.where(known, np.log1p(index - last_heading), 4),
            known & (last_heading == title),
            np.concatenate(([False], same)),
            np.concatenate((same, [False])),
        ]
