"""Dates in a folded text: by digits, by East Asian signs, by month names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from worker.core.enrich.calendars import gregorian, hijri, jalali
from worker.core.enrich.date_words import Month, month_first_languages, months_in, weekdays

_YEAR: Final = r"(?:1[3-9]|20|2[45])\d\d"
_NUMERIC: Final = re.compile(
    rf"(?<!\d)(?<!\d[./,])(?:(?P<y>{_YEAR})\s?(?P<s>[-./|])\s?(?P<m>\d{{1,2}})\s?(?P=s)\s?(?P<d>\d{{1,2}})(?!\d{{3}})"
    rf"|(?P<a>\d{{1,2}})\s?(?P<t>[-./|])\s?(?P<b>\d{{1,2}})\s?(?P=t)\s?(?P<c>{_YEAR}|\d\d(?![\d.])))"
)
_SIGNS: Final = re.compile(
    r"(?:(?P<era>令和|平成|民國|民国)\s?)?(?<!\d)(?P<y>\d{1,4}|元)\s?[年년]\s?(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日일号號]?"
    r"|(?<!\d)(?P<d2>\d{1,2})\s+tháng\s+(?P<m2>\d{1,2})[\s,]+(?:năm\s+)?(?P<y2>\d{4})"
)
_SIGNS_ONLY: Final = re.compile(r"(?<![\d年년])(?<![年년]\s)(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일号號]")
_ERAS: Final = {"令和": 2018, "平成": 1988, "民國": 1911, "民国": 1911, None: 0}
_OF: Final = r"(?:(?:de|di|del|of|der|da|e|من|hb)\s+|d'|ב-?)?"
_DAY_BEFORE: Final = re.compile(
    rf"(?<!\d)(?<!\d[.:])(\d{{1,2}})\s?(?:st|nd|rd|th|er|ers|º|ª|°|ην|ης|η|-?го|-?е|a|an|en)?[\s.,/\-–\[(]{{0,3}}{_OF}$"
)
_YEAR_AFTER: Final = re.compile(
    rf"[\s.,/\-–\])]{{0,3}}(?:(?:de|del|of|سنة|سنه|عام|พ\.?\s?ศ\.?|ค\.?\s?ศ\.?|y\.)\s?)?({_YEAR}|'?\d\d(?![\d:.h]))"
)
_DAY_YEAR_AFTER: Final = re.compile(
    rf"[\s.,/\-–]{{0,3}}(\d{{1,2}})(?:(?:st|nd|rd|th|º|ª)?(?!\d)[\s.,/\-–]{{1,3}}(?:(?:de|del|of)\s)?|(?=20\d\d(?!\d)))({_YEAR})"
)
_YEAR_BEFORE: Final = re.compile(rf"(?<!\d)({_YEAR})\s?(?:m\.|г\.|жылғы|жылдың|gada|yil|ili)?[\s.,/\-]{{0,3}}$")
_DAY_AFTER: Final = re.compile(r"[\s.,/\-]{0,3}(\d{1,2})(?:st|nd|rd|th|-?[^\W\d_]{2})?(?![\d:])")
_TWICE: Final = re.compile(r"\s?[/(،,\-]?\s?$")
_REACH: Final = 26
_PERSIAN: Final = frozenset({"fa", "ps", "ku", "tg"})
_UNSPACED: Final = re.compile(r"[\u0590-\u05ff\u0e00-\u0eff\u1000-\u109f\u3000-\u9fff]")


@dataclass(frozen=True, slots=True)
class Day:
    """A day in the text; without a year `day.year` is a leap year that stands for none."""

    start: int
    end: int
    day: date
    has_year: bool = True
    certain: bool = True
    """False where day and month could be swapped, or the calendar is known to a day or so only."""


def numeric_days(folded: str, languages: frozenset[str]) -> Iterator[Day]:
    """`24.11.2026`, `2026-11-24`, `٢٤/١١/٢٠٢٦` (folded), `24 | 11 | 26`, `2026年11月24日`, `24 tháng 11 năm 2026`."""
    for match in _NUMERIC.finditer(folded):
        found = _year_first(match, languages) if match["y"] else _year_last(match, languages)
        if found:
            yield found
    if "月" in folded or "월" in folded or "tháng" in folded:
        for match in _SIGNS.finditer(folded):
            year = 1 if match["y"] == "元" else int(match["y"] or match["y2"])
            day = gregorian(year + _ERAS[match["era"]], int(match["m"] or match["m2"]), int(match["d"] or match["d2"]))
            if day:
                yield Day(match.start(), match.end(), day)
        for match in _SIGNS_ONLY.finditer(folded):
            day = gregorian(2000, int(match[1]), int(match[2]))
            if day:
                yield Day(match.start(), match.end(), day, has_year=False)


def _year_first(match: re.Match[str], languages: frozenset[str]) -> Day | None:
    day = _any_calendar(int(match["y"]), int(match["m"]), int(match["d"]), languages)
    return (
        Day(match.start(), match.end(), day, certain=int(match["y"]) > 1500 or bool(languages & _PERSIAN))
        if day
        else None
    )


def _year_last(match: re.Match[str], languages: frozenset[str]) -> Day | None:
    first, second, year = int(match["a"]), int(match["b"]), int(match["c"])
    if year < 100:
        year += 2000 if year < 70 else 1900
    american = match["t"] in "/-" and bool(languages & month_first_languages())
    either = first <= 12 and second <= 12 and first != second
    month, number = (first, second) if second > 12 or (american and either) else (second, first)
    day = _any_calendar(year, month, number, languages)
    certain = not (either and match["t"] != "." and (american or not languages)) and len(match["c"]) == 4
    return Day(match.start(), match.end(), day, certain=certain) if day else None


def _any_calendar(year: int, month: int, number: int, languages: frozenset[str]) -> date | None:
    if year >= 1500:
        return gregorian(year, month, number)
    if languages & _PERSIAN or not languages:
        return jalali(year, month, number)
    return hijri(year, month, number)


def named_days(folded: str, text: str, languages: frozenset[str]) -> Iterator[Day]:
    """`24 November 2026`, `Nov. 24, 2026`, `2026. november 24.`, `٢٤ تشرين الثاني/نوفمبر ٢٠٢٦`, `24 Nov` (no year)."""
    for start, end, month in _merged([month for month in months_in(folded) if _stands_alone(text, month)], folded):
        found = _around(folded, start, end, month, languages)
        if found:
            yield found


def _stands_alone(text: str, month: Month) -> bool:
    before, after = text[month.start - 1 : month.start], text[month.end : month.end + 1]
    if _UNSPACED.match(text, month.start):
        return True
    return not before.isalpha() and not (
        after.isalpha() and not (after.isupper() and not text[month.end - 1].isupper())
    )


def _merged(months: list[Month], folded: str) -> Iterator[tuple[int, int, Month]]:
    """Month names, those printed twice (`تموز/ يوليو`) as one."""
    at = 0
    while at < len(months):
        first, end = months[at], months[at].end
        while (
            at + 1 < len(months)
            and months[at + 1].start - end <= 3
            and _TWICE.match(folded, end, months[at + 1].start)
            and {r[:2] for r in first.readings} & {r[:2] for r in months[at + 1].readings}
        ):
            at += 1
            end = months[at].end
        yield first.start, end, first
        at += 1


def _around(folded: str, start: int, end: int, month: Month, languages: frozenset[str]) -> Day | None:
    before = folded[max(0, start - _REACH) : start]
    shift = start - len(before)
    day_before = _DAY_BEFORE.search(before)
    if day_before:
        year = _YEAR_AFTER.match(folded, end)
        if year:
            return _named(month, (day_before.start() + shift, year.end()), year[1], day_before[1], languages, folded)
    both = _DAY_YEAR_AFTER.match(folded, end)
    if both:
        return _named(month, (start, both.end()), both[2], both[1], languages, folded)
    year_before, day_after = _YEAR_BEFORE.search(before), _DAY_AFTER.match(folded, end)
    if year_before and day_after:
        span = (year_before.start() + shift, day_after.end())
        return _named(month, span, year_before[1], day_after[1], languages, folded)
    if day_before:
        return _named(month, (day_before.start() + shift, end), None, day_before[1], languages, folded)
    if day_after:
        return _named(month, (start, day_after.end()), None, day_after[1], languages, folded)
    return None


def _named(
    month: Month, span: tuple[int, int], year: str | None, number: str, languages: frozenset[str], folded: str
) -> Day | None:
    preferred = [r for r in month.readings if r[2] in languages] or month.readings
    calendar, index, _ = preferred[0]
    certain = len({r[:2] for r in preferred}) == 1
    if year is None:
        day = gregorian(2000, index, int(number)) if calendar == "gregorian" else None
        return Day(*span, day, has_year=False, certain=certain) if day else None
    value = int(year.lstrip("'"))
    if calendar == "hijri":
        day = hijri(value, index, int(number), _weekday_before(folded, span[0]))
        return Day(*span, day, certain=False) if day else None
    if calendar == "jalali" and value < 1500:
        day = jalali(value if value > 99 else value + 1300, index, int(number))
        return Day(*span, day, certain=certain) if day else None
    if value < 100:
        value += 2500 if "th" in {r[2] for r in preferred} else 2000
    day = gregorian(value, index, int(number))
    return Day(*span, day, certain=certain) if day else None


def _weekday_before(folded: str, at: int) -> int | None:
    words = re.findall(r"[^\W\d_]+", folded[max(0, at - 24) : at])
    return next((weekdays()[word] for word in reversed(words) if word in weekdays()), None)
