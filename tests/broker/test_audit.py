"""The audit beside a running worker, and after one that was killed in the middle of a transaction."""

import orjson
import pytest

from tests.kit.command import newsmill
from tests.kit.kafka import Corner, page, running
from worker.audit import Verdict, audit
from worker.transport import Output, Unavailable
from worker.transport.kafka.producer import TransactionalProducer
from worker.transport.kafka.reader import TopicReader


@pytest.fixture
def corner(kafka, topic_names) -> Corner:
    return Corner(kafka.bootstrap, topic_names).create()


def look(corner: Corner, patience: float = 30.0) -> Verdict:
    with TopicReader(corner.settings().kafka) as reader:
        return audit(reader, corner.topics, patience)


def test_every_look_at_a_running_worker_is_right(corner):
    with running(corner):
        verdicts, produced = [], 0
        while len(verdicts) < 40 and (not verdicts or verdicts[-1].pages < 300):
            if produced < 300:
                corner.produce([page(produced + i) for i in range(60)], start=produced)
                produced += 60
            verdicts.append(look(corner))
    assert [verdict.findings for verdict in verdicts if not verdict.right] == []
    assert verdicts[-1].pages == 300
    told = newsmill(corner, "audit", "--json")
    assert (told.returncode, orjson.loads(told.stdout)["pages"]) == (0, 300), told.stderr


def test_an_open_transaction_is_waited_for_and_named(corner):
    """A producer that died in the middle holds the readers back: what it covers cannot be judged yet."""
    dead = TransactionalProducer(corner.settings().kafka, "dead").open()
    dead.begin_transaction()
    dead.send(corner.topics.metrics, value=b"{}", key=b"k").get(10)
    with pytest.raises(Unavailable, match="open transaction"):
        look(corner, 1.0)
    successor = TransactionalProducer(corner.settings().kafka, "dead")
    successor.commit([Output(corner.topics.source_metrics, b"k", b"v")], {}, None)
    assert look(corner).right
    successor.discard()
    dead.close(timeout=0)
