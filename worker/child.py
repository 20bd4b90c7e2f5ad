"""A consumer process, from its first line to its exit code. Spawned by the supervisor, never forked."""

import os
import resource
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from multiprocessing import connection, parent_process
from pathlib import Path
from typing import Any, Final

from worker import log as logs
from worker.ends import Cause
from worker.journal import Journal, Suspects
from worker.loop import Loop, TooManyBad
from worker.mill import Mill, nothing
from worker.profile_feed import ProfileFeed
from worker.profiler import Profiler
from worker.profiles import Profiles
from worker.rollup import Rollup
from worker.settings import Settings
from worker.spans import spans_of
from worker.tally import Report
from worker.transport import Fenced, OffsetsGone, Refused, TooLargeForBroker, TopicMissing, Transport, TransportError
from worker.transport.kafka import KafkaTransport
from worker.transport.kafka.table import TopicTable, whole


class Exit(IntEnum):
    """Exit codes of `newsmill run` and of its processes."""

    CLEAN = 0
    FAILED = 1
    """The brokers stayed away, or a process died too often."""
    CONFIGURATION = 2
    """The settings are wrong, or a topic is missing or takes too small records."""
    TOO_MANY_BAD = 3
    """So many pages were rejected that the worker stopped rather than drain the topic into the dead letters."""
    OFFSETS_GONE = 4
    """Committed positions were deleted by retention, and the settings say stop."""
    REFUSED = 5
    """The brokers refuse: credentials or rights."""
    FENCED = 6
    """Another process uses this one's transactional id."""


FINAL: Final = frozenset({Exit.CONFIGURATION, Exit.TOO_MANY_BAD, Exit.OFFSETS_GONE, Exit.REFUSED})
"""Codes after which a process is not started again: trying again would end the same way."""
_ENDS: Final[dict[type[Exception], tuple[Exit, Cause]]] = {
    TooManyBad: (Exit.TOO_MANY_BAD, Cause.BAD_PAGES),
    OffsetsGone: (Exit.OFFSETS_GONE, Cause.OFFSETS_GONE),
    Refused: (Exit.REFUSED, Cause.REFUSED),
    TopicMissing: (Exit.CONFIGURATION, Cause.TOPIC_MISSING),
    TooLargeForBroker: (Exit.CONFIGURATION, Cause.TOO_LARGE),
    Fenced: (Exit.FENCED, Cause.FENCED),
    TransportError: (Exit.FAILED, Cause.GAVE_UP),
}
_HEADROOM: Final = 2
"""The address space may grow by this many times the page's memory limit; the supervisor's watch on resident memory is
the first limit, this one is for what it is too slow to see."""


Work = Callable[["Charge", Transport, Callable[[], bool], logs.Log], None]
"""What a process does with its transport until it is told to stop."""


def grind_pages(charge: "Charge", transport: Transport, stopping: Callable[[], bool], log: logs.Log) -> None:
    """Pages to articles. Raises TransportError and TooManyBad."""
    settings = charge.settings
    profiles = Profiles(settings.profiles.hosts)
    feed = ProfileFeed(profiles, lambda: TopicTable(settings.kafka, settings.topics.site_profiles), log)
    catch_up = feed.catch_up if settings.profiles.use else nothing
    mill = Mill(settings, charge.slot, charge.suspects, profiles=profiles, catch_up=catch_up)
    mill.warm_up()
    catch_up()
    charge.journal.rests_at(resident_bytes(os.getpid()))
    _limit_memory(settings.limits.page_memory_bytes * _HEADROOM)
    report, spans = _sender(charge.reports), spans_of(settings, charge.slot, log)
    Loop(transport, mill, charge.journal, report, settings, log, stopping, watch=mill.watch, spans=spans).run()


def roll_up(charge: "Charge", transport: Transport, stopping: Callable[[], bool], log: logs.Log) -> None:
    """Page metrics to sums per source. Raises TransportError."""
    Rollup(transport, charge.journal, _sender(charge.reports), charge.settings, log, stopping).run()


def keep_profiles(charge: "Charge", transport: Transport, stopping: Callable[[], bool], log: logs.Log) -> None:
    """Page metrics to site profiles. Raises TransportError."""
    settings = charge.settings
    stored = partial(whole, settings.kafka, settings.topics.site_profiles)
    Profiler(transport, charge.journal, _sender(charge.reports), settings, log, stopping, stored).run()


@dataclass(frozen=True)
class Charge:
    """What a process is started with."""

    settings: Settings
    slot: int
    journal: Journal
    suspects: Suspects
    stop: Any
    """An event that all processes of the worker share."""
    reports: Any
    """The sending end of a pipe."""
    make_transport: Callable[[Settings, int], Transport] = KafkaTransport
    work: Work = grind_pages


def main(charge: Charge) -> None:
    """Run the loop until told to stop; ends the process with its exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to all; the supervisor passes the word on
    stop = _Stop(charge.stop)
    signal.signal(signal.SIGTERM, stop.now)
    _die_with_parent()
    logs.configure(charge.settings.log)
    log = logs.get(process=charge.slot)
    code = _run(charge, stop, log)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # without waiting for threads of a client that may hang


def _run(charge: Charge, stop: "_Stop", log: logs.Log) -> Exit:
    try:
        transport = charge.make_transport(charge.settings, charge.slot)
        charge.work(charge, transport, stop.asked, log)
    except (TransportError, TooManyBad) as error:
        code, cause = next(end for kind, end in _ENDS.items() if isinstance(error, kind))
        charge.journal.ends(cause)
        log.error("stopped", error=str(error), exit_code=int(code))  # noqa: TRY400 - the message says it all
        return code
    except Exception as error:
        log.exception("failed", error=type(error).__name__)
        return Exit.FAILED
    return Exit.CLEAN


class _Stop:
    """Whether to stop: asked by the supervisor for all, or by SIGTERM for this process alone."""

    def __init__(self, shared: Any) -> None:  # noqa: ANN401 - multiprocessing's Event
        self._shared = shared
        self._own = False

    def now(self, *_: object) -> None:
        """SIGTERM."""
        self._own = True

    def asked(self) -> bool:
        """Whether to finish the batch in hand and leave."""
        return self._own or bool(self._shared.is_set())


def _sender(reports: Any) -> Callable[[Report], None]:  # noqa: ANN401 - multiprocessing's Connection
    def send(report: Report) -> None:
        try:
            reports.send(report)
        except OSError:
            return  # the supervisor is gone; this process is about to notice

    return send


def _die_with_parent() -> None:
    """End this process at once when its supervisor has died: nobody would watch it, and its successor needs its ids."""
    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(Exit.FAILED)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def resident_bytes(pid: int) -> int:
    """Resident memory of a process; 0 when it is gone or this is no Linux."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * resource.getpagesize()
    except (OSError, IndexError, ValueError):
        return 0


def _limit_memory(growth: int) -> None:
    try:
        now = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = now + growth
    resource.setrlimit(resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
