"""What kafka-python 3.0.12 does that loses, doubles or hangs, and that the worker does not.

Where a test says "upstream still", it fails once a new version is mended: then the guard can go.
"""

import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

import kafka
import pytest
from kafka.errors import KafkaConnectionError, KafkaError, MessageSizeTooLargeError, TopicAuthorizationFailedError
from kafka.structs import ConsumerGroupMetadata, OffsetAndMetadata, TopicPartition

from tests.kit.kafka import Corner, ended, page, running
from worker.local_broker import LocalKafka
from worker.local_broker.config import Cluster, nodes_from, server_properties
from worker.settings import Kafka
from worker.transport import Output, Refused, TooLargeForBroker, TransportError, Unavailable
from worker.transport.kafka import KafkaTransport, guards
from worker.transport.kafka.consumer import GroupMember
from worker.transport.kafka.errors import translate
from worker.transport.kafka.producer import TransactionalProducer


@pytest.fixture
def corner(kafka, topic_names) -> Corner:
    return Corner(kafka.bootstrap, topic_names).create()


def test_the_guards_are_for_this_version():
    version = tuple(int(part) for part in kafka.__version__.split(".")[:3])
    assert guards.GUARDED_VERSIONS[0] <= version < guards.GUARDED_VERSIONS[1]


def poll_all(transport: KafkaTransport, corner: Corner, seconds: float) -> int:
    """Deliver whatever comes for so long; the number of pages."""
    deadline, count = time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        with suppress(TransportError):
            batch = transport.poll()
            if batch.records:
                transport.deliver(batch, [Output(corner.topics.articles, b"k", r.value) for r in batch.records])
                count += len(batch.records)
    return count


def first_batch(transport: KafkaTransport, seconds: float = 30.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        batch = transport.poll()
        if batch.records:
            return batch
    pytest.fail("nothing polled")


def articles(corner: Corner) -> list[bytes]:
    return sorted(r.value for r in corner.read(corner.topics.articles))


# 1: what makes poll raise or spin


class _Bad(str):
    """A header name that is no UTF-8."""

    __slots__ = ()

    def encode(self, *_: object) -> bytes:
        return b"\xff\xfe"


def test_a_header_name_that_is_no_text_stops_no_partition_and_comes_out_untouched(corner):
    corner.produce([b"1"], headers=[("a", b"b")])
    corner.produce([b"{", b"{"], headers=[(_Bad("x"), b"v"), ("after", b"w")])
    corner.produce([b"2"])
    with running(corner, "--stop-when-idle", "1") as process:
        code, log = ended(process)
    assert code == 0, log
    guards.tolerate_header_names_that_are_no_text()
    letters = corner.read(corner.topics.dead_letters)
    raw = "\udcff\udcfe"
    assert sum((raw, b"v") in r.headers and ("after", b"w") in r.headers for r in letters) == 2
    assert len(corner.positions_out()) == 4


# 2: a send that fails without a word


def test_a_failed_send_fails_the_batch_and_commits_nothing(corner):
    corner.kafka = {"max_message_bytes": 100_000_000, "compression": None}
    corner.produce([b"1", b"2"])
    transport = KafkaTransport(corner.settings(), 0)
    batch = first_batch(transport)
    outputs = [
        Output(corner.topics.articles, b"k", b"fine"),
        Output(corner.topics.articles, b"k", os.urandom(60_000_000)),
    ]
    with pytest.raises(TooLargeForBroker):
        transport.deliver(batch, outputs)
    assert set(corner.committed().values()) == {None}
    assert sorted(r.value for r in first_batch(transport).records)  # the same pages again
    transport.close()
    assert articles(corner) == []


@pytest.mark.parametrize(
    ("hidden", "told"),
    [(MessageSizeTooLargeError(), TooLargeForBroker), (TopicAuthorizationFailedError(), Refused)],
)
def test_a_batch_that_fails_after_one_send_was_refused_is_told_by_that_one(hidden, told):
    """Else the worker takes it for an outage, and tries again for ever."""
    assert type(translate(KafkaError("Cannot perform send", hidden), "delivering a batch")) is told


# 3, 7 and 8: configuration


def test_the_consumer_is_told_what_its_defaults_get_wrong(corner):
    arguments = GroupMember(corner.settings().kafka, "t", "c", 500, 16_000_000)._arguments  # noqa: SLF001 - as handed on
    assert arguments["auto_offset_reset"] == "none"  # where there is no position, the loop chooses; gone ones stop us
    assert arguments["enable_auto_commit"] is False
    assert arguments["isolation_level"] == "read_committed"
    assert [a.__name__ for a in arguments["partition_assignment_strategy"]] == ["CooperativeStickyAssignor"]
    assert not {"key_deserializer", "value_deserializer"} & set(arguments)


# 7: blocking calls where none may be, producers that were fenced, constructors that wait


class _Asks(kafka.ConsumerRebalanceListener):
    """What ours may not do."""

    def __init__(self, consumer: kafka.KafkaConsumer) -> None:
        self._consumer = consumer

    def on_partitions_assigned(self, assigned):
        for partition in assigned:
            self._consumer.committed(partition)

    def on_partitions_revoked(self, revoked):
        pass


def test_our_listener_asks_nothing_and_upstream_still_refuses_one_that_asks(corner):
    corner.produce([b"1"])
    asking = kafka.KafkaConsumer(bootstrap_servers=corner.bootstrap, group_id="asks")
    asking.subscribe([corner.topics.pages], listener=_Asks(asking))
    with pytest.raises(KafkaError, match="callback"):
        asking.poll(timeout_ms=20_000)
    asking.close()
    transport = KafkaTransport(corner.settings(), 0)
    assert len(first_batch(transport).records) == 1
    transport.close()


def test_a_process_whose_producer_was_fenced_ends_and_the_next_one_goes_on(corner):
    """It must not go on under the same id in the same breath: two that do so would fence each other for ever."""
    with running(corner) as process:
        corner.produce([page(n) for n in range(10)])
        corner.wait_for(10)
        time.sleep(1)  # its commit is answered, too: a fence in the middle of one may look like a broker that moves
        TransactionalProducer(corner.settings().kafka, f"{corner.topics.pages}-test-0").open()
        corner.produce([page(n) for n in range(10, 20)])
        corner.wait_for(20)
        process.send_signal(signal.SIGTERM)
        code, log = ended(process)
    assert code == 0, log
    assert [line["exit_code"] for line in log if line["event"] == "died"] == [6], log
    assert any("NEWSMILL_INSTANCE" in line.get("error", "") for line in log)
    assert len(corner.positions_out()) == 20


def test_a_start_without_brokers_says_so_soon(topic_names):
    """The client's own patience is half a minute for each of three clients: longer than the watchdog's."""
    nowhere = Corner("127.0.0.1:1", topic_names, kafka={"request_timeout_seconds": 1.0}).settings()
    started = time.monotonic()
    with pytest.raises(Unavailable):
        TransactionalProducer(nowhere.kafka, "slot-0").open()
    assert time.monotonic() - started < 10
    with pytest.raises(Unavailable):
        GroupMember(nowhere.kafka, "t", "c", 500, 16_000_000).poll(0.1)
    assert time.monotonic() - started < 25


# 9: a transactional call whose coordinator refuses the connection


def offsets_in_a_thread(producer: kafka.KafkaProducer, topic: str, group: str) -> threading.Thread:
    producer.begin_transaction()
    member = ConsumerGroupMetadata(group)

    def call():
        with suppress(KafkaError):
            producer.send_offsets_to_transaction({TopicPartition(topic, 0): OffsetAndMetadata(1, "", -1)}, member)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    return thread


def test_a_call_returns_when_its_coordinator_comes_back_and_upstream_still_hangs(topic_names):
    with LocalKafka() as broker:
        topic = Corner(broker.bootstrap, topic_names).create().topics.pages
        settings = Kafka(bootstrap_servers=broker.bootstrap, request_timeout_seconds=5.0)
        guarded = TransactionalProducer(settings, "guarded").open()
        plain = kafka.KafkaProducer(
            transactional_id="plain", bootstrap_servers=broker.bootstrap, request_timeout_ms=5_000
        )
        plain.init_transactions()
        broker.kill(1)
        calls = [offsets_in_a_thread(producer, topic, "g") for producer in (guarded, plain)]
        time.sleep(3)
        broker.start(1)
        calls[0].join(40)
        calls[1].join(5)
        assert not calls[0].is_alive()
        assert calls[1].is_alive()
        for producer in (guarded, plain):
            producer.close(timeout=0)


def test_a_producer_that_cannot_flush_is_closed_with_its_thread():
    with LocalKafka() as broker:
        arguments = {
            "bootstrap_servers": broker.bootstrap,
            "request_timeout_ms": 5_000,
            "allow_auto_create_topics": False,
        }
        producer = kafka.KafkaProducer(transactional_id="stuck", **arguments)
        producer.init_transactions()
        with kafka.KafkaAdminClient(bootstrap_servers=broker.bootstrap) as admin:
            admin.create_topics({"t": {"num_partitions": 1, "replication_factor": 1}})
        producer.begin_transaction()
        producer.send("t", b"1").get(10)
        os.kill(broker.pid(1), signal.SIGSTOP)
        try:
            producer.send("t", b"2")
            guards.close_for_good(producer, 1.0)
            producer._sender.join(10)  # noqa: SLF001 - the thread that must end
            assert not producer._sender.is_alive()  # noqa: SLF001 - the same
        finally:
            os.kill(broker.pid(1), signal.SIGCONT)


# 10: an open transaction of a dead producer


def test_a_successor_with_the_same_id_frees_the_readers_at_once(corner):
    settings = corner.settings().kafka
    dead = TransactionalProducer(settings, "slot-0")
    producer = dead.open()
    producer.begin_transaction()
    producer.send(corner.topics.articles, b"never", key=b"k", partition=0).get(10)
    other = kafka.KafkaProducer(bootstrap_servers=corner.bootstrap)
    other.send(corner.topics.articles, b"behind it", key=b"k", partition=0).get(10)
    other.close()
    assert corner.read_now(corner.topics.articles) == []
    started = time.monotonic()
    TransactionalProducer(settings, "slot-0").open()
    assert articles(corner) == [b"behind it"]
    assert time.monotonic() - started < settings.transaction_timeout_seconds / 2


# 11: offsets of a failed transaction that go out with the next


def offsets_after_a_refused_commit(corner: Corner, commit_twice) -> dict[int, int | None]:
    stranger = ConsumerGroupMetadata(corner.topics.pages, 7, "nobody")
    anybody = ConsumerGroupMetadata(corner.topics.pages)
    commit_twice(stranger, anybody)
    return corner.committed()


def test_a_refused_position_is_never_sent_again(corner):
    producer = TransactionalProducer(corner.settings().kafka, "slot-0")

    def commit_twice(stranger, anybody):
        with pytest.raises(TransportError):
            producer.commit([], {(corner.topics.pages, 0): 100}, stranger)
        producer.commit([], {(corner.topics.pages, 1): 5}, anybody)
        producer.discard()

    assert offsets_after_a_refused_commit(corner, commit_twice) == {0: None, 1: 5}


def test_upstream_still_sends_a_refused_position_with_the_next_transaction(corner):
    producer = kafka.KafkaProducer(bootstrap_servers=corner.bootstrap, transactional_id="reused")
    producer.init_transactions()

    def offset(partition, value):
        return {TopicPartition(corner.topics.pages, partition): OffsetAndMetadata(value, "", -1)}

    def commit_twice(stranger, anybody):
        producer.begin_transaction()
        with suppress(KafkaError):
            producer.send_offsets_to_transaction(offset(0, 100), stranger)
        producer.abort_transaction()
        producer.begin_transaction()
        producer.send_offsets_to_transaction(offset(1, 5), anybody)
        producer.commit_transaction()
        producer.close()

    assert offsets_after_a_refused_commit(corner, commit_twice) == {0: 100, 1: 5}


# 4 and 12: a member that was removed while it was stopped


def test_positions_are_read_anew_whenever_the_membership_changed(corner):
    """What makes the doubles, step by step: others went further, and the partition stays through a new generation."""
    corner.produce([b"%03d" % n for n in range(200)])
    transport = KafkaTransport(corner.settings(batch_pages=10), 0)
    batch = first_batch(transport)
    transport.deliver(batch, [Output(corner.topics.articles, b"k", r.value) for r in batch.records])
    others = TransactionalProducer(corner.settings().kafka, "others")
    others.commit([], {(corner.topics.pages, p): 90 for p in (0, 1)}, ConsumerGroupMetadata(corner.topics.pages))
    transport._member._consumer._coordinator.request_rejoin()  # noqa: SLF001 - as a lost heartbeat would
    poll_all(transport, corner, 5.0)
    transport.close()
    own = [r.value for r in batch.records]
    assert articles(corner) == sorted([*own, *(b"%03d" % n for n in range(180, 200))])


# 5: bytes in flight


def test_what_is_polled_is_bounded_in_bytes(corner):
    corner.produce([os.urandom(200_000) for _ in range(100)])
    corner.worker = {"batch_bytes": 1_000_000, "batch_pages": 500}
    transport = KafkaTransport(corner.settings(), 0)
    batch = first_batch(transport)
    transport.close()
    assert sum(record.size for record in batch.records) < 4_000_000


# 13: brokers that are away


def test_a_poll_that_raises_is_tried_again_with_a_new_consumer(corner, monkeypatch):
    corner.produce([b"1"])
    transport = KafkaTransport(corner.settings(), 0)
    batch = first_batch(transport)
    broken = transport._member._consumer  # noqa: SLF001 - the one that fails

    def poll(*_: object, **__: object):
        raise KafkaConnectionError("as when all brokers are away")

    monkeypatch.setattr(broken, "poll", poll)
    with pytest.raises(Unavailable):
        transport.poll()
    assert first_batch(transport).records == batch.records  # it was not delivered
    assert transport._member._consumer is not broken  # noqa: SLF001 - the same
    transport.close()


def test_nodes_that_die_are_replaced_before_a_test_gives_up():
    nodes = nodes_from(20_000, 3)
    told = server_properties(Cluster(nodes), nodes[0], Path("data"))
    assert int(told["broker.session.timeout.ms"]) <= 3_000
    assert int(told["controller.quorum.fetch.timeout.ms"]) <= 1_000


# 6: calls without a timeout


def test_a_call_that_does_not_return_ends_its_process_and_work_goes_on(topic_names):
    with LocalKafka() as broker:
        corner = Corner(broker.bootstrap, topic_names, worker={"call_seconds": 4.0}).create()
        with running(corner, "--stop-when-idle", "2") as process:
            corner.produce([page(n) for n in range(10)])
            corner.wait_for(10)
            os.kill(broker.pid(1), signal.SIGSTOP)
            time.sleep(8)
            os.kill(broker.pid(1), signal.SIGCONT)
            corner.produce([page(n) for n in range(10, 20)])
            code, log = ended(process)
        assert code == 0, log
        assert any(line["event"] in {"call_hangs", "unavailable"} for line in log)
        assert len(corner.positions_out()) == 20
