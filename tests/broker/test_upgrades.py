"""Two versions of the worker side by side in one group, and a rolling restart under load."""

import time
from pathlib import Path

import orjson
import pytest

from tests.kit.kafka import Corner, page
from tests.soak.fleet import Fleet
from worker.audit import audit
from worker.transport.kafka.reader import TopicReader

NEWER = "99.0.0"
OTHER_VERSION = f"""
import importlib.metadata as metadata
_version = metadata.version
metadata.version = lambda name: "{NEWER}" if name == "newsmill" else _version(name)
"""
PAGES = 1_200


@pytest.fixture
def newer(tmp_path: Path) -> dict[str, str]:
    """Environment of a worker that takes itself for another version, in all its processes."""
    folder = tmp_path / "newer"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(OTHER_VERSION)
    return {"PYTHONPATH": str(folder)}


def logged(folder: Path, name: str) -> list[dict]:
    return [orjson.loads(line) for line in (folder / f"{name}.log").read_bytes().splitlines() if line.startswith(b"{")]


@pytest.mark.timeout(240)
def test_a_rolling_restart_to_another_version_loses_and_doubles_nothing(kafka, topic_names, tmp_path, newer):
    """One by one, under load: both versions share the group for a while, and hardly a batch is done again."""
    corner = Corner(kafka.bootstrap, topic_names, partitions=4).create()
    fleet = Fleet(corner.environment(), tmp_path)
    produced = 0

    def produce_until(seen: int) -> None:
        nonlocal produced
        deadline = time.monotonic() + 90
        while sum(offset or 0 for offset in corner.committed().values()) < seen and time.monotonic() < deadline:
            if produced < PAGES:
                corner.produce([page(produced + i) for i in range(100)], start=produced)
                produced += 100
            time.sleep(0.2)

    try:
        for name in ("a", "b"):
            fleet.start(name, 1)
        produce_until(200)
        for name, seen in (("a", 500), ("b", 800)):
            assert fleet.leave(name) == 0
            fleet.start(name, 1, **newer)
            produce_until(seen)
        produce_until(PAGES)
        assert set(fleet.leave_all()) == {0}
    finally:
        fleet.close()
    with TopicReader(corner.settings().kafka) as reader:
        verdict = audit(reader, corner.topics, 30.0, to_the_end=True)
    assert verdict.right, verdict.findings
    assert verdict.pages == PAGES
    versions = {orjson.loads(record.value)["worker_version"] for record in corner.read(corner.topics.metrics)}
    assert len(versions) == 2
    assert NEWER in versions
    again = {name: sum("delivering" in line.get("error", "") for line in logged(tmp_path, name)) for name in ("a", "b")}
    assert max(again.values()) <= 1, again
