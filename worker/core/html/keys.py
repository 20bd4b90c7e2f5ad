"""What class names, ids and semantic attributes say about a text: learned log odds per token, and plain meanings."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

_PART: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_LOWER: Final = re.compile(r"[a-z]{2,}")
_MOST: Final = 24
_DIGITS: Final = re.compile(r"[0-9]+")

COMMENTS: Final = 1
ASIDE: Final = 2
"""Other stories, a sidebar or a widget."""
AUTHOR: Final = 4
DATE: Final = 8
PUBLISHED: Final = 16
MODIFIED: Final = 32
TAGS: Final = 64
HEADLINE: Final = 128
WALL: Final = 256
CAPTION: Final = 512
_STATE: Final = 1024
"""Says that a page has something, not that the element is it: `comments-open`, `no-sidebar`."""

_WORDS: Final = {
    COMMENTS: "comment comments commentlist commenttext respond disqus replies kommentar kommentare comentarios",
    ASIDE: "related sidebar recent popular widget widgets teaser teasers carousel recommend recommended "
    "recommendations recommendation recirc footer readmore trending mostread",
    AUTHOR: "author authors autor autoren byline bylines contributor contributors writer journalist reporter auteur "
    "autore authorname bylineauthor redakteur",
    DATE: "date datum time fecha zeit meta data timestamp dateline datetime datestamp",
    PUBLISHED: "published publish publication posted pubdate publishdate publicationdate created erschienen",
    MODIFIED: "modified updated update aktualisiert changed lastmod dateupdated updatetime",
    TAGS: "tag tags keyword keywords topic topics label labels schlagwort schlagworte stichwort stichworte taglist "
    "tagcloud taglinks etiquetas",
    HEADLINE: "headline title titel headlines heading",
    WALL: "paywall metered piano subscriberonly paywalled",
    CAPTION: "caption figcaption captions",
    _STATE: "open closed count off no has without",
}
_MEANINGS: Final = {word: 0 for words in _WORDS.values() for word in words.split()}
for _bit, _words in _WORDS.items():
    for _word in _words.split():
        _MEANINGS[_word] |= _bit


class Said(NamedTuple):
    """What a key says."""

    key: str
    mean: float
    low: float
    high: float
    """Mean, lowest and highest log odds of its known tokens."""
    meaning: int
    """A set of the meanings above, as bits."""


NOTHING: Final = Said("", 0.0, 0.0, 0.0, 0)


def tokens_of(key: str) -> list[str]:
    """The words of a key: split at camel case and at everything that is no ascii letter, lower case, each once."""
    parts = _LOWER.findall(key) if key.islower() else [p.lower() for p in _PART.findall(key) if len(p) > 1]
    return list(dict.fromkeys(parts))[:_MOST]


def meaning_of(tokens: list[str]) -> int:
    """The meanings of a key's tokens; places that the key only counts or switches are left out."""
    bits = 0
    for token in tokens:
        bits |= _MEANINGS.get(token, 0)
    return _settled(bits)


def _settled(bits: int) -> int:
    return bits & ~(COMMENTS | ASIDE) if bits & _STATE else bits


@lru_cache(maxsize=50_000)
def meaning(key: str) -> int:
    """The meanings of a key."""
    return meaning_of(tokens_of(key)) if key else 0


class Odds:
    """Reads keys: their tokens' learned log odds of being on body text, and their meanings; remembers what it read."""

    _REMEMBERED: Final = 50_000

    def __init__(self, table: Mapping[str, float]) -> None:
        self._tokens: dict[str, tuple[float | None, int]] = {
            token: (table.get(token), _MEANINGS.get(token, 0)) for token in table.keys() | _MEANINGS.keys()
        }
        self._seen: dict[str, Said] = {"": NOTHING}
        self._plain: dict[str, Said] = {}

    def of(self, key: str) -> Said:
        """What the key says; zeros where no token is known."""
        said = self._seen.get(key)
        if said is None:
            if len(self._seen) > self._REMEMBERED:
                self._seen = {"": NOTHING}
            said = self._seen[key] = self._read(key)
        return said

    def without_digits(self, key: str) -> Said:
        """What the key says when its digits are left out, which only number things; its `key` is what is left."""
        said = self._plain.get(key)
        if said is None:
            if len(self._plain) > self._REMEMBERED:
                self._plain = {}
            said = self._plain[key] = self.of(_DIGITS.sub("", key))
        return said

    def _read(self, key: str) -> Said:
        known, total, low, high, bits = 0, 0.0, 0.0, 0.0, 0
        tokens = self._tokens
        for token in tokens_of(key):
            if token in tokens:
                odds, meaning = tokens[token]
                bits |= meaning
                if odds is not None:
                    known += 1
                    total += odds
                    if odds < low:
                        low = odds
                    elif odds > high:
                        high = odds
        return Said(key, total / known if known else 0.0, low, high, _settled(bits))
