"""Cue phrases in front of a line: `Source:`, `Read also`, `Tags`, in all languages."""

import re
from collections.abc import Sequence
from functools import cache
from itertools import accumulate, islice
from typing import Final

from worker.core.enrich.fold import key
from worker.core.lexicon import section

_MOST_WORDS: Final = 7
_WORD: Final = re.compile(r"[^\s:：|>]+")


@cache
def cue_keys(kind: str) -> frozenset[str]:
    """The folded cue phrases of one kind in all languages, without examples that hold a name (`Source: A`)."""
    phrases = (phrase for cues in section("cues").values() for phrase in cues.get(kind, ()))
    return frozenset(key(phrase) for phrase in phrases if not re.search(r"[:：]\s*\w|[(（]", phrase)) - {""}


def strip_cue(line: str, kinds: Sequence[str], *, needs_colon: bool = False) -> str:
    """The line without the longest cue phrase of these kinds it starts with; the line itself without one."""
    end = cue_end(line, kinds)
    if end == 0 or (needs_colon and not re.match(r"\s*[:：]", line[end:])):
        return line
    return line[end:].lstrip(" \t\n\u00a0:：-–—|>").strip()


def cue_end(line: str, kinds: Sequence[str]) -> int:
    """Where the longest cue phrase at the start of `line` ends; 0 when there is none."""
    known, begun = _index(tuple(kinds))
    found = 0
    for word in islice(_WORD.finditer(line), _MOST_WORDS):
        folded = key(line[: word.end()])
        if folded in known:
            found = word.end()
        if folded not in begun:
            break
    return found


@cache
def _index(kinds: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """All cues of these kinds, and the beginnings of them, of one word and more."""
    known = frozenset[str]().union(*(cue_keys(kind) for kind in kinds))
    return known, frozenset(beginning for phrase in known for beginning in accumulate(phrase.split(), "{} {}".format))
