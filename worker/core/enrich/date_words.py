"""The words dates are made of, in all languages at once: folding one for one, and automata over folded text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import ahocorasick

from worker.core.lexicon import section

_ZEROS: Final = "٠۰०০੦૦୦௦౦೦൦๐໐༠၀０"
_ALIKE: Final = (
    ("أإآٱ", "ا"),
    ("ىی", "ي"),
    ("ک", "ك"),
    ("ةہۀ", "ه"),
    ("\u00a0\u202f\u2009\u200f\u200e", " "),
    ("’", "'"),
)
_FOLD: Final = {ord(zero) + value: str(value) for zero in _ZEROS for value in range(10)} | {
    ord(letter): plain for letters, plain in _ALIKE for letter in letters
}
_CALENDARS: Final = (("months", "gregorian"), ("hijri", "hijri"), ("jalali", "jalali"))


def fold(text: str) -> str:
    """Lower case, ASCII digits, one letter for those that are mixed up; as long as `text`, offset for offset."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    return lower if lower.isascii() else lower.translate(_FOLD)


@dataclass(frozen=True, slots=True)
class Month:
    """A month name in the text."""

    start: int
    end: int
    readings: tuple[tuple[str, int, str], ...]
    """(calendar, month 1..12, language): all it can mean, such as Polish November and Croatian October."""


@dataclass(frozen=True, slots=True)
class Ago:
    """A relative time in the text: `3 hours ago`, `yesterday`."""

    start: int
    end: int
    duration: str
    """ISO 8601, backwards: `PT3H`, `P1D`, `P0D`; `#` stands for the number in the words."""
    languages: frozenset[str]


def months_in(folded: str) -> Iterator[Month]:
    """The month names of a folded text, longest first where they overlap, in order."""
    for end, (length, readings) in _longest(_months(), folded):
        yield Month(end - length, end, readings)


def ago_in(folded: str) -> Iterator[Ago]:
    """The relative times of a folded text, in order."""
    masked = "".join("#" if c.isdecimal() else c for c in folded)
    for end, (length, readings) in _longest(_agos(), masked):
        duration = readings[0][0]
        yield Ago(end - length, end, duration, frozenset(language for _, language in readings))


@cache
def weekdays() -> dict[str, int]:
    """Folded weekday name -> 0 Monday .. 6 Sunday."""
    return {
        fold(name): day
        for words in section("dates").values()
        for day, names in enumerate(words.get("weekdays", ()))
        for name in names
    }


@cache
def meridiems() -> dict[str, int]:
    """Folded words for before and after noon, without dots -> hours to add to a clock of twelve."""
    found = {"am": 0, "pm": 12}
    for words in section("dates").values():
        for key, hours in (("am", 0), ("pm", 12)):
            found.update({fold(word).replace(".", ""): hours for word in words.get(key, ())})
    return found


@cache
def month_first_languages() -> frozenset[str]:
    """Languages that write 12/31/2020."""
    return frozenset(language for language, words in section("dates").items() if words.get("month_first"))


def _longest(automaton: ahocorasick.Automaton, folded: str) -> Iterator[tuple[int, tuple[int, tuple[Any, ...]]]]:
    """(end, value) of the matches, leftmost first, of those the longest, none overlapping; ends exclusive."""
    last_end = 0
    matches = sorted((last + 1 - value[0], -last - 1, value) for last, value in automaton.iter(folded))
    for start, minus_end, value in matches:
        if start >= last_end:
            last_end = -minus_end
            yield last_end, value


@cache
def _months() -> ahocorasick.Automaton:
    readings: dict[str, list[tuple[str, int, str]]] = {}
    for language, words in section("dates").items():
        for key, calendar in _CALENDARS:
            for number, names in enumerate(words.get(key, ()), 1):
                for name in names:
                    readings.setdefault(fold(name), []).append((calendar, number, language))
    return _automaton(readings)


@cache
def _agos() -> ahocorasick.Automaton:
    readings: dict[str, list[tuple[str, str]]] = {}
    for language, words in section("dates").items():
        for phrase, duration in _phrases(words):
            readings.setdefault(fold(phrase), []).append((duration, language))
    return _automaton(readings)


def _phrases(words: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, duration in (("minutes_ago", "PT#M"), ("hours_ago", "PT#H"), ("days_ago", "P#D"), ("weeks_ago", "P#W")):
        for phrase in words.get(key, ()):
            yield phrase, duration
            yield phrase.replace("#", "##"), duration
    for key, duration in (("just_now", "PT0M"), ("today", "P0D"), ("yesterday", "P1D")):
        for phrase in words.get(key, ()):
            yield phrase, duration
    yield from words.get("once", {}).items()


def _automaton(readings: Mapping[str, list[Any]]) -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    for word, meanings in readings.items():
        automaton.add_word(word, (len(word), tuple(meanings)))
    automaton.make_automaton()
    return automaton
