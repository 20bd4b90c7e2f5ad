"""The headline's own decision: which words around a story's beginning are it, also where no unit begins or ends there.

Every stretch of words near the beginning is scored by its start, its end, what it holds and how long it is; so is that
there is none. Weights are data, one set for usual lines and what is added to it in long ones: see
`fitting/text/headline.py`.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from worker.core.text.headline_columns import Floats, Window

MOST_WORDS: Final = 45
"""Words (letters, in unspaced scripts) of the longest headline."""
LENGTHS: Final = 30
STEP: Final = 8
"""Code points a class of lengths; the last class is open."""
WEIGHTS: Final = Path(__file__).parent.parent / "weights" / "headline.npz"

HEADLINE: Final = "headline"
"""What a segment that was told to be the headline gives as its `why`."""

HeadlineWeights: TypeAlias = Mapping[str, npt.NDArray[Any]]


@cache
def headline_weights() -> HeadlineWeights:
    """The weights that come with the package."""
    with np.load(WEIGHTS) as data:
        return {name: data[name].astype(np.float32) for name in data.files}


def best_stretch(window: Window, weights: HeadlineWeights) -> tuple[int, int, float, float]:
    """The first word of the likeliest headline, the gap that ends it, its probability, and that there is none."""
    scores = stretch_scores(window, weights)
    at = int(scores.argmax())
    first, length = divmod(at, scores.shape[1])
    none = float(window.page @ weights["page"])
    highest = max(float(scores[first, length]), none)
    total = float(np.exp(scores - highest).sum()) + np.exp(none - highest)
    best = np.exp(float(scores[first, length]) - highest)
    return first, first + length + 1, float(best / total), float(np.exp(none - highest) / total)


def stretch_scores(window: Window, weights: HeadlineWeights) -> Floats:
    """Words x MOST_WORDS: how well a headline of so many words (column + 1) begins at each."""
    count = len(window.start)
    hidden = np.maximum(window.gaps @ weights["hidden_w"] + weights["hidden_b"], 0) @ weights["hidden_out"]
    start, end, inner = (_by_line(window.gaps, window.flat, weights["gaps"]) + hidden).T
    held = np.concatenate(([0.0], np.cumsum(_by_line(window.words, window.flat[:-1], weights["words"])[:, 0])))
    passed = np.concatenate(([0.0], np.cumsum(inner)))
    first = np.arange(count)[:, None]
    last = np.minimum(first + 1 + np.arange(MOST_WORDS), count)
    telling = window.telling[last] - window.telling[first] + np.float32(1)
    length = np.minimum((window.length[last] - window.length[first]) // STEP, LENGTHS - 1)
    scores = weights["lengths"][length]
    scores = scores + weights["shared"][0] * ((window.shared[last] - window.shared[first]) / telling)
    scores += weights["shared"][1] * ((window.topped[last] - window.topped[first]) / telling)
    scores += weights["line"][0] * (window.edge[first] & window.edge[last])
    scores += (start[:-1] - passed[1:-1] - held[:-1])[:, None]
    scores += (end + passed[:-1] + held)[last]
    scores[first + 1 + np.arange(MOST_WORDS) > count] = -np.inf
    result: Floats = scores
    return result


def _by_line(rows: Floats, flat: npt.NDArray[np.bool_], weights: npt.NDArray[Any]) -> Floats:
    """Rows x decisions: the weights for usual lines, and in long ones what is added to them."""
    usual, added = weights
    result: Floats = rows @ usual + (rows @ added) * flat[:, None]
    return result
