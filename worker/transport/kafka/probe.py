"""Whether this worker may do what it will have to do, found out by doing it: nothing of it stays visible."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import kafka
from kafka.structs import TopicPartition

from worker.settings import Settings
from worker.transport import TransportError
from worker.transport.kafka.errors import translate
from worker.transport.kafka.producer import TransactionalProducer
from worker.transport.kafka.security import connection

_POLL_MS = 1_500
_CALL_MS = 10_000


@dataclass(frozen=True, slots=True)
class Probe:
    """One right, and the error when it is missing."""

    right: str
    error: str | None = None


def rights(settings: Settings) -> Iterator[Probe]:
    """Try each right in turn. Records are written in a transaction that is aborted: no reader ever sees them."""
    topics = settings.topics
    yield _try(f"read {topics.pages}", lambda: _read(settings))
    yield _try(f"read group {settings.kafka.group_id}", lambda: _committed(settings))
    outputs = (topics.articles, topics.metrics, topics.dead_letters)
    yield _try(
        f"use transactional ids {settings.kafka.group_id}-{settings.instance}-*", lambda: _transact(settings, ())
    )
    for topic in outputs:
        yield _try(f"write {topic}", lambda topic=topic: _transact(settings, (topic,)))  # type: ignore[misc]  # a default binds the loop's topic


def _try(right: str, action: Callable[[], None]) -> Probe:
    try:
        action()
    except TransportError as error:
        return Probe(right, str(error))
    except Exception as error:  # noqa: BLE001 - whatever the client says about a right is its answer
        return Probe(right, str(translate(error, f"trying to {right}")))
    return Probe(right)


def _read(settings: Settings) -> None:
    consumer = kafka.KafkaConsumer(**connection(settings.kafka, "newsmill-check"), enable_auto_commit=False)
    try:
        partitions = consumer.partitions_for_topic(settings.topics.pages)
        if not partitions:
            raise ValueError("no such topic, or no right to see it")
        consumer.assign([TopicPartition(settings.topics.pages, min(partitions))])
        consumer.poll(_POLL_MS)
    finally:
        consumer.close(autocommit=False)


def _committed(settings: Settings) -> None:
    consumer = kafka.KafkaConsumer(
        **connection(settings.kafka, "newsmill-check"), group_id=settings.kafka.group_id, enable_auto_commit=False
    )
    try:
        consumer.committed(TopicPartition(settings.topics.pages, 0), timeout_ms=_CALL_MS)
    finally:
        consumer.close(autocommit=False)


def _transact(settings: Settings, topics: Sequence[str]) -> None:
    name = f"{settings.kafka.group_id}-{settings.instance}-check"
    keeper = TransactionalProducer(settings.kafka, name)
    producer = keeper.open()
    try:
        producer.begin_transaction()
        futures = [producer.send(topic, value=b"", key=b"newsmill check") for topic in topics]
        producer.flush(timeout=_CALL_MS / 1000)
        for future in futures:
            future.get(timeout=0)
        producer.abort_transaction()
    finally:
        keeper.discard()
