"""Synthetic pages from a seed: short, so that a million are quick, and of all outcomes."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

import orjson

from worker.mill import HOOK, Mill
from worker.settings import Settings
from worker.transport import Record

FETCHED = "2026-11-20T08:00:00Z"
TEXT = (
    "the town council market harbour bridge school voted opened closed after before report said minister river train "
    "budget winter storm farmers hospital museum festival players season court judge company workers price energy"
)
WORDS = TEXT.split()


@dataclass(frozen=True)
class Crop:
    """A seed's pages, behind `sown` others in the topic; both counts are multiples of `partitions`."""

    seed: int
    pages: int
    partitions: int
    sown: int = 0
    rich: float = 0.05
    """Share of the pages that hold a story; the others are error pages, cheap to reject."""
    poison: int = 1
    """Pages that end their process each time they are tried."""

    def records(self, topic: str, start: int, end: int) -> Iterator[Record]:
        """Pages `start` to `end` (exclusive) with the positions they get in an empty topic."""
        chosen = random.Random(f"{self.seed}/poison")  # noqa: S311 - a seed that can be played again
        poison = set(chosen.sample(range(self.pages), self.poison))
        for number in range(start, end):
            yield _record(self, topic, number, poisoned=number in poison)


def _record(crop: Crop, topic: str, number: int, *, poisoned: bool) -> Record:
    dice = random.Random(f"{crop.seed}/{number}")  # noqa: S311 - a seed that can be played again
    url = f"https://site{dice.randrange(20)}.example/{crop.seed}/{number}"
    headers = ((HOOK, b"exit"),) if poisoned else ()
    place = (topic, number % crop.partitions, (crop.sown + number) // crop.partitions)
    return Record(*place, url.encode(), _value(dice, url, crop.rich), headers)


def _value(dice: random.Random, url: str, rich: float) -> bytes | None:
    kind, form = dice.random(), dice.random()
    if kind > rich:
        return _error_page(form, url)
    if form < 0.5:
        return orjson.dumps({"url": url, "text": f"{_line(dice, 7)}\n\n{_body(dice)}", "fetched_at": FETCHED})
    html = f"<html><body><h1>{_line(dice, 7)}</h1><p>{_body(dice)}</p></body></html>"
    return orjson.dumps({"url": url, "html": html, "fetched_at": FETCHED})


def _error_page(form: float, url: str) -> bytes | None:
    if form < 0.02:
        return None
    if form < 0.04:
        return b'{"url": '
    return orjson.dumps(
        {"url": url, "html": "<p>Not found, try again later.</p>", "status": 404 if form < 0.6 else 503}
    )


def _body(dice: random.Random) -> str:
    return " ".join(f"{_line(dice, 12)}." for _ in range(4))


def _line(dice: random.Random, words: int) -> str:
    return " ".join(dice.choices(WORDS, k=words)).capitalize()


class Digest:
    """A sum over records that does not depend on their order: equal sums, equal records, each as often."""

    def __init__(self) -> None:
        self.count = 0
        self._sum = 0

    def add(self, value: bytes | None) -> None:
        self.count += 1
        self._sum = (self._sum + int.from_bytes(blake2b(value or b"", digest_size=16).digest())) % (1 << 128)

    def __str__(self) -> str:
        return f"{self.count}:{self._sum:032x}"


def quiet(crop: Crop, settings: Settings) -> str:
    """Digest of the articles that an undisturbed run writes: one mill, in this process, page after page."""
    mill, digest = Mill(settings, 0), Digest()
    for record in crop.records(settings.topics.pages, 0, crop.pages):
        if not record.headers:
            for output in mill.grind(record)[1]:
                if output.topic == settings.topics.articles:
                    digest.add(output.value)
    return str(digest)
