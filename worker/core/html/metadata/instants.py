"""Dates as markup writes them -> ISO 8601, only as precise as written, with an offset only where one is given."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

_ISO: Final = re.compile(
    r"\s*(\d{4})(?:-?(\d\d)-?(\d\d)|-(\d\d?)-(\d\d?)(?!\d))"
    r"(?:(?:T|\s+|\s*,\s*|\s+T|(?=\d{4}))(\d\d?):?(\d\d)(?::?(\d\d)(?:[.,:]\d+)?)?(?:\s*([ap])\.?m\b)?)?"
    r"\s*((?:GMT|UTC)?[+-]\d\d(?::?\d\d)?|Z|UTC|GMT)?",
    re.IGNORECASE,
)
_WORDED: Final = re.compile(
    r"(?:[a-z]{3,9},?\s+)?(?:(\d\d?)(?:st|nd|rd|th)?[\s-]+([a-z]{3})[a-z]*\.?,?[\s-]+(\d{4})|([a-z]{3})[a-z]*\.?\s+(\d\d?)(?:st|nd|rd|th)?,?\s+(\d{4}))"
    r"(?:,?\s+(?:at\s+|-\s+)?(\d\d?):(\d\d)(?::(\d\d))?\s*([ap]\.?m\.?)?)?\s*((?:GMT|UTC)?[+-]\d\d:?\d\d|Z\b|UTC|GMT)?",
    re.IGNORECASE,
)
_DOTTED: Final = re.compile(
    r"(?<!\d)(\d\d?)\s?[./|-]\s?(\d\d?)\s?[./|-]\s?((?:19|20)\d\d)(?!\d)(?:\D{1,12}(\d\d?)[:.](\d\d))?"
)
_SLASHED: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)[/.](\d\d?)[/.](\d\d?)(?!\d)(?:\D{1,4}(\d\d?):(\d\d))?")
_EPOCH: Final = re.compile(r"\s*(\d{10})(?:\d{3})?(?:\.\d+)?\s*$")
_MONTHS: Final = {
    name: i + 1
    for i, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])
}
_EARLIEST: Final = 1990
_LATEST: Final = 2100


def iso_of(value: str, *, month_first: bool = False) -> str | None:
    """The date at the head of a metadata value, or None. `month_first` reads 3/4/2024 as March the fourth."""
    value = value[:80]
    found = _EPOCH.match(value)
    if found:
        return _epoch(int(found[1]))
    found = _ISO.match(value)
    if found:
        year, month, day, short_month, short_day, hour, minute, second, half, zone = found.groups()
        clock = (_of_day(hour, half), minute, second)
        return _build(year, month or short_month, day or short_day, clock, zone)
    found = _WORDED.search(value)
    if found:
        return _worded(found)
    found = _SLASHED.search(value)
    if found:
        return _build(found[1], found[2], found[3], (found[4], found[5], None), None)
    found = _DOTTED.search(value)
    if found:
        first, second_ = found[1], found[2]
        swap = (month_first and int(first) <= 12) or int(second_) > 12
        day, month = (second_, first) if swap else (first, second_)
        return _build(found[3], month, day, (found[4], found[5], None), None)
    return None


def day_of(iso: str) -> str:
    """The calendar day of an ISO date, in its own offset."""
    return iso[:10]


def _worded(found: re.Match[str]) -> str | None:
    day, month, year = (found[1], found[2], found[3]) if found[1] else (found[5], found[4], found[6])
    number = _MONTHS.get(month.lower())
    if number is None:
        return None
    return _build(year, str(number), day, (_of_day(found[7], found[10]), found[8], found[9]), found[11])


def _of_day(hour: str | None, half: str | None) -> str | None:
    """The hour of a clock of twelve as one of twenty-four."""
    return str(int(hour) % 12 + 12 * (half[0] in "pP")) if hour and half else hour


def _build(
    year: str, month: str, day: str, clock: tuple[str | None, str | None, str | None], zone: str | None
) -> str | None:
    try:
        on = date(int(year), int(month), int(day))
    except ValueError:
        return None
    if not _EARLIEST <= on.year < _LATEST:
        return None
    hour, minute, second = clock
    if hour is None or minute is None or int(hour) > 23 or int(minute) > 59 or int(second or 0) > 59:
        return on.isoformat()
    moment = f"{on.isoformat()}T{int(hour):02d}:{minute}" + (f":{second}" if second else "")
    return moment + _offset(zone)


def _offset(zone: str | None) -> str:
    if not zone:
        return ""
    digits = re.sub(r"[^\d+-]", "", zone)
    if not digits.strip("+-"):
        return "+00:00"
    minutes = digits[3:5] or "00"
    try:
        timezone(timedelta(hours=int(digits[1:3]), minutes=int(minutes)))
    except ValueError:
        return ""
    return f"{digits[:3]}:{minutes}"


def _epoch(seconds: int) -> str | None:
    if not 631_152_000 <= seconds < 4_102_444_800:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat()
