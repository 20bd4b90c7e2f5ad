"""Weights of the sources of titles, authors and dates: regressions over candidates, judged left out by site."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from worker.core.html.metadata import authors, dates, finder, title
from worker.core.html.metadata.names import fold_name
from worker.core.html.metadata.scene import Scene

FIELDS = {"title": "title", "authors": "authors", "published": "published_at"}
"""Field of the metadata -> field of the gold."""
RIDGE = {"title": 16.0, "authors": 15.0, "published": 8.0}


@dataclass
class Choice:
    """One candidate value of one page."""

    page: int
    value: str
    cues: Sequence[str]
    right: bool


def choices(field: str, page: int, scene: Scene, gold: dict[str, Any]) -> list[Choice]:
    """All candidates of a field on a page."""
    if field == "title":
        wanted = title.fold_title(gold["title"])
        return [Choice(page, b.value, b.cues, title.fold_title(b.value) == wanted) for b in title.ballots(scene)]
    if field == "authors":
        names = {fold_name(name) for name in gold["authors"]}
        return [Choice(page, b.value, b.cues, fold_name(b.value) in names) for b in authors.ballots(scene)]
    day = gold["published_at"][:10]
    return [Choice(page, b.value, b.cues, b.value[:10] == day) for b in dates.ballots(scene, finder(scene))]


def fit(found: Sequence[Choice], ridge: float, *, one: bool = False, rounds: int = 30) -> dict[str, float]:
    """Cue -> weight, with `bias`; Newton's method.

    Where `one` value of a page is right, its candidates and there being none share one chance (conditional logit).
    """
    names = ["bias", *sorted({cue for choice in found for cue in choice.cues})]
    at = {name: i for i, name in enumerate(names)}
    rows = np.zeros((len(found), len(names)))
    rows[:, 0] = 1
    for i, choice in enumerate(found):
        for cue in choice.cues:
            rows[i, at[cue]] = 1
    right = np.array([choice.right for choice in found], float)
    page = np.unique([choice.page for choice in found], return_inverse=True)[1] if one else np.arange(len(found))
    weights = np.zeros(len(names))
    penalty = np.full(len(names), ridge)
    penalty[0] = 0.01
    for _ in range(rounds):
        odds = np.exp(np.clip(rows @ weights, -30, 30))
        p = odds / (1 + np.bincount(page, odds))[page]
        told = odds * right
        wanted = told / np.maximum(np.bincount(page, told)[page], 1e-12)
        mean = np.zeros((page.max() + 1, len(names)))
        np.add.at(mean, page, rows * p[:, None])
        slope = rows.T @ (wanted - p) - penalty * weights
        curve = (rows * p[:, None]).T @ rows - mean.T @ mean + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        weights += step * min(1.0, 3.0 / float(np.abs(step).max() or 1.0))
    return dict(zip(names, weights.tolist(), strict=True))
