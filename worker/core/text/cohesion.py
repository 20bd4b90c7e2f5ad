"""How a page's words hang together: what a unit shares with the running text, and where one story ends."""

from typing import Final

import numpy as np
import numpy.typing as npt

from worker.core.text.letters import Ints
from worker.core.text.page import Reading
from worker.core.text.words import neighbours

_NEAR: Final = 700
"""Code points within which a word said again ties two places together."""
_TOO_COMMON: Final = 30
"""A word that a page prints more often than this tells nothing."""
_COHESION_WINDOW: Final = 900


def cohesion_columns(reading: Reading, prose: npt.NDArray[np.floating]) -> dict[str, npt.NDArray[np.floating]]:
    """For each unit, shares (0..1) of its content words by where else they stand."""
    words, units = reading.words, reading.units
    size = len(units.start)
    telling = (
        ((words.letters >= 4) | (words.letters == 1) & ~words.numeric)
        & ~reading.languages.function
        & (words.count <= _TOO_COMMON)
        & ~words.numeric
    )
    index = np.flatnonzero(telling)
    start, number = words.start[index], words.number[index]
    unit = np.searchsorted(units.start, start, "right") - 1
    total = np.maximum(np.bincount(unit, minlength=size), 1)
    before, after = neighbours(number)
    columns = _ties(start, unit, before, after, size, total)
    columns.update(_shared(number, unit, size, total, prose))
    columns["seam"] = _seams(start, before, units.start)
    columns["telling"] = np.log1p(np.bincount(unit, minlength=size))
    return columns


def _ties(
    start: Ints, unit: Ints, before: Ints, after: Ints, size: int, total: Ints
) -> dict[str, npt.NDArray[np.floating]]:
    """Shares of words that were said before or come again, near or anywhere, in another unit."""
    back = (before >= 0) & (unit[before] != unit)
    ahead = (after >= 0) & (unit[after] != unit)
    near_back = back & (start - start[before] < _NEAR)
    near_ahead = ahead & (start[after] - start < _NEAR)
    named = {"said": back, "comes": ahead, "said_near": near_back, "comes_near": near_ahead}
    return {name: np.bincount(unit, hit.astype(np.float64), size) / total for name, hit in named.items()}


def _shared(
    number: Ints, unit: Ints, size: int, total: Ints, prose: npt.NDArray[np.floating]
) -> dict[str, npt.NDArray[np.floating]]:
    """Shares of a unit's words found in running text elsewhere in the page, and in its first and largest part."""
    if not len(number):
        return {"in_prose": np.zeros(size), "in_lead": np.zeros(size), "first_prose": np.zeros(size)}
    kinds = int(number.max()) + 1
    running = np.asarray(prose)[unit] > 0.5
    everywhere = np.bincount(number[running], minlength=kinds)
    own = np.zeros(len(number))
    pair = unit * np.int64(kinds) + number
    _, place, counts = np.unique(pair, return_inverse=True, return_counts=True)
    own = counts[place] * running
    elsewhere = everywhere[number] - own > 0
    mass = np.cumsum(running)
    first = running & (mass <= max(mass[-1] * 0.5, 30))
    lead = np.bincount(number[first], minlength=kinds)
    in_lead = lead[number] - counts[place] * first > 0
    seen = np.bincount(unit, mass.astype(np.float64), size) / total / max(float(mass[-1]), 1.0)
    return {
        "in_prose": np.bincount(unit, elsewhere.astype(np.float64), size) / total,
        "in_lead": np.bincount(unit, in_lead.astype(np.float64), size) / total,
        "first_prose": seen,
    }


def _seams(start: Ints, before: Ints, at: Ints) -> npt.NDArray[np.floating]:
    """For each unit's start how many ties cross it, relative to the words around: low where a text ends."""
    if not len(start):
        return np.zeros(len(at))
    later = np.flatnonzero((before >= 0) & (start - start[np.maximum(before, 0)] < _COHESION_WINDOW))
    opened = np.sort(start[before[later]])
    closed = np.sort(start[later])
    crossing = np.searchsorted(opened, at, "left") - np.searchsorted(closed, at, "left")
    around = np.searchsorted(start, at + _COHESION_WINDOW // 2) - np.searchsorted(start, at - _COHESION_WINDOW // 2)
    result: npt.NDArray[np.floating] = crossing / np.maximum(around, 5)
    return result
