"""A process that has slow pages in one partition does not leave its other partitions waiting for ever."""

import signal
import time

import kafka as client
import pytest

from tests.kit.kafka import Corner, ended, page, running

SLOW, QUICK = 0, 1
SLOW_PAGES, QUICK_PAGES = 120, 50


def put(corner: Corner, partition: int, count: int, deed: bytes) -> None:
    producer = client.KafkaProducer(bootstrap_servers=corner.bootstrap, linger_ms=20)
    for number in range(count):
        headers = [("newsmill-test-hook", deed)]
        producer.send(corner.topics.pages, value=page(number), key=b"key", partition=partition, headers=headers)
    producer.flush(30)
    producer.close()


def wait_until(corner: Corner, partition: int, position: int) -> dict[int, int]:
    deadline = time.monotonic() + 60
    while (committed := corner.committed())[partition] is None or committed[partition] < position:
        assert time.monotonic() < deadline, committed
        time.sleep(0.1)
    return committed


@pytest.mark.timeout(240)
def test_a_partition_of_slow_pages_lets_the_others_have_their_turn(kafka, topic_names):
    """Its pages are read sixty at a time and take half a minute in all; a quarter of the poll interval is its turn.

    And no longer: a process that does not poll for a whole interval is thrown out of the group.
    """
    corner = Corner(kafka.bootstrap, topic_names, kafka={"max_poll_interval_seconds": 8.0}).create()
    corner.worker = {"test_hook": True, "batch_pages": 60, "batch_seconds": 0.5}
    put(corner, SLOW, SLOW_PAGES, b"slow")
    with running(corner) as process:
        wait_until(corner, SLOW, 1)
        put(corner, QUICK, QUICK_PAGES, b"none")
        assert wait_until(corner, QUICK, QUICK_PAGES)[SLOW] < SLOW_PAGES
        process.send_signal(signal.SIGTERM)
        code, log = ended(process)
    assert code == 0, log
    assert not [line for line in log if line["event"] == "unavailable"]
