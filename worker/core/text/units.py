"""A page cut wherever a segment may begin: line breaks, gaps, sentence ends, cues, dates, repetitions, glued words."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from worker.core.text import kinds as k
from worker.core.text.cues import Cue
from worker.core.text.dates import Dates
from worker.core.text.letters import Flags, Ints, Letters, one_of
from worker.core.text.repeats import Repeats

CUTS: Final = (
    "start",
    "line",
    "gap",
    "sentence",
    "glued",
    "sign",
    "cue",
    "behind_cue",
    "date",
    "behind_date",
    "repeat",
    "opener",
)
"""Why a unit begins where it does, strongest first."""
_LINE, _GAP, _SENTENCE, _GLUED, _SIGN, _CUE, _BEHIND_CUE, _DATE, _BEHIND_DATE, _REPEAT, _OPENER = range(1, len(CUTS))
_NONE: Final = len(CUTS)
_FLAT_LINE: Final = 250
"""Code points a line above which line breaks do not tell blocks apart, and words that open sentences cut too."""
_SIGN_REACH: Final = 60
"""A dash or colon cuts only when the piece before it is at most this long."""


@dataclass(frozen=True, slots=True)
class Units:
    """The units of a page in order; each ends where the next begins, the last one at the end of the text."""

    start: Ints
    end: Ints
    cut: Ints
    """Index into CUTS."""
    breaks: Ints
    """Line breaks between the last visible code point before the unit and the unit."""
    blanks: Ints
    """White space before the unit, in code points."""


@dataclass(frozen=True, slots=True)
class Spacing:
    """For visible code points what lies between each and the visible one before."""

    visible: Ints
    """Offsets of visible code points."""
    before: Ints
    """Offset of the previous visible code point; -1 for the first."""
    breaks: Ints
    blanks: Ints


def read_spacing(page: Letters) -> Spacing:
    """The white space of a page, by the visible code point behind it."""
    visible = np.flatnonzero((page.kinds & k.SPACE) == 0)
    before = np.concatenate(([-1], visible[:-1])) if len(visible) else visible
    lines = np.concatenate(([0], np.cumsum((page.kinds & k.BREAK) != 0)))
    return Spacing(visible, before, lines[visible] - lines[before + 1], visible - before - 1)


def cut_units(page: Letters, spacing: Spacing, cues: list[Cue], dates: Dates, repeats: Repeats, openers: Ints) -> Units:
    """The units of a page with any visible text. `openers` are the offsets of words that open sentences."""
    size = len(page.kinds)
    cut = np.full(size + 1, _NONE)
    if size > _FLAT_LINE * (1 + int(((page.kinds & k.BREAK) != 0).sum())):
        _mark(cut, openers, _OPENER)
    _mark(cut, repeats.edges, _REPEAT)
    _cut_dates(cut, page, dates)
    _cut_cues(cut, page, cues)
    first = int(spacing.visible[0])
    apart = _apart(spacing)
    _cut_by_signs(cut, page, apart, first)
    _mark(cut, _sentences(page, spacing), _SENTENCE)
    _cut_by_spacing(cut, page, apart)
    cut[:first] = _NONE
    cut[first] = _LINE
    start = np.flatnonzero(cut[:size] < _NONE)
    kinds = cut[start]
    kinds[0] = 0
    lead = np.searchsorted(spacing.visible, start)
    start_from_zero = start.copy()
    start_from_zero[0] = 0
    return Units(start_from_zero, np.append(start[1:], size), kinds, spacing.breaks[lead], spacing.blanks[lead])


def _apart(spacing: Spacing) -> Spacing:
    """The visible code points with white space before them."""
    at = np.flatnonzero(spacing.blanks)
    return Spacing(spacing.visible[at], spacing.before[at], spacing.breaks[at], spacing.blanks[at])


def _mark(cut: Ints, at: Ints, kind: int) -> None:
    cut[at] = np.minimum(cut[at], kind)


def _cut_dates(cut: Ints, page: Letters, dates: Dates) -> None:
    full = dates.parts >= 2
    starts, ends = dates.start[full], dates.end[full]
    _mark(cut, starts, _DATE)
    behind = page.next_visible[np.minimum(ends, len(page.kinds) - 1)]
    _mark(cut, behind[behind < len(page.kinds)], _BEHIND_DATE)


def _cut_cues(cut: Ints, page: Letters, cues: list[Cue]) -> None:
    size = len(page.kinds)
    strong = [cue for cue in cues if (cue.own and (cue.opens or cue.words > 1)) or (cue.opens and cue.words > 1)]
    if not strong:
        return
    _mark(cut, np.array([cue.start for cue in strong]), _CUE)
    ends = np.array([cue.end for cue in strong])
    several = np.array([cue.words > 1 for cue in strong])
    behind = page.next_visible[np.minimum(ends, size - 1)]
    colon = (behind < size) & ((page.kinds[np.minimum(behind, size - 1)] & (k.COLON | k.SEPARATOR)) != 0)
    ends = np.where(colon, behind + 1, ends)
    wide = (page.kinds[np.minimum(ends, size - 1)] & page.kinds[np.minimum(ends + 1, size - 1)] & k.SPACE) != 0
    behind = page.next_visible[np.minimum(ends, size - 1)]
    _mark(cut, behind[(behind < size) & (ends < size) & (several | colon | wide)], _BEHIND_CUE)


def _cut_by_spacing(cut: Ints, page: Letters, apart: Spacing) -> None:
    """Cuts behind line breaks and wide gaps: several spaces, a tab or an ideographic space."""
    code = page.codes[np.maximum(apart.visible - 1, 0)]
    _mark(cut, apart.visible[(apart.blanks > 1) | (code == 9) | (code == 0x3000)], _GAP)
    _mark(cut, apart.visible[apart.breaks > 0], _LINE)


def _sentences(page: Letters, spacing: Spacing) -> Ints:
    """Offsets of visible code points that begin a sentence, also of one that sticks to the end of the last."""
    kinds = page.kinds
    closing = (kinds & (k.CLOSE | k.MARK)) != 0
    open_end = np.maximum.accumulate(np.where(closing, 0, np.arange(len(kinds))))
    end = open_end[np.maximum(spacing.before, 0)]  # the sign that ends the sentence, before closing quotes and brackets
    behind_stop = np.flatnonzero(kinds[end] & k.STOP)
    visible, end, touching = spacing.visible[behind_stop], end[behind_stop], spacing.blanks[behind_stop] == 0
    head = kinds[visible]
    two_back, three_back = kinds[np.maximum(end - 1, 0)], kinds[np.maximum(end - 2, 0)]
    initial = ((two_back & k.UPPER) != 0) & ((three_back & (k.LETTER | k.DIGIT)) == 0)
    spaced = ~touching & ((head & (k.UPPER | k.UNCASED | k.DIGIT | k.OPEN)) != 0) & ~initial
    wide = ((kinds[end] & k.WIDE_STOP) != 0) & ((head & (k.CLOSE | k.STOP)) == 0)
    letters_before = ((two_back & (k.LOWER | k.UNCASED | k.MARK)) != 0) & ((three_back & (k.LETTER | k.MARK)) != 0)
    capital = ((head & k.UPPER) != 0) & (kinds[np.minimum(visible + 1, len(kinds) - 1)] & k.LOWER != 0)
    uncased = ((head & k.UNCASED) != 0) & ((two_back & (k.UNCASED | k.MARK)) != 0)
    result: Ints = visible[spaced | wide | (touching & letters_before & (capital | uncased))]
    return result


def _cut_by_signs(cut: Ints, page: Letters, apart: Spacing, first: int) -> None:
    """Cuts at separators, at dashes and brackets near a beginning, and where words stick together."""
    kinds, visible = page.kinds, apart.visible
    if len(kinds) < 3:
        return
    _mark(cut, _glued(page), _GLUED)
    before = np.maximum(apart.before, 0)
    sign, code, head = kinds[before], page.codes[before], page.codes[visible]
    separated = (sign & k.SEPARATOR) != 0
    _mark(cut, visible[separated & one_of(code, (0x7C, 0x2F, 0xBB, 0x203A))], _SIGN)
    _mark(cut, visible[one_of(head, (0x2022, 0xB7, 0x25AA, 0x25A0, 0x25CF, 0x25BA, 0x23))], _SIGN)
    begins = cut[:-1] < _NONE
    begins[visible[apart.breaks > 0]] = begins[first] = True
    known = np.flatnonzero(begins)
    dashes = separated & one_of(code, (0x2D, 0x2013, 0x2014, 0x2015))
    dashes |= (code == 0x2D) & (kinds[np.maximum(before - 1, 0)] & k.SPACE != 0)
    near = visible[dashes | ((sign & k.COLON) != 0)]
    since = near - known[np.maximum(np.searchsorted(known, near) - 1, 0)]
    _mark(cut, near[since <= _SIGN_REACH], _SIGN)
    brackets = visible[(kinds[visible] & k.OPEN != 0) & (head == 0x28)]
    _mark(cut, brackets[_ends_soon(page, brackets)], _SIGN)


def _ends_soon(page: Letters, brackets: Ints) -> Flags:
    """Opening brackets that close within 25 code points at the end of a line or of a sentence."""
    size = len(page.kinds)
    closes = np.flatnonzero(page.codes == 0x29)
    if not len(closes) or not len(brackets):
        return np.zeros(len(brackets), dtype=np.bool_)
    close = closes[np.minimum(np.searchsorted(closes, brackets), len(closes) - 1)]
    behind = np.minimum(close + 1, size - 1)
    final = (close + 1 >= size) | ((page.kinds[behind] & (k.BREAK | k.STOP)) != 0)
    result: Flags = (close > brackets) & (close - brackets <= 25) & final
    return result


def _glued(page: Letters) -> Ints:
    """Offsets inside a run of letters and digits where two words seem to stick together."""
    kinds = page.kinds
    left, right = kinds[1:-2], kinds[2:-1]
    turns = np.flatnonzero((left != right) & ((left | right) & k.SPACE == 0)) + 1
    a, b, c, d = kinds[turns - 1], kinds[turns], kinds[turns + 1], kinds[turns + 2]
    rise = (a & k.LOWER != 0) & (b & k.LOWER != 0) & (c & k.UPPER != 0) & (d & k.LOWER != 0)
    digits = (
        (a & k.DIGIT != 0) & (b & k.DIGIT != 0) & (c & (k.UPPER | (k.UNCASED & ~k.UNSPACED)) != 0) & (d & k.LETTER != 0)
    )
    digits &= c & k.UNSPACED == 0
    into_digits = (
        (a & k.LETTER != 0)
        & (b & (k.LOWER | k.UNCASED) != 0)
        & (c & k.DIGIT != 0)
        & (d & k.DIGIT != 0)
        & (b & k.UNSPACED == 0)
    )
    script = ((b & k.UNCASED != 0) & (b & k.UNSPACED == 0) & (c & (k.UPPER | k.LOWER) != 0)) | (
        (b & (k.UPPER | k.LOWER) != 0) & (c & k.UNCASED != 0) & (c & k.UNSPACED == 0)
    )
    closed = one_of(page.codes[turns], (0x29, 0x201D, 0xBB)) & (c & (k.UPPER | k.UNCASED) != 0) & (c & k.UNSPACED == 0)
    result: Ints = turns[rise | digits | into_digits | script | closed] + 1
    return result
