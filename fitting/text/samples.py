"""From pages to rows: a page's unit features with the labels of its units."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np
from pages import FOLDS, KINDS, Flatten, Page, composed, flattened, fold_of
from vary import varied

from worker.core.lexicon import language_bits
from worker.core.text.decode import STATES
from worker.core.text.features import unit_features, unit_words
from worker.core.text.page import read_page
from worker.core.text.tagger import TAGS

MERGED = {"embedded_title": "title", "embedded_body": "body"}
RUNNING = [TAGS.index(label) for label in ("body", "subheading", "quote")]
STORY = {"title", "body", "subheading", "quote"}


@dataclass
class Sample:
    """A page ready for fitting."""

    page: Page
    rows: np.ndarray
    words: np.ndarray
    start: np.ndarray
    label: np.ndarray
    """Index into TAGS; -1 unknown."""
    body: np.ndarray
    """1 story, 0 not, -1 unknown: for pages without labels."""
    embedded: np.ndarray
    """1 part of an embedded story, 0 part of the main one, -1 neither."""
    change: np.ndarray
    """Whether a segment begins at the unit; -1 unknown."""
    weight: np.ndarray
    """Visible code points."""
    numbers: np.ndarray | None = None
    """The words by their row in the table of vectors, once there is one."""


def sample(page: Page, *, blind: bool = False) -> Sample:
    """Read a page; `blind` takes every lexicon but the English one out of it."""
    without = (1 << 62) - 1 - language_bits()["en"] if blind else 0
    if blind and page.language == "en":
        without = (1 << 62) - 1
    reading = read_page(page.text, None, without)
    rows, _ = unit_features(reading)
    start, end = reading.units.start, reading.units.end
    visible = np.concatenate(([0], np.cumsum(~np.array([c.isspace() for c in page.text], dtype=bool))))
    weight = visible[end] - visible[start]
    size = len(start)
    label, body, embedded, change = (np.full(size, -1, dtype=np.int64) for _ in range(4))
    if page.segments:
        _labels(page, start, end, visible, label, embedded)
        change[1:] = (label[1:] != label[:-1]) | (np.maximum(embedded[1:], 0) != np.maximum(embedded[:-1], 0))
        change[0] = 1
    else:
        _bodies(page, start, end, visible, weight, body)
    return Sample(page, rows.astype(np.float32), unit_words(reading), start, label, body, embedded, change, weight)


def _labels(
    page: Page, start: np.ndarray, end: np.ndarray, visible: np.ndarray, label: np.ndarray, embedded: np.ndarray
) -> None:
    first = 0
    for unit, (low, high) in enumerate(zip(start, end, strict=True)):
        votes: Counter[tuple[str, int]] = Counter()
        while page.segments[first][1] <= low:
            first += 1
        at = first
        while at < len(page.segments) and page.segments[at][0] < high:
            a, b, name, article = page.segments[at]
            votes[(name, article)] += int(visible[min(b, high)] - visible[max(a, low)])
            at += 1
        (name, article), _ = votes.most_common(1)[0]
        merged = MERGED.get(name, name)
        label[unit] = TAGS.index(merged)
        if merged in STORY:
            embedded[unit] = int(article > 0 or name in MERGED)


def _bodies(
    page: Page, start: np.ndarray, end: np.ndarray, visible: np.ndarray, weight: np.ndarray, body: np.ndarray
) -> None:
    marks = np.zeros((2, len(page.text) + 1))
    for a, b, good in page.known:
        marks[int(good), a] += 1
        marks[int(good), b] -= 1
    covered = np.cumsum(marks, axis=1)[:, :-1] > 0
    shown = np.diff(visible) > 0
    sums = np.concatenate((np.zeros((2, 1)), np.cumsum(covered & shown, axis=1)), axis=1)
    share = (sums[:, end] - sums[:, start]) / np.maximum(weight, 1)
    if not page.partial:
        body[:] = np.where(share[1] > 0.6, 1, np.where(share[1] < 0.3, 0, -1))
    else:
        body[share[1] > 0.6] = 1
        body[share[0] > 0.6] = 0


def vocabulary_of(samples: Sequence[Sample], sites: int, most: int) -> np.ndarray:
    """Sorted hashes of the words that units of most sites begin, hold or end with, each on at least so many sites."""
    seen: dict[str, list[np.ndarray]] = {}
    for s in samples:
        seen.setdefault(s.page.site, []).append(np.unique(s.words))
    words, counts = np.unique(np.concatenate([np.unique(np.concatenate(w)) for w in seen.values()]), return_counts=True)
    good = np.flatnonzero((counts >= sites) & (words > 0))
    best = good[np.argsort(-counts[good], kind="stable")[:most]]
    known = np.sort(words[best])
    return np.concatenate((known, np.full(most - len(known), np.iinfo(np.uint64).max, dtype=np.uint64)))


def word_numbers(words: np.ndarray, vocabulary: np.ndarray) -> np.ndarray:
    """Row of each word in the table of vectors; 0 for unknown ones."""
    place = np.minimum(np.searchsorted(vocabulary, words), len(vocabulary) - 1)
    return np.where(vocabulary[place] == words, place + 1, 0).astype(np.int32)


def transitions(samples: Sequence[Sample]) -> np.ndarray:
    """Log probabilities of the next state where a segment begins, with a little for what was never seen."""
    states = {state: at for at, state in enumerate(STATES)}
    counts = np.full((len(STATES), len(STATES)), 0.3)
    for s in samples:
        path = np.array([states[TAGS[tag], int(e == 1)] for tag, e in zip(s.label, s.embedded, strict=True)])
        ends = np.flatnonzero(path[1:] != path[:-1])
        np.add.at(counts, (path[ends], path[ends + 1]), 1)
    np.fill_diagonal(counts, 1e-9)
    return np.log(counts / counts.sum(axis=1, keepdims=True)).astype(np.float32)


@dataclass
class Pool:
    """All samples, by how their pages were flattened; those read without their language's lexicon apart."""

    labelled: dict[str, list[Sample]]
    bodies: dict[str, list[Sample]]
    composed: list[Sample]
    varied: dict[bool, list[Sample]]
    """By whether their stories are interrupted."""
    make_again: Callable[[int | None], tuple[list[Sample], dict[bool, list[Sample]]]]
    """Composed and varied pages, made of every fold but one."""

    def without(self, fold: int | None) -> "Pool":
        """The samples of every fold but one, composed and varied pages made of them alone."""

        def keep(group: list[Sample]) -> list[Sample]:
            return [s for s in group if fold_of(s.page.site) != fold]

        return Pool(
            {kind: keep(group) for kind, group in self.labelled.items()},
            {kind: keep(group) for kind, group in self.bodies.items()},
            *self.make_again(fold), self.make_again,
        )  # fmt: skip

    def everything(self) -> list[Sample]:
        """Every sample but the varied ones, whose words stand on other sites than their own."""
        return [s for group in (*self.labelled.values(), *self.bodies.values(), self.composed) for s in group]

    def epoch(self, mixture: "Mixture", rng: np.random.Generator) -> list[Sample]:
        """What one epoch is fitted on: each labelled page twice or more, some of the others, flattened somehow."""
        out = []
        raw = [at for at, s in enumerate(self.labelled["plain"]) if s.page.raw] if mixture.raw_again else []
        for at in [*range(len(self.labelled["plain"])), *raw]:
            out.append(self.labelled["plain" if rng.random() < 0.8 else "blind"][at])
            kind = rng.choice(("space", "lines", "glue", "blindspace"), p=(0.4, 0.25, 0.25, 0.1))
            out.append(self.labelled[kind][at])
        count = len(self.bodies["plain"])
        some = rng.choice(count, min(250, count), replace=False)
        out += [self.bodies[rng.choice(KINDS, p=(0.4, 0.25, 0.15, 0.2))][at] for at in some]
        chosen = rng.choice(len(self.composed), min(mixture.composed, len(self.composed)), replace=False)
        out += [self.composed[at] for at in chosen]
        varied = self.varied[mixture.interrupted]
        return out + [varied[at] for at in rng.choice(len(varied), _VARIED, replace=False)]


@dataclass(frozen=True)
class Mixture:
    """What an epoch is made of beside each labelled page twice, 250 of which the body is known, and varied ones."""

    raw_again: bool
    """Whether pages that a scraper stored come twice as often as html pages that we flattened."""
    composed: int
    """Pages made of two."""
    interrupted: bool
    """Whether the varied pages have interrupted stories and short second ones."""


_VARIED = 500
"""Varied pages of an epoch."""
MIXTURES = (
    Mixture(raw_again=False, composed=220, interrupted=False),
    Mixture(raw_again=True, composed=400, interrupted=False),
    Mixture(raw_again=False, composed=400, interrupted=True),
)
"""One for each net that ships."""


def make_pool(labelled: list[Page], bodies: list[Page], compose: ModuleType, flatten: Flatten) -> Pool:
    """Read every page in every way it is fitted on."""

    def read(pages: list[Page], kind: str) -> list[Sample]:
        return [sample(flattened(page, kind, flatten)) for page in pages]

    def make_again(fold: int | None) -> tuple[list[Sample], dict[bool, list[Sample]]]:
        hosts = [page for page in labelled if fold_of(page.site) != fold for _ in range(3 if page.raw else 1)]
        ways = random.Random(fold)  # noqa: S311 - which pages are made, not a secret
        seed = fold if fold is not None else FOLDS

        def read_some(pages: list[Page], kinds: list[str]) -> list[Sample]:
            return [sample(flattened(page, ways.choice(kinds), flatten)) for page in pages]

        made = read_some(composed(hosts, 600, 300 + seed, compose), ["plain"] * 3 + ["space", "glue"])
        ways_of_varied = ["plain"] * 4 + ["space"] * 2 + ["lines", "glue"]
        return made, {
            interrupted: read_some(varied(hosts, 1500, 700 + seed, interrupted=interrupted), ways_of_varied)
            for interrupted in (False, True)
        }

    by_kind = {kind: read(labelled, kind) for kind in KINDS}
    by_kind["blind"] = [sample(page, blind=True) for page in labelled]
    by_kind["blindspace"] = [sample(flattened(page, "space", flatten), blind=True) for page in labelled]
    return Pool(by_kind, {kind: read(bodies, kind) for kind in KINDS}, [], {}, make_again)
