"""Authors: the names of a byline, without its "By", job titles, handles and addresses."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from schemas.messages import Author, AuthorKind
from worker.core.clean import clean
from worker.core.enrich.byline import FRAME, is_organisation, lead_words, role_words, without_cue, without_role
from worker.core.enrich.context import Choice, Context, explain
from worker.core.enrich.dates import find_dates
from worker.core.enrich.fold import key
from worker.core.lexicon import section
from worker.core.model import Label

_NOISE: Final = re.compile(
    r"\[email[\s\u00a0]protected\]|\S+@\S+\.\w+|https?://\S+|www\.\S+|[a-z]+\.com/\S+|\(?\+?\d[\d\s()/-]{6,}\d"
    r"|(?<![^\s\w])@\w+|\(@\w+\)"
)
_HANDLE: Final = re.compile(r"@(\w{2,30})")
_CUTS: Final = re.compile(r"\s*(?:[|;•·／\n\t]|//+|\s/\s|\s[-–—]{1,2}(?:\s|$)|^[-–—/]\s?|\s{3,})\s*")
_COMMAS: Final = re.compile(r"\s*[,،，、]\s*")
_ASIDE: Final = re.compile(r"\s*[(\[（【〔][^)\]）】〕]*[)\]）】〕]\s*")
_BELIEVED: Final = 0.5
"""Score from which a name of the markup is an author; the others are the losers."""
_MOST_WORDS: Final = 6
_LONGEST: Final = 60
"""Words and code points of the longest name; longer pieces are sentences about the author."""
_LEFT_BEHIND: Final = frozenset(
    {"on", "am", "at", "in", "um", "le", "el", "em", "il", "den", "vom", "w", "в", "for", "-"}
)
"""Prepositions that stood before a date that is gone."""


def authors(context: Context) -> Choice[tuple[Author, ...]]:
    """The story's authors: those the markup names, else those of the byline; organisations only without persons."""
    named = [c for c in context.metadata.authors if c.value.strip()]
    believed = [c for c in named if c.score >= _BELIEVED]
    if believed:
        found = _merged((), tuple(_marked(clean(c.value)) for c in believed))
        return Choice(found, explain(believed[0].origin, [c for c in named if c not in believed]))
    found = _chosen(context, context.texts(Label.BYLINE))
    return Choice(found, "text:byline" if found else "")


def _chosen(context: Context, texts: Sequence[str]) -> tuple[Author, ...]:
    """The names of several bylines together: persons if there are any, then organisations, then handles."""
    host = key(context.page.url.split("/")[2]).replace(" ", "") if context.page.url.count("/") > 1 else ""
    found: tuple[Author, ...] = ()
    for text in texts:
        found = _merged(found, _names(text, context.languages))
    found = tuple(_of_site(author, host) for author in found)
    people = tuple(author for author in found if author.kind is AuthorKind.PERSON)
    named = tuple(author for author in people if not _is_handle(author.name))
    groups = tuple(author for author in found if author.kind is AuthorKind.ORGANIZATION)
    return named or groups or people or tuple(author for text in texts for author in _handles(text))[:1]


def _marked(name: str) -> Author:
    """A whole name that the markup gives, with its kind."""
    return Author(name=name, kind=AuthorKind.ORGANIZATION if is_organisation(name) else AuthorKind.PERSON)


def _of_site(author: Author, host: str) -> Author:
    """The author as an organisation, where the page's own address bears the name."""
    squeezed = key(author.name).replace(" ", "")
    if len(squeezed) > 3 and squeezed in host:
        return Author(name=author.name, kind=AuthorKind.ORGANIZATION)
    return author


def clean_names(text: str, languages: Sequence[str] = ()) -> tuple[Author, ...]:
    """The authors that a byline names, in its order, each once.

    Without cue ("By"), job titles, addresses, dates; a handle only where there is no name. `languages` (BCP 47) choose
    the words that join two names; the other words are known in all languages.
    """
    return _names(text, languages) or _handles(text)


def _names(text: str, languages: Sequence[str]) -> tuple[Author, ...]:
    found: tuple[Author, ...] = ()
    for line in text.splitlines():
        found = _merged(found, tuple(_names_of_line(line, languages)))
    return found


def _handles(text: str) -> tuple[Author, ...]:
    handle = _HANDLE.search(text)
    return (Author(name=handle[1]),) if handle and text[handle.end() : handle.end() + 1] != "." else ()


def _is_handle(name: str) -> bool:
    return name.isascii() and " " not in name and name == name.lower()


def _names_of_line(line: str, languages: Sequence[str]) -> Iterator[Author]:
    line = _without_dates(clean(_NOISE.sub(" | ", line)), languages)
    if line[:1] in {"(", "[", "（", "〔"} and line[-1:] in {")", "]", "）", "〕"}:
        line = line[1:-1]
    for piece in _CUTS.split(_ASIDE.sub(" ", line)):
        person = False
        for number, part in enumerate(_COMMAS.split(without_cue(piece))):
            found = [author for name in _joined(without_cue(part), languages) if (author := _author(name))]
            yield from (author for author in found if not (number and person) or _is_full_name(author.name))
            person = person or any(author.kind is AuthorKind.PERSON for author in found)
            if person and any(author.kind is AuthorKind.ORGANIZATION for author in found):
                break  # what follows the employer is its place


def _without_dates(line: str, languages: Sequence[str]) -> str:
    if not any(map(str.isdecimal, line)):
        return line
    for found in reversed(find_dates(line, languages)):
        line = f"{line[: found.start]} | {line[found.end :]}"
    return line


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
    if key(name) in role_words():
        return None
    name = without_role(name).rpartition("=")[2].strip(FRAME.replace(".", ""))
    name = name.strip(".") if name.count(".") == 1 and name.endswith(".") and len(name) > 4 else name
    words = name.split()
    while len(words) > 1 and words[-1] in _LEFT_BEHIND:
        words.pop()
    name = " ".join(words)
    if not words or len(words) > _MOST_WORDS or len(name) > _LONGEST or not any(map(str.isalpha, name)):
        return None
    if key(name) in lead_words() or key(name) in role_words() or len(key(name)) < 2:
        return None
    if any(map(str.isdecimal, name)) and len(words) > 1:
        return None
    return Author(name=name, kind=AuthorKind.ORGANIZATION if is_organisation(name) else AuthorKind.PERSON)


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
def _joiners(languages: tuple[str, ...]) -> frozenset[str]:
    chosen = [words["joiners"] for code, words in section("names").items() if code in languages and "joiners" in words]
    return frozenset(word.lower() for words in chosen or [("and", "&")] for word in words)
