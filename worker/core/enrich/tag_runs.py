"""Cutting a run of tags that nothing separates (`Climate Coal Coal Industry Energy`) into the tags a reader sees."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

from worker.core.enrich.fold import key
from worker.core.enrich.vocabulary import section

_LENGTH_COST: Final = (0.0, 1.25, 0.95, 1.25, 1.9, 2.6, 3.3, 4.2, 5.2)
"""By words of a piece."""
_PHRASE_GAIN: Final = (0.0, 0.55, 1.4, 2.2, 2.4, 2.6, 2.6, 2.6, 2.6)
"""For a piece that occurs in the story, by its words."""
_THROUGH_COST: Final = 0.9
"""For a cut through two words that stand side by side in the story."""
_ORDERED_GAIN: Final = 0.45
_DISORDERED_COST: Final = 0.8
_EDGE_COST: Final = 2.5
"""For a piece that starts or ends with a function word."""
_TWO_NAMES_COST: Final = 0.8
"""For two capitals in an unseen piece of a script that has capitals."""
_LOOKED_BACK: Final = 8
_MOST_WORDS: Final = 120
_UNSPACED: Final = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff]")
_GLUE: Final = re.compile(r"(?<=[a-zà-ÿа-яёα-ω)!?])(?=[A-ZÀ-ÞА-ЯЁΑ-Ω])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zà-ÿ])")
_DASHED: Final = re.compile(r"\s+([-–—/&+]|x)\s+")
_HOLD: Final = "\u0001"


@dataclass(frozen=True, slots=True)
class _Story:
    """Which words and phrases a story holds."""

    folded: str

    def holds(self, phrase: str) -> bool:
        return f" {phrase} " in self.folded


def cut_run(run: str, around: str) -> list[str]:
    """The tags of a run, in its order; `around` is the text of the story."""
    held = _DASHED.sub(lambda match: f"{_HOLD}{match[1]}{_HOLD}", run)
    words = [word for chunk in held.split() for word in _unglued(chunk)][:_MOST_WORDS]
    if not words:
        return []
    if len(words) > 1 and sum(bool(_UNSPACED.search(word)) for word in words) > len(words) / 2:
        return [word.replace(_HOLD, " ") for word in words]
    story = _Story(f" {key(around)} ")
    return [piece.replace(_HOLD, " ") for piece in _best_cut(words, story)]


def _unglued(chunk: str) -> list[str]:
    """The words of a chunk whose tags stick together: cut where a capital follows a small letter."""
    pieces = _GLUE.split(chunk)
    return pieces if all(len(piece) > 1 for piece in pieces) else [chunk]


def _best_cut(words: Sequence[str], story: _Story) -> list[str]:
    """Dynamic programming over the words: the pieces whose costs are least in sum."""
    keys = [key(word) for word in words]
    paired = [story.holds(f"{one} {two}") for one, two in pairwise(keys)]
    best: list[tuple[float, int, str]] = [(0.0, 0, "")]
    for end in range(1, len(words) + 1):
        options = []
        for start in range(max(0, end - _LOOKED_BACK), end):
            cost, _, last = best[start]
            folded = " ".join(keys[start:end])
            through = _THROUGH_COST if start and paired[start - 1] else 0.0
            total = cost + through + _piece_cost(words[start:end], folded, story) + _order_cost(last, folded)
            options.append((total, start, folded))
        best.append(min(options))
    pieces, end = [], len(words)
    while end:
        start = best[end][1]
        pieces.append(" ".join(words[start:end]))
        end = start
    return pieces[::-1]


def _piece_cost(words: Sequence[str], folded: str, story: _Story) -> float:
    count = len(words)
    cost = _LENGTH_COST[count]
    seen = story.holds(folded)
    if seen:
        cost -= _PHRASE_GAIN[count]
    elif sum(word[:1].isupper() for word in words) > 1:
        cost += _TWO_NAMES_COST
    edges = folded.split()
    if count > 1 and edges and (edges[0] in function_words() or edges[-1] in function_words()):
        cost += _EDGE_COST
    if count > 1 and all(word.startswith("ال") for word in words[1:]):
        cost -= 0.35
    return cost


def _order_cost(last: str, this: str) -> float:
    if not last:
        return 0.0
    return -_ORDERED_GAIN if last <= this else _DISORDERED_COST


@cache
def function_words() -> frozenset[str]:
    """Folded prepositions and articles that no tag starts or ends with."""
    return frozenset(key(word) for words in section("tags").values() for word in words.get("inner", ()))
