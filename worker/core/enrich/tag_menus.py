"""Site menus inside a run of tags: section names that are printed over and over."""

from itertools import groupby
from typing import Final

from worker.core.enrich.fold import key

_SHORTEST_MENU: Final = 5
"""Words of a sequence that must stand at least twice in a run to be a menu."""
_FEWEST_WORDS: Final = 2 * _SHORTEST_MENU
_COPIES: Final = 3
_MENU_RUN: Final = 3
"""Menu words in a row that are dropped wherever they stand."""


def without_menus(run: str) -> str:
    """The run without repeated menus, and with words or pairs that are printed several times in a row once."""
    words = run.split()
    if len(words) < _FEWEST_WORDS:
        return run
    keys = [key(word) for word in words]
    if len(set(keys)) == len(keys):
        return " ".join(words)
    return " ".join(_once(_outside(words, keys, _menu_words(keys))))


def _menu_words(keys: list[str]) -> frozenset[str]:
    """The words of all sequences of `_SHORTEST_MENU` words that occur twice without overlapping."""
    first: dict[tuple[str, ...], int] = {}
    menu: set[str] = set()
    for at in range(len(keys) - _SHORTEST_MENU + 1):
        window = tuple(keys[at : at + _SHORTEST_MENU])
        if at - first.setdefault(window, at) >= _SHORTEST_MENU and len(set(window)) == len(window):
            menu.update(window)
    return frozenset(menu)


def _outside(words: list[str], keys: list[str], menu: frozenset[str]) -> list[str]:
    """The words without those that stand in a run of menu words."""
    kept: list[str] = []
    for in_menu, run in groupby(zip(words, keys, strict=True), key=lambda pair: pair[1] in menu):
        found = [word for word, _ in run]
        if not in_menu or len(found) < _MENU_RUN:
            kept.extend(found)
    return kept


def _once(words: list[str]) -> list[str]:
    """Words and pairs that stand three times and more in a row, once; twice may be two tags (`Coal Coal Industry`)."""
    for size in (1, 2):
        kept: list[str] = []
        at = 0
        while at < len(words):
            piece = words[at : at + size]
            copies = 1
            while len(piece) == size and words[at + copies * size : at + (copies + 1) * size] == piece:
                copies += 1
            kept.extend(piece if copies >= _COPIES else words[at : at + 1])
            at += copies * size if copies >= _COPIES else 1
        words = kept
    return words
