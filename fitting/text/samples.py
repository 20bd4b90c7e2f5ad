"""From pages to rows: a page's unit features with the labels of its units."""

import pickle
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pages import Page
from worker.core.lexicon import language_bits
from worker.core.text.features import unit_features
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
    return Sample(page, rows.astype(np.float32), start, label, body, embedded, change, weight)


def _labels(page: Page, start: Any, end: Any, visible: Any, label: Any, embedded: Any) -> None:
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


def _bodies(page: Page, start: Any, end: Any, visible: Any, weight: Any, body: Any) -> None:
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


def cached(path: Path, make: Any) -> Any:
    """What `make()` returns, kept in a file between runs."""
    if path.exists():
        return pickle.loads(path.read_bytes())
    made = make()
    path.write_bytes(pickle.dumps(made))
    return made
