"""Pointers to other stories, printed in and around the article."""

import re
from bisect import bisect_left
from operator import attrgetter
from typing import Final

from schemas.messages import Related
from worker.core.address import absolute
from worker.core.clean import clean
from worker.core.enrich.context import Choice, Context
from worker.core.enrich.cues import strip_cue
from worker.core.enrich.fold import key
from worker.core.model import Label, Segment

_BULLET: Final = re.compile(r"^[\s•·*▪■●►▶→»›|–—-]+")
_FEWEST_WORDS: Final = 3
"""Words below which a line among headlines is a heading or a section name ."""
_SHORTEST: Final = 8
_READ: Final = 20_000
_MOST: Final = 40
_start: Final = attrgetter("start")


def related(context: Context) -> Choice[tuple[Related, ...]]:
    """The headlines of read-also and related blocks, each once, with their urls where the markup links them."""
    found: dict[str, Related] = {}
    for segment in context.segments(Label.READ_ALSO, Label.RELATED):
        for headline, url in _headlines(context, segment) if len(found) < _MOST else ():
            folded = key(headline)
            if folded and folded not in found and len(found) < _MOST:
                found[folded] = Related(headline=headline, url=url)
    return Choice(tuple(found.values()))


def _headlines(context: Context, segment: Segment) -> list[tuple[str, str | None]]:
    all_links = context.layout.links
    first = bisect_left(all_links, segment.start, key=_start)
    links = all_links[first : bisect_left(all_links, segment.end, lo=first, key=_start)]
    if links:
        linked = [(clean(context.layout.text[link.start : link.end]), link.href) for link in links]
        return [(headline, absolute(context.page.url, href)) for headline, href in linked if _is_headline(headline)]
    lines = [line for line in context.text_of(segment, _READ).splitlines() if _is_headline(line)][:_MOST]
    bare = [_BULLET.sub("", strip_cue(clean(line), ("read_also", "related"))) for line in lines]
    return [(line, None) for line in bare if _is_headline(line)]


def _is_headline(line: str) -> bool:
    return len(line.split()) >= _FEWEST_WORDS or (len(line) > _SHORTEST and not line.isascii() and " " not in line)
