"""How a supervisor ends when its processes do: real processes, whose work is to fail."""

import signal
import threading
import time

import pytest

from worker.child import Exit
from worker.ends import NEVER, Cause
from worker.observe import Metrics
from worker.settings import load
from worker.supervisor import Supervisor
from worker.transport import Fenced, Refused, TooLargeForBroker, Unavailable


@pytest.fixture(autouse=True)
def own_state_and_signals(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


class Fails:
    """Work that ends with the same error each time."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __call__(self, *_: object) -> None:
        raise self._error


def hang(*_: object) -> None:
    """Work that hears no stop."""
    time.sleep(60)


@pytest.mark.parametrize(
    ("error", "code", "cause"),
    [
        (Refused("no right"), Exit.REFUSED, Cause.REFUSED),
        (TooLargeForBroker("a record"), Exit.CONFIGURATION, Cause.TOO_LARGE),
        (Fenced("the name is used twice"), Exit.FENCED, Cause.FENCED),
        (Unavailable("for too long"), Exit.FAILED, Cause.GAVE_UP),
    ],
)
def test_what_ends_a_worker_is_counted_once(error, code, cause):
    """Two processes end for the same cause; the worker ends for it once."""
    settings = load(worker={"processes": 2, "restarts_in_a_row": 1, "restart_backoff_seconds": 0.01})
    supervisor = Supervisor(settings, lambda *_: None, lambda *_: None, Fails(error))
    metrics = Metrics(supervisor.overview, ends=supervisor.ends)
    assert supervisor.run() == code
    ended = supervisor.ends()
    assert {known: end.times for known, end in ended.items()} == {known: int(known is cause) for known in Cause}
    shown = {
        sample.labels.get("cause"): sample.value
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "newsmill_stops_total"
    }
    assert shown == {str(known): end.times for known, end in ended.items()}


def test_a_stop_that_takes_too_long_is_counted():
    settings = load(worker={"processes": 1, "stop_seconds": 0.5})
    supervisor = Supervisor(settings, lambda *_: None, lambda *_: None, hang)
    threading.Timer(5.0, supervisor.ask_to_stop).start()
    assert supervisor.run() == Exit.FAILED
    assert {cause for cause, end in supervisor.ends().items() if end.times} == {Cause.STOP_FAILED}


def test_a_worker_that_was_asked_to_stop_leaves_nothing_behind(tmp_path):
    settings = load(worker={"processes": 1})
    supervisor = Supervisor(settings, lambda *_: None, lambda *_: None, Fails(ZeroDivisionError("never started")))
    supervisor.ask_to_stop()
    assert (supervisor.run(), supervisor.ends()) == (Exit.CLEAN, NEVER)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
