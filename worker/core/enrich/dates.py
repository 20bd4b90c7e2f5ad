"""Dates and times in running text: absolute ones in many writings, relative ones to be resolved later."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from schemas.messages import Precision
from worker.core.enrich.clock import clock_after, clock_before
from worker.core.enrich.date_shapes import Day, named_days, numeric_days
from worker.core.enrich.date_words import Ago, ago_in, fold

_DIGIT_RUN: Final = re.compile(r"\d+")
_WHOLE: Final = 400
"""Code points up to which a text is searched whole; in a longer one only the surroundings of its digits are."""
_AROUND: Final = 48
_SHORT: Final = 200
"""Code points up to which relative times and dates without a year are looked for: a date line, not a story."""
_REMEMBERED: Final = 64
"""Code points up to which what a text gives is remembered: markup says the same date many times."""
_DURATION: Final = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")
_SOME_DAY: Final = date(2000, 1, 1)
_CERTAIN_LETTERS: Final = 4
"""A single word such as `ma` is `today` only where the language is known; from this length on always."""


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date or an instant that a text gives."""

    start: int
    end: int
    """Code points into the text that was searched; the time of day belongs to it."""
    value: str
    """ISO 8601: `2026-11-24`, `2026-11-24T09:30`, `2026-11-24T09:30:00+02:00`. When `relative`: how long ago
    (`P1D`, `PT3H`, with a time of day `P0D 18:06`), or a day without its year (`--11-24`, `--11-24 18:06`)."""
    precision: Precision
    relative: bool = False
    """Whether `resolve` must make an absolute date of it."""
    certain: bool = True
    """False where day and month could be swapped, or the calendar is known to a day or so only."""

    @property
    def day(self) -> date | None:
        """The calendar day; None when relative."""
        return None if self.relative else date.fromisoformat(self.value[:10])


def find_dates(text: str, languages: Sequence[str] = ()) -> list[FoundDate]:
    """All dates of a text in order, none overlapping.

    `languages` (BCP 47) decide between 11/24 and 24/11, between calendars, and between months of the same name.
    """
    known = frozenset(language.partition("-")[0].lower() for language in languages)
    return list(_remembered(text, known)) if len(text) <= _REMEMBERED else _found(text, known)


@lru_cache(maxsize=1024)
def _remembered(text: str, known: frozenset[str]) -> tuple[FoundDate, ...]:
    return tuple(_found(text, known))


def _found(text: str, known: frozenset[str]) -> list[FoundDate]:
    found: list[FoundDate] = []
    for start, end in _windows(text):
        for date_ in _in_window(text[start:end], known, short=len(text) <= _SHORT):
            found.append(replace(date_, start=date_.start + start, end=date_.end + start) if start else date_)  # noqa: PERF401
    return found


def resolve(found: FoundDate, at: datetime) -> FoundDate:
    """The absolute date of a relative one, as seen at `at`; an absolute one unchanged.

    Hours ago are told to the day only; a day without its year is the latest one that is not after `at` plus a day.
    """
    if not found.relative:
        return found
    words, _, clock = found.value.partition(" ")
    if words.startswith("--"):
        day = _latest(int(words[2:4]), int(words[5:7]), at.date())
        return replace(found, value=f"{day}T{clock}" if clock else str(day), relative=False)
    weeks, days, hours, minutes = (int(n or 0) for n in _DURATION.fullmatch(words).groups())  # type: ignore[union-attr]
    try:
        then = at - timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
    except OverflowError:
        return replace(found, value=str(at.date()), precision=Precision.DAY, relative=False, certain=False)
    if clock:
        return replace(found, value=f"{then.date()}T{clock}", relative=False)
    if found.precision is Precision.MINUTE:
        return replace(found, value=then.isoformat(timespec="minutes"), relative=False)
    return replace(found, value=str(then.date()), relative=False)


def _latest(month: int, day: int, today: date) -> date:
    for year in range(today.year + 1, today.year - 8, -1):
        try:
            then = date(year, month, day)
        except ValueError:
            continue
        if then <= today + timedelta(days=1):
            return then
    return today


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """Stretches in which a date can stand."""
    if len(text) <= _WHOLE:
        if len(text) <= _SHORT or _DIGIT_RUN.search(text):
            yield 0, len(text)
        return
    start = end = -1
    for run in _DIGIT_RUN.finditer(text):
        if run.start() - _AROUND > end:
            if end >= 0:
                yield start, end
            start = max(0, run.start() - _AROUND)
        end = min(len(text), run.end() + _AROUND)
    if end >= 0:
        yield start, end


def _in_window(text: str, languages: frozenset[str], *, short: bool) -> list[FoundDate]:
    folded = fold(text)
    if not _DIGIT_RUN.search(folded):
        return [date_ for ago in ago_in(folded) if (date_ := _ago(text, folded, ago, languages))] if short else []
    days = sorted(
        [*numeric_days(folded, languages), *named_days(folded, text, languages)], key=lambda d: (d.start, -d.end)
    )
    found: list[FoundDate] = []
    for day in days:
        if (day.has_year or short) and (not found or day.start >= found[-1].end):
            found.append(_with_clock(folded, day, found[-1].end if found else 0, languages))
    if short and not any(not date_.relative for date_ in found):
        found = sorted([*found, *_relative(text, folded, languages)], key=lambda date_: date_.start)
    return found


def _with_clock(folded: str, day: Day, start: int, languages: frozenset[str]) -> FoundDate:
    clock = clock_after(folded, day.end, day.day, languages) or clock_before(
        folded, start, day.start, day.day, languages
    )
    value = str(day.day) if day.has_year else f"-{str(day.day)[4:]}"
    if clock is None:
        return FoundDate(day.start, day.end, value, Precision.DAY, not day.has_year, day.certain)
    value += f"T{clock.value}" if day.has_year else f" {clock.value}"
    span = min(day.start, clock.start), max(day.end, clock.end)
    return FoundDate(*span, value, clock.precision, not day.has_year, day.certain)


def _relative(text: str, folded: str, languages: frozenset[str]) -> Iterator[FoundDate]:
    for ago in ago_in(folded):
        found = _ago(text, folded, ago, languages)
        if found:
            yield found


def _ago(text: str, folded: str, ago: Ago, languages: frozenset[str]) -> FoundDate | None:
    """A relative time with its number, and for a day its time of day; None where the words are part of others."""
    start, end = ago.start, ago.end
    if text[start - 1 : start].isalnum() or text[end : end + 1].isalpha():
        return None
    if "#" not in ago.duration and not ago.languages & languages and end - start < _CERTAIN_LETTERS:
        return None
    number = re.search(r"\d+", folded[start:end])
    value = ago.duration.replace("#", number[0].lstrip("0") or "0") if number else ago.duration
    precision = Precision.MINUTE if value.endswith("M") else Precision.DAY
    if value not in {"P0D", "P1D"}:
        return FoundDate(start, end, value, precision, relative=True)
    clock = clock_after(folded, end, date(2000, 1, 1), languages) or clock_before(
        folded, 0, start, date(2000, 1, 1), languages
    )
    if clock is None:
        return FoundDate(start, end, value, Precision.DAY, relative=True)
    span = min(start, clock.start), max(end, clock.end)
    return FoundDate(*span, f"{value} {clock.value}", clock.precision, relative=True)
