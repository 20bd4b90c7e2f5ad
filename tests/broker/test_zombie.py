"""A member that is removed while it joins again, cut off from its brokers, and comes back."""

import time
from contextlib import suppress

import kafka
import pytest

from tests.kit.kafka import Corner
from tests.soak.arena import Arena
from worker.transport import Output, TransportError
from worker.transport.kafka import KafkaTransport

PAGES = [b"%03d" % number for number in range(400)]
SESSION = 6.0


@pytest.fixture(scope="module")
def arena():
    with Arena(nodes=1) as made:
        yield made


def carry(transport: KafkaTransport, corner: Corner, seconds: float, enough: int = len(PAGES)) -> None:
    """Copy pages to the articles for so long, or until there are enough."""
    deadline, done = time.monotonic() + seconds, 0
    while time.monotonic() < deadline and done < enough:
        with suppress(TransportError):
            batch = transport.poll()
            if batch.records:
                transport.deliver(batch, [Output(corner.topics.articles, b"k", r.value) for r in batch.records])
                done += len(batch.records)


def written(corner: Corner) -> list[bytes]:
    return sorted(record.value for record in corner.read(corner.topics.articles))


def rejoin(transport: KafkaTransport) -> kafka.KafkaConsumer:
    """Its next poll joins the group again, as when others come or go."""
    consumer = transport._member._consumer  # noqa: SLF001 - the client has no public way to ask for it
    consumer._coordinator.request_rejoin()  # noqa: SLF001 - the same
    return consumer


@pytest.mark.timeout(240)
def test_what_a_member_remembers_from_before_its_removal_is_forgotten(arena, topic_names):
    """Its request to join hangs in the network until it is removed; another does the rest; then the request arrives.

    The client joins under a new name, gets partitions that it takes for its own, tells no listener, and would go on
    from where it was. Only that the membership is another one says that all positions must be read anew.
    """
    inside = Corner(arena.direct, topic_names).create()
    outside = Corner(arena.bootstrap, topic_names, kafka={"request_timeout_seconds": 60.0})
    zombie = KafkaTransport(outside.settings(batch_pages=20), 0)
    other = KafkaTransport(inside.settings(batch_pages=200), 1)
    try:
        inside.produce(PAGES)
        carry(zombie, inside, 30.0, 60)
        consumer = rejoin(zombie)
        arena.gates[1].stall()
        consumer.poll(timeout_ms=500)
        carry(other, inside, SESSION + 20.0)
        assert written(inside) == PAGES
        other.close()
        arena.gates[1].heal()
        carry(zombie, inside, 10.0)
    finally:
        arena.heal()
        zombie.close()
        other.close()
    assert written(inside) == PAGES
