"""Times of day beside a date, with their offsets from UTC."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from schemas.messages import Precision
from worker.core.enrich.date_words import meridiems, weekdays

_CLOCK: Final = r"""
    (?P<hour>[01]?\d|2[0-3])\s?(?:[:٫时時시點点]\s?|h\s?|\.(?=\d\d(?![\d.]?\d)))(?P<minute>[0-5]\d)
    (?:\s?[:.分분]\s?(?P<second>[0-5]\d)(?!\d))?(?:[.,]\d{1,9})?\s?(?:h\b|hs\b|hrs?\b|uhr\b|[分분น])?"""
_ZONE: Final = r"""
    (?:\s?[(\[]?(?P<zone>gmt|utc|z|[a-z]{2,5}|мск)\b[)\]]?)?
    (?P<offset>\s?[+-](?:0\d|1[0-4]|\d)(?::?[0-5]\d)?(?!\d{3}))?"""
_MERIDIEM: Final = r"(?:\s?(?P<half>[ap]\.?\s?m\b\.?|[^\W\d_](?:[^\W\d_]|[\u064b-\u0652.]){0,13}))?"
_GAP: Final = r"(?P<gap>t?[\s,;|–—\-·•/(\[،:@.]{0,6}(?:[^\W\d_][^\W\d]*\.?[\s,:،]*){0,2})"
_AFTER: Final = re.compile(_GAP + _CLOCK + _MERIDIEM + _ZONE, re.VERBOSE)
_AFTER_PLAIN: Final = re.compile(_GAP + _CLOCK + _ZONE, re.VERBOSE)
_BEFORE: Final = re.compile(
    r"(?<![\d:.])" + _CLOCK + _MERIDIEM + _ZONE + r"[\s,|–\-/·]{0,4}(?P<gap>(?:[^\W\d_]+\.?[\s,]{0,3})?)$", re.VERBOSE
)
_LEADING_WORDS: Final = 5
"""Longest unknown word between a date and its time (`um`, `klo`, `ora`); an `updated` there starts another date."""
_KNOWN_WORDS: Final = frozenset({"الساعة", "الساعه", "ساعت", "pukul", "години", "heures", "kello", "часов"})
_ZONES: Final = {
    "gmt": 0, "utc": 0, "z": 0, "est": -300, "edt": -240, "cdt": -300, "mdt": -360, "pst": -480, "pdt": -420,
    "cet": 60, "cest": 120, "mez": 60, "mesz": 120, "eet": 120, "eest": 180, "msk": 180, "мск": 180, "wib": 420,
    "wita": 480, "wit": 540, "jst": 540, "kst": 540, "hkt": 480, "sgt": 480, "pkt": 300, "wat": 60, "eat": 180,
    "sast": 120, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780, "npt": 345,
}  # fmt: skip
"""Minutes east of UTC of abbreviations that mean one zone only."""
_WINTER_ONLY: Final = frozenset({"est", "pst", "cet", "mez", "eet"})
"""Zones that sites go on printing in summer, when they are wrong: no offset is read from them then."""
_INDIAN: Final = frozenset({"hi", "bn", "gu", "ta", "te", "mr", "pa", "ml", "kn", "ur"})


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day, as ISO 8601 without its `T`."""

    start: int
    end: int
    value: str
    precision: Precision


def clock_after(folded: str, at: int, day: date, languages: frozenset[str]) -> Clock | None:
    """The time that stands directly behind a date which ends at `at`."""
    end = min(len(folded), at + 64)
    match = _AFTER.match(folded, at, end)
    if match is None or not _joins(match["gap"]):
        return None
    if match["half"] and _half(match["half"]) is None:
        match = _AFTER_PLAIN.match(folded, at, end) or match
    return _clock(match, day, languages)


def clock_before(folded: str, start: int, at: int, day: date, languages: frozenset[str]) -> Clock | None:
    """The time that stands directly before a date which starts at `at`, itself not before `start`."""
    start = max(start, at - 40)
    match = _BEFORE.search(folded[start:at])
    if match is None or not _joins(match["gap"]):
        return None
    found = _clock(match, day, languages)
    return Clock(found.start + start, found.end + start, found.value, found.precision)


def _joins(gap: str) -> bool:
    for word in re.findall(r"[^\W\d_][^\W\d]*", gap):
        known = word in weekdays() or word in _KNOWN_WORDS or word in meridiems()
        if len(word) > _LEADING_WORDS and not known:
            return False
    return True


def _half(word: str | None) -> int | None:
    return None if word is None else meridiems().get(re.sub(r"[.\s]", "", word))


def _clock(match: re.Match[str], day: date, languages: frozenset[str]) -> Clock:
    hour = int(match["hour"])
    groups = match.groupdict()
    words = [groups.get("half"), *re.findall(r"[^\W\d_]+", match["gap"])]
    half = next((shift for shift in map(_half, words) if shift is not None), None)
    if half is not None and hour <= 12:
        hour = hour % 12 + half
    value = f"{hour:02}:{match['minute']}"
    precision = Precision.MINUTE
    if match["second"]:
        value, precision = f"{value}:{match['second']}", Precision.SECOND
    named = match["zone"] or ("gmt" if "gmt" in match["gap"] else None)
    end = match.end()
    offset = _offset(named, match["offset"], day, languages)
    if offset is None and not (half is not None and _half(groups.get("half")) is not None):
        end = max(match.end("minute"), match.end("second"))
    return Clock(match.start("hour"), end, value + (offset or ""), precision)


def _offset(zone: str | None, digits: str | None, day: date, languages: frozenset[str]) -> str | None:
    """`+02:00` where the text tells it for certain."""
    if digits and (zone in {"gmt", "utc"} or (zone is None and not digits[0].isspace())):
        sign, hours, minutes = re.match(r"\s?([+-])(\d\d?):?(\d\d)?", digits).groups()  # type: ignore[union-attr]
        return f"{sign}{int(hours):02}:{minutes or '00'}"
    if zone is None:
        return None
    if zone == "ist" and languages & _INDIAN:
        return "+05:30"
    if zone not in _ZONES or (zone in _WINTER_ONLY and 3 <= day.month <= 10):
        return None
    minutes_east = _ZONES[zone]
    sign = "-" if minutes_east < 0 else "+"
    return f"{sign}{abs(minutes_east) // 60:02}:{abs(minutes_east) % 60:02}"
