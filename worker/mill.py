"""One record through the core: what it became, and the records to write for it. Never raises for any record."""

import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, NoReturn

from schemas.messages import Position
from schemas.reasons import Reason, Reject
from worker.core import envelope
from worker.core.address import host_of
from worker.core.limits import Limits
from worker.core.model import Markup, Outcome, Rejection
from worker.core.pipeline import process, warm_up
from worker.core.site_profile import page_prints
from worker.journal import Accused, Suspect, Suspects
from worker.outputs import Names, completed, outputs_of, rejected
from worker.profiles import Profiles
from worker.settings import Settings
from worker.stopwatch import Stopwatch
from worker.transport import Output, Record

HOOK: Final = "newsmill-test-hook"
"""Header of a page that misbehaves on purpose, where the settings allow it."""
OUT_OF_MEMORY: Final = 70
"""Exit code of a process whose page needed more memory than there is."""
_FIRST_URL: Final = b"https://newsmill.invalid/2026/01/01/a-first-page"
_FIRST: Final = b"A first page\n\nIt has a line of text that is long enough to be a paragraph."
_ALLOCATED: Final = 64_000_000


def now() -> datetime:
    """The time of day, UTC."""
    return datetime.now(UTC)


def nothing() -> None:
    """What comes from elsewhere between batches, where nothing does."""


class Mill:
    """Grinds records one by one; knows the pages that ended a process before."""

    def __init__(
        self,
        settings: Settings,
        slot: int,
        suspects: Suspects | None = None,
        clock: Callable[[], datetime] = now,
        profiles: Profiles | None = None,
        catch_up: Callable[[], None] = nothing,
    ) -> None:
        self._names = Names.of(settings, slot)
        self._limits = Limits(page_bytes=settings.limits.page_bytes)
        told = settings.articles
        asked = told.structure or told.links or told.formatting
        self._markup = Markup(told.links, told.formatting) if asked else None
        self._tries = settings.limits.page_tries
        self._hook = settings.worker.test_hook
        self._known = suspects
        self._suspects: Mapping[Accused, Suspect] = {}
        self._clock = clock
        self._profiles = Profiles() if profiles is None else profiles
        self._catch_up = catch_up
        self._collect = settings.profiles.collect
        self.watch = Stopwatch()
        """What this process spends on which stage; the loop adds its own."""

    def warm_up(self) -> None:
        """Load what the first pages would load, so that no page is charged with it."""
        warm_up()
        self.grind(Record("", 0, 0, _FIRST_URL, _FIRST))

    def look_around(self) -> None:
        """Read the list of suspects anew, and newer site profiles; once a batch. Raises TransportError."""
        self._catch_up()
        if self._known is not None:
            self._suspects = self._known.all()

    def stands_alone(self, record: Record) -> bool:
        """Whether the page goes into a transaction of its own, because it may end this process."""
        return (record.partition, record.offset, record.timestamp_ms) in self._suspects

    def grind(self, record: Record) -> tuple[Outcome, list[Output]]:
        """What the page became, its metrics completed, and the records to write."""
        at = self._clock()
        self.watch.begin("envelope")
        outcome = self._outcome(record, at)
        spent = self.watch.end()
        self.watch.begin("encode")
        try:
            return self._written(record, outcome, at, spent)
        finally:
            self.watch.end()

    def _written(
        self, record: Record, outcome: Outcome, at: datetime, spent: dict[str, int]
    ) -> tuple[Outcome, list[Output]]:
        """The outcome with what the edge knows, and its records; a dead letter if its article cannot be written."""
        microseconds = {"page": sum(spent.values()), **spent}
        outcome = completed(outcome, record, microseconds)
        try:
            return outcome, outputs_of(record, outcome, self._names, at)
        except Reject as reject:
            rejection = Rejection(reject.reason, reject.detail)
        except Exception as error:  # noqa: BLE001 - an article that cannot be written costs its page, not the stream
            rejection = Rejection(Reason.BUG, f"{type(error).__name__} while writing the article")
        outcome = completed(rejected(record, rejection, at), record, microseconds)
        return outcome, outputs_of(record, outcome, self._names, at)

    def _outcome(self, record: Record, at: datetime) -> Outcome:
        suspect = self._suspects.get((record.partition, record.offset, record.timestamp_ms))
        if suspect is not None and suspect.tries >= self._tries:
            return rejected(record, Rejection(suspect.reason, f"ended its process {suspect.tries} times"), at)
        try:
            if self._hook:
                _misbehave(record)
            page = envelope.read(record.key, record.value, record.headers, self._limits)
            where = Position(topic=record.topic, partition=record.partition, offset=record.offset)
            watch, profile = self.watch, self._profiles.of(host_of(page.url))
            outcome = process(page, at, where, self._limits, watch.begin, self._markup, profile=profile)
            return _unless_out_of_memory(_noted(outcome) if self._collect else outcome)
        except Reject as reject:
            return rejected(record, Rejection(reject.reason, reject.detail), at)
        except MemoryError:
            _leave()
        except Exception as error:  # noqa: BLE001 - a page must never stop the stream; the reason says it is our fault
            return rejected(record, Rejection(Reason.BUG, f"{type(error).__name__} while reading the record"), at)


def _noted(outcome: Outcome) -> Outcome:
    """The outcome with what a site profile is made of in its metrics."""
    if not outcome.articles:
        return outcome
    prints = page_prints(outcome.text, outcome.segments)
    return replace(outcome, metrics=outcome.metrics.model_copy(update={"prints": prints}))


def _unless_out_of_memory(outcome: Outcome) -> Outcome:
    """The outcome, unless the core met a MemoryError: then this process ends."""
    if outcome.rejection is not None and outcome.rejection.detail.startswith("MemoryError"):
        _leave()
    return outcome


def _leave() -> NoReturn:
    """End this process: threads of its Kafka clients may have run out of memory too, and died without a word.

    The page in hand stays in the journal, and the supervisor draws its conclusion.
    """
    os._exit(OUT_OF_MEMORY)


def _misbehave(record: Record) -> None:
    """What a hostile page does to its process, on demand."""
    deed = dict(record.headers).get(HOOK)
    if deed == b"exit":
        os._exit(71)
    elif deed == b"exit all":
        os.kill(os.getppid(), signal.SIGKILL)
        os._exit(71)
    elif deed in {b"hang", b"slow"}:
        time.sleep(3600 if deed == b"hang" else 0.25)
    elif deed == b"memory":
        held = []
        while True:
            held.append(bytearray(_ALLOCATED))
            held[-1][::4096] = b"x" * len(held[-1][::4096])
            time.sleep(0.01)
    elif deed == b"starve":
        raise MemoryError
    elif deed == b"bug":
        raise RuntimeError("on demand")
