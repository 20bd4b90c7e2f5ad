"""A page's units as numbers: one row a unit, one column a feature, all of them sums over marks."""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from worker.core.lexicon import CUE_KINDS
from worker.core.text import kinds as k
from worker.core.text.cohesion import cohesion_columns
from worker.core.text.cues import mark_cues
from worker.core.text.letters import Ints, Kinds, Letters, one_of
from worker.core.text.page import Reading
from worker.core.text.units import CUTS

Floats: TypeAlias = npt.NDArray[np.float32]
Columns: TypeAlias = dict[str, npt.NDArray[Any] | float]
"""Columns by name: a number a unit, or one number for all of them."""

WORDS: Final = 14
"""Words of a unit that are looked at one by one."""
_FIRST_WORDS: Final = 10
_FAR: Final = 500.0
"""Code points after which a cue passed counts 1/e."""
_WINDOWS: Final = (200, 800, 3000)
"""Code points around a unit in which running text is counted."""
_COUNTED: Final = (
    k.SPACE, k.UPPER, k.LOWER, k.UNCASED, k.DIGIT, k.STOP, k.COMMA, k.COLON, k.SEPARATOR, k.CLOSE, k.OPEN, k.UNSPACED,
)  # fmt: skip
_DISTANT_KINDS: Final = (
    "read_also",
    "related",
    "source",
    "tags",
    "share",
    "legal",
    "comments",
    "published",
    "byline",
    "subscribe",
)


def unit_features(reading: Reading) -> tuple[Floats, list[str]]:
    """The feature rows of a page's units, and the columns' names."""
    columns: Columns = {}
    columns.update(_shape(reading))
    columns.update(_place(reading))
    columns.update(_cues(reading))
    columns.update(_marks(reading))
    columns.update(_prose(reading, columns))
    columns.update(cohesion_columns(reading, np.asarray(columns["prose"])))
    rows = np.empty((len(columns), len(reading.units.start)), dtype=np.float32)
    for row, column in zip(rows, columns.values(), strict=True):
        row[:] = column
    finite = np.isfinite(rows)
    if not finite.all():
        rows[~finite] = 0
    return np.ascontiguousarray(rows.T), list(columns)


def _sums(marks: npt.NDArray[np.generic], start: Ints) -> npt.NDArray[np.float32]:
    """For each row of marks its sum over each unit."""
    return np.add.reduceat(marks.astype(np.float32), start, axis=-1)


def _are(kinds: Kinds, wanted: Sequence[int]) -> npt.NDArray[np.bool_]:
    """For each of the wanted kinds (row) which code points are of it."""
    result: npt.NDArray[np.bool_] = (kinds & np.array(wanted, dtype=np.uint16)[:, None]) != 0
    return result


def _shape(reading: Reading) -> Columns:
    page, units = reading.letters, reading.units
    space, upper, lower, uncased, digit, stop, comma, colon, separator, close, opening, unspaced = _sums(
        np.stack([page.has(kind) for kind in _COUNTED]), units.start
    )
    visible = np.maximum((units.end - units.start) - space, 1)
    letters = np.maximum(upper + lower + uncased, 1)
    words = _word_sums(reading)
    weight = visible + unspaced
    several = np.maximum(words["count"], 1)
    first, last = page.next_visible[units.start], page.last_visible[units.end - 1]
    tail, first_code, last_code = page.kinds[_before_closing(page, last)], page.codes[first], page.codes[last]
    heads = _are(page.kinds[first], (k.UPPER, k.LOWER, k.DIGIT, k.OPEN, k.SEPARATOR))
    ends = _are(page.kinds[last], (k.COLON, k.COMMA, k.CLOSE, k.DIGIT))
    return {
        "length": np.log1p(weight),
        "long": np.minimum(weight, 400) / 400,
        "words": np.log1p(words["count"]),
        "word_length": letters / several / 8,
        "short_words": words["short"] / several,
        "function": words["function"] / several,
        "function_any": words["function"] > 0,
        "frequency": words["frequency"] / several,
        "capitals": words["capital"] / several,
        "numbers": words["numeric"] / several,
        "all_capitals": (upper > 1) & (upper > 0.8 * letters),
        "upper": upper / visible,
        "digits": digit / visible,
        "stops": np.log1p(stop),
        "commas": np.log1p(comma),
        "commas_rate": comma / several,
        "colons": np.minimum(colon, 3),
        "separators": separator / visible,
        "quotes": np.minimum(close + opening, 6) / 6,
        "ends_stop": (tail & k.STOP) != 0,
        "ends_dots": (last_code == 0x2026) | ((last_code == 0x2E) & (page.codes[np.maximum(last - 1, 0)] == 0x2E)),
        "ends_question": one_of(last_code, (0x3F, 0x61F, 0xFF1F)),
        **dict(zip(("ends_colon", "ends_comma", "ends_quote", "ends_digit"), ends, strict=True)),
        "head_opener": words["opener"],
        **dict(zip(("head_upper", "head_lower", "head_digit", "head_quote", "head_separator"), heads, strict=True)),
        "head_bracket": one_of(first_code, (0x28, 0x5B)),
        "head_hash": one_of(first_code, (0x23, 0x40)),
        "head_copyright": first_code == 0xA9,
        "uncased": uncased / letters,
        "unspaced": unspaced / letters,
    }


def _before_closing(page: Letters, at: Ints) -> Ints:
    """The sign before a closing quote or bracket at `at`, else `at` itself."""
    back = np.maximum(at - 1, 0)
    return np.where(((page.kinds[at] & k.CLOSE) != 0) & ((page.kinds[back] & (k.STOP | k.WIDE_STOP)) != 0), back, at)


def _word_sums(reading: Reading) -> dict[str, npt.NDArray[Any]]:
    words, units = reading.words, reading.units
    size = len(units.start)
    unit = np.searchsorted(units.start, words.start, "right") - 1
    weights = {
        "short": words.letters <= 3,
        "function": reading.languages.function,
        "frequency": np.log(np.maximum(words.count, 1)),
        "capital": words.capital,
        "numeric": words.numeric,
    }
    heads = np.zeros(size, dtype=np.float64)
    first = np.flatnonzero(np.diff(unit, prepend=-1) > 0)
    heads[unit[first]] = reading.languages.opener[first]
    sums: dict[str, npt.NDArray[Any]] = {
        name: np.bincount(unit, weight.astype(np.float64), size) for name, weight in weights.items()
    }
    sums["count"] = np.bincount(unit, minlength=size).astype(np.float64)
    sums["opener"] = heads
    return sums


def _place(reading: Reading) -> Columns:
    page, units = reading.letters, reading.units
    size = len(page.kinds)
    breaks_behind = np.append(units.breaks[1:], 2)
    lines = np.maximum(int(((page.kinds & k.BREAK) != 0).sum()), 1)
    opens_line = np.append(np.flatnonzero((units.breaks > 0) | (np.arange(len(units.start)) == 0)), len(units.start))
    line = np.searchsorted(opens_line, np.arange(len(units.start)), "right") - 1
    line_start, line_end = units.start[opens_line[line]], units.end[opens_line[line + 1] - 1]
    at = np.arange(len(units.start))
    columns: Columns = {
        "from_start": np.log1p(units.start) / 8,
        "to_end": np.log1p(size - units.end) / 8,
        "share": units.start / size,
        "index_start": np.exp(-at / 8.0),
        "index_end": np.exp(-(at[::-1]) / 8.0),
        "page_length": float(np.log1p(size)) / 8,
        "page_lines": float(np.log1p(size / lines)) / 8,
        "flat": float(size / lines > 400),
        "break_before": np.minimum(units.breaks, 1),
        "blank_before": np.minimum(units.breaks, 4) / 4,
        "break_behind": np.minimum(breaks_behind, 1),
        "blank_behind": np.minimum(breaks_behind, 4) / 4,
        "gap_before": (units.blanks > 1) & (units.breaks == 0),
        "touching": (units.blanks == 0) & (at > 0),
        "line_length": np.log1p(line_end - line_start) / 8,
        "line_units": np.log1p(opens_line[line + 1] - opens_line[line]) / 3,
    }
    cuts = units.cut == np.arange(len(CUTS))[:, None]
    return columns | {f"cut_{name}": cut for name, cut in zip(CUTS, cuts, strict=True)}


def _cues(reading: Reading) -> Columns:
    units, size = reading.units, len(reading.letters.kinds)
    length = np.maximum(units.end - units.start, 1)
    kinds = sorted({cue.kind for cue in reading.cues})
    cover = dict(zip(kinds, np.sqrt(_sums(mark_cues(reading.cues, kinds, size), units.start) / length), strict=True))
    columns: Columns = {f"cue_{name}": cover.get(kind, 0.0) for kind, name in enumerate(CUE_KINDS)}
    for kind, name in enumerate(CUE_KINDS):
        opening = [cue for cue in reading.cues if cue.opens and cue.kind == kind] if kind in cover else []
        own, foreign = ([cue.start for cue in opening if cue.own is owned] for owned in (True, False))
        columns[f"opens_{name}"] = _holds(units.start, units.end, own) + 0.3 * _holds(units.start, units.end, foreign)
        if name in _DISTANT_KINDS:
            strong = [c.start for c in opening if c.own and (c.words > 1 or c.end - c.start > 4)]
            columns[f"since_{name}"], columns[f"until_{name}"] = _distances(units.start, strong)
    columns["languages"] = float(reading.languages.known)
    return columns


def _holds(start: Ints, end: Ints, points: Sequence[int]) -> npt.NDArray[np.float64] | float:
    """Whether a point lies at the very beginning of each unit (1) or further inside (.5)."""
    if not len(points):
        return 0.0
    at = np.array(points)
    first = np.searchsorted(at, start)
    inside = first < np.searchsorted(at, end)
    near = at[np.minimum(first, len(at) - 1)] - start <= 3
    return np.where(inside, np.where(near, 1.0, 0.5), 0.0)


def _distances(
    start: Ints, points: Ints | Sequence[int]
) -> tuple[npt.NDArray[np.float64] | float, npt.NDArray[np.float64] | float]:
    """How near the last point before, and the next one behind, each unit's start is: 1 at it, towards 0 far away."""
    if not len(points):
        return 0.0, 0.0
    at = np.asarray(points)
    place = np.searchsorted(at, start, "right")
    since = start - at[np.maximum(place - 1, 0)]
    until = at[np.minimum(place, len(at) - 1)] - start
    return (
        np.where(place > 0, np.exp(-since / _FAR), 0.0),
        np.where(place < len(at), np.exp(-until / _FAR), 0.0),
    )


def _marks(reading: Reading) -> Columns:
    units, page, dates = reading.units, reading.letters, reading.dates
    size = len(page.kinds)
    length = np.maximum(units.end - units.start, 1)
    dated = np.zeros(size, dtype=np.float32)
    for start, end, parts in zip(dates.start.tolist(), dates.end.tolist(), dates.parts.tolist(), strict=True):
        dated[start:end] = min(parts, 4) / 4
    date, address, again, later = _sums(
        np.stack([dated, dates.address, reading.repeats.again, reading.repeats.later]), units.start
    )
    since, until = _distances(units.start, dates.start[dates.parts >= 3])
    return {
        "date": date / length,
        "date_any": date > 0,
        "since_date": since,
        "until_date": until,
        "address": address / length,
        "again": again / length,
        "later": later / length,
    }


def _prose(reading: Reading, columns: Columns) -> Columns:
    """How much running text each unit is, and how much there is around it."""
    units = reading.units
    length = (units.end - units.start).astype(np.float64)
    worded = np.minimum(np.expm1(columns["words"]) / 7, 1) ** 2
    prose = worded * (0.6 * np.asarray(columns["ends_stop"], float) + 0.4 * (np.asarray(columns["function"]) > 0.15))
    prose *= np.clip(np.asarray(columns["long"]) * 8, 0, 1)
    out: Columns = {"prose": prose, "short": length < 40}
    spans = [
        (window, np.searchsorted(units.start, units.start - window), np.searchsorted(units.start, units.end + window))
        for window in _WINDOWS
    ]
    for name, weight in (
        ("prose", prose),
        ("stops", np.asarray(columns["ends_stop"], float)),
        ("capitals", np.asarray(columns["capitals"], float)),
    ):
        total = np.concatenate(([0.0], np.cumsum(weight * length)))
        for window, before, behind in spans:
            out[f"{name}_before_{window}"] = (total[:-1] - total[before]) / window
            out[f"{name}_behind_{window}"] = (total[behind] - total[1:]) / window
    out.update(_main_run(prose, length))
    return out


def _main_run(prose: npt.NDArray[np.float64], length: npt.NDArray[np.float64]) -> Columns:
    """The run of units with the most running text less what is not: inside it, and how far from its ends."""
    gain = np.cumsum((prose - 0.35) * length)
    total = np.concatenate(([0.0], gain))
    lowest = np.minimum.accumulate(total)
    end = int(np.argmax(total - lowest))
    start = int(np.argmin(total[: end + 1]))
    at = np.arange(len(prose))
    return {
        "in_run": (at >= start) & (at < end),
        "before_run": np.where(at < start, np.exp(-np.maximum(start - at, 0) / 6.0), 0.0),
        "behind_run": np.where(at >= end, np.exp(-np.maximum(at - end, 0) / 6.0), 0.0),
    }


def unit_words(reading: Reading) -> npt.NDArray[np.uint64]:
    """Units x WORDS: hashes of each unit's first words and of its last ones (the last one in the last column)."""
    words, units = reading.words, reading.units
    if not len(words.start):
        return np.zeros((len(units.start), WORDS), dtype=np.uint64)
    first = np.searchsorted(words.start, units.start)[:, None]
    behind = np.append(first[1:], len(words.start))[:, None]
    at = np.concatenate((first + np.arange(_FIRST_WORDS), behind - np.arange(WORDS - _FIRST_WORDS, 0, -1)), axis=1)
    there = at < behind
    there[:, _FIRST_WORDS:] = at[:, _FIRST_WORDS:] >= np.minimum(first + _FIRST_WORDS, behind)
    there[:, -1:] = behind > first
    return np.where(there, words.hash[np.clip(at, 0, len(words.start) - 1)], np.uint64(0))
