"""`newsmill check`: what is wrong is said before a start, with what mends it."""

import pytest

from tests.kit.command import newsmill
from tests.kit.kafka import Corner


@pytest.fixture
def corner(kafka, topic_names) -> Corner:
    return Corner(kafka.bootstrap, topic_names)


def test_missing_topics_are_named_and_then_all_is_right_and_nothing_is_left_behind(corner):
    missing = newsmill(corner, "check")
    assert missing.returncode == 1
    assert f"topic {corner.topics.articles}: does not exist (to mend: newsmill topics create)" in missing.stdout
    corner.create()
    right = newsmill(corner, "check")
    assert (right.returncode, "wrong" in right.stdout) == (0, False), right.stdout + right.stderr
    assert corner.read(corner.topics.articles) == []


def test_a_broker_that_is_not_there_is_named(corner):
    corner.bootstrap = "127.0.0.1:1"
    absent = newsmill(corner, "check")
    assert absent.returncode == 1
    assert "127.0.0.1:1" in absent.stdout
