"""Workers as real processes: `newsmill run` under several instance names, and what can be done to them."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from worker.local_broker import die_with_parent

NEWSMILL = [sys.executable, "-c", "from worker.cli import main; main()"]
GUARDED = [sys.executable, "-I", "-S", die_with_parent.__file__]
"""Before a command, with our process id: it dies with us, however we end."""
STOP_SECONDS = 40.0


class Fleet:
    """The supervisors of one schedule, by instance name. Whatever happens, `close` ends them all by their ids."""

    def __init__(self, environment: Mapping[str, str], logs: Path) -> None:
        self._environment = dict(environment)
        self._logs = logs
        self._running: dict[str, subprocess.Popen] = {}
        self._stopped: set[int] = set()
        self.peak_rss = 0
        """Bytes, of the largest consumer process seen."""

    def start(self, name: str, processes: int, **more: str) -> None:
        """Start a supervisor under that instance name."""
        mine = {"NEWSMILL_INSTANCE": name, "NEWSMILL_WORKER__PROCESSES": str(processes), **more}
        with (self._logs / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [*GUARDED, str(os.getpid()), *NEWSMILL, "run"],
                env={**self._environment, **mine},
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )

    @property
    def names(self) -> list[str]:
        """Instances whose supervisor runs."""
        return sorted(name for name, process in self._running.items() if process.poll() is None)

    def crashed(self) -> dict[str, int]:
        """Supervisors that ended by themselves, with their exit codes."""
        return {name: code for name, process in self._running.items() if (code := process.poll()) is not None}

    def children(self, name: str | None = None) -> list[int]:
        """Process ids of the consumer processes, of one instance or of all."""
        names = self.names if name is None else [name]
        return [pid for each in names for pid in _children(self._running[each].pid)]

    def kill_supervisor(self, name: str) -> None:
        """Signal 9; its processes end by themselves."""
        process = self._running.pop(name)
        process.kill()
        process.wait()

    def leave(self, name: str) -> int:
        """Ask one to end, and wait; its exit code."""
        process = self._running.pop(name)
        process.terminate()
        return process.wait(STOP_SECONDS)

    def leave_all(self) -> list[int]:
        """Ask all to end, and wait; their exit codes."""
        for process in self._running.values():
            process.terminate()
        codes = [process.wait(STOP_SECONDS) for process in self._running.values()]
        self._running.clear()
        return codes

    def any_child(self, dice: random.Random) -> int | None:
        """One consumer process; None while there is none."""
        children = self.children()
        return dice.choice(children) if children else None

    def freeze(self, pid: int) -> None:
        """SIGSTOP."""
        if _signal(pid, signal.SIGSTOP):
            self._stopped.add(pid)

    def thaw(self, pid: int) -> None:
        """SIGCONT."""
        self._stopped.discard(pid)
        _signal(pid, signal.SIGCONT)

    def kill_child(self, pid: int) -> None:
        """Signal 9."""
        _signal(pid, signal.SIGKILL)

    def note_memory(self) -> dict[int, int]:
        """Resident bytes per consumer process now."""
        sizes = {pid: _resident(pid) for pid in self.children()}
        self.peak_rss = max([self.peak_rss, *sizes.values()])
        return sizes

    def close(self) -> None:
        """End everything at once."""
        for pid in [*self._stopped]:
            self.thaw(pid)
        left = self.children()
        for process in self._running.values():
            process.kill()
            process.wait()
        for pid in left:
            _signal(pid, signal.SIGKILL)
        self._running.clear()


def _signal(pid: int, number: int) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def _children(parent: int) -> list[int]:
    """Its consumer processes: those that spawn started, not spawn's own tracker of resources."""
    try:
        pids = Path(f"/proc/{parent}/task/{parent}/children").read_text("ascii").split()
        return [int(pid) for pid in pids if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGESIZE")
    except (FileNotFoundError, ProcessLookupError, IndexError):
        return 0
