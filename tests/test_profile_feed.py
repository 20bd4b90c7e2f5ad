"""Site profiles in a consumer process: caught up between batches, given to the core, and what makes them noted."""

from collections.abc import Iterator
from datetime import UTC, datetime

import orjson
import pytest

from schemas.codec import decode, encode
from schemas.messages import PageMetrics
from schemas.site_profile import SiteProfile
from tests.kit.site import HOST, SUBJECTS, text_of, url_of
from worker import log as logs
from worker.core.site_profile import grown
from worker.core.text.shared import known_of
from worker.mill import Mill
from worker.profile_feed import ProfileFeed
from worker.profiles import Profiles
from worker.settings import Profiles as ProfileSettings
from worker.settings import Settings
from worker.transport import Record, Refused, Unavailable

AT = datetime(2026, 1, 2, tzinfo=UTC)


def record(host: str, version: int | None, value: bytes | None = None) -> Record:
    profile = SiteProfile(host=host, version=version, pages=1, prints=b"", seen=b"") if version else None
    return Record("news.site-profiles", 0, 0, host.encode(), value or (encode(profile) if profile else None))


class Turns:
    """A table whose changes are dealt out turn by turn; an error among them is raised."""

    def __init__(self, *turns: list[Record] | Exception) -> None:
        self.turns = list(turns)
        self.closed = 0

    def changes(self) -> Iterator[Record]:
        turn = self.turns.pop(0) if self.turns else []
        if isinstance(turn, Exception):
            raise turn
        return iter(turn)

    def close(self) -> None:
        self.closed += 1


def feed_over(table: Turns, clock: list[float]) -> ProfileFeed:
    return ProfileFeed(Profiles(), lambda: table, logs.get(), lambda: clock[0])


def test_what_comes_is_at_hand_and_what_is_no_profile_is_passed_over() -> None:
    clock = [0.0]
    feed = feed_over(
        Turns([record("a", 1), record("b", 1, b"{"), record("c", 1)], [record("a", 2), record("c", None)]), clock
    )
    feed.catch_up()
    feed.catch_up()
    assert [profile.version for host in "abc" if (profile := feed.profiles.of(host))] == [1, 1]
    clock[0] = 10.0
    feed.catch_up()
    assert [profile.version for host in "abc" if (profile := feed.profiles.of(host))] == [2]


def test_a_topic_that_cannot_be_read_is_left_alone_for_a_while_and_read_anew() -> None:
    clock = [0.0]
    table = Turns([record("a", 1)], Unavailable("away"), [record("a", 2)])
    feed = feed_over(table, clock)
    for clock[0] in (0.0, 10.0, 20.0):
        feed.catch_up()
    assert (feed.profiles.of("a").version, table.closed) == (1, 1)
    clock[0] = 80.0
    feed.catch_up()
    assert feed.profiles.of("a").version == 2


def test_a_topic_that_is_refused_ends_the_process() -> None:
    with pytest.raises(Refused):
        feed_over(Turns(Refused("no")), [0.0]).catch_up()


def page(number: int, subject: str) -> Record:
    return Record("news.pages", 0, number, None, orjson.dumps({"url": url_of(subject), "text": text_of(subject)}))


def test_prints_are_noted_on_request_and_a_profile_made_of_them_goes_with_the_next_page() -> None:
    settings = Settings(profiles=ProfileSettings(collect=True))
    profiles, profile = Profiles(), None
    mill = Mill(settings, 0, clock=lambda: AT, profiles=profiles)
    for number, subject in enumerate(SUBJECTS[:5]):
        outcome, outputs = mill.grind(page(number, subject))
        metrics = decode(PageMetrics, outputs[-1].value)
        assert outcome.metrics.prints == metrics.prints
        profile = grown(profile, HOST, metrics.url, metrics.prints, number + 10)
    profiles.put(profile)
    assert known_of(profiles.of(HOST)).tolist() == known_of(profile).tolist() != []
    assert len(encode(profiles.of(HOST))) < len(encode(profile)) / 2
    outcome, _ = mill.grind(page(9, SUBJECTS[9]))
    assert outcome.articles[0].profile_version == outcome.metrics.profile_version == 14


def test_by_default_nothing_is_noted() -> None:
    outcome, outputs = Mill(Settings(), 0).grind(page(0, "pier"))
    assert outcome.articles
    assert b"prints" not in outputs[-1].value
    assert b"profile" not in outputs[0].value
