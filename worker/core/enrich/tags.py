"""Tags: the keywords of an article, cut out of their block, shown as printed, each once."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from worker.core.clean import clean
from worker.core.enrich.context import MOST_SEGMENTS, Choice, Context, explain
from worker.core.enrich.fold import key
from worker.core.enrich.tag_blocks import headings, tag_segments, trimmed
from worker.core.enrich.tag_glue import unglue
from worker.core.enrich.tag_menus import without_menus
from worker.core.enrich.tag_runs import Story, cut_run
from worker.core.model import Segment

_BULLET: Final = re.compile(r"^[\s•·*▪■●►▶→»›|–—,،、;>:.-]+(?=\S)|[\s•·|,،、;>]+$")
_HASHES: Final = re.compile(r"\s*[#＃]\s*")
_STRONG: Final = (
    (re.compile("[,،、;；]"), re.compile(r"\s*[,،、;；]\s*")),
    (re.compile("[|•·●]"), re.compile(r"\s*[|•·●]\s*")),
    (re.compile("[>›»]"), re.compile(r"\s+[>›»]\s*")),
)
_WEAK: Final = (
    (re.compile("/"), re.compile(r"\s+/\s+")),
    (re.compile("[\u00a0\u2002\u2003\t]|  "), re.compile(r"\s*(?:[\u00a0\u2002\u2003\t]|[ ]{2,})\s*")),
)
"""From the surest to the weakest, each with the sign in it: where one cuts, the weaker ones are no more looked for.
The weak ones cut only a block of one line: among lines they belong to a tag."""
_HEADING_WORDS: Final = 8
_COLON_WORDS: Final = 3
"""Words of the longest heading, and of the longest unknown one before a colon."""
_LONGEST_HEADING: Final = 20
_LONGEST_BLOCK: Final = 6000
"""Code points of a heading of one word, and of a block, beyond which nothing is read."""
_STORY: Final = 100_000
"""Code points of the page whose phrases are known."""
_MOST: Final = 80
_LONGEST: Final = 120
_FEW_LINES: Final = 2
_LONG_LINE: Final = 30
"""In a block of so few lines, lines of so many code points may hold glued tags."""
_ONE_TAG_WORDS: Final = 2
"""Words up to which one line alone is one tag."""


def tags(context: Context, title: str | None) -> Choice[tuple[str, ...]]:
    """The article's tags: those the markup names, else those of its tag blocks."""
    candidates = [c for c in context.metadata.tags if c.value.strip()]
    if candidates:
        origin = candidates[0].origin
        named = [clean(c.value) for c in candidates if c.origin == origin]
        return Choice(_distinct(named), explain(origin, [c for c in candidates if c.origin != origin]))
    segments = tag_segments(context)[:MOST_SEGMENTS]
    blocks = [trimmed(context.text_of(segment, _LONGEST_BLOCK)) for segment in segments]
    if not blocks:
        return Choice(())
    story = Story(f"{title or ''}\n{_outside(context.layout.text, segments)[:_STORY]}", context.languages)
    distinct = _distinct([tag for block in blocks for tag in tags_of(block, story)])
    return Choice(distinct, "text:tags" if distinct else "")


def _outside(text: str, segments: Sequence[Segment]) -> str:
    """The page's text without the given segments, in order."""
    ends = [0, *(segment.end for segment in segments)]
    starts = [*(segment.start for segment in segments), len(text)]
    return "\n".join(text[end:start] for end, start in zip(ends, starts, strict=True))


def tags_of(block: str, story: Story) -> list[str]:
    """The tags of one block as printed; the story's words and phrases tell where an uncut run is cut."""
    printed = [line for line in map(_stripped_line, block.splitlines()) if line]
    glued = bool(printed) and _glued_heading(printed[0].split()[0]) > 0
    lines = [line for line in _without_headings(printed) if line]
    if not lines:
        return []
    alone = len(lines) == 1
    pieces = [piece for line in lines for piece in _split(line, weak=alone)]
    if alone and len(pieces) == 1:
        pieces = _of_run(pieces[0], story, glued=glued)
    elif len(lines) == len(pieces) <= _FEW_LINES:
        pieces = [tag for piece in pieces for tag in (unglue(piece, story) if len(piece) > _LONG_LINE else [piece])]
    return [tag for tag in map(_tidy, pieces) if tag and len(tag) <= _LONGEST]


def _of_run(run: str, story: Story, *, glued: bool) -> list[str]:
    """The tags of a line without separators."""
    run = without_menus(run)
    parts = unglue(run, story, certain=glued)
    if len(parts) > 1:
        return parts
    return cut_run(run, story) if len(run.split()) > _ONE_TAG_WORDS or not run.isascii() else [run]


def _stripped_line(line: str) -> str:
    return line.replace("\u200b", "").strip()


def _tidy(piece: str) -> str:
    return clean(_BULLET.sub("", clean(piece)))


def _without_headings(lines: Sequence[str]) -> Iterator[str]:
    """The lines without the headings in front of them (`Tags:`, `Filed under`, `Tagged`) or on lines of their own."""
    headed = False
    for line in lines:
        bare = _BULLET.sub("", line)
        if key(bare) in headings() or (bare.endswith((":", "：")) and len(bare.split()) <= _HEADING_WORDS):
            headed = True
            continue
        yield _behind_heading(line, headed=headed)


def _behind_heading(line: str, *, headed: bool) -> str:
    """The line without its heading; behind a known one, or, where no other stood before, behind a colon."""
    sign = re.search(r"[:：>]", line)
    if sign:
        before, behind = line[: sign.start()], line[sign.end() :]
        spaced = sign[0] == "：" or (sign[0] == ":" and behind[:1].isspace())
        short = len(before.split()) <= _COLON_WORDS and not re.search(r"[,،#]", before)
        if key(before) in headings() or (spaced and short and not headed):
            return behind.strip()
    words = line.split()
    for count in range(min(_HEADING_WORDS, len(words) - 1), 0, -1):
        if key(" ".join(words[:count])) in headings():
            return line.split(None, count)[count].lstrip(" -–—:")
    glued = _glued_heading(words[0])
    return line[line.index(words[0]) + glued :] if glued else line


def _glued_heading(word: str) -> int:
    """The length of a heading that sticks to the first tag (`Tagsclimate`); 0 when there is none."""
    for end in range(min(len(word) - 2, _LONGEST_HEADING), 3, -1):
        if word[:1].isupper() and key(word[:end]) in _sure_headings() and word[end].isalpha():
            return end
    return 0


def _split(line: str, *, weak: bool) -> list[str]:
    if line.lstrip()[:1] in ("#", "＃"):
        return [piece for piece in _HASHES.split(line) if piece.strip()]
    for sign, separator in (*_STRONG, *_WEAK) if weak else _STRONG:
        if not sign.search(line):
            continue
        pieces = [piece for piece in separator.split(line) if piece.strip()]
        if len(pieces) > 1:
            return pieces
    return [line]


def _distinct(found: Sequence[str]) -> tuple[str, ...]:
    """Each tag once, equal ones (case, marks, keyboards' letter variants) by their first printing."""
    kept: dict[str, str] = {}
    for tag in found:
        if key(tag):
            kept.setdefault(key(tag), tag)
    return tuple(kept.values())[:_MOST]


@cache
def _sure_headings() -> frozenset[str]:
    """Headings of one word that start no other: they may stick to a tag."""
    return frozenset(
        {"tags", "topics", "keywords", "tagged", "schlagwörter", "schlagworte", "etiquetas", "temas", "tagi", "теги"}
    )
