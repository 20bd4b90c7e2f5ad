"""The third consumer: reads `news.metrics`, and keeps the newest version of each host's profile on a compacted topic.

Metrics are keyed by host, so that one process sees all pages of a host, however pages are spread. The profiles that
changed and the positions behind the pages in them go out in one transaction: what stands on the topic is always what
the committed positions say, and each page counts once. A process begins with what stands there.
"""

import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from pydantic import ValidationError

from schemas.codec import decode, encode
from schemas.messages import PageMetrics
from schemas.site_profile import SiteProfile
from worker.core.site_profile import grown
from worker.journal import Journal
from worker.log import Log
from worker.profiles import Profiles
from worker.settings import Settings
from worker.skips import tell_skips
from worker.tally import Report, Standing, Trouble
from worker.transport import Batch, Output, Record, Transport, Unavailable

_MOST_PAGES: Final = 20_000
"""Pages after which profiles go out though their time has not come."""
_STANDING_SECONDS: Final = 2.0
_PAUSE_SECONDS: Final = 1.0


@dataclass
class Profiler:
    """The loop of a profiler process over a transport that reads the metrics topic."""

    transport: Transport
    journal: Journal
    report: Callable[[Report], None]
    settings: Settings
    log: Log
    stopping: Callable[[], bool]
    stored: Callable[[], Iterable[Record]]
    """All that stands on the topic of profiles, open transactions waited for. Raises TransportError."""
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    _profiles: Profiles | None = field(default=None, init=False)
    """None until they are read."""
    _mine: OrderedDict[str, None] = field(default_factory=OrderedDict, init=False)
    """Hosts that had a page here since then, the one that had the last page last."""
    _changed: set[str] = field(default_factory=set, init=False)
    _last: dict[int, Record] = field(default_factory=dict, init=False)
    """The last record counted of each partition."""
    _pages: int = field(default=0, init=False)
    _since: float = field(default=0.0, init=False)
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
        """Poll once, count, and write the profiles when it is time."""
        try:
            with self.journal.calling():
                batch = self.transport.poll()
            tell_skips(batch, self.log, self.report)
            if batch.session is None:  # positions were read anew: what was not delivered comes again
                self._forget()
            else:
                self._count(batch)
                if self._last and (self._pages >= _MOST_PAGES or self.clock() - self._since >= self._window):
                    self._deliver(batch)
            self._stand()
            self._failing_since = None
        except Unavailable as error:
            self._wait(error)

    @property
    def _window(self) -> int:
        return self.settings.profiles.window_seconds

    def _forget(self) -> None:
        self._profiles = None
        self._mine.clear()
        self._delivered()

    def _delivered(self) -> None:
        self._changed.clear()
        self._last.clear()
        self._pages = 0

    def _count(self, batch: Batch) -> None:
        """Add pages to the profiles of their hosts."""
        profiles = self._loaded(batch) if batch.records else Profiles()
        for record in batch.records:
            if not self._last:
                self._since = self.clock()
            self._last[record.partition] = record
            self._pages += 1
            page = _page_in(record)
            if page is not None:
                self._add(page, profiles, max(1, record.timestamp_ms))

    def _add(self, page: PageMetrics, profiles: Profiles, version: int) -> None:
        if page.prints is None or page.url is None:
            return
        profile = grown(profiles.of(page.host), page.host, page.url, page.prints, version)
        if profile is None:
            return
        profiles.put(profile)
        self._changed.add(page.host)
        self._mine[page.host] = None
        self._mine.move_to_end(page.host)
        if len(self._mine) > self.settings.profiles.hosts:
            longest_ago, _ = self._mine.popitem(last=False)
            profiles.drop(longest_ago)
            self._changed.add(longest_ago)

    def _loaded(self, batch: Batch) -> Profiles:
        """The profiles, read when the first pages come under a new membership; these come again if it fails."""
        if self._profiles is None:
            profiles = Profiles(sys.maxsize, of_each=_whole)
            try:
                with self.journal.calling():
                    for record in self.stored():
                        profiles.take(record.key, record.value)
            except Unavailable:
                self.transport.give_back(batch)
                raise
            self.log.info("profiles_read", hosts=len(profiles))
            self._profiles = profiles
        return self._profiles

    def _deliver(self, batch: Batch) -> None:
        outputs = [self._output(host) for host in sorted(self._changed)]
        with self.journal.calling():
            self.transport.deliver(Batch(list(self._last.values()), batch.session), outputs)
        self.log.info("profiles", hosts=len(outputs), pages=self._pages)
        self._delivered()

    def _output(self, host: str) -> Output:
        profile = self._profiles.of(host) if self._profiles else None
        return Output(self.settings.topics.site_profiles, host.encode(), encode(profile) if profile else None)

    def _stand(self) -> None:
        """Say where this process stands, now and then: idle once nothing is left to read and all is written."""
        now = self.clock()
        if now - self._said < _STANDING_SECONDS:
            return
        self._said = now
        self.journal.delivered()  # a poll that came back is progress here: profiles are written once a window
        progress = self.transport.progress()
        self.journal.stands(len(progress.lag), settled=progress.settled)
        self.journal.idle(drained=progress.settled and not sum(progress.lag.values()) and not self._last)
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


def _whole(profile: SiteProfile) -> SiteProfile:
    return profile


def _page_in(record: Record) -> PageMetrics | None:
    try:
        return decode(PageMetrics, record.value or b"")
    except ValidationError:
        return None  # the roll-up reads the same topic, and says so
