"""The chosen headline made units of its own, and what the tagger took for headlines beside it put right."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from worker.core.text import kinds as k
from worker.core.text.decode import STATES
from worker.core.text.headline import HeadlineWeights, best_stretch
from worker.core.text.headline_columns import Window, look_around
from worker.core.text.letters import Flags, Ints
from worker.core.text.page import Reading
from worker.core.text.tagger import TAGS, Tagged
from worker.core.text.units import Units

_TITLE: Final = STATES.index(("title", 0))
_BODY: Final = STATES.index(("body", 0))
_SURE: Final = 0.5
_SURE_IN_LINE: Final = 0.4
"""Probability from which a stretch is taken for the headline against what the units say, by left-out pages; in a long
line, where units rarely begin and end with the headline, less is enough."""
_DASH: Final = 0x2D
"""The hyphen, which is no separator by itself."""
_ALIKE: Final = 0.4
"""Share of a line's telling words that the headline has, from which it is another printing of it."""
_TITLE_TAG: Final = TAGS.index("title")
_NO_HEAD: Final = (TAGS.index("title"), TAGS.index("body"), TAGS.index("subheading"), TAGS.index("quote"))


@dataclass(frozen=True, slots=True)
class Laid:
    """A page's units with what each is, and which of them are the headline, if one was told."""

    reading: Reading
    tagged: Tagged
    states: Ints
    headline: range = range(0)


def set_headline(reading: Reading, tagged: Tagged, states: Ints, weights: HeadlineWeights) -> Laid:
    """The page with its headline cut out, whatever the units' edges were."""
    window = look_around(reading, tagged, states)
    if window is None:
        return Laid(reading, tagged, states)
    first, behind, likely, none = best_stretch(window, weights)
    if likely < max(none, _SURE_IN_LINE if window.flat[first] else _SURE):
        states = _without_headline(reading, tagged, states, window) if none > likely else states
        return Laid(reading, tagged, states)
    begin, end = _edge(reading, window, first, -1), _edge(reading, window, behind, 0)
    origin, units = _cut_at(reading, (begin, end))
    cut = replace(reading, units=units)
    states = states[origin].copy()
    fresh = Tagged(tagged.tag[origin], tagged.change[origin], tagged.embedded[origin])
    first = int(np.searchsorted(units.start, begin, "right")) - 1
    head = range(first, int(np.searchsorted(units.start, end)))
    _relabel(cut, fresh, states, origin, head)
    return Laid(cut, fresh, states, head)


def _without_headline(reading: Reading, tagged: Tagged, states: Ints, window: Window) -> Ints:
    """The states without the titles inside long lines, where nothing but words tells them, near the story."""
    units = reading.units
    low, high = np.searchsorted(units.start, (window.start[0], window.end[-1]), "left")
    near = np.arange(max(int(low) - 1, 0), int(high))
    gap = np.minimum(np.searchsorted(window.gap_end, units.start[near]), len(window.flat) - 1)
    lost = near[(states[near] == _TITLE) & window.flat[gap]]
    tag = tagged.tag[lost].copy()
    tag[:, _TITLE_TAG] = -np.inf
    states = states.copy()
    states[lost] = tag.argmax(axis=1)
    return states


def _edge(reading: Reading, window: Window, gap: int, which: int) -> int:
    """Where the segment behind a gap begins: at a unit that begins there, else at the signs that open its word.

    Where units begin inside the word before the gap, words stick together: then at the last (`which` -1) or first (0).
    """
    low, high = int(window.gap_start[gap]), int(window.gap_end[gap])
    if gap and not window.edge[gap]:
        inner = reading.units.start[slice(*np.searchsorted(reading.units.start, (window.start[gap - 1] + 1, low)))]
        if len(inner):
            return int(inner[which])
    at = int(np.searchsorted(reading.units.start, low))
    if at < len(reading.units.start) and (low < reading.units.start[at] <= high or low == 0 == at):
        return int(reading.units.start[at])
    if high >= len(reading.letters.kinds):
        return high
    kinds = reading.letters.kinds
    while high > low and kinds[high - 1] & k.OPEN and not (kinds[high - 1] & k.CLOSE and not kinds[high - 2] & k.SPACE):
        high -= 1
    return high


def _cut_at(reading: Reading, edges: tuple[int, int]) -> tuple[Ints, Units]:
    """The units cut at the edges too, and for each of them the one it comes of."""
    units = reading.units
    fresh = [edge for edge in edges if edge < len(reading.letters.kinds) and edge not in units.start]
    if not fresh:
        return np.arange(len(units.start)), units
    at = np.searchsorted(units.start, fresh)
    start = np.insert(units.start, at, fresh)
    origin = np.searchsorted(units.start, start, "right") - 1
    new = np.isin(start, fresh)
    return origin, replace(
        units, start=start, end=np.append(start[1:], units.end[-1]), cut=units.cut[origin],
        breaks=np.where(new, 0, units.breaks[origin]), blanks=np.where(new, 1, units.blanks[origin]),
    )  # fmt: skip


def _relabel(reading: Reading, tagged: Tagged, states: Ints, origin: Ints, head: range) -> None:
    """The headline's units are titles; title units that neither repeat it nor hang on it are what else they seem."""
    first, behind = head.start, head.stop
    tag = tagged.tag.copy()
    tag[:, _NO_HEAD] = -np.inf
    other = tag.argmax(axis=1)  # states of the main story come in the order of the tags
    title = states == _TITLE
    states[head] = _TITLE
    kept = _printings(reading, title, head)
    if first and _joined(reading, first):
        kept[first - 1] = title[first - 1]
    elif first and origin[first - 1] == origin[first] and states[first - 1] == _BODY:
        states[first - 1] = other[first - 1]
    if behind < len(states):
        if _joined(reading, behind):
            kept[behind] = title[behind]
        elif origin[behind] == origin[behind - 1] and title[behind]:
            follows = behind + 1 < len(states) and states[behind + 1] == _BODY
            states[behind] = _BODY if follows else other[behind]
    lost = title & ~kept & (states == _TITLE)
    lost[head] = False
    states[lost] = other[lost]


def _joined(reading: Reading, unit: int) -> bool:
    """Whether a bar or dash joins a unit with the one before: a page title's site or section."""
    start = int(reading.units.start[unit])
    before = int(reading.letters.last_visible[start - 1])
    if before < 0 or reading.units.breaks[unit]:
        return False
    signs = int(reading.letters.kinds[before]) | int(reading.letters.kinds[start])
    return bool(signs & k.SEPARATOR) or _DASH in (int(reading.letters.codes[before]), int(reading.letters.codes[start]))


def _printings(reading: Reading, title: Flags, head: range) -> Flags:
    """The title units on lines that say enough of what the headline says."""
    words, units = reading.words, reading.units
    inner = np.zeros(len(title), dtype=np.bool_)
    inner[head] = True
    before = np.concatenate(([False], (title & ~inner)[:-1]))
    line = np.cumsum(~before | (units.breaks > 0))
    unit = np.searchsorted(units.start, words.start, "right") - 1
    telling = ~reading.languages.function
    said = np.isin(words.number, words.number[inner[unit] & telling])
    count = np.bincount(line[unit], telling, line[-1] + 1)
    shared = np.bincount(line[unit], telling & said, line[-1] + 1)
    result: Flags = title & (shared >= _ALIKE * np.maximum(count, 1))[line]
    return result
