"""The second consumer: reads `news.metrics` and writes, for each source and window of time, one record of sums.

A window is a stretch of offsets of one partition: it ends in front of the first record that belongs to a later window,
or, when none comes, some time after its end. A record that is late counts in the window that is open. Its sums and the
position behind its last record go out in one transaction, so each page is counted in exactly one record; what is open
when a process ends is read again.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from pydantic import ValidationError

from schemas.codec import decode, encode
from schemas.messages import PageMetrics, SourceMetrics
from worker.journal import Journal
from worker.log import Log, Sampler
from worker.settings import Settings
from worker.skips import tell_skips
from worker.tally import Report, Standing, Trouble
from worker.transport import Batch, Output, Record, Transport, Unavailable

GRACE_SECONDS: Final = 30.0
"""How long after its end an idle window stays open."""
_STANDING_SECONDS: Final = 2.0
_PAUSE_SECONDS: Final = 1.0
_EXAMPLE_SECONDS: Final = 60.0
"""From one record in the log that is no page's metrics to the next."""


@dataclass
class Sums:
    """What the pages of one source came to."""

    pages: int = 0
    article_pages: int = 0
    articles: int = 0
    bytes: int = 0
    confidence: float = 0.0
    boilerplate: float = 0.0
    rejections: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)

    def add(self, page: PageMetrics) -> None:
        """Count one page."""
        self.pages += 1
        self.bytes += page.bytes
        if page.rejection is not None:
            self.rejections[page.rejection.reason.value] += 1
            return
        self.article_pages += 1
        self.articles += page.articles
        self.confidence += page.confidence
        self.boilerplate += page.boilerplate_share
        self.languages[page.language or "unknown"] += 1
        self.missing.update(page.missing)
        self.warnings.update(warning.value for warning in page.warnings)


@dataclass
class Window:
    """The open window of one partition; `start` in seconds since 1970."""

    start: int
    first: Record
    last: Record
    sources: dict[str, Sums] = field(default_factory=dict)

    def add(self, page: PageMetrics) -> None:
        """Count one page."""
        self.sources.setdefault(page.host, Sums()).add(page)

    def messages(self, seconds: int) -> list[SourceMetrics]:
        """One for each source, by name."""
        return [self._message(host, self.sources[host], seconds) for host in sorted(self.sources)]

    def _message(self, host: str, sums: Sums, seconds: int) -> SourceMetrics:
        return SourceMetrics(
            host=host,
            window_start=datetime.fromtimestamp(self.start, UTC),
            window_seconds=seconds,
            partition=self.first.partition,
            first_offset=self.first.offset,
            last_offset=self.last.offset,
            pages=sums.pages,
            article_pages=sums.article_pages,
            articles=sums.articles,
            bytes=sums.bytes,
            confidence=sums.confidence / max(1, sums.article_pages),
            boilerplate_share=sums.boilerplate / max(1, sums.article_pages),
            rejections=dict(sums.rejections),
            languages=dict(sums.languages),
            missing=dict(sums.missing),
            warnings=dict(sums.warnings),
        )


@dataclass
class Rollup:
    """The loop of a roll-up process over a transport that reads the metrics topic."""

    transport: Transport
    journal: Journal
    report: Callable[[Report], None]
    settings: Settings
    log: Log
    stopping: Callable[[], bool]
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    _open: dict[int, Window] = field(default_factory=dict, init=False)
    _foreign: Sampler = field(default_factory=lambda: Sampler(_EXAMPLE_SECONDS), init=False)
    _failing_since: float | None = field(default=None, init=False)
    _said: float = field(default=0.0, init=False)

    def run(self) -> None:
        """Until told to stop. Raises TransportError when the world stays broken."""
        try:
            while not self.stopping():
                self.turn()
        finally:
            with self.journal.calling():
                self.transport.close()

    def turn(self) -> None:
        """Poll once, count, and write the windows that ended."""
        try:
            with self.journal.calling():
                batch = self.transport.poll()
            tell_skips(batch, self.log, self.report)
            if batch.session is None:  # positions were read anew: what was open comes again
                self._open.clear()
            else:
                self._deliver(batch, [*self._count(batch.records), *self._end_by_clock()])
            self._stand()
            self._failing_since = None
        except Unavailable as error:
            self._wait(error)

    def _count(self, records: Sequence[Record]) -> list[Window]:
        """Add the records to the open windows; returns those that ended."""
        ended = []
        for record in records:
            start = self._start_of(record)
            window = self._open.get(record.partition)
            if window is not None and start > window.start:
                ended.append(window)
                window = None
            if window is None:
                window = self._open[record.partition] = Window(start, record, record)
            window.last = record
            page = self._page_in(record)
            if page is not None:
                window.add(page)
        return ended

    def _end_by_clock(self) -> list[Window]:
        late = self.clock() - self.settings.rollup.window_seconds - GRACE_SECONDS
        ended = [partition for partition, window in self._open.items() if window.start < late]
        return [self._open.pop(partition) for partition in ended]

    def _deliver(self, batch: Batch, ended: Sequence[Window]) -> None:
        if not ended:
            return
        seconds = self.settings.rollup.window_seconds
        outputs = [self._output(message) for window in ended for message in window.messages(seconds)]
        with self.journal.calling():
            self.transport.deliver(Batch([window.last for window in ended], batch.session), outputs)
        pages = sum(sums.pages for window in ended for sums in window.sources.values())
        self.log.info("windows", windows=len(ended), sources=len(outputs), pages=pages)

    def _output(self, message: SourceMetrics) -> Output:
        key = f"{message.host} {message.window_start.timestamp():.0f} {message.partition}-{message.first_offset}"
        return Output(self.settings.topics.source_metrics, key.encode(), encode(message))

    def _page_in(self, record: Record) -> PageMetrics | None:
        try:
            return decode(PageMetrics, record.value or b"")
        except ValidationError:
            withheld = self._foreign.lets("not_page_metrics")
            if withheld is not None:
                where = {"partition": record.partition, "offset": record.offset}
                self.log.warning("not_page_metrics", withheld=withheld, **where)
            return None

    def _start_of(self, record: Record) -> int:
        seconds = record.timestamp_ms / 1000 if record.timestamp_ms >= 0 else self.clock()
        return int(seconds) - int(seconds) % self.settings.rollup.window_seconds

    def _stand(self) -> None:
        """Say where this process stands, now and then: idle once nothing is left to read and no window is open."""
        now = self.clock()
        if now - self._said < _STANDING_SECONDS:
            return
        self._said = now
        self.journal.delivered()  # a poll that came back is progress here: windows stay open for minutes
        progress = self.transport.progress()
        self.journal.stands(len(progress.lag), settled=progress.settled)
        self.journal.idle(drained=progress.settled and not sum(progress.lag.values()) and not self._open)
        self.report(Standing(dict(progress.lag), progress.rebalances))

    def _wait(self, error: Unavailable) -> None:
        """Pause and try again. Raises the error when the outage outlasts the settings' patience."""
        self._failing_since = self._failing_since or self.clock()
        failing = self.clock() - self._failing_since
        self.report(Trouble(type(error).__name__))
        self.log.warning(
            "unavailable", error=str(error), failing_seconds=round(failing, 1), next_try_seconds=_PAUSE_SECONDS
        )
        if failing > self.settings.kafka.outage_seconds:
            raise error
        self.sleep(_PAUSE_SECONDS)
