"""Brokers that go away under a running worker: it waits, says so, and goes on by itself."""

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.kit.kafka import Corner, ended, page, running
from worker.local_broker import LocalKafka
from worker.local_broker.errors import BrokerError


def test_a_broker_that_goes_away_under_a_worker_ends_no_process(topic_names):
    with LocalKafka() as broker:
        corner = Corner(broker.bootstrap, topic_names, kafka={"request_timeout_seconds": 3.0}).create()
        with running(corner, "--stop-when-idle", "3") as process:
            corner.produce([page(n) for n in range(10)])
            corner.wait_for(10)
            broker.kill(1)
            time.sleep(6)  # longer than what counts as idle: nothing comes, but not because nothing is left
            broker.start(1)
            corner.produce([page(n) for n in range(10, 20)])
            code, log = ended(process)
    assert code == 0, log
    assert_it_waited(log)
    assert "died" not in {line["event"] for line in log}


def assert_it_waited(log: list[dict]) -> None:
    said = [line for line in log if line["event"] == "unavailable"]
    assert said
    assert all("tried again" in line["error"] for line in said), said
    assert "recovered" in {line["event"] for line in log}


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A file system of 48 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no right to mount a small file system")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk: Path, left: int) -> Path:
    """A file that leaves so many bytes."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(1 << 16))
        except OSError:
            file.truncate(file.tell() - left)
    return filler


@pytest.mark.timeout(240)
def test_a_disk_that_is_full_costs_time_and_no_page(topic_names, small_disk):
    """Kafka ends itself when it cannot write; here in the midst of the worker's batches."""
    with LocalKafka(data=small_disk) as broker:
        corner = Corner(broker.bootstrap, topic_names, kafka={"request_timeout_seconds": 3.0}).create()
        corner.worker = {"batch_pages": 5}
        corner.produce([page(n) for n in range(600)])
        with running(corner, "--stop-when-idle", "1") as process:
            corner.wait_for(1)
            filler = fill(small_disk, 100_000)
            wait_until_ended(broker)
            filler.unlink()
            threading.Timer(1, restart, [broker]).start()
            code, log = ended(process, 150)
        positions = corner.positions_out()
    assert code == 0, log
    assert_it_waited(log)
    assert len(positions) == len(set(positions)) == 600


def wait_until_ended(broker: LocalKafka) -> None:
    deadline = time.monotonic() + 60
    while broker.pid(1) is not None:
        assert time.monotonic() < deadline, "the broker found room"
        time.sleep(0.1)


def restart(broker: LocalKafka) -> None:
    """Again when a busy machine has not let it become ready in its time."""
    for _ in range(3):
        broker.kill(1)
        with suppress(BrokerError):
            broker.start(1)
            return
