"""The world's faults: each has its answer, its log line and its exit code."""

import re
import signal
import threading
import time

import kafka
import orjson
import pytest
from kafka.admin import ConfigResource
from kafka.structs import TopicPartition

from tests.kit.kafka import LINGERING, Corner, ask, ended, last_words, page, running, stops
from worker.local_broker import LocalKafka


@pytest.fixture
def corner(kafka, topic_names, tmp_path, monkeypatch) -> Corner:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return Corner(kafka.bootstrap, topic_names, partitions=1).create()


def run_until_idle(corner: Corner) -> tuple[int, list[dict]]:
    with running(corner, "--stop-when-idle", "1") as process:
        return ended(process)


def run_until_a_fault(corner: Corner) -> tuple[int, list[dict], dict[str, int]]:
    """Exit code, log lines, and the counted ends as a scraper reads them."""
    with running(corner, **LINGERING) as process:
        code, log, metrics = last_words(process)
    return code, log, stops(metrics)


def delete_before(corner: Corner, offset: int) -> None:
    with kafka.KafkaAdminClient(bootstrap_servers=corner.bootstrap) as admin:
        admin.delete_records({TopicPartition(corner.topics.pages, 0): offset})


def test_pages_that_were_deleted_before_they_were_read_stop_the_worker_unless_told_otherwise(corner):
    corner.produce([page(n) for n in range(10)])
    assert run_until_idle(corner)[0] == 0
    corner.produce([page(n) for n in range(10, 20)])
    delete_before(corner, 15)
    code, log, causes = run_until_a_fault(corner)
    assert (code, causes) == (4, {"offsets_gone": 1}), log
    assert any("NEWSMILL_KAFKA__ON_OFFSETS_GONE" in line.get("error", "") for line in log)


@pytest.mark.parametrize(("goes_on", "at"), [("earliest", 15), ("latest", 20)])
def test_pages_that_were_deleted_are_passed_over_with_a_warning_where_the_settings_say_so(corner, goes_on, at):
    """The new position is committed at once."""
    corner.kafka = {"on_offsets_gone": goes_on}
    corner.produce([page(n) for n in range(10)])
    assert run_until_idle(corner)[0] == 0
    corner.produce([page(n) for n in range(10, 20)])
    delete_before(corner, 15)
    with running(corner) as process:
        log = [orjson.loads(process.stderr.readline())]
        while log[-1]["event"] != "records_skipped":
            log.append(orjson.loads(process.stderr.readline()))
        assert corner.committed() == {0: at} or goes_on == "earliest"
        corner.produce([page(n) for n in range(20, 25)])
        corner.wait_for(10 + 25 - at)
        metrics = ask(next(line["http_port"] for line in log if line["event"] == "newsmill"), "/metrics")[1]
        process.send_signal(signal.SIGTERM)
        assert ended(process)[0] == 0
    [skip] = [line for line in log if line["event"] == "records_skipped"]
    told = {name: skip[name] for name in ("level", "partition", "committed", "goes_on", "records")}
    assert told == {"level": "warning", "partition": 0, "committed": 10, "goes_on": at, "records": at - 10}
    assert f"newsmill_skipped_records_total {at - 10}.0" in metrics
    assert [offset for _, offset in corner.positions_out()] == [*range(10), *range(at, 25)]


def test_a_topic_that_was_made_anew_is_read_from_its_beginning(corner):
    """Kafka forgets the group's positions with the topic."""
    corner.produce([page(n) for n in range(10)])
    assert run_until_idle(corner)[0] == 0
    with kafka.KafkaAdminClient(bootstrap_servers=corner.bootstrap) as admin:
        admin.delete_topics([corner.topics.pages])
        time.sleep(1)
    corner.create()
    corner.produce([page(n) for n in range(3)])
    assert run_until_idle(corner)[0] == 0
    assert len(corner.positions_out()) == 13


def test_a_topic_that_is_made_anew_under_a_running_worker_is_read_from_its_beginning(corner):
    with running(corner) as process:
        corner.produce([page(n) for n in range(10)])
        corner.wait_for(10)
        with kafka.KafkaAdminClient(bootstrap_servers=corner.bootstrap) as admin:
            admin.delete_topics([corner.topics.pages])
            time.sleep(1)
        corner.create()
        corner.produce([page(n) for n in range(20)])
        corner.wait_for(30, 90)
        assert process.poll() is None


def test_a_worker_waits_for_brokers_that_are_not_there_yet(topic_names, tmp_path):
    with LocalKafka(data=tmp_path) as broker:
        corner = Corner(broker.bootstrap, topic_names, kafka={"request_timeout_seconds": 3.0}).create()
        corner.produce([page(n) for n in range(5)])
        broker.kill(1)
        with running(corner, "--stop-when-idle", "1") as process:
            late = threading.Timer(6, broker.start, [1])
            late.start()
            code, log = ended(process)
            late.join()
        assert code == 0, log
        assert any(line["event"] == "unavailable" for line in log)
        assert any(line["event"] == "recovered" for line in log)
        assert len(corner.positions_out()) == 5


def test_a_worker_gives_up_when_its_patience_is_over(topic_names, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    corner = Corner("127.0.0.1:1", topic_names, kafka={"request_timeout_seconds": 1.0, "outage_seconds": 1.0})
    corner.worker = {"restarts_in_a_row": 1}
    code, log, causes = run_until_a_fault(corner)
    assert (code, causes) == (1, {"gave_up": 1}), log
    assert any(line["event"] == "gave_up" for line in log)


def test_a_bad_share_of_pages_stops_the_worker(corner):
    corner.limits = {"bad_share": 0.5, "bad_window": 20}
    corner.produce([b"{"] * 30)
    code, log, causes = run_until_a_fault(corner)
    assert (code, causes) == (3, {"bad_pages": 1}), log
    assert corner.read(corner.topics.dead_letters) == []


def test_a_topic_that_takes_too_small_records_stops_the_worker(corner):
    with kafka.KafkaAdminClient(bootstrap_servers=corner.bootstrap) as admin:
        admin.alter_configs([ConfigResource("topic", corner.topics.articles, {"max.message.bytes": "200"})])
    corner.produce([page(n) for n in range(3)])
    code, log, causes = run_until_a_fault(corner)
    assert (code, causes) == (2, {"too_large": 1}), log
    assert any("newsmill topics check" in line.get("error", "") for line in log)
    assert corner.committed() == {0: None}


def test_ends_are_counted_over_runs_and_shown_while_the_worker_lingers(kafka, topic_names, tmp_path, monkeypatch):
    """The topics are missing: each run ends within a second of its start, and is not started again by itself."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    corner = Corner(kafka.bootstrap, topic_names)
    for run in (1, 2):
        began = time.time()
        code, log, causes = run_until_a_fault(corner)
        assert (code, causes) == (2, {"topic_missing": run}), log
        assert any("newsmill topics create" in line.get("error", "") for line in log)
    corner.create()
    with running(corner) as process:
        port = next(orjson.loads(line)["http_port"] for line in process.stderr if '"newsmill"' in line)
        next(line for line in process.stderr if '"started"' in line)  # it hears signals now
        metrics = ask(port, "/metrics")[1]
        process.send_signal(signal.SIGTERM)
        assert ended(process)[0] == 0
    assert stops(metrics) == {"topic_missing": 2}
    [last] = re.findall(r'newsmill_last_stop_timestamp_seconds\{cause="topic_missing"\} (\S+)', metrics)
    assert began - 1 <= float(last) <= time.time()
