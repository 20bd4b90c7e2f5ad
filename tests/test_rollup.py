"""The roll-up: every page in exactly one record of sums, whatever comes late, restarts or moves."""

from collections import Counter
from datetime import UTC, datetime

import orjson
import pytest

from schemas.codec import decode, encode
from schemas.messages import PageMetrics, Rejection, SourceMetrics
from schemas.reasons import Reason
from worker import log as logs
from worker.cli.rollup import of_rollup
from worker.journal import Journal
from worker.rollup import Rollup
from worker.settings import Settings
from worker.transport import Output
from worker.transport.memory import MemoryBroker, MemoryTransport

WINDOW = 300
START = 1_800_000_000 - 1_800_000_000 % WINDOW
SETTINGS = of_rollup(Settings(instance="test"))


def page(host: str, second: float, confidence: float = 0.9, reason: Reason | None = None) -> Output:
    """The page metrics of one page, `second` after the start of the first window."""
    rejection = Rejection(reason=reason, detail="") if reason else None
    metrics = PageMetrics(
        page_id="1",
        host=host,
        outcome="rejected" if reason else "article",
        rejection=rejection,
        language=None if reason else "en",
        bytes=1000,
        articles=0 if reason else 2,
        confidence=confidence,
        missing=("authors",),
        processed_at=datetime.fromtimestamp(START + second, UTC),
        core_version="1",
    )
    return Output("news.metrics", host.encode(), encode(metrics), (), int((START + second) * 1000))


class Clock:
    """A time of day that stands where it is put, in seconds after the start of the first window."""

    def __init__(self) -> None:
        self.second = 0.0

    def __call__(self) -> float:
        return START + self.second


@pytest.fixture
def broker():
    return MemoryBroker(partitions=2)


@pytest.fixture
def clock():
    return Clock()


def rollup(broker: MemoryBroker, clock: Clock, batch: int = 500) -> Rollup:
    journal = Journal()
    transport = MemoryTransport(broker, batch)
    return Rollup(transport, journal, lambda _: None, SETTINGS, logs.get(), lambda: False, clock, lambda _: None)


def written(broker: MemoryBroker) -> list[SourceMetrics]:
    return [decode(SourceMetrics, output.value) for output in broker.outputs]


def test_sums_of_a_source_are_written_when_a_later_page_comes(broker, clock):
    for output in (
        page("a", 1),
        page("a", 2, 0.5),
        page("b", 3),
        page("a", 4, reason=Reason.NO_ARTICLE),
        page("a", 301),
    ):
        broker.produce(output)
    consumer = rollup(broker, clock)
    consumer.turn()
    consumer.turn()
    a, b = written(broker)
    assert (a.host, a.pages, a.article_pages, a.articles, a.bytes) == ("a", 3, 2, 4, 3000)
    assert (a.confidence, a.rejections, a.languages) == (pytest.approx(0.7), {"no_article": 1}, {"en": 2})
    assert (a.first_offset, a.last_offset, a.window_start.timestamp()) == (0, 3, START)
    assert b.pages == 1
    assert broker.committed[0] == 4


def test_a_window_without_a_later_page_ends_by_the_clock(broker, clock):
    broker.produce(page("a", 1))
    consumer = rollup(broker, clock)
    for clock.second in (1, 2, 329, 331):
        consumer.turn()
        assert len(written(broker)) == (clock.second > 330)


def test_a_late_page_counts_in_the_window_that_is_open(broker, clock):
    for second in (1, 301, 299, 302, 601):
        broker.produce(page("a", second))
    consumer = rollup(broker, clock)
    consumer.turn()
    consumer.turn()
    assert [message.pages for message in written(broker)] == [1, 3]


def test_keys_tell_sources_windows_and_parts_apart(broker, clock):
    for second in (1, 2, 301, 601):
        broker.produce(page("a", second))
    consumer = rollup(broker, clock)
    consumer.turn()
    consumer.turn()
    assert [output.key for output in broker.outputs] == [b"a %d 0-0" % START, b"a %d 0-2" % (START + WINDOW)]


def test_a_record_that_is_no_page_metrics_is_left_out(broker, clock):
    broker.produce(Output("news.metrics", b"a", b"{", (), (START + 1) * 1000))
    broker.produce(page("a", 2))
    broker.produce(page("a", 301))
    consumer = rollup(broker, clock)
    consumer.turn()
    consumer.turn()
    assert [message.pages for message in written(broker)] == [1]


def test_every_page_is_counted_once_through_restarts_and_rebalances(broker, clock):
    """Members come, go and take each other's partitions in the middle of windows."""
    for number in range(2000):
        broker.produce(page(f"host-{number % 7}", number), number % 2)
    members = [rollup(broker, clock, 37)]
    for turn in range(400):
        for member in members:
            member.turn()
        if turn % 11 == 3 and len(members) < 3:
            members.append(rollup(broker, clock, 37))
        if turn % 17 == 5 and len(members) > 1:
            members.pop(0).transport.close()
        if turn % 29 == 0:
            broker.rebalance()
    clock.second = 5000
    for _ in range(20):
        for member in members:
            member.turn()
    counted = Counter()
    for message in written(broker):
        counted[message.host] += message.pages
    assert counted == Counter(f"host-{number % 7}" for number in range(2000))
    assert len({output.key for output in broker.outputs}) == len(broker.outputs)


def test_the_same_pages_give_the_same_bytes(clock):
    runs = []
    for batch in (3, 100):
        broker = MemoryBroker()
        for number in range(400):
            broker.produce(page(f"host-{number % 3}", number * 3))
        consumer = rollup(broker, clock, batch)
        for _ in range(200):
            consumer.turn()
        runs.append([(output.key, orjson.loads(output.value)) for output in broker.outputs])
    assert runs[0] == runs[1]
    assert runs[0]
