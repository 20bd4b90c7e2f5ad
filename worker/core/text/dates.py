"""Where the page prints dates and times, by digits and by the month and weekday names of all lexicons."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from worker.core.lexicon import section
from worker.core.text import kinds as k
from worker.core.text.letters import Ints, Letters, fold_text
from worker.core.text.words import Hashes, Words, hash_word

_DIGITS: Final = re.compile(r"\d+")
_NUMERIC: Final = re.compile(
    r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d{2}|(?:19|20)\d{2}[./-]\d{1,2}[./-]\d{1,2}"
    r"|(?:19|20)\d{2}[年년]\s?\d{1,2}[月월]\s?\d{1,2}[日일]|\d{1,2}[月월]\s?\d{1,2}[日일])(?:T\d{2}:\d{2}\S*)?(?!\d)"
)
_TIME: Final = re.compile(r"(?<![\d:])\d{1,2}[:.：]\d{2}(?::\d{2})?(?!\d)(?:\s?[ap]\.?m\b\.?)?", re.IGNORECASE)
_WEB: Final = re.compile(r"(?:https?://|www\.)\S+")
_MAIL: Final = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]+\.[\w.]+")
_LONGEST_ADDRESS: Final = 300
_REACH: Final = 4
"""Code points between two parts of one date."""


@dataclass(frozen=True, slots=True)
class Dates:
    """Stretches of a page that are dates or times: offsets, and how many parts (day, month, year, time …) each has."""

    start: Ints
    end: Ints
    parts: Ints
    address: npt.NDArray[np.bool_]
    """Code points that belong to a web or mail address."""


@cache
def _names() -> Hashes:
    """Sorted hashes of all month and weekday names of three letters and more."""
    hashes = set()
    for data in section("dates").values():
        for names in (*data.get("months", ()), *data.get("weekdays", ())):
            for name in [names] if isinstance(names, str) else names:
                for word in re.split(r"[^\w]+", fold_text(name)):
                    if len(word) > 2:
                        hashes.add(hash_word(word))
    return np.array(sorted(hashes), dtype=np.uint64)


def find_dates(page: Letters, words: Words) -> Dates:
    """The dates of a page: runs of date parts with at most a few signs between them."""
    names = _names()
    at = np.minimum(np.searchsorted(names, words.hash), max(len(names) - 1, 0))
    named = (names[at] == words.hash) if len(words.hash) else np.zeros(0, dtype=np.bool_)
    digits = [match.start() for match in _DIGITS.finditer(page.text)]
    pieces = [(start, end, 3) for start, end in _from_digits(_NUMERIC, page.text, digits)]
    pieces += [(start, end, 1) for start, end in _from_digits(_TIME, page.text, digits)]
    for word in np.flatnonzero(named):
        pieces.append((int(words.start[word]), int(words.end[word]), 1))
        pieces += [
            (int(words.start[i]), int(words.end[i]), 1)
            for i in (word - 2, word - 1, word + 1, word + 2)
            if 0 <= i < len(words.start) and words.numeric[i] and words.end[i] - words.start[i] <= 4
            and abs(int(words.start[i]) - int(words.start[word])) <= 24
        ]  # fmt: skip
    starts, ends, parts = _joined(page, sorted(set(pieces)))
    return Dates(np.array(starts, np.int64), np.array(ends, np.int64), np.array(parts, np.int64), _addresses(page))


def _from_digits(pattern: re.Pattern[str], text: str, digits: Iterable[int]) -> Iterator[tuple[int, int]]:
    """What `pattern.finditer` finds, for a pattern that begins with the first digit of a number."""
    end = 0
    for start in digits:
        match = pattern.match(text, start) if start >= end else None
        if match:
            end = match.end()
            yield start, end


def _addresses(page: Letters) -> npt.NDArray[np.bool_]:
    address = np.zeros(len(page.kinds), dtype=np.bool_)
    matches = [*_WEB.finditer(page.text)] if "://" in page.text or "www." in page.text else []
    matches += [*_MAIL.finditer(page.text)] if "@" in page.text else []
    for match in matches:
        address[match.start() : min(match.end(), match.start() + _LONGEST_ADDRESS)] = True
    return address


def _joined(page: Letters, pieces: list[tuple[int, int, int]]) -> tuple[list[int], list[int], list[int]]:
    starts: list[int] = []
    ends: list[int] = []
    parts: list[int] = []
    for start, end, count in pieces:
        if ends and start - ends[-1] <= _REACH and not (page.kinds[ends[-1] : start] & k.BREAK).any():
            parts[-1] += count if end > ends[-1] else 0
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
            parts.append(count)
    return starts, ends, parts
