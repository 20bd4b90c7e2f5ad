"""Learned log odds of class and id tokens, and the same with one site's pages left out."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

from fitting.html.gold import Example
from worker.core.html.keys import tokens_of

_PRIOR = 0.35
_PSEUDO = 4.0
_LEAST_PAGES = 1.5
_NO_DIGITS = str.maketrans("", "", "0123456789")

Counts = dict[str, tuple[float, float]]


def counts_of(example: Example) -> Counts:
    """Per token of every ancestor of a labelled block: body and other text, at most 1 a page together."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    blocks, elements = example.page.blocks, example.page.elements
    lists: dict[int, frozenset[str]] = {}
    for at, label in enumerate(example.body):
        if label < 0:
            continue
        weight = math.log1p(blocks.end[at] - blocks.start[at])
        inline = set(tokens_of(blocks.inline[at].translate(_NO_DIGITS)))
        for token in _above(blocks.element[at], elements.parent, elements.key, lists) | inline:
            sums[token][int(label)] += weight
    found = {}
    for token, (other, body) in sums.items():
        scale = min(1.0, (other + body) / 10.0) / (other + body)
        found[token] = (body * scale, other * scale)
    return found


def _above(element: int, parent: Sequence[int], key: Sequence[str], lists: dict[int, frozenset[str]]) -> frozenset[str]:
    if element == 0:
        return frozenset()
    if element not in lists:
        own = tokens_of(key[element].translate(_NO_DIGITS))
        lists[element] = _above(parent[element], parent, key, lists) | frozenset(own)
    return lists[element]


def total(counts: Iterable[Counts]) -> Counts:
    """The sum over pages."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for page in counts:
        for token, (body, other) in page.items():
            sums[token][0] += body
            sums[token][1] += other
    return {token: (body, other) for token, (body, other) in sums.items()}


def odds_of(body: float, other: float) -> float:
    """Smoothed log odds against the prior."""
    return math.log((body + _PSEUDO * _PRIOR) / (other + _PSEUDO * (1 - _PRIOR))) - math.log(_PRIOR / (1 - _PRIOR))


def table_of(sums: Counts, without: Counts | None = None) -> dict[str, float]:
    """Token -> log odds; tokens of `without` (a site's own counts) are counted without it."""
    table = {token: odds_of(*pair) for token, pair in sums.items() if sum(pair) >= _LEAST_PAGES}
    for token, (body, other) in (without or {}).items():
        left = (max(0.0, sums[token][0] - body), max(0.0, sums[token][1] - other)) if token in sums else (0.0, 0.0)
        if sum(left) >= _LEAST_PAGES:
            table[token] = odds_of(*left)
        else:
            table.pop(token, None)
    return table
