"""What class names, ids and semantic attributes say about a text: learned log odds per token, and plain meanings."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

_PART: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_LOWER: Final = re.compile(r"[a-z]{2,}")
_MOST: Final = 24
_NO_DIGITS: Final = str.maketrans("", "", "0123456789")

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
    return list(dict.fromkeys([token for name in key.split() for token in _tokens_of_name(name)]))[:_MOST]


@lru_cache(maxsize=50_000)
def _tokens_of_name(name: str) -> list[str]:
    return _LOWER.findall(name) if name.islower() else [p.lower() for p in _PART.findall(name) if len(p) > 1]


def meaning_of(tokens: list[str]) -> int:
    """The meanings of a key's tokens; places that the key only counts or switches are left out."""
    bits = 0
    for token in tokens:
        if token in _MEANINGS:
            bits |= _MEANINGS[token]
    return bits & ~(COMMENTS | ASIDE) if bits & _STATE else bits


@lru_cache(maxsize=50_000)
def meaning(key: str) -> int:
    """The meanings of a key."""
    return meaning_of(tokens_of(key)) if key else 0


class Odds:
    """Reads keys: their tokens' learned log odds of being on body text, and their meanings; remembers what it read."""

    _REMEMBERED: Final = 50_000

    def __init__(self, table: Mapping[str, float]) -> None:
        self._table = table
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
            said = self._plain[key] = self.of(key.translate(_NO_DIGITS))
        return said

    def _read(self, key: str) -> Said:
        tokens, table = tokens_of(key), self._table
        known = [value for token in tokens if (value := table.get(token)) is not None]
        meaning = meaning_of(tokens)
        if not known:
            return Said(key, 0.0, 0.0, 0.0, meaning)
        return Said(key, sum(known) / len(known), min(0.0, *known), max(0.0, *known), meaning)
