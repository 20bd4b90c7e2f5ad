"""The process that keeps a local broker running: in the foreground, or as a daemon with a pid file in its data folder.

The nodes are children of the keeper and die with it. `keeper.json` in the data folder says who keeps it; a lock on
`keeper.lock`, held as long as the keeper lives, says whether that is still true.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import orjson

from worker.local_broker.cluster import LocalKafka
from worker.local_broker.config import HOST
from worker.local_broker.errors import BrokerError
from worker.local_broker.jars import KAFKA_VERSION, class_path
from worker.local_broker.ports import is_free
from worker.paths import state_dir

_POLL_S: Final = 0.1
_START_S: Final = 90.0
_STOP_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Keeper:
    """What `keeper.json` says: who keeps which broker running."""

    pid: int
    born: int
    """Start time of that process in clock ticks since boot: a pid alone may be another process's by now."""
    version: str
    bootstrap: str
    data: str
    node_pids: dict[str, int]
    """Node id -> process id of its Java process."""


def keep(nodes: int, port: int, data: Path, on_ready: Callable[[Keeper], None]) -> None:
    """Run a broker until SIGTERM or SIGINT, then end it in order.

    `on_ready` is called when all nodes serve. Raises BrokerError when it cannot start, and when a node ends by itself.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.default_int_handler)  # also where a shell has told us to ignore it
    with suppress(KeyboardInterrupt), _sole_keeper(data), LocalKafka(nodes, port, data) as broker:
        keeper = _describe(broker)
        (data / "keeper.json").write_bytes(orjson.dumps(asdict(keeper)))
        on_ready(keeper)
        while True:
            time.sleep(_POLL_S)
            _refuse_dead_nodes(broker)


def start(nodes: int, port: int, data: Path) -> Keeper:
    """Start a keeper that outlives this process, and wait until its broker serves. Raises BrokerError."""
    running = find(data)
    if running is not None:
        return _same(running, nodes, port)
    class_path()  # a first download is seen here, not in a log
    log = data / "logs" / "keeper.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "worker.local_broker", str(nodes), str(port), str(data)]
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - ourselves
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    return _wait_until_kept(process, data, log)


def stop(data: Path) -> bool:
    """End the keeper of that folder and its nodes; whether there was one. Raises BrokerError when it does not end."""
    keeper = find(data)
    if keeper is None:
        return False
    os.kill(keeper.pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_S
    while find(data) is not None:
        if time.monotonic() > deadline:
            raise BrokerError(f"the broker's keeper, pid {keeper.pid}, has not ended after {_STOP_S:.0f} s")
        time.sleep(_POLL_S)
    return True


def find(data: Path) -> Keeper | None:
    """The living keeper of that folder, once its broker serves; None when there is none."""
    try:
        keeper = Keeper(**orjson.loads((data / "keeper.json").read_bytes()))
    except (FileNotFoundError, orjson.JSONDecodeError):
        return None
    return keeper if _born(keeper.pid) == keeper.born else None


def all_data_folders() -> list[Path]:
    """The data folders in their usual place."""
    return sorted(folder for folder in state_dir().glob("broker*") if folder.is_dir())


def silent_nodes(keeper: Keeper) -> list[str]:
    """Addresses of nodes that do not listen."""
    return [address for address in keeper.bootstrap.split(",") if is_free(int(address.removeprefix(f"{HOST}:")))]


@contextmanager
def _sole_keeper(data: Path) -> Iterator[None]:
    data.mkdir(parents=True, exist_ok=True)
    with (data / "keeper.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            keeper = find(data)
            by = f" by pid {keeper.pid} at {keeper.bootstrap}" if keeper else ""
            raise BrokerError(f"a broker already runs{by} on the data in {data}") from None
        try:
            yield
        finally:
            (data / "keeper.json").unlink(missing_ok=True)


def _describe(broker: LocalKafka) -> Keeper:
    pids = {str(node.id): broker.pid(node.id) or 0 for node in broker.nodes}
    born = _born(os.getpid()) or 0
    return Keeper(os.getpid(), born, KAFKA_VERSION, broker.bootstrap, str(broker.data), pids)


def _refuse_dead_nodes(broker: LocalKafka) -> None:
    dead = [node.id for node in broker.nodes if broker.pid(node.id) is None]
    if dead:
        logs = ", ".join(str(broker.data / "logs" / f"node-{node}.log") for node in dead)
        raise BrokerError(f"Kafka ended by itself; its last words are in {logs}")


def _same(running: Keeper, nodes: int, port: int) -> Keeper:
    """A second start is no error, unless it asks for another broker than the one that runs."""
    first = f"{HOST}:{port}"
    if len(running.node_pids) != nodes or running.bootstrap.split(",")[0] != first:
        raise BrokerError(f"another broker runs on the data in {running.data}: {running.bootstrap}; stop it first")
    return running


def _wait_until_kept(process: subprocess.Popen[bytes], data: Path, log: Path) -> Keeper:
    deadline = time.monotonic() + _START_S
    while (keeper := find(data)) is None:
        if process.poll() is not None:
            raise BrokerError(log.read_text("utf-8").strip() or f"the broker's keeper ended ({process.returncode})")
        if time.monotonic() > deadline:
            process.kill()
            raise BrokerError(f"the broker is not ready after {_START_S:.0f} s; see {data / 'logs'}")
        time.sleep(_POLL_S)
    return keeper


def _born(pid: int) -> int | None:
    """When that process started; None when it is gone, or only waits to be buried."""
    with suppress(FileNotFoundError, ProcessLookupError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] in "ZX" else int(fields[19])
    return None
