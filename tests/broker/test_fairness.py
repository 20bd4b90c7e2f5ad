"""Partitions get on evenly: neither slow pages nor a large backlog in one of them leaves the others waiting."""

import os
import signal
import time
from collections.abc import Callable

import kafka as client
import orjson
import pytest
from kafka.structs import TopicPartition

from tests.kit.kafka import Corner, ask, ended, page, running
from worker.transport.kafka import KafkaTransport
from worker.transport.kafka.guards import take_up_what_was_paused

SLOW, QUICK = 0, 1
SLOW_PAGES, QUICK_PAGES = 120, 50


def put(corner: Corner, partition: int, count: int, deed: bytes = b"none") -> None:
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
        put(corner, QUICK, QUICK_PAGES)
        assert wait_until(corner, QUICK, QUICK_PAGES)[SLOW] < SLOW_PAGES
        process.send_signal(signal.SIGTERM)
        code, log = ended(process)
    assert code == 0, log
    assert not [line for line in log if line["event"] == "unavailable"]


def test_each_batch_has_its_share_of_every_partition_that_has_pages(kafka, topic_names):
    """All that is fetched at once fits into one answer of the broker: what came first would be handed out first."""
    backlogs = [600, 120, 120, 120, 120, 120]
    corner = Corner(kafka.bootstrap, topic_names, partitions=len(backlogs)).create()
    for partition, backlog in enumerate(backlogs):
        put(corner, partition, backlog)
    transport = KafkaTransport(corner.settings(batch_pages=60), 0)
    at = [0] * len(backlogs)
    while at[0] < backlogs[0]:
        batch = transport.poll()
        transport.deliver(batch, [])
        before = list(at)
        for record in batch.records:
            assert record.offset == at[record.partition]
            at[record.partition] += 1
        if batch.records and all(now < backlog for now, backlog in zip(at, backlogs, strict=True)):
            assert all(now > then for now, then in zip(at, before, strict=True)), (before, at)
            assert max(at) - min(at) <= 20, at
    assert at == backlogs
    transport.close()


def handed_out_after_a_pause(corner: Corner, guard: Callable[[client.KafkaConsumer], None]) -> int:
    """Records of a partition that was paused with some fetched, once the other one is read and it goes on."""
    consumer = client.KafkaConsumer(bootstrap_servers=corner.bootstrap, group_id=None)
    guard(consumer)
    partitions = [TopicPartition(corner.topics.pages, number) for number in range(2)]
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    first: list = []
    until(lambda: first.extend(polled(consumer, 5)) or bool(first))
    paused = TopicPartition(corner.topics.pages, first[0].partition)
    consumer.pause(paused)
    others: list = []
    until(lambda: others.extend(polled(consumer)) or len(others) == 10)
    consumer.resume(paused)
    rest = sum(len(polled(consumer)) for _ in range(5))
    consumer.close()
    return len(first) + rest


def polled(consumer: client.KafkaConsumer, most: int = 500) -> list:
    return [record for records in consumer.poll(300, max_records=most).values() for record in records]


def test_what_was_fetched_before_a_pause_is_handed_out_after_it_and_upstream_still_keeps_it(kafka, topic_names):
    corner = Corner(kafka.bootstrap, topic_names).create()
    corner.produce([b"%d" % number for number in range(20)])
    assert handed_out_after_a_pause(corner, take_up_what_was_paused) == 10
    assert handed_out_after_a_pause(corner, lambda _: None) == 5


EACH, MORE = 60, 180
"""Pages of each partition, and those that one of them has beyond that."""


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("processes", "part"), [(1, 0.5), (2, 0.25)])
def test_lag_is_shared_evenly(kafka, topic_names, processes, part):
    """When the first partition has come to its end, the one that is least far has this part of its pages behind it.

    All pages are of one host, so that their metrics are in one partition, in the order in which they were written.
    """
    corner = Corner(kafka.bootstrap, topic_names, partitions=6, kafka={"session_timeout_seconds": 30.0}).create()
    corner.worker = {"processes": processes, "batch_pages": 30}
    with running(corner) as process:
        port = next(orjson.loads(line)["http_port"] for line in process.stderr if '"newsmill"' in line)
        until(lambda: ask(port, "/readyz")[0] == 200)
        os.killpg(process.pid, signal.SIGSTOP)  # so that all of it waits when they go on
        corner.produce([page(n) for n in range(6 * EACH)])
        put(corner, 0, MORE)
        os.killpg(process.pid, signal.SIGCONT)
        until(lambda: f'newsmill_pages_total{{outcome="article"}} {6 * EACH + MORE}.0' in ask(port, "/metrics")[1])
        process.send_signal(signal.SIGTERM)
        assert ended(process)[0] == 0
    at = dict.fromkeys(range(6), 0)
    for record in corner.read(corner.topics.metrics):
        at[orjson.loads(record.value)["position"]["partition"]] += 1
        if max(at.values()) == EACH:
            break
    assert min(at.values()) >= part * EACH, at


def until(done: Callable[[], bool], seconds: float = 90.0) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.2)
