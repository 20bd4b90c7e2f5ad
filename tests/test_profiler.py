"""The profiler: every page in its host's profile once, whatever restarts or moves, and the topic says what it knows."""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest

from schemas.codec import decode, encode
from schemas.messages import PageMetrics
from schemas.site_profile import PagePrints, SiteProfile
from worker import log as logs
from worker.cli.rollup import of_metrics
from worker.core.text.shared import known_of
from worker.journal import Journal
from worker.profiler import Profiler
from worker.settings import Profiles as ProfileSettings
from worker.settings import Settings
from worker.transport import Output, Record, Unavailable
from worker.transport.memory import MemoryBroker, MemoryTransport

WINDOW = 300
FURNITURE = np.arange(1, 51, dtype="<u8")


def settings(hosts: int = 100) -> Settings:
    profiles = ProfileSettings(hosts=hosts, window_seconds=WINDOW)
    return of_metrics(Settings(instance="test", profiles=profiles), "profiles")


def page(host: str, number: int, stamp: int | None = None) -> Output:
    """The metrics of a page of the host with a story of its own and the site's furniture."""
    body = np.sort(np.random.default_rng(number).integers(1000, 1 << 63, 40, dtype=np.uint64)).astype("<u8")
    metrics = PageMetrics(
        page_id=str(number),
        url=f"https://{host}/{number}",
        host=host,
        outcome="article",
        bytes=1000,
        prints=PagePrints(body=body.tobytes(), rest=FURNITURE.tobytes()),
        processed_at=datetime(2026, 1, 2, tzinfo=UTC),
        core_version="1",
    )
    return Output("news.metrics", host.encode(), encode(metrics), (), number if stamp is None else stamp)


class Clock:
    """A time that stands where it is put."""

    def __init__(self) -> None:
        self.second = 0.0

    def __call__(self) -> float:
        return self.second


@pytest.fixture
def broker() -> MemoryBroker:
    return MemoryBroker(partitions=2)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def on_topic(broker: MemoryBroker) -> Iterator[Record]:
    for offset, output in enumerate(broker.outputs):
        yield Record(output.topic, 0, offset, output.key, output.value)


def profiler(broker: MemoryBroker, clock: Clock, hosts: int = 100, batch: int = 500) -> Profiler:
    stored, transport = (lambda: on_topic(broker)), MemoryTransport(broker, batch)
    more = {"clock": clock, "sleep": lambda _: None}
    return Profiler(transport, Journal(), lambda _: None, settings(hosts), logs.get(), lambda: False, stored, **more)


def written(broker: MemoryBroker) -> dict[str, SiteProfile | None]:
    """The newest of each host; versions never fall."""
    newest: dict[str, SiteProfile | None] = {}
    for output in broker.outputs:
        assert output.topic == "news.site-profiles"
        profile = decode(SiteProfile, output.value) if output.value else None
        before = newest.get(output.key.decode())
        assert before is None or profile is None or profile.version > before.version
        newest[output.key.decode()] = profile
    return newest


def test_profiles_are_written_once_a_window_with_the_positions_behind_their_pages(
    broker: MemoryBroker, clock: Clock
) -> None:
    for number in range(5):
        broker.produce(page("a", number, 1000 + number))
    consumer = profiler(broker, clock)
    for clock.second in (0, 1, WINDOW - 1, WINDOW + 1):
        consumer.turn()
        assert (broker.committed[0] == 5) is bool(broker.outputs) is (clock.second > WINDOW)
    profile = written(broker)["a"]
    assert profile is not None
    assert (profile.pages, profile.version) == (5, 1004)
    assert known_of(profile).tolist() == FURNITURE.tolist()


def test_pages_without_prints_and_other_records_are_passed_over(broker: MemoryBroker, clock: Clock) -> None:
    broker.produce(Output("news.metrics", b"a", b"{"))
    broker.produce(Output("news.metrics", b"a", page("a", 1).value.replace(b'"prints"', b'"nothing"')))
    consumer = profiler(broker, clock)
    for clock.second in (0, 1, WINDOW + 2):
        consumer.turn()
    assert broker.committed[0] == 2
    assert not broker.outputs


def test_every_page_is_counted_once_through_restarts_and_rebalances(broker: MemoryBroker, clock: Clock) -> None:
    """Members come, go and take each other's partitions in the middle of windows."""
    for number in range(600):
        broker.produce(page(f"host-{number % 8}", number), number % 2)
    members = [profiler(broker, clock, batch=37)]
    for turn in range(300):
        clock.second += WINDOW / 3
        for member in members:
            member.turn()
        if turn % 11 == 3 and len(members) < 3:
            members.append(profiler(broker, clock, batch=37))
        if turn % 17 == 5 and len(members) > 1:
            members.pop(0).transport.close()
        if turn % 29 == 0:
            broker.rebalance()
    counted = {host: profile.pages for host, profile in written(broker).items() if profile}
    assert counted == {f"host-{number}": 75 for number in range(8)}
    assert (broker.committed[0], broker.committed[1]) == (300, 300)


def test_the_host_without_a_page_for_the_longest_time_is_forgotten_on_the_topic_too(
    broker: MemoryBroker, clock: Clock
) -> None:
    for number, host in enumerate("abcab"):
        broker.produce(page(host, number))
    consumer = profiler(broker, clock, hosts=2)
    for clock.second in (0, 1, WINDOW + 2):
        consumer.turn()
    profiles = written(broker)
    assert {host for host, profile in profiles.items() if profile} == {"a", "b"}
    assert profiles["c"] is None
    assert [profile.pages for host in "ab" if (profile := profiles[host])] == [1, 1]


def test_pages_come_again_when_the_profiles_could_not_be_read(broker: MemoryBroker, clock: Clock) -> None:
    broker.produce(page("a", 1))
    consumer = profiler(broker, clock)
    failures = [Unavailable("away")]

    def stored() -> Iterator[Record]:
        if failures:
            raise failures.pop()
        return on_topic(broker)

    consumer.stored = stored
    for clock.second in (0, 1, 2, WINDOW + 3):
        consumer.turn()
    assert not failures
    assert {host: profile.pages for host, profile in written(broker).items() if profile} == {"a": 1}
