"""The topics on a real broker: made right, left alone, compared, mended."""

import os
import subprocess
import sys

import pytest

from worker.local_broker import LocalKafka
from worker.settings import Kafka, Limits, Settings, Topics
from worker.transport import Unavailable
from worker.transport.plan import TopicPlan, plan
from worker.transport.topics import TopicAdmin, compare, compare_partitions

PAGE_BYTES = Limits().page_bytes

TOPICS = len(Topics.model_fields)


@pytest.fixture
def admin(kafka: LocalKafka):
    with TopicAdmin(Kafka(bootstrap_servers=kafka.bootstrap)) as open_admin:
        yield open_admin


def planned(names: Topics, partitions: int = 2, page_bytes: int = PAGE_BYTES) -> list[TopicPlan]:
    return plan(Settings(topics=names, limits=Limits(page_bytes=page_bytes)), partitions, 1)


def states(admin: TopicAdmin, plans: list[TopicPlan]):
    return admin.states([topic.name for topic in plans])


def newsmill(kafka: LocalKafka, names: Topics, *arguments: str) -> subprocess.CompletedProcess[str]:
    chosen = {f"NEWSMILL_TOPICS__{key.upper()}": name for key, name in names.model_dump().items()}
    environment = {**os.environ, "NEWSMILL_KAFKA__BOOTSTRAP_SERVERS": kafka.bootstrap, **chosen}
    command = [sys.executable, "-c", "from worker.cli import main; main()", "topics", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_what_create_makes_is_what_check_wants(admin, topic_names):
    plans = planned(topic_names)
    assert admin.create(plans) == list(topic_names.model_dump().values())
    made = states(admin, plans)
    assert compare(plans, made) == []
    assert compare_partitions(plans, made) == []


def test_create_makes_each_topic_once(admin, topic_names):
    assert len(admin.create(planned(topic_names))) == TOPICS
    assert admin.create(planned(topic_names)) == []


def test_articles_are_compacted_and_never_deleted_by_age(admin, topics):
    assert admin.states([topics.articles])[topics.articles].settings["cleanup.policy"] == "compact"


def test_a_page_of_the_largest_size_fits(admin, topics):
    for name in (topics.pages, topics.articles, topics.dead_letters):
        assert int(admin.states([name])[name].settings["max.message.bytes"]) > PAGE_BYTES * 4 / 3


def test_a_missing_topic_is_found(topic_names):
    findings = compare(planned(topic_names), {})
    assert [finding.wrong for finding in findings] == ["does not exist"] * TOPICS
    assert findings[0].mend == "newsmill topics create"


def test_a_wrong_setting_is_named_and_mended(admin, topics):
    plans = planned(topics, page_bytes=30_000_000)
    findings = compare(plans, states(admin, plans))
    assert {finding.topic for finding in findings} == {topics.pages, topics.articles, topics.dead_letters}
    assert findings[0].wrong == "max.message.bytes is 41048576, expected at least 61048576"
    assert len(admin.mend(plans)) == 3
    assert compare(plans, states(admin, plans)) == []


def test_more_than_planned_is_right(admin, topics):
    plans = planned(topics, page_bytes=19_000_000)
    assert compare(plans, states(admin, plans)) == []
    assert admin.mend(plans) == []


def test_partitions_are_added_only_when_asked_and_never_taken_away(admin, topics):
    more, fewer = planned(topics, partitions=4), planned(topics, partitions=1)
    assert admin.create(more) == []
    assert admin.grow(fewer) == []
    assert [f.wrong for f in compare_partitions(fewer, states(admin, fewer))] == ["has 2 partitions, not 1"] * TOPICS
    assert len(admin.grow(more)) == TOPICS
    assert compare_partitions(more, states(admin, more)) == []


def test_brokers_that_do_not_answer_are_named():
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1"):
        TopicAdmin(Kafka(bootstrap_servers="127.0.0.1:1"), reach_seconds=0.5)


def test_the_command_line_creates_checks_and_says_what_is_wrong(kafka, topic_names):
    before = newsmill(kafka, topic_names, "check")
    assert (before.returncode, before.stderr.count("does not exist")) == (1, TOPICS)
    made = newsmill(kafka, topic_names, "create", "--partitions", "3")
    assert (made.returncode, made.stdout.count("made, partitions 3, replicas 1")) == (0, TOPICS)
    again = newsmill(kafka, topic_names, "create", "--partitions", "2")
    assert (again.returncode, again.stderr.count("has 3 partitions, not 2")) == (0, TOPICS)
    after = newsmill(kafka, topic_names, "check")
    assert (after.returncode, after.stdout) == (0, "The topics are right.\n")
