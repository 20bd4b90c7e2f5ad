"""From the states of units to labelled segments: headlines line by line, embedded stories numbered."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from worker.core.model import Label, Segment
from worker.core.text.decode import STATES
from worker.core.text.headline import HEADLINE
from worker.core.text.letters import Ints
from worker.core.text.page import Reading

_SHORTEST_STORY: Final = 120
"""Code points of running text below which an embedded story is only a teaser."""
_EMBEDDED: Final = {
    Label.TITLE: Label.EMBEDDED_TITLE,
    Label.BODY: Label.EMBEDDED_BODY,
    Label.QUOTE: Label.EMBEDDED_BODY,
}
_APART: Final = frozenset({Label.TITLE, Label.SUBHEADING, Label.EMBEDDED_TITLE})
"""Labels whose neighbours of the same kind stay segments of their own when a line break lies between."""


_LABELS: Final = tuple((Label(tag), bool(embedded)) for tag, embedded in STATES)
"""By state: its label, and whether it is an embedded story's."""


@dataclass(slots=True)
class Piece:
    """Units `first` to `last` (inclusive) that will be one segment."""

    first: int
    last: int
    label: Label
    embedded: bool
    article: int = 0
    why: str = "model"


_NONE: Final = range(0)


def pieces_of(states: Ints, reading: Reading, headline: range = _NONE) -> list[Piece]:
    """The page's pieces, main and embedded stories told apart; `headline` are the units told to be the headline."""
    pieces: list[Piece] = []
    breaks = reading.units.breaks.tolist()
    for unit, state in enumerate(states.tolist()):
        label, inner = _LABELS[state]
        last = pieces[-1] if pieces else None
        apart = label in _APART and breaks[unit] > 0
        if headline:
            apart = unit not in headline[1:] and (apart or unit in (headline.start, headline.stop))
        if last and last.label == label and last.embedded == inner and not apart:
            last.last = unit
        else:
            pieces.append(Piece(unit, unit, label, inner, why=HEADLINE if unit in headline else "model"))
    return number_stories(one_tag_list(pieces, reading), reading)


def one_tag_list(pieces: list[Piece], reading: Reading) -> list[Piece]:
    """What stands between two stretches of tags in one line is tags too."""
    breaks = reading.units.breaks
    out: list[Piece] = []
    for piece in pieces:
        held = len(out) > 1 and piece.label is out[-2].label is Label.TAGS
        if held and not breaks[out[-1].first : piece.first + 1].any():
            out.pop()
            out[-1].last = piece.last
        else:
            out.append(piece)
    return out


def number_stories(pieces: list[Piece], reading: Reading) -> list[Piece]:
    """Number the embedded stories.

    Too short ones are teasers, ones without a headline the main story going on, the first one the main story if there
    is no other.
    """
    told = []
    for group in _groups(pieces):
        if _body_length(group, reading) < _SHORTEST_STORY:
            for piece in group:
                piece.label, piece.embedded, piece.why = Label.RELATED, False, "rule:teaser"
        elif not any(piece.label is Label.TITLE for piece in group):
            for piece in group:
                piece.embedded, piece.why = False, "rule:no_headline"
        else:
            told.append(group)
    main = any(piece.label is Label.BODY and not piece.embedded for piece in pieces)
    if told and not main:
        for piece in told.pop(0):
            piece.embedded, piece.why = False, "rule:only_story"
    for number, group in enumerate(told, 1):
        for piece in group:
            piece.article = number
            piece.label = _EMBEDDED.get(piece.label, piece.label)
    _number_pointers(pieces)
    return pieces


def _groups(pieces: list[Piece]) -> list[list[Piece]]:
    """Embedded pieces by story: a headline behind running text begins a new one."""
    groups: list[list[Piece]] = []
    since = 0
    for piece in pieces:
        if not piece.embedded:
            since += 1
            continue
        running = bool(groups) and any(p.label is Label.BODY for p in groups[-1])
        if not groups or (piece.label is Label.TITLE and running) or since > 3:
            groups.append([])
        groups[-1].append(piece)
        since = 0
    return groups


def _body_length(group: list[Piece], reading: Reading) -> int:
    units = reading.units
    return sum(int(units.end[p.last] - units.start[p.first]) for p in group if p.label is Label.BODY)


def _number_pointers(pieces: list[Piece]) -> None:
    """A read-also directly behind a piece of an embedded story is that story's."""
    for before, piece in pairwise(pieces):
        if piece.label is Label.READ_ALSO and before.article and before.label is not Label.READ_ALSO:
            piece.article = before.article


def segments_of(pieces: list[Piece], reading: Reading, belief: npt.NDArray[np.floating]) -> list[Segment]:
    """The pieces as segments; `belief` is each unit's probability of its own label."""
    units = reading.units
    length = np.maximum(units.end - units.start, 1).astype(np.float64)
    weighted = belief.astype(np.float64) * length
    return [
        Segment(
            int(units.start[p.first]),
            int(units.end[p.last]),
            p.label,
            p.article,
            round(float(weighted[p.first : p.last + 1].sum() / length[p.first : p.last + 1].sum()), 4),
            f"{p.why}:{p.label}" if p.why == "model" else p.why,
        )
        for p in pieces
    ]
