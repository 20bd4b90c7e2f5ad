"""Page -> one row of numbers a block, and the groups (containers, signatures) its blocks fall into."""

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
_LONGEST_CUE: Final = 400
_OPENERS: Final = frozenset("\"'“”„«»‘’‚‹›「『—–-")


@dataclass(frozen=True, slots=True)
class Features:
    """What the tagger sees of a page with n blocks."""

    rows: NDArray[np.float32]
    """n x len(names)."""
    groups: tuple[Array, ...]
    """Group numbers 0.. of every block: container, the container's container, signature."""
    texts: list[str]
    weights: Array
    """Effective length of a block, in latin characters."""
    density: Array
    """Share of a block's characters that stand in links."""
    title: int
    """The block that looks most like the page's headline; -1 for none."""
    tree: Tree


def compute(page: Page, odds: Odds) -> Features:
    """The features of all blocks of a page."""
    tree = climb(page.elements, odds)
    texts = [page.text[a:b] for a, b in zip(page.blocks.start, page.blocks.end, strict=True)]
    columns = _Columns(page, tree, texts, odds)
    return columns.build()


class _Columns:
    """Builds the columns group by group."""

    def __init__(self, page: Page, tree: Tree, texts: list[str], odds: Odds) -> None:
        self.page, self.tree, self.texts, self.odds = page, tree, texts, odds
        blocks = page.blocks
        self.element = np.array(blocks.element, dtype=np.int64)
        self.tags = [page.elements.tag[e] for e in blocks.element]
        starts, ends = np.array(blocks.start, dtype=np.int64), np.array(blocks.end, dtype=np.int64)
        self.length = (ends - starts).astype(np.float32)
        kinds = chars.kinds_of(page.text)
        self.counts = chars.count_kinds(kinds, starts, ends)
        self.weight = self.length + (chars.DENSE_WEIGHT - 1) * self.counts[chars.DENSE].astype(np.float32)
        self.density = np.minimum(1.0, np.array(blocks.link_chars, dtype=np.float32) / np.maximum(self.length, 1))
        self.offset = starts / max(1, len(page.text))
        self.columns: list[Array] = []

    def build(self) -> Features:
        n = len(self.texts)
        container = self.tree.container[self.element]
        outer = self.tree.container[self.tree.parent[container]]
        signature = self.tree.signature[self.element]
        groups = tuple(np.unique(g, return_inverse=True)[1].reshape(-1) for g in (container, outer, signature))
        title = self._title()
        if n:
            self._text()
            self._strings(title)
            self._markup(container, outer)
            self._mass(groups)
            self._place(title, container)
        rows = np.stack(self.columns, axis=1).astype(np.float32) if n else np.zeros((0, 0), np.float32)
        return Features(rows, groups, self.texts, self.weight, self.density, title, self.tree)

    def _title(self) -> int:
        """The longest heading, or else short block, whose text is part of the `<title>`."""
        title = self.page.title.casefold()
        best, best_rank = -1, (0, 0)
        for i, text in enumerate(self.texts):
            if 8 < len(text) < 300:
                heading = self.tags[i] in _HEADINGS
                rank = (1 + (self.tags[i] == "h1") if heading else 0, len(text))
                if rank > best_rank and (heading or len(text) > 16) and text.casefold() in title:
                    best, best_rank = i, rank
        if best < 0:
            return next((i for i, tag in enumerate(self.tags) if tag == "h1" and self.density[i] < 0.9), -1)
        return best

    def _text(self) -> None:
        count, length, weight = self.counts, np.maximum(self.length, 1), self.weight
        blocks = self.page.blocks
        words = count[chars.SPACE] + 1.0
        self.columns += [
            np.log1p(weight),
            np.log1p(words),
            self.density,
            np.log1p(np.array(blocks.links)),
            np.array(blocks.bold_chars) / length,
            np.array(blocks.italic_chars) / length,
            np.log1p(np.array(blocks.breaks)),
            np.log1p(count[chars.STOP]),
            np.log1p(count[chars.COMMA]),
            count[chars.STOP] / words,
            count[chars.COMMA] / words,
            count[chars.UPPER] / np.maximum(count[chars.LETTER], 1),
            count[chars.UPPER] / words,
            count[chars.DIGIT] / length,
            count[chars.LETTER] / length,
            np.minimum(length / words, 30) / 10,
            np.log1p(count[chars.MARK]),
            (count[chars.DENSE] > 0.2 * length).astype(np.float32),
            np.log1p(np.array(blocks.images)),
            np.minimum(np.array(blocks.rules), 2),
            (weight >= 40) & (self.density < 0.3),
            (weight >= 100) & (self.density < 0.3),
            (weight < 25),
        ]

    def _strings(self, title: int) -> None:
        texts = self.texts
        heads = [text[0] for text in texts]
        tails = [text[-1] for text in texts]
        seen: dict[str, int] = {}
        for text in texts:
            seen[text] = seen.get(text, 0) + 1
        page_title = self.page.title
        description = next((v for k, v in self.page.metas if k in ("description", "og:description")), "")[:400]
        cues = [cues_of(text) if len(text) < _LONGEST_CUE else (0, 0) for text in texts]
        whole = np.array([c[0] for c in cues])[:, None] >> np.arange(len(CATEGORIES)) & 1
        begins = np.array([c[1] for c in cues])[:, None] >> np.arange(len(CATEGORIES)) & 1
        self.columns += [
            np.array([tail in '.!?…。！？؟।॥”"»' for tail in tails]),
            np.array([tail in ":：" for tail in tails]),
            np.array([head.isupper() for head in heads]),
            np.array([head.islower() for head in heads]),
            np.array([head.isdigit() for head in heads]),
            np.array([head in _OPENERS for head in heads]),
            np.log(np.array([seen[text] for text in texts])),
            np.array([len(text) > 8 and text in page_title for text in texts]),
            np.array([len(text) > 20 and (text[:60] in description or text[-60:] in description) for text in texts]),
            np.array([i == title for i in range(len(texts))]),
            *whole.T,
            *begins.T,
            whole.max(axis=1) > 0,
            begins.max(axis=1) > 0,
        ]

    def _markup(self, container: Array, outer: Array) -> None:
        tree, element = self.tree, self.element
        one_hot = np.zeros((len(element), len(TAGS) + 1), dtype=np.float32)
        one_hot[np.arange(len(element)), [_TAG.get(tag, len(TAGS)) for tag in self.tags]] = 1
        flags = tree.flags[element][:, None] >> np.arange(FLAGS) & 1
        inline = np.array([self.odds.of(key)[:3] for key in self.page.blocks.inline], np.float32)
        parent = tree.parent[element]
        self.columns += [
            *one_hot.T,
            *flags.T,
            *inline.T,
            *tree.own[element].T,
            *tree.own[parent].T,
            tree.own[tree.parent[parent], 0],
            tree.own[container, 0],
            tree.own[outer, 0],
            *tree.above[element].T,
            np.log1p(tree.depth[element]),
            np.minimum(tree.article[element], 5),
        ]

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
        heading = np.array([tag[0] == "h" and len(tag) == 2 for tag in self.tags])
        last_heading = np.maximum.accumulate(np.where(heading, index, -1))
        known = last_heading >= 0
        level = np.array([int(tag[1]) if tag[0] == "h" and tag[1:].isdigit() else 0 for tag in self.tags])
        self.columns += [
            index / n,
            self.offset,
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
            np.where(index > 0, container == np.roll(container, 1), 0),
            np.where(index < n - 1, container == np.roll(container, -1), 0),
        ]
