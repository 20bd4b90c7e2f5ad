"""The words around the names of a byline: cues in front, job titles behind, and what tells an organisation."""

import re
from functools import cache
from typing import Final

from worker.core.enrich.fold import key
from worker.core.enrich.source import agencies
from worker.core.lexicon import section

FRAME: Final = " \t\n\u00a0.:：,،;|/\\•·*_=\"'«»“”„()[]（）〔〕【】-–—"
"""Characters that no name starts or ends with."""
_ACRONYM: Final = re.compile(r"[A-Z]{3,6}|[\w-]+\.(?:com|net|org|at|de|info|tv|am|fr|es|ru)", re.ASCII)
_INNER_LEAD: Final = re.compile(
    r"^.+?\s(?:[Bb]y|par|por|vonn?(?=[A-ZÀ-Þ]))\s*(?=[A-ZÀ-Þ])"
    r"|^(?:[Ee]in|[Ee]ine|[Dd]ie|[Dd]er)\s.+?\svon\s+"
)
_GLUED_ROLE: Final = re.compile(r"(?<=[a-zà-ÿ])(?=[A-Z][a-z])")
_LEAD_WORDS: Final = 4
_ROLE_WORDS: Final = 3
_SHORTEST_EAST: Final = 3
_HANGUL: Final = re.compile(r"(?:\S+=)?(\S+?)\s?(?:기자|특파원|칼럼니스트|논설위원)$")
_EAST_LANGUAGES: Final = ("zh", "ja", "ko", "th")


def without_cue(piece: str) -> str:
    """The piece without the cues it starts with: `Text: By Jane Doe` -> `Jane Doe`; also glued: `byJane Doe`."""
    while True:
        piece = piece.strip(FRAME)
        rest = _cut_lead(piece)
        if rest == piece:
            return piece
        piece = rest


def _cut_lead(piece: str) -> str:
    words = piece.split()
    for count in range(min(_LEAD_WORDS, len(words)), 0, -1):
        if key(" ".join(words[:count])) in lead_words():
            return " ".join(words[count:])
    before, colon, after = re.sub("：", ":", piece).partition(":")
    if colon and len(before.split()) <= 3 and after.strip():
        return after
    glued = re.match(r"(?:by|von|par|por|autor)(?=[A-ZÀ-Þ])", piece, re.IGNORECASE)
    if glued and piece[glued.end()].isupper():
        return piece[glued.end() :]
    inner = _INNER_LEAD.match(piece)
    return piece[inner.end() :] if inner else _cut_east_lead(piece)


def _cut_east_lead(piece: str) -> str:
    for lead in _east("by"):
        if piece.startswith(lead):
            return piece[len(lead) :]
        if f"{lead} " in piece:
            return piece.partition(f"{lead} ")[2]
    return piece


def without_role(name: str) -> str:
    """The name in front of a job title or an agency: `Jane Doe Staff Writer`, `Jane DoeReporter`, `Jane Doe AFP`."""
    words = _GLUED_ROLE.sub("\u0001", name).replace("\u0001", " \u0001").split()
    first = next((at for at, word in enumerate(words) if key(word) not in role_words()), len(words))
    for at in range(first + 1, len(words)):
        bare = [word.lstrip("\u0001") for word in words[at : at + _ROLE_WORDS]]
        if any(key(" ".join(bare[:count])) in role_words() for count in range(len(bare), 0, -1)):
            return _joined(words[:at])
    for at in range(2, len(words)):
        if key(_joined(words[at:])) in agencies():
            return _joined(words[:at])
    if name.endswith(_east("roles")) and len(name) > _SHORTEST_EAST:
        return ""
    hangul = _HANGUL.match(name)
    return hangul[1] if hangul else name


def _joined(words: list[str]) -> str:
    return " ".join(words).replace(" \u0001", "")


def is_organisation(name: str) -> bool:
    """Whether a name is an agency's, a paper's, a newsroom's or a site's."""
    words = key(name).split()
    pairs = {" ".join(words[at : at + 2]) for at in range(len(words) - 1)}
    return (
        bool(_ACRONYM.fullmatch(name))
        or key(name) in agencies()
        or any(key(part) in agencies() for part in name.split("/"))
        or not group_words().isdisjoint([*words, *pairs])
        or any(group in name for group in _east("groups"))
    )


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(key(word) for words in section("names").values() for word in words.get(name, ())) - {""}


def lead_words() -> frozenset[str]:
    """Folded cues in front of names, in all languages."""
    return _words("by")


@cache
def role_words() -> frozenset[str]:
    """Folded job titles and the like, in all languages, with their plural in -s."""
    return _words("roles") | frozenset(f"{word}s" for word in _words("roles"))


def group_words() -> frozenset[str]:
    """Folded words of organisations' names, in all languages."""
    return _words("groups")


@cache
def _east(name: str) -> tuple[str, ...]:
    """Words of languages that set no spaces between them, two letters and more, the longest first."""
    names = section("names")
    words = {word for language in _EAST_LANGUAGES for word in names.get(language, {}).get(name, ()) if len(word) > 1}
    return tuple(sorted((word for word in words if not word.isascii()), key=len, reverse=True))
