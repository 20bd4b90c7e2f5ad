"""Days of other calendars as Gregorian ones."""

from datetime import date
from typing import Final

_JALALI_EPOCH: Final = date(622, 3, 21).toordinal()
_HIJRI_EPOCH: Final = date(622, 7, 19).toordinal()
"""1 Muharram 1 of the tabular calendar (civil epoch) in the proleptic Gregorian calendar."""


def jalali(year: int, month: int, day: int) -> date | None:
    """A day of the Persian solar calendar by its 33-year cycle, exact for 1178..1633; None if there is no such day."""
    if not (1178 <= year <= 1633 and 1 <= month <= 12 and 1 <= day <= _jalali_days(year, month)):
        return None
    days = 365 * (year - 1) + (8 * year + 21) // 33 + 31 * (month - 1) - max(0, month - 7) + day - 1
    return date.fromordinal(_JALALI_EPOCH + days)


def _jalali_days(year: int, month: int) -> int:
    if month <= 6:
        return 31
    return 30 if month < 12 or (25 * year + 11) % 33 < 8 else 29


def hijri(year: int, month: int, day: int, weekday: int | None = None) -> date | None:
    """A day of the Islamic calendar by its tabular form, which real ones leave by a day.

    With the `weekday` the page names (0 Monday) the neighbouring day that agrees is taken; None if there is none, or
    no such day.
    """
    if not (1 <= year <= 1600 and 1 <= month <= 12 and 1 <= day <= 30):
        return None
    days = 354 * (year - 1) + (11 * year + 3) // 30 + 29 * (month - 1) + month // 2 + day - 1
    found = _HIJRI_EPOCH + days
    if weekday is None:
        return date.fromordinal(found)
    near = (date.fromordinal(found + shift) for shift in (0, -1, 1))
    return next((day_ for day_ in near if day_.weekday() == weekday), None)


def gregorian(year: int, month: int, day: int) -> date | None:
    """The day itself; a Buddhist year (2400..2699) less 543; None if there is no such day or it is before 1800."""
    if 2400 <= year <= 2699:
        year -= 543
    try:
        return date(year, month, day) if year >= 1800 else None
    except ValueError:
        return None
