"""The loop of a consumer process: poll, process each page, deliver. The only file that orders side effects.

What happens to a batch, in this order: (1) poll; (2) each page becomes its outputs, in memory; (3) outputs and
positions go out in one transaction; (4) only then is it counted. A failure at (3) leaves nothing behind, and the next
poll hands the same pages out again.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from worker.journal import Journal
from worker.log import Log, Sampler
from worker.mill import Mill
from worker.settings import Settings
from worker.skips import tell_skips
from worker.spans import NoSpans, Spans
from worker.stopwatch import Stopwatch
from worker.tally import Report, Standing, Tally, Trouble
from worker.transport import Batch, Output, Transport, TransportError, Unavailable

_POLL_SHARE: Final = 0.25
"""Share of the poll interval after which what is left of a batch is handed back, so that the group keeps its member."""
_STANDING_SECONDS: Final = 2.0
"""How often a process that has nothing to do says where it stands."""
_BACKOFF_SECONDS: Final = (0.2, 10.0)
"""First and longest pause after a failed call."""
_EXAMPLE_SECONDS: Final = 60.0
"""From one rejected page in the log to the next of the same reason."""


class TooManyBad(Exception):  # noqa: N818 - a verdict on the input, not a defect of the program
    """So many pages are rejected that something is wrong with the input or with us; the batch was not delivered."""


@dataclass
class Loop:
    """One process's loop over one transport."""

    transport: Transport
    mill: Mill
    journal: Journal
    report: Callable[[Report], None]
    settings: Settings
    log: Log
    stopping: Callable[[], bool]
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    watch: Stopwatch = field(default_factory=Stopwatch)
    """The mill's, so that all stages of a process are in one place."""
    spans: Spans = field(default_factory=NoSpans)
    _health: "_Health" = field(init=False)
    _rejected: Sampler = field(default_factory=lambda: Sampler(_EXAMPLE_SECONDS), init=False)
    _failing_since: float | None = field(default=None, init=False)
    _pause: float = field(default=_BACKOFF_SECONDS[0], init=False)
    _said: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        self._health = _Health(self.settings)

    def run(self) -> None:
        """Until told to stop. Raises TransportError when the world stays broken, TooManyBad when the input is."""
        try:
            while not self.stopping():
                self._turn()
        finally:
            with self.journal.calling():
                self.transport.close()
                self.spans.close()

    def _turn(self) -> None:
        try:
            batch = self._poll()
            tell_skips(batch, self.log, self.report)
            if batch.records:
                self._work(batch)
            else:
                self._rest()
        except Unavailable as error:
            self._wait_for_the_world(error)

    def _poll(self) -> Batch:
        self.journal.holds(0)
        self.watch.begin("poll")
        try:
            with self.journal.calling():
                return self.transport.poll()
        finally:
            self.watch.end()

    def _work(self, batch: Batch) -> None:
        """Deliver a polled batch in as many transactions as its limits ask for."""
        self.journal.idle(drained=False)
        polled_at = self.monotonic()
        longest = self.settings.kafka.max_poll_interval_seconds * _POLL_SHARE
        while batch.records and not self.stopping():
            if self.monotonic() - polled_at > longest:
                self.transport.give_back(batch)
                return
            batch = self._deliver_head(batch)

    def _deliver_head(self, batch: Batch) -> Batch:
        """Process and deliver what fits into one transaction; returns the rest."""
        tally, started = Tally(), self.monotonic()
        waiting = sum(len(record.value or b"") for record in batch.records)
        self.journal.holds(waiting)
        with self.spans.batch(tally):
            outputs = self._process(batch, tally, started)
            head, rest = batch.split(tally.pages)
            self._health.judge(tally)
            self.journal.holds(waiting + tally.output_bytes)
            before = self.monotonic()
            self._deliver(head, outputs)
            tally.deliver_seconds = self.monotonic() - before
        tally.batch_seconds = self.monotonic() - started
        self._delivered(tally, head)
        return rest

    def _deliver(self, head: Batch, outputs: Sequence[Output]) -> None:
        self.watch.begin("deliver")
        try:
            with self.journal.calling():
                self.transport.deliver(head, outputs)
        finally:
            self.watch.end()

    def _process(self, batch: Batch, tally: Tally, started: float) -> list[Output]:
        """Outputs of the first pages of the batch, until one of its limits is reached; at least of one page."""
        outputs: list[Output] = []
        worker = self.settings.worker
        self.mill.look_around()
        size = 0
        for record in batch.records:
            size += record.size
            if tally.pages and (
                size > worker.batch_bytes
                or self.monotonic() - started > worker.batch_seconds
                or self.mill.stands_alone(record)
            ):
                break
            self.journal.page_begins(record.partition, record.offset, record.timestamp_ms)
            outcome, made = self.mill.grind(record)
            self.journal.page_ends()
            tally.add(outcome)
            self.spans.page(record, outcome)
            outputs += made
            if self.mill.stands_alone(record):
                break
        tally.output_bytes = sum(len(output.value or b"") for output in outputs)
        return outputs

    def _delivered(self, tally: Tally, head: Batch) -> None:
        self.journal.delivered()
        self._recovered()
        progress = self.transport.progress()
        tally.lag = dict(progress.lag)
        newest = max((record.timestamp_ms for record in head.records), default=-1)
        tally.lag_seconds = max(0.0, time.time() - newest / 1000) if newest >= 0 else 0.0
        self.journal.stands(len(progress.lag), settled=progress.settled)
        self.report(tally)
        self.report(Standing(dict(progress.lag), progress.rebalances, self.watch.take()))
        self.log.info(
            "batch",
            pages=tally.pages,
            articles=sum(tally.articles.values()),
            dead_letters=sum(tally.dead_letters.values()),
            seconds=round(tally.batch_seconds, 3),
            deliver_seconds=round(tally.deliver_seconds, 3),
            lag=sum(tally.lag.values()),
        )
        self._show_rejected(tally)

    def _show_rejected(self, tally: Tally) -> None:
        """One page of each reason now and then, by its place: the dead letters hold them all."""
        for letter in tally.glimpse.letters:
            if letter.position is not None and self._rejected.lets(letter.reason) is not None:
                write = self.log.warning if letter.reason in _OUR_FAULT else self.log.info
                where = {"partition": letter.position.partition, "offset": letter.position.offset}
                write("page_rejected", reason=letter.reason, detail=letter.detail, host=letter.host, **where)

    def _rest(self) -> None:
        """Nothing came: say where this process stands, now and then."""
        self._recovered()
        now = self.monotonic()
        idle_seconds = self.settings.worker.stop_when_idle_seconds
        if now - self._said < min(_STANDING_SECONDS, idle_seconds / 2 if idle_seconds else _STANDING_SECONDS):
            return
        self._said = now
        progress = self.transport.progress()
        self.journal.stands(len(progress.lag), settled=progress.settled)
        with self.journal.calling():
            self.journal.idle(drained=progress.settled and self.transport.drained())
        self.report(Standing(dict(progress.lag), progress.rebalances, self.watch.take()))

    def _recovered(self) -> None:
        if self._failing_since is not None:
            self.log.info("recovered", after_seconds=round(self.monotonic() - self._failing_since, 1))
        self._failing_since, self._pause = None, _BACKOFF_SECONDS[0]

    def _wait_for_the_world(self, error: TransportError) -> None:
        """Pause and try again; nothing is lost. Raises the error when the outage outlasts the settings' patience."""
        now = self.monotonic()
        self.journal.idle(drained=False)
        self.report(Trouble(type(error).__name__))
        if self._failing_since is None:
            self._failing_since = now
        failing = now - self._failing_since
        self.log.warning(
            "unavailable", error=str(error), failing_seconds=round(failing, 1), next_try_seconds=self._pause
        )
        if failing > self.settings.kafka.outage_seconds:
            raise error
        until = now + self._pause
        while not self.stopping() and self.monotonic() < until:
            self.sleep(min(0.1, self._pause))
        self._pause = min(self._pause * 2, _BACKOFF_SECONDS[1])


class _Health:
    """Judges whether the rejections are of single pages, or of something that is wrong as a whole."""

    def __init__(self, settings: Settings) -> None:
        self._limits = settings.limits
        self._window: deque[tuple[int, int]] = deque()
        self._ours = 0

    def judge(self, tally: Tally) -> None:
        """Raises TooManyBad before the batch of `tally` is delivered."""
        ours = sum(tally.dead_letters[reason] for reason in _OUR_FAULT)
        self._ours = self._ours + ours if ours == tally.pages else ours
        if self._ours >= self._limits.bad_in_a_row:
            raise TooManyBad(
                f"{self._ours} pages in a row failed through our own fault, limit {self._limits.bad_in_a_row}"
            )
        self._window.append((tally.pages, sum(tally.dead_letters.values())))
        self._judge_window(self._window)

    def _judge_window(self, window: "deque[tuple[int, int]]") -> None:
        while len(window) > 1 and sum(pages for pages, _ in window) - window[0][0] >= self._limits.bad_window:
            window.popleft()
        pages, bad = sum(p for p, _ in window), sum(b for _, b in window)
        if self._limits.bad_share < 1.0 and pages >= self._limits.bad_window and bad > pages * self._limits.bad_share:
            raise TooManyBad(f"{bad} of the last {pages} pages were rejected, limit {self._limits.bad_share:.0%}")


_OUR_FAULT: Final[Sequence[str]] = ("bug", "crashed", "time_limit", "memory_limit")
