"""Agreement of sources: the chance that a value is right, from the places that offer it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path
from typing import Final

import numpy as np

from worker.core.model import Candidate

WEIGHTS: Final = Path(__file__).parents[2] / "weights" / "html_votes.npz"


@dataclass(frozen=True, slots=True)
class Ballot:
    """One value of a field, with everything that speaks for and against it."""

    value: str
    origin: str
    """The most trusted place that offers it."""
    cues: Sequence[str]


def grouped(pairs: Sequence[tuple[str, str]], fold: Callable[[str], str]) -> dict[str, list[tuple[str, str]]]:
    """(origin, value) pairs by folded value, in order; values that fold to nothing are dropped."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for origin, value in pairs:
        folded = fold(value)
        if folded:
            groups.setdefault(folded, []).append((origin, value))
    return groups


ONE: Final = frozenset(("title", "published"))
"""Fields with one right value: their candidates run against each other, and against there being none."""


def elect(field: str, ballots: Sequence[Ballot]) -> list[Candidate]:
    """Candidates with their chance of being right, best first."""
    odds = [exp(support(field, ballot.cues)) for ballot in ballots]
    every = 1.0 + sum(odds)
    found = [
        Candidate(ballot.value, ballot.origin, share / (every if field in ONE else 1.0 + share))
        for ballot, share in zip(ballots, odds, strict=True)
    ]
    return sorted(found, key=lambda candidate: -candidate.score)


def support(field: str, cues: Sequence[str]) -> float:
    """The log odds of one value from its cues; unknown cues count nothing."""
    weights = votes()[field]
    total = weights["bias"] + sum(weights.get(cue, 0.0) for cue in set(cues))
    return max(-30.0, min(30.0, total))


@cache
def votes() -> Mapping[str, Mapping[str, float]]:
    """Field -> cue -> weight, as fitted by fitting/html."""
    with np.load(WEIGHTS) as arrays:
        return {
            field: dict(zip(arrays[f"{field}:cues"].tolist(), arrays[f"{field}:weights"].tolist(), strict=True))
            for field in ("title", "authors", "published")
        }
