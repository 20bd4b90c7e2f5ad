"""The source or agency that the page itself names, and what kind of source it is."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from schemas.messages import Source, SourceKind
from worker.core.clean import clean
from worker.core.enrich.context import MOST_SEGMENTS, Choice, Context
from worker.core.enrich.cues import cue_end
from worker.core.enrich.fold import key
from worker.core.lexicon import section
from worker.core.model import Label, Segment

_LEAD: Final = re.compile(
    r"(?:(?:af|par|por|by|von|von der|av|di|from|via|on|at|by the|with|©|ⓒ|\(c\)|copyright)[:\s]\s*|[©ⓒ]\s*)+",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(r"[\"«“„'‘](?P<name>[^\"«»“”„]{2,60})[\"»”“'’]")
_FRAMED: Final = re.compile(r"[-–—\s]*[(\[（〔/](?P<name>[^()\[\]（）〔〕/]{2,60})[)\]）〕/][\s.۔。-]*")
_END: Final = re.compile(r"\s*(?:[,،，;|\n]|\s[-–—]\s|(?<!\b\w\w)(?<!\b\w)\.\s|\.$|。)")
_ENGLISH: Final = re.compile(
    r"(?:originally|first)\s+(?:published|appeared|posted)\s+(?:on|in|by|at)\s+(?:the\s+)?(?P<name>[^,.|\n]{2,60})"
    r"|(?:courtesy of|provided by|via)\s+(?P<other>[^,|\n]{2,60})",
    re.IGNORECASE,
)
_APPEARED: Final = re.compile(r".{0,24}\boriginally (?:published|appeared) (?:on|in|by|at)\b", re.IGNORECASE)
_SITE: Final = re.compile(r"\S+\.(?:com|net|org|info|[a-z]{2})\b", re.IGNORECASE)
_LEADING_SITE: Final = re.compile(r"[A-Za-z][\w-]+\.(?:com|net|org|info)(?=\s)")
"""A site's name with what follows it on one line."""
_WIRE_NUMBER: Final = re.compile(r"\b(?P<name>[^\W\d_]{2,12}):\d{6}-\d")
"""The number under which an agency sent a report: `dpa:201227-99-820474/3`."""
_KOREAN_LINE: Final = re.compile(r"(?P<name>[^\s=\[\]()]{2,14})=[\uac00-\ud7a3]")
_KOREAN_DATELINE: Final = re.compile(
    r"\s*[\[(【（][\uac00-\ud7a3]{2,8}=(?P<name>[^\s=\[\]()【】（）]{2,14})[^\])】）]{0,30}[\])】）]"
)
"""The paper and its reporter (`paper=reporter`), and the place and its paper in front of a report."""
_MARK: Final = re.compile(r"\S+@\S+|[\d\W_]+")
_STATION: Final = re.compile(r"[^().\n]{0,60}\((?P<name>[A-Z][\w .&-]{1,28})\)\s*(?:--|[-–—])")
"""A dateline with a bracketed name and a dash."""
_PLAIN: Final = re.compile(r"[^,،.:\n]{2,30}[,،/]\s*(?P<name>[^,،.:।\n–—]{2,24}?)\s*(?:।|:|--|[-–—]\s|=)")
"""A dateline whose agency stands behind a comma and before the sign that ends it."""
_SIGNED_DATELINE: Final = re.compile(r"[^()\[\]（）\n]{0,40}[(\[（/][^()\[\]（）/\n]{2,30}[)\]）/]\s*[.:=–—-]")
"""A name in brackets or strokes with the sign that ends a dateline."""
_DATELINES: Final = (_SIGNED_DATELINE, _KOREAN_DATELINE, _PLAIN)
_OPENERS: Final = frozenset("([（〔/")
_AGENCY_WORDS: Final = frozenset(
    {"agencia", "agência", "agence", "agentur", "agenzia", "وكاله", "агентство", "agencja"}
)
_NEAR: Final = (Label.DATE, Label.OTHER, Label.SHARE, Label.NAVIGATION, Label.LEGAL, Label.TAGS, Label.COMMENTS)
_REACH: Final = 500
_LONGEST_LINE: Final = 60
_SHORTEST_LINE: Final = 2
"""Code points of an agency on a line of its own: `AA` there is a button for larger letters."""
_HEAD_CHARS: Final = 160
"""Code points at a body's start in which a dateline can name the agency, and at its end in which a signature can."""
_TAIL_CHARS: Final = 60
_BLANKS: Final = 4
"""Code points between a stroke and what stands behind it, the stroke counted in."""
_LEADS: Final = 3
"""Paragraphs of which one may be the story's first one."""
_PAPERS: Final = re.compile(
    r"\b(?:times|post|journal|gazette|herald|tribune|daily|zeitung|diario|journal|giornale|gazeta|газета|newspaper|mail)\b"
    r"|صحيفة|جريدة|روزنامه|新聞|新闻|日報|日报|신문|일보",
    re.IGNORECASE,
)


def source(context: Context) -> Choice[Source | None]:
    """The source that a source line names; else an agency in byline, dateline or signature; else None."""
    for segment in context.segments(Label.SOURCE)[:MOST_SEGMENTS]:
        if _is_credit(segment, context.layout.text):
            continue
        name = _named(source_name(_named_line(context.text_of(segment))))
        if name:
            return Choice(Source(name=name, kind=kind_of(name)), "text:source")
    for origin, name in _agency_places(context):
        if name:
            return Choice(Source(name=name, kind=kind_of(name)), origin)
    return Choice(None)


def _is_credit(segment: Segment, text: str) -> bool:
    """Whether a source stands behind a stroke in its line: `Photo: Jane Doe / Agency` is a caption's."""
    return text[max(segment.start - _BLANKS, 0) : segment.start].rstrip(" \u00a0").endswith("/")


def _named(name: str | None) -> str | None:
    """What is a name at all: with letters, and more than a cue."""
    if name is None or _is_agency(name):
        return name
    return None if _MARK.fullmatch(name) or cue_end(name, ("source",)) == len(name) else name


def _named_line(text: str) -> str:
    """Of a block without a source cue the line that is an agency's name; else the whole block."""
    lines = [_bare(line) for line in text.strip().splitlines()]
    if cue_end(clean(text), ("source",)):
        return lines[0] if lines and _is_signed(lines[0]) else text
    return next(filter(_is_signed, lines), text)


def _bare(line: str) -> str:
    return clean(line).strip(" -–—:.()[]（）")


def _is_signed(line: str) -> bool:
    """Whether a line is an agency's name, maybe with a word such as `by` before it."""
    return _is_agency(line) or _is_agency(_LEAD.sub("", line, count=1))


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
    told = _WIRE_NUMBER.search(line) or _KOREAN_LINE.match(line)
    if told:
        return told["name"]
    english = _ENGLISH.search(line)
    if english:
        return _tidy(english["name"] or english["other"])
    rest = cut_cue(line) or line
    framed = _FRAMED.search(rest)
    if framed and framed.end() - framed.start() >= len(rest.strip()) - 2:
        return _tidy(framed["name"].split(" - ")[-1])
    quoted = _QUOTED.search(rest)
    if quoted and (len(rest.split()) > 6 or quoted.start() == 0) and "+" not in rest:
        return _tidy(quoted["name"])
    rest = _LEAD.sub("", rest, count=1) if _LEAD.match(rest) else rest
    site = _SITE.fullmatch(rest.rpartition(" - ")[2]) or _LEADING_SITE.match(rest)
    if site:
        return site[0]
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
    if _is_agency(name) or any(word in agencies() for word in folded.split() if len(word) > 2):
        return SourceKind.AGENCY
    if _SITE.fullmatch(name):
        return SourceKind.SITE
    return SourceKind.PAPER if _PAPERS.search(name) else SourceKind.OTHER


@cache
def agencies() -> frozenset[str]:
    """Folded names of news agencies in all languages."""
    return frozenset(key(name) for words in section("agencies").values() for name in words["names"])


def _agency_places(context: Context) -> Iterator[tuple[str, str | None]]:
    """Where an agency can be named without a source line, the surest place first, with the name found there."""
    for text in context.texts(Label.DATELINE):
        yield "text:dateline", _in_dateline(text) or agency_in(text)
    for head in _heads(context):
        yield "text:body start", _in_dateline(head)
    for text in context.texts(Label.BYLINE):
        yield "text:byline", agency_in(text)
    for line in _lines_around(context, *_NEAR, Label.CAPTION):
        yield "text:line near the story", _in_signed_line(line)
    for line in _lines_around(context, *_NEAR):
        cue = cue_end(line, ("source",))
        if cue and line[cue : cue + 1] in {":", "："} and line[cue + 1 :].strip():
            yield "text:line near the story", source_name(line)
        elif len(line) > _SHORTEST_LINE and _is_agency(line):
            yield "text:line near the story", line
    if context.paragraphs:
        framed = list(_FRAMED.finditer(context.paragraphs[-1].text[-_TAIL_CHARS:]))
        yield "text:body end", agency_in(framed[-1]["name"]) if framed else None


def _in_signed_line(line: str) -> str | None:
    """The name in a line that only names where a report comes from: a dateline, `originally appeared on`, `By`."""
    if _STATION.match(line) or _APPEARED.match(line):
        return _in_dateline(line) or source_name(line)
    return source_name(line) if _LEAD.match(line) and _is_signed(line) else None


def _heads(context: Context) -> Iterator[str]:
    """The first words of the story, with a sign that opens a dateline although it was told apart from it.

    Then, fewer, those of the paragraphs behind it: it may be a subtitle, or belong to what stands before the story.
    """
    for paragraph in context.paragraphs[:1]:
        before = context.layout.text[max(paragraph.start - 1, 0) : paragraph.start]
        yield (before if before in _OPENERS else "") + paragraph.text[:_HEAD_CHARS]
    for paragraph in context.paragraphs[1:_LEADS]:
        yield from (head[0] for sign in _DATELINES if (head := sign.match(paragraph.text)))


def _lines_around(context: Context, *labels: Label) -> Iterator[str]:
    """The short lines of these labels close before and behind the story; of longer ones their beginnings."""
    if not context.paragraphs or not context.is_main:
        return
    first, last = context.paragraphs[0].start, context.paragraphs[-1].end
    for segment in context.segments(*labels):
        if first - _REACH <= segment.start < first or last <= segment.start < last + _REACH:
            for line in context.text_of(segment)[:_REACH].splitlines():
                if len(line.strip()) > 1:
                    yield clean(line)[:_LONGEST_LINE]


def _in_dateline(text: str) -> str | None:
    """The name in the brackets of a dateline: a known agency, or any name that a dash follows (`AUSTIN (KXAN) -`)."""
    for framed in _FRAMED.finditer(text):
        known = agency_in(framed["name"])
        if known:
            return known
    station = _STATION.match(text) or _KOREAN_DATELINE.match(text)
    if station:
        return station["name"].strip()
    plain = _PLAIN.match(text)
    return plain["name"].strip() if plain and _is_agency(plain["name"]) else None


def agency_in(text: str) -> str | None:
    """The agency that a byline, dateline or signature consists of or names in one of its parts."""
    for part in re.split(r"[\n,،|()\[\]（）।]|\s[-–—]\s|\.\s", text):
        bare = clean(part).strip(" -–—:./")
        for name in (bare, _LEAD.sub("", bare, count=1).strip(" -–—:.")):
            if _is_agency(name) or ("/" in name and any(map(_is_agency, name.split("/")))):
                return name
    return None


def _is_agency(name: str) -> bool:
    folded = key(name)
    words = folded.split()
    return folded in agencies() or (len(words) in {2, 3} and words[0] in _AGENCY_WORDS)
