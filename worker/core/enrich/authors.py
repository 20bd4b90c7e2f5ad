"""Authors: the names of a byline, without its "By", job titles, handles and addresses."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Final

from schemas.messages import Author, AuthorKind
from worker.core.clean import clean
from worker.core.enrich.context import Choice, Context, explain
from worker.core.enrich.cues import cue_keys
from worker.core.enrich.dates import find_dates
from worker.core.enrich.fold import key
from worker.core.enrich.vocabulary import section
from worker.core.model import Candidate, Label

_NOISE: Final = re.compile(
    r"\[email[\s\u00a0]protected\]|\S+@\S+\.\w+|https?://\S+|www\.\S+|\(?\+?\d[\d\s()/-]{6,}\d|(?<![^\s\w])@\w+|\(@\w+\)"
)
_HANDLE: Final = re.compile(r"@(\w{2,30})")
_CUTS: Final = re.compile(r"\s*(?:[|;•·／\n\t]|//+|\s/\s|\s[-–—]{1,2}(?:\s|$)|^[-–—/]\s?|\s{3,}|／)\s*")
_COMMAS: Final = re.compile(r"\s*[,،，、]\s*")
_ASIDE: Final = re.compile(r"\s*[(\[（【〔][^)\]）】〕]*[)\]）】〕]\s*")
_FRAME: Final = " \t\n\u00a0.:：,،;|/\\•·*_=\"'«»“”„()[]（）〔〕【】-–—"
_ACRONYM: Final = re.compile(r"[A-Z]{2,6}|[A-ZÄÖÜ][\w.]*\.(?:com|net|org|at|de|info|tv|am|fr|es|ru)", re.ASCII)
_MOST_WORDS: Final = 6
_LONGEST: Final = 60
"""Words and code points of the longest name; longer pieces are sentences about the author."""


def authors(context: Context) -> Choice[tuple[Author, ...]]:
    """The story's authors: those the markup names, else those of the byline; persons before organisations only."""
    named = [c for c in context.metadata.authors if c.value.strip()]
    for candidate in named:
        found = clean_names(candidate.value, context.languages)
        same = [c for c in named if c.origin == candidate.origin and c is not candidate]
        for other in same:
            found = _merged(found, clean_names(other.value, context.languages))
        if found:
            losers = [c for c in named if c.origin != candidate.origin]
            return Choice(found, explain(candidate.origin, losers))
    found = ()
    for text in context.texts(Label.BYLINE):
        found = _merged(found, clean_names(text, context.languages))
    people = tuple(author for author in found if author.kind is AuthorKind.PERSON)
    chosen = people or found
    losers = [Candidate(author.name, "text:byline") for author in found if author not in chosen]
    return Choice(chosen, explain("text:byline", losers) if chosen else "")


def clean_names(text: str, languages: Sequence[str] = ()) -> tuple[Author, ...]:
    """The authors that a byline names, in its order, each once.

    Without cue ("By"), job titles, addresses, dates; a handle only where there is no name. `languages` (BCP 47) choose
    the words that join two names; the other words are known in all languages.
    """
    found: tuple[Author, ...] = ()
    for line in text.splitlines():
        found = _merged(found, tuple(_names_of_line(line, languages)))
    if not found:
        handle = _HANDLE.search(text)
        return (Author(name=handle[1]),) if handle and "." not in text[handle.end() : handle.end() + 1] else ()
    return found


def _names_of_line(line: str, languages: Sequence[str]) -> Iterator[Author]:
    line = _without_dates(clean(_NOISE.sub(" | ", line)), languages)
    inner = line.strip(" ")
    if inner[:1] in "([（〔" and inner[-1:] in ")]）〕":
        line = inner[1:-1]
    line = _ASIDE.sub(" ", line)
    person = False
    for piece in _CUTS.split(line):
        for number, part in enumerate(_COMMAS.split(_without_cue(piece))):
            for name in _joined(_without_cue(part), languages):
                author = _author(name)
                if author is None or (number and person and not _is_full_name(author.name)):
                    continue
                person = person or author.kind is AuthorKind.PERSON
                yield author


def _without_dates(line: str, languages: Sequence[str]) -> str:
    if not any(map(str.isdecimal, line)):
        return line
    for found in reversed(find_dates(line, languages)):
        line = f"{line[: found.start]} | {line[found.end :]}"
    return line


def _without_cue(piece: str) -> str:
    """The piece without the cues it starts with: `Text: By Jane Doe` -> `Jane Doe`; also glued: `byJane Doe`."""
    while True:
        piece = piece.strip(_FRAME)
        words = piece.split()
        for count in range(min(4, len(words)), 0, -1):
            if key(" ".join(words[:count])) in _leads():
                piece = " ".join(words[count:])
                break
        else:
            before, colon, after = piece.partition(":")
            if colon and len(before.split()) <= 3 and after.strip():
                piece = after
                continue
            glued = re.match(r"(?:by|von|par|por|autor)(?=[A-ZÀ-Þ])", piece, re.IGNORECASE)
            if glued and piece[glued.end()].isupper():
                piece = piece[glued.end() :]
                continue
            return piece
        if not piece:
            return ""


def _joined(part: str, languages: Sequence[str]) -> Iterator[str]:
    """The names of a part that are joined by an `and`."""
    joiners = _joiners(tuple(languages))
    name: list[str] = []
    for word in part.split():
        if word.lower() in joiners and name:
            yield " ".join(name)
            name = []
        else:
            name.append(word)
    yield " ".join(name)


def _author(name: str) -> Author | None:
    """A name without its job title; None when nothing that can be a name is left."""
    name = _without_role(name).strip(_FRAME.replace(".", ""))
    name = name.strip(".") if name.count(".") == 1 and name.endswith(".") and len(name) > 4 else name
    words = name.split()
    if not words or len(words) > _MOST_WORDS or len(name) > _LONGEST or not any(map(str.isalpha, name)):
        return None
    if key(name) in _leads() or key(name) in _roles() or len(key(name)) < 2:
        return None
    if any(map(str.isdecimal, name)) and len(words) > 1:
        return None
    kind = AuthorKind.ORGANIZATION if _is_organisation(name) else AuthorKind.PERSON
    return Author(name=name, kind=kind)


def _without_role(name: str) -> str:
    words = name.split()
    for at in range(1, len(words)):
        for count in (3, 2, 1):
            if key(" ".join(words[at : at + count])) in _roles():
                return " ".join(words[:at])
    last = words[-1] if words else ""
    glued = re.match(r"(.*[a-zà-ÿ])([A-Z][a-z]+)$", last)
    if glued and key(glued[2]) in _roles():
        return " ".join([*words[:-1], glued[1]])
    if len(words) > 1 and re.match(r".*[a-zà-ÿ][A-Z]", words[-2]) and key(f"{_tail(words[-2])} {last}") in _roles():
        return " ".join([*words[:-2], words[-2][: -len(_tail(words[-2]))]])
    hangul = re.match(r"(\S+?)\s?(기자|특파원|칼럼니스트|논설위원)$", name)
    return hangul[1] if hangul else name


def _tail(word: str) -> str:
    match = re.search(r"[A-Z][a-z]+$", word)
    return match[0] if match else ""


def _is_organisation(name: str) -> bool:
    words = [key(word) for word in name.split()]
    return (
        bool(_ACRONYM.fullmatch(name))
        or key(name) in cue_keys("newswires")
        or any(word in _groups() for word in words)
        or any(" ".join(pair) in _groups() for pair in pairwise(words))
        or any(name.endswith(group) for group in _unspaced_groups())
    )


def _is_full_name(name: str) -> bool:
    return len(name.split()) > 1 or not name.isascii()


def _merged(first: tuple[Author, ...], second: tuple[Author, ...]) -> tuple[Author, ...]:
    """Both, each name once; of nested names the longest."""
    found = list(first)
    for author in second:
        mine = key(author.name)
        same = next((at for at, other in enumerate(found) if mine in key(other.name) or key(other.name) in mine), None)
        if same is None:
            found.append(author)
        elif len(mine) > len(key(found[same].name)):
            found[same] = author
    return tuple(found)


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(key(word) for words in section("names").values() for word in words.get(name, ())) - {""}


def _leads() -> frozenset[str]:
    return _words("by")


def _roles() -> frozenset[str]:
    return _words("roles")


def _groups() -> frozenset[str]:
    return _words("groups")


@cache
def _unspaced_groups() -> tuple[str, ...]:
    names = section("names")
    return tuple(word for language in ("zh", "ja", "ko", "th") for word in names.get(language, {}).get("groups", ()))


@cache
def _joiners(languages: tuple[str, ...]) -> frozenset[str]:
    chosen = [words for language, words in section("names").items() if language in languages] or [
        {"joiners": ("and", "&")}
    ]
    return frozenset(word.lower() for words in chosen for word in words.get("joiners", ()))
