"""One suite of expectations for every transport: the twin in memory and the real Kafka."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest

from tests.kit.kafka import Corner
from worker.settings import Settings, Topics
from worker.transport import Batch, Output, Transport, TransportError
from worker.transport.kafka import KafkaTransport
from worker.transport.memory import MemoryBroker, MemoryTransport


@dataclass
class World:
    """A transport's world, whatever it is made of."""

    join: Callable[[int], Transport]
    produce: Callable[[list[bytes]], object]
    delivered: Callable[[], list[bytes]]
    articles: str
    members: list[Transport] = field(default_factory=list)

    def member(self, slot: int = 0) -> Transport:
        self.members.append(self.join(slot))
        return self.members[-1]


@pytest.fixture(params=["memory", "kafka"])
def world(request, topic_names: Topics):
    made = memory_world() if request.param == "memory" else kafka_world(request.getfixturevalue("kafka"), topic_names)
    yield made
    for member in made.members:
        member.close()


def memory_world() -> World:
    broker = MemoryBroker(partitions=2)
    names = Topics()

    def produce(values):
        for i, value in enumerate(values):
            broker.produce(Output(names.pages, None, value), i % 2)

    return World(
        lambda _: MemoryTransport(broker, 50), produce, lambda: [o.value for o in broker.outputs], names.articles
    )


def kafka_world(kafka, topics: Topics) -> World:
    corner = Corner(kafka.bootstrap, topics).create()
    settings: Settings = corner.settings()

    def read():
        return [record.value for record in corner.read(topics.articles)]

    return World(lambda slot: KafkaTransport(settings, slot), corner.produce, read, topics.articles)


def poll_some(transport: Transport, seconds: float = 20.0) -> Batch:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        batch = transport.poll()
        if batch.records:
            return batch
    pytest.fail(f"nothing polled in {seconds} s")


def copies(batch: Batch, topic: str) -> list[Output]:
    return [Output(topic, b"k", record.value) for record in batch.records]


def drain(transport: Transport, topic: str, count: int) -> list[bytes]:
    done: list[bytes] = []
    while len(done) < count:
        batch = poll_some(transport)
        transport.deliver(batch, copies(batch, topic))
        done += [record.value for record in batch.records]
    return done


def values(count: int, start: int = 0) -> list[bytes]:
    return [b"%d" % n for n in range(start, start + count)]


def test_what_is_polled_and_delivered_comes_out_once(world):
    world.produce(values(120))
    drain(world.member(), world.articles, 120)
    assert sorted(world.delivered()) == sorted(values(120))


def test_a_partition_keeps_its_order(world):
    world.produce(values(60))
    got = drain(world.member(), world.articles, 60)
    for parity in (0, 1):
        numbers = [int(v) for v in got if int(v) % 2 == parity]
        assert numbers == sorted(numbers)


def test_what_was_polled_but_not_delivered_comes_again_to_the_next_member(world):
    world.produce(values(10))
    first = world.member()
    assert poll_some(first).records
    first.close()
    assert sorted(drain(world.member(), world.articles, 10)) == sorted(values(10))


def test_what_is_given_back_comes_again_at_once(world):
    world.produce(values(20))
    member = world.member()
    batch = poll_some(member)
    head, rest = batch.split(3)
    member.deliver(head, copies(head, world.articles))
    member.give_back(rest)
    drain(member, world.articles, 17)
    assert sorted(world.delivered()) == sorted(values(20))


def test_a_batch_is_delivered_in_parts(world):
    world.produce(values(20))
    member = world.member()
    done = 0
    while done < 20:
        batch = poll_some(member)
        while batch.records:
            head, batch = batch.split(3)
            member.deliver(head, copies(head, world.articles))
            done += len(head.records)
    assert sorted(world.delivered()) == sorted(values(20))


def test_a_batch_polled_before_a_rebalance_is_refused_or_comes_out_once(world):
    world.produce(values(40))
    first = world.member()
    batch = poll_some(first)
    with joining(world, 1):
        time.sleep(1)
        with suppress(TransportError):
            first.deliver(batch, copies(batch, world.articles))
        work_until(first, world, lambda: len(world.delivered()) >= 40)
    assert sorted(world.delivered()) == sorted(values(40))


def test_two_members_share_the_work_and_every_page_comes_out_once(world):
    world.produce(values(50))
    first = world.member()
    with joining(world, 1) as second:
        work_until(
            first, world, lambda: first.progress().settled and second.settled() and both_have_some(first, second)
        )
        world.produce(values(50, start=50))
        work_until(first, world, lambda: len(world.delivered()) >= 100)
    assert sorted(world.delivered()) == sorted(values(100))
    assert second.delivered > 0


def both_have_some(first: Transport, second: "Companion") -> bool:
    return len(first.progress().lag) == len(second.transport.progress().lag) == 1


def work_until(member: Transport, world: World, done: Callable[[], bool], seconds: float = 40.0) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, f"{len(world.delivered())} delivered after {seconds} s"
        work_once(member, world)


def work_once(member: Transport, world: World) -> int:
    with suppress(TransportError):
        batch = member.poll()
        if batch.records:
            member.deliver(batch, copies(batch, world.articles))
        return len(batch.records)
    return 0


class Companion:
    """A second member, working in a thread of its own as a second process would."""

    def __init__(self, world: World, slot: int) -> None:
        self.transport = world.member(slot)
        self.delivered = 0
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.work, args=(world,), daemon=True)

    def work(self, world: World) -> None:
        while not self.stop.is_set():
            self.delivered += work_once(self.transport, world)
            time.sleep(0.001)

    def settled(self) -> bool:
        return self.transport.progress().settled


@contextmanager
def joining(world: World, slot: int) -> Iterator[Companion]:
    companion = Companion(world, slot)
    companion.thread.start()
    try:
        yield companion
    finally:
        companion.stop.set()
        companion.thread.join(15)


def test_drained_means_that_everything_is_consumed(world):
    world.produce(values(10))
    member = world.member()
    assert not member.drained()
    drain(member, world.articles, 10)
    assert member.drained()
    world.produce(values(1))
    assert not member.drained()
