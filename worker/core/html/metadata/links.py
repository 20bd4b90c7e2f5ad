"""Which links may lead to a person or a tag: a cheap look at their addresses before the patterns are tried."""

from collections.abc import Sequence
from typing import Final

_PEOPLE: Final = frozenset((
    "author", "authors", "autor", "autoren", "autorin", "autores", "autora", "auteur", "auteurs", "profile", "people",
    "person", "staff", "contributor", "contributors", "columnist", "columnists", "journalist", "journalists",
    "reporter", "reporters", "by", "team", "writer", "writers", "penulis", "user", "users",
))  # fmt: skip
_PEOPLE_STEMS: Final = ("redakt", "yazar", "avtor", "author=", "autor=")
_TAGS: Final = frozenset((
    "tag", "tags", "topic", "topics", "keyword", "keywords", "thema", "themen", "tema", "temas", "etiqueta",
    "etiquetas", "label", "sujet", "mot-cle", "stichwort", "konu", "etiket",
))  # fmt: skip
_TAGS_STEMS: Final = ("schlagwort", "tag=")
_EITHER: Final = _PEOPLE | _TAGS


def telling(hrefs: Sequence[str]) -> tuple[Sequence[int], Sequence[int]]:
    """Numbers of the links with a part of the path that names people, and of those with one that names tags.

    All of them where an address holds one of the words that may be part of a longer one.
    """
    people: list[int] = []
    tags: list[int] = []
    lowered = "\n".join(hrefs).lower()
    for i, href in enumerate(hrefs):
        parts = href.lower().split("/")
        if not _EITHER.isdisjoint(parts):
            if not _PEOPLE.isdisjoint(parts):
                people.append(i)
            if not _TAGS.isdisjoint(parts):
                tags.append(i)
    every = range(len(hrefs))
    return (
        every if any(stem in lowered for stem in _PEOPLE_STEMS) else people,
        every if any(stem in lowered for stem in _TAGS_STEMS) else tags,
    )
