"""When the story was published and last changed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from schemas.messages import Timestamp
from worker.core.enrich.context import Choice, Context, explain
from worker.core.enrich.cues import cue_keys
from worker.core.enrich.dates import FoundDate, find_dates, resolve
from worker.core.enrich.fold import key
from worker.core.model import Candidate, Label

_URL_DAY: Final = re.compile(r"[/_-]((?:19|20)\d\d)[/_-]?(0[1-9]|1[0-2])[/_-]?(0[1-9]|[12]\d|3[01])(?:[/_.-]|$)")
_EARLIEST: Final = date(1990, 1, 1)
"""No page is older than the web."""
_AHEAD: Final = timedelta(days=2)
"""How far a date may lie behind the fetching: clocks and zones differ."""
_CUE_CHARS: Final = 40
"""Code points in front of a date in which its cue (`Updated:`) stands."""


@dataclass(frozen=True, slots=True)
class Dates:
    """The two timestamps of an article, with the reasons."""

    published: Choice[Timestamp | None]
    modified: Choice[Timestamp | None]


@dataclass(frozen=True, slots=True)
class _Seen:
    """A date that the page gives."""

    found: FoundDate
    words: str
    origin: str
    updated: bool = False

    @property
    def day(self) -> str:
        return self.found.value[:10]

    def as_timestamp(self) -> Timestamp:
        return Timestamp(value=self.found.value, precision=self.found.precision, words=self.words, origin=self.origin)

    def as_candidate(self) -> Candidate:
        return Candidate(self.found.value, self.origin)


def dates(context: Context) -> Dates:
    """Publication and change: the markup's instants and the visible dates, weighed; the address's day at last.

    A visible date wins over the markup's when they disagree by more than swapped day and month and the markup's is
    weak (score under a half).
    """
    named = [seen for c in context.metadata.published for seen in _of_candidate(context, c)]
    changed = [seen for c in context.metadata.modified for seen in _of_candidate(context, c)]
    visible = list(_visible(context))
    told = [seen for seen in visible if not seen.updated]
    fresh = [seen for seen in visible if seen.updated]
    order = [*named, *told, *_in_url(context), *fresh, *changed]
    if named and told and context.metadata.published[0].score < 0.5 and not _agree(named[0], told[0]):
        order = [*told, *named]
    published = _chosen(order)
    modified = _chosen([*changed, *fresh])
    if modified.value and published.value and modified.value.value == published.value.value:
        modified = Choice(None, "the same as published")
    return Dates(published, modified)


def _chosen(order: Sequence[_Seen]) -> Choice[Timestamp | None]:
    if not order:
        return Choice(None)
    first = order[0]
    finer = [seen for seen in order if _agree(seen, first) and len(seen.found.value) > len(first.found.value)]
    best = finer[0] if finer and len(first.found.value) == 10 else first
    losers = [seen.as_candidate() for seen in order if seen is not best and seen.day != best.day]
    return Choice(best.as_timestamp(), explain(best.origin, losers))


def _agree(one: _Seen, other: _Seen) -> bool:
    """The same day, or the same with day and month swapped where that is open."""
    if one.day == other.day:
        return True
    swapped = f"{other.day[:4]}-{other.day[8:]}-{other.day[5:7]}"
    return one.day == swapped and not (one.found.certain and other.found.certain)


def _of_candidate(context: Context, candidate: Candidate) -> Iterator[_Seen]:
    for found in find_dates(candidate.value, context.languages)[:1]:
        resolved = _resolved(context, found)
        if _is_possible(context, resolved):
            yield _Seen(resolved, candidate.value, candidate.origin)


def _visible(context: Context) -> Iterator[_Seen]:
    for segment in context.segments(Label.DATE, Label.BYLINE, Label.DATELINE):
        text = context.text_of(segment)
        end = 0
        for found in find_dates(text, context.languages):
            resolved = _resolved(context, found)
            before = text[max(end, found.start - _CUE_CHARS) : found.start]
            end = found.end
            if _is_possible(context, resolved):
                words = text[found.start : found.end]
                yield _Seen(resolved, words, f"text:{segment.label}", updated=_says_updated(before))


def _says_updated(before: str) -> bool:
    words = key(before).split()
    return any(
        " ".join(words[at:end]) in cue_keys("updated")
        for at in range(len(words))
        for end in range(at + 1, len(words) + 1)
    )


def _in_url(context: Context) -> Iterator[_Seen]:
    match = _URL_DAY.search(context.page.url) if context.is_main else None
    if match:
        for found in find_dates("-".join(match.groups()), ()):
            if _is_possible(context, found):
                yield _Seen(found, match[0], "url")


def _resolved(context: Context, found: FoundDate) -> FoundDate:
    """Two hours ago means before the fetching; when that is not known it means nothing, and stays relative."""
    return resolve(found, context.page.fetched_at) if context.page.fetched_at is not None else found


def _is_possible(context: Context, found: FoundDate) -> bool:
    day = found.day
    return day is not None and _EARLIEST <= day <= context.at.date() + _AHEAD
