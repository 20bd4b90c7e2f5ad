"""The words in front of tags, and those that end a run of them, as they are looked up in a page."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final, NamedTuple

import numpy as np

from worker.core.lexicon import CUE_KINDS, NETWORKS, language_bits, lexicons, section
from worker.core.text.letters import fold_text
from worker.core.text.words import Hashes, hash_word

WORD: Final = re.compile(r"[^\W_]+(?:\0+[^\W_]*)*")
"""A word of a page's folded text, in which code points that are not matched are zeros."""
_WHOLE_WORD: Final = re.compile(r"[^\W_]+")
UNSPACED: Final = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u3040-\u9fff]")
"""A letter of a script without spaces between words."""
_MOST_WORDS: Final = 7
_REACH: Final = 80
"""Words and code points of the longest phrase."""
_APART: Final = re.compile(r"[:：|>,،、#]")
_LOOSE: Final = (
    "related", "read more", "see more", "more on", "read more on", "read more about", "terms", "trends", "labels",
    "label", "subject", "subjects", "categories", "category", "posted in", "topics", "topic", "section", "mehr zu",
    "mehr zum thema", "mehr zu diesem thema", "weitere artikel zum thema", "kategorien", "kategorie", "themen", "thema",
    "rubrique", "dossiers", "sujets", "thème", "temas", "tema", "categorias", "tematy", "więcej o", "témák", "kategori",
    "emner", "рубрики", "カテゴリー", "カテゴリ", "話題", "más sobre", "más en",
)  # fmt: skip
"""Headings of tags that stand over site menus and lists of stories as often."""


class Heading(NamedTuple):
    """A heading of tags at the start of a stretch."""

    end: int
    loose: bool
    """Whether it stands over other lists as often."""
    several: bool
    """Whether it has several words."""
    known: bool
    """Whether a language of the page, or English, has it."""


def words_of(folded: str) -> list[str]:
    """The words of a piece of a page's folded text."""
    return _WHOLE_WORD.findall(folded.replace("\0", ""))


def _key(phrase: str) -> str:
    return " ".join(words_of(fold_text(phrase)))


@cache
def _headings() -> Mapping[str, int]:
    """Folded headings, and the languages (bits) that have them."""
    found: dict[str, int] = {}
    for lexicon in lexicons():
        more = section("tags").get(lexicon.language, {}).get("headings", ())
        for phrase in (*lexicon.cues.get("tags", ()), *more):
            found[_key(phrase)] = found.get(_key(phrase), 0) | language_bits()[lexicon.language]
    found.pop("", None)
    return found


@cache
def _others() -> Mapping[str, frozenset[str]]:
    """Folded cues of all other kinds, and their kinds."""
    found: dict[str, frozenset[str]] = {}
    for lexicon in lexicons():
        for kind in CUE_KINDS:
            for phrase in lexicon.cues.get(kind, ()) if kind not in {"tags", "newswires"} else ():
                found[_key(phrase)] = found.get(_key(phrase), frozenset()) | {kind}
    return found


@cache
def _loose() -> frozenset[str]:
    return frozenset(map(_key, _LOOSE)) | (_headings().keys() & _others().keys())


def _first_words(phrases: Iterable[str]) -> frozenset[str]:
    return frozenset(phrase.split(" ", 1)[0] for phrase in phrases)


@cache
def heading_openers() -> frozenset[str]:
    """First words of the headings of tags."""
    return _first_words(_headings())


@cache
def sure_opener_hashes() -> Hashes:
    """The hashes of first words of headings that stand over nothing else, among a page's words, sorted."""
    return np.array(sorted(map(hash_word, _first_words(_headings().keys() - _loose()))), dtype=np.uint64)


@cache
def _other_openers() -> frozenset[str]:
    return _first_words(_others()) | NETWORKS


@cache
def _long_other_openers() -> frozenset[str]:
    return _first_words(phrase for phrase in _others() if " " in phrase)


@cache
def share_openers() -> frozenset[str]:
    """First words of share buttons, the `e` of `e-mail` among them."""
    return _first_words(phrase for phrase, kinds in _others().items() if "share" in kinds) | NETWORKS | {"e"}


@cache
def agencies() -> frozenset[str]:
    """Folded names of news agencies."""
    return frozenset(_key(name) for words in section("agencies").values() for name in words["names"])


def _opens(folded: str, start: int, end: int, openers: frozenset[str]) -> bool:
    """Whether the first word of a stretch is one of these: most stretches are told by it already."""
    first = WORD.search(folded, start, min(end, start + _REACH))
    return first is not None and first[0].replace("\0", "") in openers


def _phrases(folded: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """The beginnings of a stretch, word by word, up to a sign that parts phrases: where each ends, and its words."""
    phrase, last = "", start
    for count, word in enumerate(WORD.finditer(folded, start, min(end, start + _REACH))):
        if count == _MOST_WORDS or (count and _APART.search(folded, last, word.start())):
            return
        last = word.end()
        phrase = f"{phrase} {word[0]}".lstrip().replace("\0", "")
        yield last, phrase


def heading(folded: str, start: int, end: int, languages: int) -> Heading | None:
    """The longest heading of tags that a stretch begins with; `languages` are the page's (bits)."""
    if not _opens(folded, start, end, heading_openers()):
        return None
    bits = languages | language_bits()["en"]
    found = None
    for at, phrase in _phrases(folded, start, end):
        owners = _headings().get(phrase)
        if owners is not None:
            found = Heading(at, phrase in _loose(), " " in phrase, bool(owners & bits))
    return found


def is_other(folded: str, start: int, end: int) -> bool:
    """Whether a line is a cue of another kind, before a colon or alone, or consists of names of share buttons."""
    if not _opens(folded, start, end, _other_openers()):
        return False
    last = ""
    for at, phrase in _phrases(folded, start, end):
        rest = folded[at:end].strip(" \0")
        if phrase in _others() and (rest[:1] in {":", "："} or not rest.strip(" .»>→…!+-–|()*0123456789")):
            return True
        last = phrase
    return bool(last) and NETWORKS.issuperset(last.split())


def begins_share(folded: str, start: int, end: int) -> bool:
    """Whether a stretch begins with a share button."""
    return _opens(folded, start, end, share_openers()) and any(
        "share" in _others().get(phrase, ()) or phrase in NETWORKS for _, phrase in _phrases(folded, start, end)
    )


def begins_other(folded: str, start: int, end: int) -> bool:
    """Whether a stretch begins with a cue of several words of another kind."""
    return _opens(folded, start, end, _long_other_openers()) and any(
        " " in phrase and phrase in _others() for _, phrase in _phrases(folded, start, end)
    )
