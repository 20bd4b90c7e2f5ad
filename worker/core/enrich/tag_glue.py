"""Tags that stick together (`ClimateCoal Industryenergy`): cut where a word ends and the next one starts."""

import re
from itertools import pairwise
from typing import Final

from worker.core.enrich.fold import key
from worker.core.enrich.tag_runs import Story

_CAPITAL: Final = re.compile(r"(?<=[^\W\d_A-ZÀ-ÞА-ЯЁΑ-Ω])(?=[A-ZÀ-ÞА-ЯЁΑ-Ω])|(?<=\d)(?=[A-ZÀ-Þ])|(?<=[.)!?])(?=[A-ZÀ-Þ][a-zà-ÿ])")
_SHORTEST: Final = 3
"""Letters of the shortest word that is cut off by the story's words alone."""
_LONGEST: Final = 60
_KNOWN_COST: Final = 0.4
_CAPITAL_COST: Final = 0.9
_NUMBER_COST: Final = 0.9
_UNKNOWN_COST: Final = 1.6
_SHORT_COST: Final = 2.0
_WHOLE_COST: Final = 1.5
_FEWEST: Final = 2
"""Glued words that show that a run is glued, where no capital shows it."""


def unglue(run: str, story: Story, *, certain: bool = False) -> list[str]:
    """The tags of a glued run; one piece, the run itself, when nothing shows that it is glued.

    In a glued run the spaces stand inside the tags, so it is cut at the seams only. `certain` tells that it is glued,
    as where its heading sticks to it.
    """
    words = run.split()
    known = frozenset(key(word) for word in words) | story.words
    cuts = [_seams(word, story, known) for word in words]
    capitals = sum(_has_capital_seam(parts) for parts in cuts)
    others = sum(len(parts) > 1 and not _has_capital_seam(parts) for parts in cuts)
    if capitals >= _FEWEST > others:
        cuts = [parts if _has_capital_seam(parts) else [word] for word, parts in zip(words, cuts, strict=True)]
    elif not (certain or capitals or others >= _FEWEST):
        return [run]
    pieces: list[str] = []
    for first, *rest in cuts:
        if pieces:
            pieces[-1] = f"{pieces[-1]} {first}"
        else:
            pieces.append(first)
        pieces.extend(rest)
    return pieces


def _has_capital_seam(parts: list[str]) -> bool:
    return any(not one[-1:].isupper() and two[:1].isupper() for one, two in pairwise(parts))


def _seams(word: str, story: Story, known: frozenset[str]) -> list[str]:
    """The parts of one word, cut where capitals and the story's words show a seam; cheapest in sum."""
    if len(word) < 2 * _SHORTEST or len(word) > 4 * _LONGEST or key(word) in story.words:
        return [word]
    marks = frozenset(match.start() for match in _CAPITAL.finditer(word))
    best: dict[int, tuple[float, int]] = {0: (0.0, 0)}
    for end in range(1, len(word) + 1):
        if end < len(word) and end not in marks and not (word[end - 1].isalnum() and word[end].isalnum()):
            continue
        reachable = [start for start in best if end - start <= _LONGEST]
        best[end] = min((best[start][0] + _part_cost(word, start, end, marks, known), start) for start in reachable)
    if best[len(word)][0] >= _WHOLE_COST + len(marks):
        return [word]
    parts, end = [], len(word)
    while end:
        start = best[end][1]
        parts.append(word[start:end])
        end = start
    return parts[::-1]


def _part_cost(word: str, start: int, end: int, marks: frozenset[int], known: frozenset[str]) -> float:
    part = word[start:end]
    if len(part) < len(word) and len(part) >= _SHORTEST and key(part) in known:
        return _KNOWN_COST
    if part.isdecimal():
        return _NUMBER_COST
    marked = (start == 0 or start in marks) and (end == len(word) or end in marks)
    inside = sum(start < mark < end for mark in marks)
    if marked and len(part) > 1:
        return _CAPITAL_COST + inside
    return _UNKNOWN_COST + inside + (_SHORT_COST if len(part) < _SHORTEST else 0.0)
