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
    return "".join(text[start:end] for start, end in kept_once(text))


def kept_once(text: str) -> list[tuple[int, int]]:
    """The stretches of the text that `once` keeps, in order; one that is the whole text, where it keeps all."""
    whole = [(0, len(text))]
    if len(text) < 2 * _SHORTEST or (len(text) < _LONG and text.find(text[:_OPENING], 1) < 0):
        return whole
    ends = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    sentences = [(start, end) for start, end in pairwise(ends) if start < end]
    bare = [text[start:end].strip() for start, end in sentences]
    if len(set(bare)) == len(bare):
        return whole
    kept = _kept(bare)
    while len(kept) < len(bare):
        sentences, bare = [sentences[i] for i in kept], [bare[i] for i in kept]
        kept = _kept(bare)
    start, end = sentences[0][0], sentences[-1][1]
    sentences[0] = (end - len(text[start:end].lstrip()), sentences[0][1])
    sentences[-1] = (sentences[-1][0], start + len(text[start:end].rstrip()))
    return sentences if sum(end - start for start, end in sentences) < len(text.strip()) else whole


def _kept(bare: Sequence[str]) -> list[int]:
    """The numbers of the sentences without runs that repeat the run directly before them."""
    kept: list[int] = []
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
        kept.append(at)
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
