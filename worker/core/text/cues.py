"""Where the page holds cue phrases: words of the lexicons that name what stands behind them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import ahocorasick
import numpy as np

from worker.core.lexicon import CUE_KINDS, language_bits, lexicons
from worker.core.text import kinds as k
from worker.core.text.languages import Languages
from worker.core.text.letters import Ints, Letters, fold_text

_SHORTEST_GLUED: Final = 9
"""Letters a cue of several words needs to count when it sticks to its neighbours."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue phrase in the page."""

    start: int
    end: int
    kind: int
    """Index into CUE_KINDS."""
    own: bool
    """Whether a language of the page has it."""
    opens: bool
    """Whether a unit can begin here: at a line's start, behind end punctuation or a separator, before a colon."""
    words: int
    language: str


@cache
def _automaton() -> Any:  # noqa: ANN401 - the library publishes no types
    automaton = ahocorasick.Automaton()
    entries: dict[str, dict[int, tuple[int, str]]] = {}
    for lexicon in lexicons():
        for kind, name in enumerate(CUE_KINDS):
            for phrase in lexicon.cues.get(name, ()):
                folded = fold_text(phrase).strip(" :：.-–—|()/")
                if len(folded) > 1 or (folded and not folded.isalnum()):
                    bits, first = entries.setdefault(folded, {}).get(kind, (0, lexicon.language))
                    entries[folded][kind] = (bits | language_bits()[lexicon.language], first)
    for folded, kinds in entries.items():
        count = len(folded.split())
        automaton.add_word(
            folded, tuple((len(folded), kind, bits, count, first) for kind, (bits, first) in kinds.items())
        )
    automaton.make_automaton()
    return automaton


@dataclass(frozen=True, slots=True)
class _Matched:
    """The text as it is matched: folded, single spaces, nothing invisible; and where each of its letters comes from."""

    text: str
    origin: Ints


def _matched(page: Letters) -> _Matched:
    kept = page.folded != 0
    spaces = page.folded == 32
    follows = np.concatenate(([False], spaces[kept][:-1])) if kept.any() else kept[:0]
    origin = np.flatnonzero(kept)[~(follows & spaces[kept])]
    return _Matched(page.folded[origin].astype("<u4").tobytes().decode("utf-32-le", "replace"), origin)


def find_cues(page: Letters, languages: Languages, without: int = 0) -> list[Cue]:
    """The cues of a page by start, longest first; of overlapping ones of one kind only the longest.

    `without` takes languages (bits) away: for measuring, and for fitting models that do without a lexicon.
    """
    matched = _matched(page)
    found = list(_raw(page, matched, languages.bits, without))
    found.sort(key=lambda cue: (cue.start, -cue.end, not cue.own))
    kept: list[Cue] = []
    last = [0] * len(CUE_KINDS)
    for cue in found:
        if cue.end > last[cue.kind]:
            kept.append(cue)
            last[cue.kind] = cue.end
    return kept


def _raw(page: Letters, matched: _Matched, bits: int, without: int) -> Iterator[Cue]:
    kinds, origin = page.kinds.data, matched.origin.data
    size, wordlike = len(kinds), k.WORDLIKE | k.MARK
    for last, entries in _automaton().iter(matched.text):
        length, _, _, words, _ = entries[0]
        start, end = origin[last - length + 1], origin[last] + 1
        while end < size and kinds[end] & k.MARK:
            end += 1
        glued_before = start > 0 and kinds[start - 1] & wordlike and kinds[start] & k.WORDLIKE
        glued_behind = end < size and kinds[end] & k.WORDLIKE and kinds[end - 1] & wordlike
        if (glued_before or glued_behind) and not _may_stick(kinds, start, end, words, length):
            continue
        opens = bool(glued_before) or _opens(page, start, end)
        for _, kind, owners, _, first in entries:
            if owners & ~without:
                yield Cue(start, end, kind, bool(owners & bits & ~without), opens, words, first)


def _may_stick(kinds: memoryview, start: int, end: int, words: int, length: int) -> bool:
    """Whether a cue may stick to its neighbours: long phrases, or at a change of case."""
    if words > 1 and length >= _SHORTEST_GLUED:
        return True
    size = len(kinds)
    lower_upper = (
        start == 0 or not kinds[start - 1] & k.LETTER or bool(kinds[start] & 8 and kinds[start - 1] & 16)
    ) and (end == size or not kinds[end] & k.LETTER or bool(kinds[end] & 8 and kinds[end - 1] & 16))
    return lower_upper and length > 3


def _opens(page: Letters, start: int, end: int) -> bool:
    kinds = page.kinds.data
    before = page.last_visible.data[start - 1] if start else -1
    if before < 0 or start - before > 2 or kinds[before] & (k.STOP | k.SEPARATOR | k.CLOSE | k.OPEN):
        return True
    if start - before == 2 and kinds[start - 1] & k.BREAK:
        return True
    behind = page.next_visible.data[end] if end < len(kinds) else end
    return behind < len(kinds) and bool(kinds[behind] & k.COLON)


def mark_cues(cues: list[Cue], kinds: Sequence[int], size: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """For each of the kinds (row) how each code point is covered: own 1, foreign .4, half where it cannot open."""
    cover = np.zeros((len(kinds), size), dtype=np.float32)
    row_of = {kind: cover[at] for at, kind in enumerate(kinds)}
    for cue in cues:
        weight = (1.0 if cue.own else 0.4) * (1.0 if cue.opens else 0.5)
        row = row_of[cue.kind][cue.start : cue.end]
        np.maximum(row, weight, out=row)
    return cover
