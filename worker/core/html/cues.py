"""Which cue phrases of which language's lexicon a short block begins with or consists of."""

import unicodedata
from functools import lru_cache
from typing import Final

from worker.core.lexicon import section

CATEGORIES: Final = (
    "read_also",
    "related",
    "source",
    "tags",
    "share",
    "legal",
    "ads",
    "comments",
    "published",
    "updated",
    "byline",
    "caption",
    "subscribe",
)
_BIT: Final = {name: 1 << i for i, name in enumerate(CATEGORIES)}
_MOST_WORDS: Final = 6
_MOST_SIGNS: Final = 12
_HEAD: Final = 90
"""Code points of a text that are looked at."""
_UNSPACED: Final = "\u0e00"
"""From here on scripts appear that are written without spaces; their cues are looked up sign by sign."""
_TRIM: Final = " \t.,:;!?…|>»›→-–—*•()[]{}\"'“”„«»:：、。"


@lru_cache(maxsize=1)
def lexicon() -> dict[str, int]:
    """Folded phrase -> set of categories as bits, of all languages together."""
    phrases: dict[str, int] = {}
    for cues in section("cues").values():
        for category, bit in _BIT.items():
            for phrase in cues.get(category, ()):
                folded = fold(phrase)
                if folded:
                    phrases[folded] = phrases.get(folded, 0) | bit
    return phrases


def fold(text: str) -> str:
    """Case, diacritics and edge punctuation gone."""
    text = text.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in text if not unicodedata.combining(c))
    return " ".join(text.split()).strip(_TRIM)


@lru_cache(maxsize=1)
def _openers() -> frozenset[str]:
    """The first words of all phrases, and the first two signs of those in scripts without spaces."""
    words = {phrase.split(" ", 1)[0] for phrase in lexicon()}
    return frozenset(words | {word.strip(_TRIM) for word in words} | {p[:2] for p in lexicon() if p[0] >= _UNSPACED})


def cues_of(text: str) -> tuple[int, int]:
    """Categories that the whole text is a cue of, and categories of cues it begins with."""
    words = text[:40].lstrip(_TRIM).split(None, 1)
    return _looked_up(text[:_HEAD]) if _opens(words[0] if words else "") else (0, 0)


@lru_cache(maxsize=20_000)
def _opens(word: str) -> bool:
    """Whether a phrase may begin with the word."""
    first = word.casefold().strip(_TRIM) if word.isascii() else fold(word)
    return (first[:2] if first and first[0] >= _UNSPACED else first) in _openers()


@lru_cache(maxsize=10_000)
def _looked_up(text: str) -> tuple[int, int]:
    phrases = lexicon()
    head = fold(text)
    if not head:
        return 0, 0
    whole = phrases.get(head, 0) if len(text) < 80 else 0
    begins = 0
    prefix = ""
    for word in head.split(" ", _MOST_WORDS)[:_MOST_WORDS]:
        prefix = f"{prefix} {word}" if prefix else word
        begins |= phrases.get(prefix, 0) or phrases.get(prefix.strip(_TRIM), 0)
    if head[0] >= _UNSPACED:
        for n in range(2, min(len(head), _MOST_SIGNS) + 1):
            begins |= phrases.get(head[:n], 0)
    return whole, begins
