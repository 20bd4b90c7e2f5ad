"""Where tags stand: the labelled blocks without their furniture, else the lines behind a heading near the story."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from worker.core.enrich.context import Context
from worker.core.enrich.cues import cue_keys
from worker.core.enrich.fold import key
from worker.core.lexicon import NETWORKS, section
from worker.core.model import Label, Segment

_FURNITURE: Final = ("share", "comments", "ads", "legal", "subscribe", "byline", "published", "updated")
_FEWEST_NETWORKS: Final = 2
"""Names of networks at a block's end that are share buttons; one may be a tag."""
_SENTENCE: Final = re.compile(r".*[.。।]\s+(?=\S)", re.DOTALL)
_SENTENCE_WORDS: Final = 8
_MOST_COMMAS: Final = 2
"""Words of a sentence in front of tags, and commas from which a line is a list and no sentence."""
_GAP: Final = re.compile(r"[^\S\n]{4,}")
_COMMA: Final = re.compile("[,،、;]")
_REACH: Final = 800
"""Code points behind the story's end in which a heading with a colon announces tags."""
_GAP_CHARS: Final = 500
"""Code points between two parts of one run of tags."""
_LONGEST_LIST: Final = 250


def tag_segments(context: Context) -> list[Segment]:
    """The labelled tag blocks; where there are none, a line with a heading and a colon close behind the story."""
    found = _bridged(context.segments(Label.TAGS), context.layout.text)
    if found or not context.paragraphs or not context.is_main:
        return found
    at = context.paragraphs[-1].end
    for line in context.layout.text[at : at + _REACH].splitlines(keepends=True):
        head, colon, rest = line.partition(":")
        if colon and rest.strip() and len(line) < _LONGEST_LIST and key(head) in _announcing():
            return [Segment(at, at + len(line), Label.TAGS)]
        at += len(line)
    return []


def _bridged(segments: Sequence[Segment], text: str) -> list[Segment]:
    """The segments, those on one line with little between them as one: a menu printed inside a run parts it."""
    whole: list[Segment] = []
    for segment in segments:
        last = whole[-1] if whole else None
        if last and segment.start - last.end <= _GAP_CHARS and "\n" not in text[last.start : segment.start]:
            whole[-1] = replace(last, end=segment.end)
        else:
            whole.append(segment)
    return whole


def trimmed(block: str) -> str:
    """A block without the lines before its heading, the furniture behind its tags, and the last words of a story."""
    lines = [line for line in _GAP.sub("   ", block.replace("\u200b", "")).splitlines() if line.strip()]
    first = next((at for at, line in enumerate(lines) if _is_heading(line)), 0)
    last = next((at for at in range(first + 1, len(lines)) if is_furniture(lines[at])), len(lines))
    kept = lines[first:last]
    if len(kept) > 1 and key(kept[-1]) in _pointing():
        kept.pop()
    return _without_networks("\n".join(_without_sentence(line) for line in kept))


def _is_heading(line: str) -> bool:
    return key(line.partition(":")[0]) in headings()


def is_furniture(line: str) -> bool:
    """Whether a line is a button or the heading of another block."""
    folded = key(line)
    return folded not in headings() and any(folded in cue_keys(kind) for kind in _FURNITURE)


def _without_sentence(line: str) -> str:
    match = _SENTENCE.match(line)
    told = match and len(match[0].split()) >= _SENTENCE_WORDS and len(_COMMA.findall(line)) <= _MOST_COMMAS
    return line[match.end() :] if match and told else line


def _without_networks(block: str) -> str:
    words = [match.start() for match in re.finditer(r"\S+", block)]
    at = len(words)
    while at and _is_network(block[words[at - 1] :].split(None, 1)[0]):
        at -= 1
    return block[: words[at]].rstrip() if 0 < at <= len(words) - _FEWEST_NETWORKS else block


def _is_network(word: str) -> bool:
    parts = key(word).split()
    return bool(parts) and NETWORKS.issuperset(parts)


@cache
def _announcing() -> frozenset[str]:
    """Headings of tags that point to no other story as well."""
    return headings() - cue_keys("read_also")


@cache
def _pointing() -> frozenset[str]:
    """Words that point to other stories and are no headings of tags as well."""
    return (cue_keys("related") | cue_keys("read_also")) - headings()


@cache
def headings() -> frozenset[str]:
    """Folded words that stand in front of tags, in all languages."""
    own = (phrase for words in section("tags").values() for phrase in words.get("headings", ()))
    return cue_keys("tags") | frozenset(map(key, own))
