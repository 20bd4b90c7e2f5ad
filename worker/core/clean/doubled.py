"""Text that a page prints twice: sentences in a row, and paragraphs of one story."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

_SENTENCE_END: Final = re.compile(r"[.!?…؟。！？।۔][\"”»’')\]]*\s+|[。！？]")
_SHORTEST: Final = 60
"""Code points of a stretch below which a repetition may be meant (a refrain, `No. No.`)."""


_LONG: Final = 600
_OPENING: Final = 20
"""A text shorter than this is looked through only where its opening stands in it again."""
_LONGEST_RUN: Final = 60
"""Sentences of the longest stretch whose repetition is looked for."""


def once(text: str) -> str:
    """The text without stretches of whole sentences that are printed twice in a row."""
    if len(text) < 2 * _SHORTEST or (len(text) < _LONG and text.find(text[:_OPENING], 1) < 0):
        return text
    ends = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    sentences = [text[start:end] for start, end in pairwise(ends) if start < end]
    if len({sentence.strip() for sentence in sentences}) == len(sentences):
        return text
    kept = _kept(sentences)
    while len(kept) < len(sentences):
        sentences, kept = kept, _kept(kept)
    single = "".join(kept).strip()
    return single if len(single) < len(text.strip()) else text


def _kept(sentences: Sequence[str]) -> list[str]:
    """The sentences without runs that repeat the run directly before them."""
    bare = [sentence.strip() for sentence in sentences]
    kept: list[str] = []
    told: list[str] = []
    last: dict[str, int] = {}
    at = 0
    while at < len(bare):
        run = told[max(last.get(bare[at], len(told)), len(told) - _LONGEST_RUN - 1) :]
        if 0 < len(run) <= _LONGEST_RUN and bare[at : at + len(run)] == run and sum(map(len, run)) >= _SHORTEST:
            at += len(run)
            continue
        last[bare[at]] = len(told)
        told.append(bare[at])
        kept.append(sentences[at])
        at += 1
    return kept


def seen_before(text: str, seen: set[str]) -> bool:
    """Whether a paragraph long enough to be no refrain was `seen` already; it is seen from now on."""
    if len(text) < _SHORTEST:
        return False
    if text in seen:
        return True
    seen.add(text)
    return False
