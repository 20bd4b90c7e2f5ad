"""One real Apache Kafka for all broker tests of a session, and topics of its own for each test."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from worker.local_broker import LocalKafka
from worker.settings import Kafka, Settings, Topics
from worker.transport.plan import plan
from worker.transport.topics import TopicAdmin

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder needs the broker: `-m "not broker"` leaves them out."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.broker)


@pytest.fixture(scope="session")
def kafka() -> Iterator[LocalKafka]:
    """A broker of one node on free ports with empty data; `kafka.bootstrap` is its address.

    It ends with the session, and with this process however that ends.
    """
    with LocalKafka() as broker:
        yield broker


@pytest.fixture
def topic_names() -> Topics:
    """Six names that no other test uses; the topics do not exist yet."""
    unique = uuid.uuid4().hex[:8]
    names = ("pages", "articles", "metrics", "dead_letters", "source_metrics", "site_profiles")
    return Topics(**{name: f"test-{unique}.{name.replace('_', '-')}" for name in names})


@pytest.fixture
def topics(kafka: LocalKafka, topic_names: Topics) -> Topics:
    """Six topics of this test alone, made as `newsmill topics create` makes them, with two partitions each."""
    with TopicAdmin(Kafka(bootstrap_servers=kafka.bootstrap)) as admin:
        admin.create(plan(Settings(topics=topic_names), 2, 1))
    return topic_names
