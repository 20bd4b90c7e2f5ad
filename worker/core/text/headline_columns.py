"""The words around a story's beginning as numbers: what speaks for a headline that begins, goes on or ends at each."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from worker.core.lexicon import CUE_KINDS
from worker.core.text import kinds as k
from worker.core.text.decode import STORY_OF_STATE, TAG_OF_STATE
from worker.core.text.letters import Flags, Ints
from worker.core.text.page import Reading
from worker.core.text.tagger import TAGS, Tagged
from worker.core.text.units import CUTS
from worker.core.text.words import Hashes, hash_word, neighbours

Floats: TypeAlias = npt.NDArray[np.float32]

BEFORE: Final = 900
"""Code points before the story in which its headline is looked for: nearly all labelled ones stand nearer."""
BEHIND: Final = 250
"""Code points of the story that may still hold its headline, where no unit begins behind it."""
MOST_BEFORE: Final = 160
MOST_BEHIND: Final = 70
"""Words looked at before the story's beginning and behind it."""
_LEAD: Final = 900
"""Code points of the story whose words a headline is expected to share."""
_SHORTEST_RUN: Final = 80
"""Code points of running text below which a story does not begin, if there is a longer run."""
_FLAT: Final = 200
"""Code points a line above which its ends tell little of what is in it."""
_TOP: Final = 300
"""Code points of a page's first line up to which it may be the page's title."""
_AGAIN: Final = 22
"""Words within which a word said again is the lead's that repeats the headline."""
_FIRST: Final = 3
"""Units of a page that begins with its story which may be its headline."""
_NEVER: Final = -2.3
"""A page that begins with its story has no headline when its first units' log probabilities of one are all lower."""
_NEXT: Final = 8
"""Words around a gap whose kinship with the story is counted."""
_TAGS: Final = tuple(
    [TAGS.index(tag) for tag in tags]
    for tags in (
        ("title",),
        ("body",),
        ("subtitle",),
        ("navigation", "related", "other"),
        ("date", "byline", "share", "caption"),
    )
)
_TITLE: Final = TAGS.index("title")
_BODY: Final = TAGS.index("body")
_SUBTITLE: Final = TAGS.index("subtitle")
_CUE_GROUPS: Final = (("share", "subscribe", "comments"), ("published", "updated", "byline"))
_GROUP_OF_CUE: Final = [next((at for at, group in enumerate(_CUE_GROUPS) if kind in group), 2) for kind in CUE_KINDS]
_SIGNS: Final = (k.STOP, k.COMMA, k.COLON, k.SEPARATOR)


OF_TAGS: Final = {
    "title": {"gaps": (17, 22, 27, 81, 82, 83, 84), "words": (8, 13, 21), "page": (1, 4)},
    "all": {"gaps": (*range(16, 32), 81, 82, 83, 84), "words": (*range(8, 14), 21, 22, 23), "page": (1, 4)},
}
"""The numbers of a window that only say what the tagger believes: of titles, and of anything."""


@dataclass(frozen=True, slots=True)
class Window:
    """The words among which the headline is looked for, and the gaps around them: gap i stands before word i."""

    start: Ints
    end: Ints
    """Offsets of the words."""
    gap_start: Ints
    """For each gap, one more than there are words, where the word before it ends."""
    gap_end: Ints
    """For each gap where the word behind it starts; at the page's end its length."""
    gaps: Floats
    """Gaps x numbers."""
    words: Floats
    """Words x numbers."""
    flat: Flags
    """For each gap whether it stands in a long line."""
    edge: Flags
    """For each gap whether a line ends there."""
    length: Ints
    """For each gap, code points from the first word to it; letters of unspaced scripts count twice."""
    telling: Ints
    shared: Ints
    topped: Ints
    """For each gap, words from the first one to it: those with a meaning of their own, those the lead says too, and
    those the page's first line says too."""
    page: Floats
    """What the page as a whole says of whether it prints a headline here."""


def story_start(states: Ints, reading: Reading) -> int | None:
    """The unit with which the main story's running text begins."""
    running = np.flatnonzero((TAG_OF_STATE[states] == _BODY) & (STORY_OF_STATE[states] == 0))
    if not len(running):
        return None
    cuts = np.flatnonzero(np.diff(running) > 1)
    first, last = running[np.concatenate(([0], cuts + 1))], running[np.append(cuts, len(running) - 1)]
    long = np.flatnonzero(reading.units.end[last] - reading.units.start[first] >= _SHORTEST_RUN)
    return int(first[long[0] if len(long) else 0])


def look_around(reading: Reading, tagged: Tagged, states: Ints) -> Window | None:
    """The window around the main story's beginning; None where there is no story, or nothing before it."""
    unit = story_start(states, reading)
    if unit is None or (not unit and tagged.tag[:_FIRST, _TITLE].max() < _NEVER):
        return None
    words, page = reading.words, reading.letters
    begin = int(page.next_visible[reading.units.start[unit]])
    low, middle, high = np.searchsorted(words.start, (begin - BEFORE, begin, begin + BEHIND)).tolist()
    low, high = max(low, middle - MOST_BEFORE), min(high, middle + MOST_BEHIND)
    return _window(reading, tagged, states, (low, middle, high), begin) if high - low > 1 else None


def _window(reading: Reading, tagged: Tagged, states: Ints, bounds: tuple[int, int, int], begin: int) -> Window:
    low, _, high = bounds
    words, page = reading.words, reading.letters
    start, end = words.start[low:high], words.end[low:high]
    before = int(words.end[low - 1]) if low else 0
    behind = int(words.start[high]) if high < len(words.start) else len(page.kinds)
    gap_start, gap_end = np.concatenate(([before], end)), np.append(start, behind)
    lines = np.flatnonzero(page.kinds & k.BREAK)
    row = np.searchsorted(lines, gap_end)
    long = np.append(lines, len(page.kinds))[row] - np.concatenate(([0], lines))[row] > _FLAT
    breaks = row - np.searchsorted(lines, gap_start)
    units = np.minimum(np.searchsorted(reading.units.start, gap_end, "right") - 1, len(reading.units.start) - 1)
    seen = _seen(reading, bounds, begin, int(lines[0]) if len(lines) and lines[0] < _TOP else 0)
    belief = _belief(tagged)
    cues = _covered(reading, start, end, np.isin(words.own[low:high], _zones()))
    title = (TAG_OF_STATE[states] == _TITLE) & (STORY_OF_STATE[states] == 0)
    edge = breaks > 0
    edge[0] |= before == 0
    edge[-1] |= behind == len(page.kinds)
    spot = _Spot(low, high, begin, gap_start, gap_end, breaks, units, belief)
    unspaced = (page.kinds[start] & k.UNSPACED) != 0
    top = seen.top_known
    return Window(
        start=start, end=end, gap_start=gap_start, gap_end=gap_end,
        gaps=_gap_rows(reading, tagged, spot, seen, cues, title[units]),
        words=_word_rows(reading, tagged, spot, seen, cues, states),
        flat=long, edge=edge,
        length=_running(np.where(unspaced, 2, end - start + 1)),
        telling=_running(seen.telling), shared=_running(seen.lead), topped=_running(seen.top),
        page=np.array([1, belief[:, 0].max(), long.mean() > 0.5, top, title[units].any()], dtype=np.float32),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where the window lies: its words, the story's beginning, and its gaps with the units behind them."""

    low: int
    high: int
    begin: int
    gap_start: Ints
    gap_end: Ints
    breaks: Ints
    units: Ints
    belief: Floats
    """Units x groups of tags."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """For each word of the window what else says it."""

    telling: Flags
    lead: Flags
    top: Flags
    near: Flags
    """Whether it is said again within a headline's length."""
    top_known: bool
    foreign: Flags
    """Whether it is in another script than the story."""


@dataclass(frozen=True, slots=True)
class _Covered:
    """Where cues of each group and dates begin and end (gaps), and which words they cover."""

    starts: Floats
    ends: Floats
    words: Floats


@cache
def _zones() -> Hashes:
    """The words that name the zone of a clock time before them."""
    return np.array(
        sorted(hash_word(word) for word in ("gmt", "utc", "cet", "cest", "est", "edt", "pst", "ist")), np.uint64
    )


def _running(counts: npt.NDArray[Any]) -> Ints:
    return np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))


def _belief(tagged: Tagged) -> Floats:
    """Units x groups of tags: probabilities."""
    p = np.exp(tagged.tag)
    return np.stack([p[:, group].sum(axis=1) for group in _TAGS], axis=1)


def _seen(reading: Reading, bounds: tuple[int, int, int], begin: int, top_end: int) -> _Seen:
    low, middle, high = bounds
    words, page = reading.words, reading.letters
    number, start, numeric = words.number[low:high], words.start[low:high], words.numeric[low:high]
    kinds = page.kinds[start]
    function = reading.languages.function[low:high]
    telling = ((~function & (words.letters[low:high] > 2)) | ((kinds & k.UNSPACED) != 0)) & ~numeric
    last = int(np.searchsorted(words.start, begin + _LEAD))
    said = np.bincount(words.number[middle:last], minlength=int(words.number.max()) + 1)
    top = int(np.searchsorted(words.start, top_end))
    topped = np.zeros(len(said), dtype=np.bool_)
    topped[words.number[:top]] = True
    before, _ = neighbours(number)
    latin = (kinds & (k.UPPER | k.LOWER)) != 0
    lead = page.kinds[words.start[middle:last]] & (k.UPPER | k.LOWER)
    share = float((lead != 0).mean()) if last > middle else 0.5
    return _Seen(
        telling,
        telling & (said[number] - (start >= begin) > 0),
        topped[number] & (start > top_end),
        (before >= 0) & (np.arange(len(number)) - before <= _AGAIN) & telling,
        top > 0,
        np.where(latin, share < 0.3, share > 0.7) & ~numeric,
    )


def _covered(reading: Reading, start: Ints, end: Ints, zones: Flags) -> _Covered:
    groups = len(_CUE_GROUPS) + 1
    starts, ends = np.zeros((2, len(start) + 1, groups + 1), dtype=np.float32)
    words = np.zeros((len(start), groups + 1), dtype=np.float32)
    low, high = int(start[0]), int(end[-1])
    stretches = [
        (cue.start, cue.end, _GROUP_OF_CUE[cue.kind])
        for cue in reading.cues
        if cue.own and cue.end > low and cue.start < high
    ]
    dates = reading.dates
    inside = np.flatnonzero((dates.end > low) & (dates.start < high) & (dates.parts > 1))
    zone_end = dict(zip(start[zones].tolist(), end[zones].tolist(), strict=True))
    next_word = np.append(start, -1)[np.searchsorted(start, dates.end[inside])]
    for a, b, after in zip(dates.start[inside].tolist(), dates.end[inside].tolist(), next_word.tolist(), strict=True):
        stretches.append((a, zone_end.get(after, b), groups))
    if stretches:
        from_, to, group = np.array(stretches).T
        first, behind = np.searchsorted(start, from_), np.searchsorted(start, to)
        starts[first, group] = 1
        ends[behind, group] = 1
        for a, b, g in zip(first.tolist(), behind.tolist(), group.tolist(), strict=True):
            words[a:b, g] = 1
    return _Covered(starts, ends, words)


def _gap_rows(reading: Reading, tagged: Tagged, spot: _Spot, seen: _Seen, cues: _Covered, title: Flags) -> Floats:
    page, units = reading.letters, spot.units
    size = len(page.kinds)
    gap_start, gap_end, breaks = spot.gap_start, spot.gap_end, spot.breaks
    left, right = page.last_visible[np.maximum(gap_end - 1, 0)], page.next_visible[np.minimum(gap_start, size - 1)]
    apart = (left >= gap_start) & (right < gap_end)
    right = np.minimum(right, size - 1)
    before, behind = np.where(apart, page.kinds[left], 0), np.where(apart, page.kinds[right], 0)
    sign, code = before | behind, np.where(apart, page.codes[right], 0)
    begins = units != np.concatenate(([units[0] - (reading.units.start[units[0]] >= gap_start[0])], units[:-1]))
    here = spot.belief[units]
    there = np.concatenate((here[:1] if not units[0] else spot.belief[units[:1] - begins[:1]], here[:-1]))
    cut = np.where(begins, reading.units.cut[units], -1)
    words, told = reading.words, reading.languages
    low, high = spot.low, spot.high
    opener, function = told.opener[low:high], told.function[low:high]
    capital, numeric = words.capital[low:high], words.numeric[low:high]
    latin = (page.kinds[words.start[low:high]] & (k.UPPER | k.LOWER)) != 0
    uncased = (page.kinds[words.start[low:high]] & k.UNCASED) != 0
    again, later = reading.repeats.again[words.start[low:high]], reading.repeats.later[words.start[low:high]]
    distance = (spot.begin - gap_end).astype(np.float32)
    next_near = _ahead(seen.near)[1:]
    near = [_ahead(seen.near), np.append(next_near, False), np.append(next_near[1:], (False, False))]
    titled = np.concatenate((title[:-1], [False]))
    was_titled = np.concatenate(([False], title[:-1]))
    columns = (
        np.ones(len(gap_end)),
        breaks > 0,
        breaks > 1,
        (gap_end - gap_start > 1) & (breaks == 0) & ~apart,
        gap_end == gap_start,
        (gap_end >= size) | (gap_start == 0),
        *((sign & kind) != 0 for kind in _SIGNS),
        (before & k.OPEN) != 0,
        (behind & k.CLOSE) != 0,
        code == 0x2D,
        (code == 0x3F) | (code == 0x61F) | (code == 0xFF1F),
        code == 0x7C,
        begins,
        np.where(begins, np.clip(tagged.change[units], -4, 4) / 4, 0),
        *here.T,
        *there.T,
        *((here - there) * begins[:, None]).T,
        *(cut == kind for kind in range(2, len(CUTS))),
        *cues.starts.T,
        *cues.ends.T,
        *_turns(again),
        *_turns(later),
        *_turns(seen.lead),
        *_turns(seen.top),
        _ahead(opener),
        _ahead(opener) & ~apart,
        _ahead(function),
        _back(function),
        _ahead(capital),
        _back(capital),
        _ahead(numeric),
        _back(numeric),
        *near,
        _ahead(opener) & (near[1] | near[2]),
        _ahead(uncased & opener),
        _ahead(uncased & opener) & ~apart & ~begins,
        *_densities(seen.lead),
        *_densities(seen.near),
        _ahead(latin) != _back(latin),
        np.log1p(np.maximum(distance, 0)) / 6,
        distance < 0,
        np.log1p(np.maximum(-distance, 0)) / 5,
        np.abs(distance) < 3,
        titled,
        was_titled,
        titled & ~was_titled,
        was_titled & ~titled,
    )
    return _rows(columns)


def _word_rows(reading: Reading, tagged: Tagged, spot: _Spot, seen: _Seen, cues: _Covered, states: Ints) -> Floats:
    words, units = reading.words, spot.units[:-1]
    start = words.start[spot.low : spot.high]
    tag = TAG_OF_STATE[states][units]
    odds = tagged.tag[:, _TITLE] - np.log1p(-np.minimum(spot.belief[:, 0], 0.9999))
    columns = (
        np.ones(len(start)),
        seen.lead,
        seen.telling & ~seen.lead,
        seen.top,
        seen.telling & ~seen.top & seen.top_known,
        reading.languages.function[spot.low : spot.high],
        words.capital[spot.low : spot.high],
        words.numeric[spot.low : spot.high],
        *spot.belief[units].T,
        np.clip(odds[units], -6, 6) / 4,
        *cues.words.T,
        reading.repeats.again[start],
        reading.repeats.later[start],
        seen.foreign,
        (tag == _TITLE) & (STORY_OF_STATE[states][units] == 0),
        tag == _BODY,
        tag == _SUBTITLE,
        start >= spot.begin,
        (reading.letters.kinds[start] & k.UNSPACED) != 0,
    )
    return _rows(columns)


def _rows(columns: tuple[npt.NDArray[Any], ...]) -> Floats:
    rows = np.empty((len(columns), len(columns[0])), dtype=np.float32)
    for row, column in zip(rows, columns, strict=True):
        row[:] = column
    return rows.T


def _ahead(marks: Flags) -> Flags:
    """For each gap the mark of the word behind it."""
    return np.append(marks, False)


def _back(marks: Flags) -> Flags:
    """For each gap the mark of the word before it."""
    return np.concatenate(([False], marks))


def _densities(marks: Flags) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """For each gap the shares of marked words among the _NEXT behind it and before it."""
    total, at = _running(marks), np.arange(len(marks) + 1)
    behind, before = np.minimum(at + _NEXT, len(marks)), np.maximum(at - _NEXT, 0)
    return (total[behind] - total) / _NEXT, (total - total[before]) / _NEXT


def _turns(marks: Flags) -> tuple[Flags, Flags]:
    """The gaps at which marked words begin and end."""
    ahead, back = _ahead(marks), _back(marks)
    return ahead & ~back, back & ~ahead
