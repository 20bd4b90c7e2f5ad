"""The world's faults: each has its answer, its log line and its exit code."""

import threading
import time

import kafka
import pytest
from kafka.structs import TopicPartition

from tests.kit.kafka import Corner, ended, page, running
from worker.local_broker import LocalKafka


@pytest.fixture
def corner(kafka, topic_names) -> Corner:
    return Corner(kafka.bootstrap, topic_names, partitions=1).create()


def run_until_idle(corner: Corner) -> tuple[int, list[dict]]:
    with running(corner, "--stop-when-idle", "1") as process:
        return ended(process)


def delete_before(corner: Corner, offset: int) -> None:
    with kafka.KafkaAdminClient(bootstrap_servers=corner.bootstrap) as admin:
        admin.delete_records({TopicPartition(corner.topics.pages, 0): offset})


def test_pages_that_were_deleted_before_they_were_read_stop_the_worker_unless_told_otherwise(corner):
    corner.produce([page(n) for n in range(10)])
    assert run_until_idle(corner)[0] == 0
    corner.produce([page(n) for n in range(10, 20)])
    delete_before(corner, 15)
    code, log = run_until_idle(corner)
    assert code == 4, log
    assert any("NEWSMILL_KAFKA__ON_OFFSETS_GONE" in line.get("error", "") for line in log)
    corner.kafka = {"on_offsets_gone": "earliest"}
    assert run_until_idle(corner)[0] == 0
    assert [offset for _, offset in corner.positions_out()] == [*range(10), *range(15, 20)]


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


def test_a_worker_gives_up_when_its_patience_is_over(topic_names):
    corner = Corner("127.0.0.1:1", topic_names, kafka={"request_timeout_seconds": 1.0, "outage_seconds": 1.0})
    corner.worker = {"restarts_in_a_row": 1}
    code, log = run_until_idle(corner)
    assert code == 1, log
    assert any(line["event"] == "gave_up" for line in log)


def test_a_bad_share_of_pages_stops_the_worker(corner):
    corner.limits = {"bad_share": 0.5, "bad_window": 20}
    corner.produce([b"{"] * 30)
    code, log = run_until_idle(corner)
    assert code == 3, log
    assert corner.read(corner.topics.dead_letters) == []
