"""Tags: the keywords of an article, cut out of their block, shown as printed, each once."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from worker.core.clean import clean
from worker.core.enrich.context import Choice, Context, explain
from worker.core.enrich.cues import cue_end, cue_keys
from worker.core.enrich.fold import key
from worker.core.enrich.tag_runs import cut_run
from worker.core.model import Label

_BULLET: Final = re.compile(r"^[\s•·*▪■●►▶→»›|–—,،;>-]+|[\s•·|,،;、>]+$")
_HASHES: Final = re.compile(r"\s*[#＃](?=\S|\s\S)\s*")
_SEPARATORS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"\s*[,،;；،、]\s*",
        r"\s*[|•·●]\s*",
        r"\s+[/>›»]\s+|\s+>$",
        r"[\u00a0\u2002\u2003\t ]{2,}|\s*\u00a0\s+",
    )
)
"""From the surest to the weakest: where one cuts, the weaker ones are no more looked for."""
_CUE_WORDS: Final = 6
"""Words of the longest unknown cue before a colon."""
_MOST: Final = 80
_LONGEST: Final = 120


def tags(context: Context, title: str | None) -> Choice[tuple[str, ...]]:
    """The article's tags: those the markup names, else those of its tag blocks."""
    candidates = [c for c in context.metadata.tags if c.value.strip()]
    if candidates:
        origin = candidates[0].origin
        named = [clean(c.value) for c in candidates if c.origin == origin]
        return Choice(_distinct(named), explain(origin, [c for c in candidates if c.origin != origin]))
    around = f"{title or ''}\n{context.body}"
    found = [tag for text in context.texts(Label.TAGS) for tag in tags_of(text, around)]
    distinct = _distinct(found)
    return Choice(distinct, "text:tags" if distinct else "")


def tags_of(block: str, around: str) -> list[str]:
    """The tags of one block as printed; `around` is the story, whose phrases tell where an uncut run is cut."""
    lines = [line for line in (_stripped(line) for line in block.splitlines()) if line]
    lines = list(_without_cues(lines))
    pieces = [piece for line in lines for piece in _split(line)]
    if len(pieces) == 1 or (len(lines) <= 3 and len(pieces) == len(lines)):
        pieces = [tag for piece in pieces for tag in cut_run(piece, around)] if _is_run(pieces) else pieces
    return [tag for tag in map(_stripped, pieces) if tag and len(tag) <= _LONGEST]


def _is_run(pieces: Sequence[str]) -> bool:
    """Whether a piece is too much for one tag: two words and more, or words glued together."""
    return any(len(piece.split()) > 1 or re.search(r"[a-zà-ÿ][A-ZÀ-Þ]", piece) or len(piece) > 20 for piece in pieces)


def _stripped(text: str) -> str:
    text = re.sub(r"^[\s.:–-]+(?=\w)", "", _BULLET.sub("", text.replace("\u200b", "")))
    return clean(text)


def _without_cues(lines: Sequence[str]) -> Iterator[str]:
    """The lines without the cues in front of them (`Tags:`, `Filed under`) and without lines that are only a cue."""
    for at, line in enumerate(lines):
        if key(line) in cue_keys("tags") or (line.endswith((":", "：")) and len(line.split()) <= _CUE_WORDS):
            continue
        before, colon, after = re.split(r"([:：>])", line, maxsplit=1) if re.search(r"[:：>]", line) else (line, "", "")
        short = len(before.split()) <= _CUE_WORDS and (after[:1].isspace() or key(before) in cue_keys("tags"))
        if colon and short and after.strip() and (at == 0 or len(lines) > 1) and not re.search(r"[,،#]", before):
            yield after.strip()
            continue
        end = cue_end(line, ("tags",)) if at == 0 else 0
        yield line[end:].strip(" -–—:") if end else line


def _split(line: str) -> list[str]:
    if len(_HASHES.findall(line)) and line.lstrip()[:1] in "#＃":
        return [piece for piece in _HASHES.split(line) if piece.strip()]
    for separator in _SEPARATORS:
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
