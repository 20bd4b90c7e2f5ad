"""Agreement of sources: the chance that a value is right, from the places that offer it."""

from collections.abc import Mapping, Sequence
from functools import cache
from math import exp
from pathlib import Path
from typing import Final

import numpy as np

WEIGHTS: Final = Path(__file__).parents[2] / "weights" / "html_votes.npz"


def chance(field: str, cues: Sequence[str]) -> float:
    """Logistic regression over the cues of one value; unknown cues count nothing."""
    weights = votes()[field]
    total = weights["bias"] + sum(weights.get(cue, 0.0) for cue in set(cues))
    return 1.0 / (1.0 + exp(-max(-30.0, min(30.0, total))))


@cache
def votes() -> Mapping[str, Mapping[str, float]]:
    """Field -> cue -> weight, as fitted by fitting/html."""
    with np.load(WEIGHTS) as arrays:
        return {
            field: dict(zip(arrays[f"{field}:cues"].tolist(), arrays[f"{field}:weights"].tolist(), strict=True))
            for field in ("title", "authors", "published")
        }
