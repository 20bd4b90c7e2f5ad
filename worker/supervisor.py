"""The supervisor: starts the consumer processes, watches them from outside, starts the dead again, and ends them all.

It never touches Kafka. From each process's journal it sees the record in hand and how long; it kills what exceeds a
limit, accuses the record, and starts the process again; a record accused `limits.page_tries` times is dead-lettered.
"""

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from multiprocessing import connection
from typing import Any, Final

from schemas.reasons import Reason
from worker import log as logs
from worker.child import FINAL, Charge, Exit, Work, grind_pages, main, resident_bytes
from worker.ends import Cause, Ended
from worker.journal import Accused, Doing, Journal, Note, Notebook
from worker.mill import OUT_OF_MEMORY
from worker.paths import state_dir
from worker.settings import Settings
from worker.tally import Overview, Report

_WATCH_SECONDS: Final = 0.05
"""How often journals are read: what a page may exceed its limits by."""
_CONTEXT: Final = multiprocessing.get_context("spawn")


@dataclass
class Slot:
    """One process number of the worker, and the process that has it now."""

    number: int
    journal: Journal
    process: Any = None
    reports: Any = None
    start_at: float = 0.0
    """Not before this (monotonic), while there is no process."""
    deaths: int = 0
    """In a row, without a delivered batch in between."""
    verdict: Reason | None = None
    """Why the supervisor killed it."""
    code: int | None = None
    """Exit code once it has ended for good."""

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self.process is not None and self.process.is_alive()


class Supervisor:
    """Runs `settings.worker.processes` consumer processes until told to stop; see `run`."""

    def __init__(
        self,
        settings: Settings,
        report: Callable[[int, Report], None],
        died: Callable[[int, str], None],
        work: Work = grind_pages,
    ) -> None:
        self._settings = settings
        self._report = report
        self._died = died
        self._work = work
        self._log = logs.get(process="supervisor")
        self._stop = _CONTEXT.Event()
        self._notebook = _notebook(settings, self._log)
        self._ends = self._notebook.ends
        self._suspects = self._notebook.suspects
        self._slots = [Slot(number, journal) for number, journal in enumerate(self._notebook.journals)]
        self._stop_asked = False
        self._ended: Exit | None = None
        self._progress_at = time.monotonic()
        self._batches = 0

    def ask_to_stop(self, *_: object) -> None:
        """Finish the batches in hand, commit, leave the group. Safe in a signal handler."""
        self._stop_asked = True

    def run(self) -> Exit:
        """Until a signal, until idle for the settings' time, or until it cannot go on; returns why."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.ask_to_stop)
        self._ends.begin()
        for page in self._notebook.left_in_hand:
            self._accuse(page, Reason.CRASHED, with_supervisor=True)
        try:
            while not self._stop_asked and self._ended is None:
                self._turn()
            return self._wind_up()
        finally:
            self._kill_all()
            self._notebook.close()

    def overview(self) -> Overview:
        """The worker as it is now."""
        notes = [slot.journal.read() for slot in self._slots if slot.alive]
        return Overview(
            len(self._slots),
            len(notes),
            sum(note.settled for note in notes),
            sum(note.assigned for note in notes),
            time.monotonic() - self._progress_at,
            sum(map(resident_bytes, [os.getpid(), *(slot.process.pid for slot in self._slots if slot.alive)])),
            sum(note.in_flight_bytes for note in notes),
        )

    def ends(self) -> Mapping[Cause, Ended]:
        """What has ended the workers of this instance so far."""
        return self._ends.all()

    def linger(self, seconds: float) -> None:
        """Wait that long, or until told to stop."""
        until = time.monotonic() + seconds
        if not self._stop_asked:
            self._log.info("lingers", seconds=seconds)
        while not self._stop_asked and time.monotonic() < until:
            time.sleep(_WATCH_SECONDS)

    def _turn(self) -> None:
        now = time.monotonic()
        for slot in self._slots:
            if slot.process is None and slot.code is None and now >= slot.start_at:
                self._start(slot)
        self._hear(_WATCH_SECONDS)
        for slot in self._slots:
            if slot.alive:
                self._watch(slot, slot.journal.read())
            elif slot.process is not None:
                self._bury(slot)
        self._note_progress()
        if self._all_idle():
            self._log.info("idle", seconds=self._settings.worker.stop_when_idle_seconds)
            self._ended = Exit.CLEAN

    def _start(self, slot: Slot) -> None:
        slot.journal.clear()
        slot.verdict = None
        receiving, sending = _CONTEXT.Pipe(duplex=False)
        charge = Charge(self._settings, slot.number, slot.journal, self._suspects, self._stop, sending, work=self._work)
        slot.process = _CONTEXT.Process(target=main, args=(charge,), name=f"newsmill-{slot.number}")
        slot.process.start()
        sending.close()
        slot.reports = receiving
        self._log.info("started", slot=slot.number, pid=slot.process.pid)

    def _hear(self, seconds: float) -> None:
        """Pass on what the processes report; wait that long for a first word."""
        pipes = {slot.reports: slot for slot in self._slots if slot.reports is not None}
        sentinels = [slot.process.sentinel for slot in self._slots if slot.alive]
        if not pipes and not sentinels:
            time.sleep(seconds)
        for ready in connection.wait([*pipes, *sentinels], seconds) if pipes or sentinels else ():
            if ready in pipes:
                self._hear_one(pipes[ready])

    def _hear_one(self, slot: Slot) -> None:
        try:
            while slot.reports.poll():
                self._report(slot.number, slot.reports.recv())
        except (EOFError, OSError):
            slot.reports.close()
            slot.reports = None

    def _watch(self, slot: Slot, note: Note) -> None:
        """Kill a process whose page or call takes too long, or whose page takes too much memory."""
        seconds = (time.monotonic_ns() - note.since_ns) / 1e9
        limits = self._settings.limits
        if note.doing is Doing.PAGE:
            grown = resident_bytes(slot.process.pid) - note.resting_rss
            if seconds > limits.page_seconds:
                self._condemn(slot, Reason.TIME_LIMIT, seconds=round(seconds, 1))
            elif grown > limits.page_memory_bytes and seconds > _WATCH_SECONDS:
                self._condemn(slot, Reason.MEMORY_LIMIT, grown_bytes=grown)
        elif note.doing is Doing.CALLING and seconds > self._longest_call():
            self._log.error("call_hangs", slot=slot.number, seconds=round(seconds, 1))
            slot.process.kill()

    def _longest_call(self) -> float:
        return self._settings.worker.call_seconds

    def _condemn(self, slot: Slot, reason: Reason, **why: object) -> None:
        if slot.verdict is None:
            slot.verdict = reason
            self._log.error("page_over_limit", slot=slot.number, reason=reason, **why)
            slot.process.kill()

    def _bury(self, slot: Slot) -> None:
        """A process has ended: say why, accuse the page it had in hand, and start another or give up."""
        code, note = slot.process.exitcode, slot.journal.read()
        if slot.reports is not None:
            self._hear_one(slot)
            if slot.reports is not None:
                slot.reports.close()
        slot.process = slot.reports = None
        if code == OUT_OF_MEMORY and slot.verdict is None:
            slot.verdict = Reason.MEMORY_LIMIT
        if code in FINAL:
            slot.code = code
            self._log.info("ended", slot=slot.number, exit_code=code)
            self._end(Exit(code), note.end or Cause.GAVE_UP)
            return
        if code != Exit.CLEAN and note.doing is Doing.PAGE:  # clean: somebody asked this process alone to stop
            self._accuse((note.partition, note.offset, note.timestamp_ms), slot.verdict or Reason.CRASHED)
        slot.deaths = 1 if note.batches else slot.deaths + 1
        self._died(slot.number, _cause(code, slot.verdict))
        self._start_later(slot, code)

    def _accuse(self, page: Accused, reason: Reason, *, with_supervisor: bool = False) -> None:
        partition, offset, _ = page
        tries = self._suspects.accuse(page, reason)
        self._log.error(
            "page_ended_its_process",
            partition=partition,
            offset=offset,
            reason=reason,
            tries=tries,
            with_supervisor=with_supervisor,
        )

    def _start_later(self, slot: Slot, code: int) -> None:
        worker = self._settings.worker
        if slot.deaths > worker.restarts_in_a_row:
            self._log.error("gave_up", slot=slot.number, deaths=slot.deaths, exit_code=code)
            fenced = code == Exit.FENCED
            self._end(*((Exit.FENCED, Cause.FENCED) if fenced else (Exit.FAILED, Cause.GAVE_UP)))
            return
        pause = min(worker.restart_backoff_seconds * 2 ** (slot.deaths - 1), worker.restart_backoff_max_seconds)
        slot.start_at = time.monotonic() + pause
        self._log.warning("died", slot=slot.number, exit_code=code, start_again_seconds=pause)

    def _end(self, code: Exit, cause: Cause) -> None:
        """The worker has to end; the first cause counts."""
        if self._ended is None:
            self._ended = code
            self._ends.count(cause)

    def _note_progress(self) -> None:
        notes = [slot.journal.read() for slot in self._slots if slot.alive]
        batches = sum(note.batches for note in notes)
        if batches != self._batches or (notes and all(note.idle_since_ns for note in notes)):
            self._batches, self._progress_at = batches, time.monotonic()

    def _all_idle(self) -> bool:
        limit = self._settings.worker.stop_when_idle_seconds
        if limit is None or not all(slot.alive for slot in self._slots):
            return False
        notes = [slot.journal.read() for slot in self._slots]
        since, seen = max(note.idle_since_ns for note in notes), min(note.idle_seen_ns for note in notes)
        return all(note.idle_since_ns for note in notes) and (seen - since) / 1e9 >= limit

    def _wind_up(self) -> Exit:
        """Ask all processes to stop, wait for them, and say how it ended."""
        self._log.info("stopping")
        self._stop.set()
        deadline = time.monotonic() + self._settings.worker.stop_seconds
        while any(slot.alive for slot in self._slots) and time.monotonic() < deadline:
            self._hear(_WATCH_SECONDS)
        late = [slot.number for slot in self._slots if slot.alive]
        if late:
            self._log.error("killed_at_stop", slots=late, seconds=self._settings.worker.stop_seconds)
        failed = late or any(code not in (None, Exit.CLEAN) for code in self._codes())
        if self._ended is not None and self._ended is not Exit.CLEAN:
            return self._ended
        if failed:
            self._ends.count(Cause.STOP_FAILED)
        return Exit.FAILED if failed else Exit.CLEAN

    def _codes(self) -> Iterable[int | None]:
        for slot in self._slots:
            if slot.reports is not None:
                self._hear_one(slot)
            yield slot.process.exitcode if slot.process is not None else slot.code

    def _kill_all(self) -> None:
        for slot in self._slots:
            if slot.process is not None:
                with contextlib.suppress(ValueError):
                    slot.process.kill()
                    slot.process.join(5)
            slot.journal.clear()  # a page that was in hand until now is not to blame


def _notebook(settings: Settings, log: logs.Log) -> Notebook:
    """The one that the next supervisor of this group and instance will find."""
    name = f"{settings.kafka.group_id}\0{settings.instance}\0{settings.topics.pages}"
    path = state_dir() / "workers" / blake2b(name.encode(), digest_size=8).hexdigest()
    try:
        return Notebook(settings.worker.processes, path)
    except OSError as error:
        log.warning(
            "tries_not_kept", error=str(error), advice="a writable XDG_STATE_HOME keeps them over a restart of all"
        )
        return Notebook(settings.worker.processes, None)


def _cause(code: int, verdict: Reason | None) -> str:
    """Why a process ended, from a small closed set."""
    if verdict is not None:
        return str(verdict)
    if code < 0:
        return "signal"
    return {Exit.FAILED: "failed", Exit.FENCED: "fenced"}.get(Exit(code), "exit") if code in set(Exit) else "exit"
