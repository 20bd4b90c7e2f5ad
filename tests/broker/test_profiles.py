"""Site profiles on a real broker: from pages to profiles and back into the core, each page once."""

from datetime import UTC, datetime

import orjson
import pytest

from schemas.codec import decode, encode
from schemas.messages import Article, PageMetrics, Position, RawPage
from schemas.site_profile import SiteProfile
from tests.kit.command import newsmill
from tests.kit.kafka import Corner, ended, running
from tests.kit.site import HOST, SUBJECTS, text_of, url_of
from worker import log as logs
from worker.audit import audit
from worker.core.pipeline import process
from worker.profile_feed import ProfileFeed
from worker.profiles import Profiles
from worker.transport import Output, TopicMissing
from worker.transport.kafka.producer import TransactionalProducer
from worker.transport.kafka.reader import TopicReader
from worker.transport.kafka.table import TopicTable, whole


@pytest.fixture
def corner(kafka, topic_names) -> Corner:
    return Corner(kafka.bootstrap, topic_names).create()


def produce(corner: Corner, subjects: tuple[str, ...]) -> None:
    corner.produce([orjson.dumps({"url": url_of(subject), "text": text_of(subject)}) for subject in subjects])


def run(corner: Corner, **environment: str) -> None:
    with running(corner, "--stop-when-idle", "1", **environment) as worker:
        code, log = ended(worker, 240)
        assert code == 0, log


def profile_on(corner: Corner) -> SiteProfile:
    newest = [record.value for record in corner.read(corner.topics.site_profiles) if record.key == HOST.encode()][-1]
    return decode(SiteProfile, newest)


def again(metrics: PageMetrics, profile: SiteProfile | None) -> list[bytes]:
    """The articles of a page, made by the core from what was noted of it."""
    (subject,) = [subject for subject in SUBJECTS if url_of(subject) == metrics.url]
    page = RawPage(url=url_of(subject), text=text_of(subject))
    outcome = process(
        page, datetime(2026, 1, 2, tzinfo=UTC), Position.model_validate(metrics.position), profile=profile
    )
    return [encode(article) for article in outcome.articles]


def test_pages_make_profiles_and_profiles_go_with_later_pages(corner):
    """Off by default; collected and used, every page still comes out once, and its outcome can be made again."""
    produce(corner, SUBJECTS[:8])
    run(corner, NEWSMILL_PROFILES__COLLECT="true")
    quick = {"NEWSMILL_WORKER__STOP_WHEN_IDLE_SECONDS": "2", "NEWSMILL_PROFILES__WINDOW_SECONDS": "1"}
    done = newsmill(corner, "profiler", seconds=240, **quick)
    assert done.returncode == 0, done.stderr
    profile = profile_on(corner)
    assert profile.pages == 8

    produce(corner, SUBJECTS[8:])
    run(corner, NEWSMILL_PROFILES__USE="true")
    metrics = [decode(PageMetrics, record.value) for record in corner.read(corner.topics.metrics)]
    versions = {page.url: page.profile_version for page in metrics}
    assert versions == {url_of(s): None if s in SUBJECTS[:8] else profile.version for s in SUBJECTS}
    for record in corner.read(corner.topics.articles):
        article = decode(Article, record.value)
        (page,) = [page for page in metrics if page.position == article.position]
        assert article.profile_version == page.profile_version
        assert record.value in again(page, profile if article.profile_version else None)
    with TopicReader(corner.settings().kafka) as reader:
        assert audit(reader, corner.topics, 30).findings == []


def put(producer: TransactionalProducer, corner: Corner, version: int | None) -> None:
    """A version of the host's profile, or its end, in a transaction of its own."""
    profile = SiteProfile(host=HOST, version=version, pages=1, prints=b"", seen=b"") if version else None
    output = Output(corner.topics.site_profiles, HOST.encode(), encode(profile) if profile else None)
    producer.commit([output], {}, None)


def test_a_feed_begins_with_what_stands_there_and_follows_what_comes(corner):
    producer, settings = TransactionalProducer(corner.settings().kafka, "profiler"), corner.settings().kafka
    for version in (1, 2):
        put(producer, corner, version)
    assert [decode(SiteProfile, record.value).version for record in whole(settings, corner.topics.site_profiles)] == [
        1,
        2,
    ]
    profiles, time = Profiles(), iter(range(0, 100_000, 10))
    feed = ProfileFeed(
        profiles, lambda: TopicTable(settings, corner.topics.site_profiles), logs.get(), lambda: next(time)
    )
    feed.catch_up()
    seen = [profiles.of(HOST).version]
    for version in (3, None):
        put(producer, corner, version)
        for _ in range(200):
            feed.catch_up()
            found = profiles.of(HOST)
            if found is None or found.version != seen[-1]:
                break
        seen.append(found.version if found else None)
    producer.discard()
    assert seen == [2, 3, None]


def test_a_topic_that_does_not_exist_is_named(kafka, topic_names):
    settings = Corner(kafka.bootstrap, topic_names).settings().kafka
    feed = ProfileFeed(Profiles(), lambda: TopicTable(settings, topic_names.site_profiles), logs.get())
    with pytest.raises(TopicMissing, match=topic_names.site_profiles):
        feed.catch_up()
