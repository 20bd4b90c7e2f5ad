"""A join that a poll did not wait for to its end: the member must take it up again."""

import threading
import time
from collections.abc import Callable

import kafka
import pytest
from kafka.admin import NewPartitions

from tests.kit.kafka import Corner
from worker.transport.kafka.guards import finish_joins_that_outlast_a_poll

GUARDS = {"upstream still": lambda _: None, "with the guard": finish_joins_that_outlast_a_poll}


@pytest.mark.parametrize("guard", GUARDS)
def test_partitions_that_come_while_polls_are_short_are_assigned(kafka, topic_names, guard):
    """The leader's join is held back until its poll has ended, as on a busy broker."""
    corner = Corner(kafka.bootstrap, topic_names, partitions=1).create()
    consumer = member(corner, GUARDS[guard])
    try:
        assert within(30, lambda: consumer.poll(timeout_ms=100) is not None and len(consumer.assignment()) == 1)
        hold = held_back(consumer)
        with admin(corner) as broker:
            broker.create_partitions({corner.topics.pages: NewPartitions(total_count=2)})
        consumer._cluster.request_update()  # noqa: SLF001 - sooner than by itself
        assert within(30, lambda: consumer.poll(timeout_ms=100) is not None and hold.begun.is_set())
        hold.end.set()
        assert within(10, hold.ended.is_set)
        got_it = within(5, lambda: consumer.poll(timeout_ms=100) is not None and len(consumer.assignment()) == 2)
        assert got_it == (guard == "with the guard")
    finally:
        consumer.close(autocommit=False, timeout_ms=5_000)


class Hold:
    """Where a join stands."""

    def __init__(self) -> None:
        self.begun, self.end, self.ended = threading.Event(), threading.Event(), threading.Event()


def held_back(consumer: "kafka.KafkaConsumer") -> Hold:
    """Let the next joins' answers wait until `end` is set, without holding the client's thread up."""
    hold, coordinator = Hold(), consumer._coordinator  # noqa: SLF001 - a slow broker, made certain
    original = coordinator._do_join_and_sync_async  # noqa: SLF001 - the same

    async def _do_join_and_sync_async() -> bytes:
        answer = await original()
        hold.begun.set()
        while not hold.end.is_set():
            await coordinator._manager._net.sleep(0.01)  # noqa: SLF001 - the same
        hold.ended.set()
        return answer

    coordinator._do_join_and_sync_async = _do_join_and_sync_async  # noqa: SLF001 - the same
    return hold


def member(corner: Corner, guard: Callable[["kafka.KafkaConsumer"], None]) -> "kafka.KafkaConsumer":
    consumer = kafka.KafkaConsumer(
        bootstrap_servers=corner.bootstrap, group_id=corner.topics.pages, enable_auto_commit=False
    )
    guard(consumer)
    consumer.subscribe([corner.topics.pages])
    return consumer


def admin(corner: Corner) -> "kafka.KafkaAdminClient":
    return kafka.KafkaAdminClient(bootstrap_servers=corner.bootstrap)


def within(seconds: float, true: Callable[[], bool]) -> bool:
    """Whether it becomes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
    return False
