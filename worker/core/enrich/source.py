"""The source or agency that the page itself names, and what kind of source it is."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from schemas.messages import Source, SourceKind
from worker.core.clean import clean
from worker.core.enrich.context import Choice, Context
from worker.core.enrich.cues import cue_end, cue_keys
from worker.core.enrich.fold import key
from worker.core.enrich.vocabulary import section
from worker.core.model import Label

_LEAD: Final = re.compile(
    r"(?:(?:af|par|por|by|von|von der|av|di|from|via|the|on|at|by the|with|©|ⓒ|\(c\)|copyright)\s+|[©ⓒ]\s*)+",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(r"[\"«“„'‘](?P<name>[^\"«»“”„]{2,60})[\"»”“'’]")
_FRAMED: Final = re.compile(r"[-–—\s]*[(\[（〔/](?P<name>[^()\[\]（）〔〕/]{2,60})[)\]）〕/][\s.۔。-]*")
_END: Final = re.compile(r"\s*(?:[,،，;|\n]|\s[-–—]\s|\.\s|\.$|。)")
_ENGLISH: Final = re.compile(
    r"(?:originally|first)\s+(?:published|appeared|posted)\s+(?:on|in|by|at)\s+(?:the\s+)?(?P<name>[^,.|\n]{2,60})"
    r"|(?:courtesy of|provided by|via)\s+(?P<other>[^,|\n]{2,60})",
    re.IGNORECASE,
)
_SITE: Final = re.compile(r"\S+\.(?:com|net|org|info|[a-z]{2})\b", re.IGNORECASE)
_HEAD_CHARS: Final = 160
"""Code points at a body's start in which a dateline can name the agency, and at its end in which a signature can."""
_TAIL_CHARS: Final = 60
_PAPERS: Final = re.compile(
    r"\b(?:times|post|journal|gazette|herald|tribune|daily|zeitung|diario|journal|giornale|gazeta|газета|newspaper|mail)\b"
    r"|صحيفة|جريدة|روزنامه|新聞|新闻|日報|日报|신문|일보",
    re.IGNORECASE,
)


def source(context: Context) -> Choice[Source | None]:
    """The source that a source line names; else an agency in byline, dateline or signature; else None."""
    for text in context.texts(Label.SOURCE):
        name = source_name(text)
        if name:
            return Choice(Source(name=name, kind=kind_of(name)), "text:source")
    for origin, stretch in _agency_places(context):
        name = agency_in(stretch)
        if name:
            return Choice(Source(name=name, kind=SourceKind.AGENCY), origin)
    return Choice(None)


def source_name(text: str) -> str | None:
    """The name in a source line: `Source: Reuters`, `--(Petra)`, `By Ritzau`, `First published in "The Daily"`."""
    lines = [clean(line) for line in text.splitlines() if line.strip()]
    line = (
        " ".join(lines[:2])
        if lines and cue_end(lines[0], ("source",)) == len(lines[0].rstrip(" :："))
        else (lines or [""])[0]
    )
    if len(lines) > 1 and not cut_cue(lines[0]).strip(" :"):
        line = f"{lines[0]} {lines[1]}"
    english = _ENGLISH.search(line)
    if english:
        return _tidy(english["name"] or english["other"])
    rest = cut_cue(line)
    framed = _FRAMED.search(rest)
    if framed and framed.end() - framed.start() >= len(rest.strip()) - 2:
        return _tidy(framed["name"].split(" - ")[-1])
    quoted = _QUOTED.search(rest)
    if quoted and (len(rest.split()) > 6 or quoted.start() == 0) and "+" not in rest:
        return _tidy(quoted["name"])
    rest = _LEAD.sub("", rest, count=1) if _LEAD.match(rest) else rest
    end = _END.search(rest)
    return _tidy(rest[: end.start()] if end and end.start() else rest)


def cut_cue(line: str) -> str:
    """What stands behind the source cue, or behind the colon of a short beginning."""
    end = cue_end(line, ("source",))
    if end and re.match(r"\s*[:：]|\s|$", line[end:]):
        return line[end:].lstrip(" :：-–—|\u00a0")
    before, colon, after = line.partition("：" if "：" in line else ":")
    return after.strip() if colon and len(before.split()) <= 5 and after.strip() else line.lstrip("| -–—")


def _tidy(name: str) -> str | None:
    name = clean(name).strip(" -–—:：.،,|*()[]")
    if not name:
        return None
    if name[0] in '"“«„' and name[-1] in '"”»“' and name.count(name[0]) <= 2:
        name = name[1:-1]
    words = name.split()
    half = len(words) // 2
    if len(words) > 1 and len(words) % 2 == 0 and words[:half] == words[half:]:
        name = " ".join(words[:half])
    return name


def kind_of(name: str) -> SourceKind:
    """Whether a source is an agency, a site, a paper, or something else."""
    folded = key(name)
    if folded in agencies() or any(word in agencies() for word in folded.split() if len(word) > 2):
        return SourceKind.AGENCY
    if _SITE.fullmatch(name):
        return SourceKind.SITE
    return SourceKind.PAPER if _PAPERS.search(name) else SourceKind.OTHER


@cache
def agencies() -> frozenset[str]:
    """Folded names of news agencies in all languages."""
    return cue_keys("newswires") | frozenset(key(n) for words in section("agencies").values() for n in words["names"])


def _agency_places(context: Context) -> Iterator[tuple[str, str]]:
    for text in context.texts(Label.BYLINE):
        yield "text:byline", text
    for text in context.texts(Label.DATELINE):
        yield "text:dateline", text
    if context.paragraphs:
        yield "text:body start", _framed_in(context.paragraphs[0].text[:_HEAD_CHARS])
        yield "text:body end", _framed_in(context.paragraphs[-1].text[-_TAIL_CHARS:])


def _framed_in(text: str) -> str:
    """The last bracketed stretch of a text, or nothing."""
    framed = list(_FRAMED.finditer(text))
    return framed[-1]["name"] if framed else ""


def agency_in(text: str) -> str | None:
    """The agency that a byline, dateline or signature consists of or names in one of its parts."""
    for part in re.split(r"[\n,،|/()\[\]（）]|\s[-–—]\s|\.\s", text):
        name = clean(_LEAD.sub("", part.strip(), count=1)).strip(" -–—:.")
        if key(name) in agencies():
            return name
    return None
