"""Tags that stick together (`ClimateCoal Industryenergy`): cut where a word ends and the next one starts."""

import re
import unicodedata
from collections.abc import Mapping
from itertools import pairwise
from typing import Final

from worker.core.enrich.fold import key
from worker.core.enrich.tag_runs import Story

_CAPITAL: Final = re.compile(
    r"(?<=[^\W\d_A-ZÀ-ÞА-ЯЁΑ-Ω])(?=[A-ZÀ-ÞА-ЯЁΑ-Ω])|(?<=\d)(?=[A-ZÀ-Þ]|[^\W\d_]{4})|(?<=[.)!?])(?=[A-ZÀ-Þ][a-zà-ÿ])"
)
_SHORTEST: Final = 3
"""Letters of the shortest word that is cut off by the story's words alone."""
_LONGEST: Final = 60
_KNOWN_COST: Final = 0.4
_STEM_COST: Final = 0.9
_CAPITAL_COST: Final = 0.9
_NUMBER_COST: Final = 0.9
_UNKNOWN_COST: Final = 1.6
_SHORT_COST: Final = 2.0
_WHOLE_COST: Final = 1.5
_WHOLE_COST_GLUED: Final = 2.3
"""For leaving a word whole, before and after it is known that the run is glued."""
_CAPITALS_SHARE: Final = 0.7
"""Share of seams at capitals above which the tags all start with one."""
_STEM: Final = 5
"""Letters beyond which the story may hold another form of a word: its end is left open."""
_FEWEST: Final = 2
"""Glued words that show that a run is glued, where no capital shows it."""


def unglue(run: str, story: Story, *, certain: bool = False) -> list[str]:
    """The tags of a glued run; one piece, the run itself, when nothing shows that it is glued.

    In a glued run the spaces stand inside the tags, so it is cut at the seams only. `certain` tells that it is glued,
    as where its heading sticks to it.
    """
    words = run.split()
    known = dict.fromkeys([*(key(word) for word in words), *story.words], _KNOWN_COST)
    cuts = [_seams(word, story, known, _WHOLE_COST) for word in words]
    seams = [_is_capital(*pair) for parts in cuts for pair in pairwise(parts)]
    capitals = sum(seams)
    if not (certain or capitals or len(seams) >= _FEWEST):
        return [run]
    if capitals > _CAPITALS_SHARE * len(seams):
        cuts = [_at_capitals(parts) for parts in cuts]
    else:
        known = {word[:-cut]: _STEM_COST for word in known if len(word) > _STEM for cut in (1, 2)} | known
        cuts = [_seams(word, story, known, _WHOLE_COST_GLUED) for word in words]
    pieces: list[str] = []
    for first, *rest in cuts:
        if pieces:
            pieces[-1] = f"{pieces[-1]} {first}"
        else:
            pieces.append(first)
        pieces.extend(rest)
    return pieces


def _is_capital(one: str, two: str) -> bool:
    """Whether the seam between two parts is a capital behind a small letter."""
    return not one[-1:].isupper() and two[:1].isupper()


def _at_capitals(parts: list[str]) -> list[str]:
    """The parts joined again where no capital shows the seam."""
    joined = parts[:1]
    for one, two in pairwise(parts):
        if _is_capital(one, two):
            joined.append(two)
        else:
            joined[-1] += two
    return joined


def _seams(word: str, story: Story, known: Mapping[str, float], whole_cost: float) -> list[str]:
    """The parts of one word, cut where capitals and the story's words show a seam; cheapest in sum."""
    if len(word) < 2 * _SHORTEST or len(word) > 4 * _LONGEST or key(word) in story.words:
        return [word]
    folded = _folded(word)
    marks = frozenset(match.start() for match in _CAPITAL.finditer(word))
    best: dict[int, tuple[float, int]] = {0: (0.0, 0)}
    for end in range(1, len(word) + 1):
        if end < len(word) and end not in marks and not (word[end - 1].isalnum() and word[end].isalnum()):
            continue
        reachable = [start for start in best if end - start <= _LONGEST and end - start < len(word)]
        if reachable:
            best[end] = min(
                (best[start][0] + _part_cost(word, folded, start, end, marks, known), start) for start in reachable
            )
    if best.get(len(word), (whole_cost + len(marks), 0))[0] >= whole_cost + len(marks):
        return [word]
    parts, end = [], len(word)
    while end:
        start = best[end][1]
        parts.append(word[start:end])
        end = start
    return parts[::-1]


def _folded(word: str) -> str | None:
    """The word's key, where it has a letter for each of the word's, so that a part's key is the same part of it."""
    if not (word.isalnum() and unicodedata.is_normalized("NFKC", word)):
        return None
    letters = [key(letter) for letter in word]
    return "".join(letters) if all(map(_is_one, letters)) else None


def _is_one(letters: str) -> bool:
    return len(letters) == 1


def _part_cost(
    word: str, folded: str | None, start: int, end: int, marks: frozenset[int], known: Mapping[str, float]
) -> float:
    part = word[start:end]
    if len(part) < len(word) and len(part) >= _SHORTEST:
        cost = known.get(folded[start:end] if folded else key(part))
        if cost is not None:
            return cost
    if part.isdecimal():
        return _NUMBER_COST
    marked = (start == 0 or start in marks) and (end == len(word) or end in marks)
    inside = sum(start < mark < end for mark in marks)
    if marked and len(part) > 1:
        return _CAPITAL_COST + inside
    return _UNKNOWN_COST + inside + (_SHORT_COST if len(part) < _SHORTEST else 0.0)
