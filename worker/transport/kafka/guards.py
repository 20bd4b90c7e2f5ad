"""What kafka-python 3.0.12 gets wrong and cannot be told by configuration. Each guard has a test that fails without it.

`GUARDED_VERSIONS` is the range they were read against; `tests/broker/test_traps.py` says when one is needed no longer.
"""

import time
from collections.abc import Callable
from typing import Any, Final

import kafka
from kafka.errors import KafkaError
from kafka.net.transport import KafkaSSLTransport, KafkaTCPTransport
from kafka.record.default_records import DefaultRecordBatch
from kafka.serializer import Serializer

from worker.transport import Headers

GUARDED_VERSIONS: Final = ((3, 0, 9), (3, 1))
"""From (inclusive) and to (exclusive)."""
_PAUSE_SECONDS: Final = 0.05


def requeue_when_coordinator_is_away(producer: kafka.KafkaProducer) -> None:
    """A transactional request is queued again when its coordinator refuses the connection.

    `Sender._maybe_send_pending_request` looks the coordinator up again when `await_ready` *raises*, but drops the
    request, since its target is still set: its result is never completed and the call hangs for ever, also when the
    broker is back. An `await_ready` that answers False takes the path that queues it again.
    """
    client = producer._sender._client  # noqa: SLF001 - the place of the fault; no public way leads there
    original = client.await_ready

    def await_ready(node_id: Any, timeout_ms: float = 30_000) -> bool:  # noqa: ANN401 - a node id of kafka-python
        try:
            return bool(original(node_id, timeout_ms=timeout_ms))
        except KafkaError:
            time.sleep(_PAUSE_SECONDS)  # one caller asks again at once, without a pause of its own
            return False

    client.await_ready = await_ready


def close_for_good(producer: kafka.KafkaProducer, seconds: float) -> None:
    """Close a producer that may hold what it cannot send. Never raises.

    `close` flushes first, and when that times out it raises before it has stopped the sender: a thread that goes on
    sending for a producer nobody has any more.
    """
    try:
        producer.close(timeout=seconds)
    except KafkaError:
        producer._sender.force_close()  # noqa: SLF001 - what close would have done next
        producer._closed = True  # noqa: SLF001 - so that its finalizer does not try again


def finish_joins_that_outlast_a_poll(consumer: kafka.KafkaConsumer) -> None:
    """A join that was begun and not waited for to its end is taken up again by the next poll.

    When partitions of the topic come or go, the group's leader joins anew, and learns by its own assignment that the
    reason is gone: a poll that ends before that join's answer leaves a member that no longer asks, sends no heartbeat,
    is dropped by the group and reads nothing for ever. Java's client asks for `rejoinNeeded || joinFuture != null`
    (AbstractCoordinator.rejoinNeededOrPending); here the second half is missing.
    """
    coordinator = consumer._coordinator  # noqa: SLF001 - the place of the fault; no public way leads there
    needed = coordinator.need_rejoin
    coordinator.need_rejoin = lambda: needed() or coordinator._join_task is not None  # noqa: SLF001 - see above


def take_up_what_was_paused(consumer: kafka.KafkaConsumer) -> None:
    """What was fetched of a partition before it was paused is handed out once it goes on.

    `Fetcher.fetched_records` looks for such records only while no other partition's are in hand, at its beginning, and
    those of a partition that is read to its end or has been paused since still count: with nothing new to fetch, the
    records are never handed out.
    """
    fetcher = consumer._fetcher  # noqa: SLF001 - the place of the fault; no public way leads there
    original = fetcher.fetched_records

    def fetched_records(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - kafka-python has no types
        in_hand = fetcher._next_partition_records  # noqa: SLF001 - see above
        if in_hand and consumer._subscription.is_paused(in_hand.topic_partition):  # noqa: SLF001 - see above
            fetcher._paused_partition_records[in_hand.topic_partition] = in_hand  # noqa: SLF001 - as it does itself
            in_hand = None
        fetcher._next_partition_records = in_hand or None  # noqa: SLF001 - see above
        return original(*args, **kwargs)

    fetcher.fetched_records = fetched_records


class NothingSerializer(Serializer):  # type: ignore[misc]  # kafka-python has no types
    """Lets a record without key and without value through: `send` refuses (None, None) before it serializes."""

    def serialize(self, topic: str, headers: object, data: Any) -> Any:  # noqa: ANN401, ARG002 - Serializer's signature
        """`data`, and None for NOTHING."""
        return None if data is NOTHING else data


NOTHING: Final = object()
"""Stands for a null value on its way through `send`."""


class _RawName(str):
    """A header name that was no UTF-8, written back as the bytes it was read from."""

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "surrogateescape") -> bytes:
        """The bytes, with lone surrogates as the bytes they stand for."""
        return super().encode(encoding, errors)


class _NullHeader(tuple[str, None]):
    """A header without a value: `send` checks item 1 for bytes by index, the encoder unpacks and understands None."""

    __slots__ = ()

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - tuple's own signature
        return b"" if index == 1 else super().__getitem__(index)


def sendable_headers(headers: Headers) -> list[tuple[str, bytes | None]]:
    """Headers as `send` takes them, null values and names that are no text kept."""
    named = [(name if name.isascii() else _RawName(name), value) for name, value in headers]
    return [_NullHeader((name, None)) if value is None else (name, value) for name, value in named]


class _Lenient(bytes):
    """A buffer whose slices decode header names that are not UTF-8 without raising."""

    __slots__ = ()

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401 - bytes' own signature
        part = super().__getitem__(index)
        return _LenientPart(part) if isinstance(index, slice) else part


class _LenientPart(bytes):
    __slots__ = ()

    def decode(self, encoding: str = "utf-8", errors: str = "surrogateescape") -> str:
        """Text, where bytes that are none become lone surrogates; the fetcher encodes it again to know its size."""
        return _RawName(super().decode(encoding, errors))


def tolerate_header_names_that_are_no_text() -> None:
    """A record whose header name is not UTF-8 is read like any other; without this its partition is stuck for ever.

    kafka-python decodes header names strictly and raises CorruptRecordError from every `poll`: one hostile record
    stops a partition. Only a record that failed is read again, through a lenient buffer.
    """
    original = DefaultRecordBatch._read_msg  # noqa: SLF001 - the method that is guarded
    if original.__module__ == __name__:
        return

    def _read_msg(self: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - kafka-python has no types
        start = self._pos
        try:
            return original(self, *args, **kwargs)
        except UnicodeDecodeError:
            strict, self._pos = self._buffer, start
            self._buffer = _Lenient(strict)
            try:
                return original(self, *args, **kwargs)
            finally:
                self._buffer = strict

    DefaultRecordBatch._read_msg = _read_msg  # noqa: SLF001 - the method that is guarded


def read_what_came_with_the_end() -> None:
    """What a broker sends before it closes is read; without this, it is dropped when both come in one read.

    A broker answers a wrong password and closes: on a busy machine the client then knew of a lost connection alone,
    tried again for ever, and nobody learned that the password was wrong. The end is seen again by the next read.
    """
    for transport in (KafkaTCPTransport, KafkaSSLTransport):
        original = transport._sock_recv  # noqa: SLF001 - the method that is guarded
        if original.__module__ != __name__:
            transport._sock_recv = _data_first(original)  # noqa: SLF001 - the method that is guarded


def _data_first(receive: Callable[[Any], tuple[bytes, Any]]) -> Callable[[Any], tuple[bytes, Any]]:
    def _sock_recv(self: Any) -> tuple[bytes, Any]:  # noqa: ANN401 - kafka-python has no types
        data, error = receive(self)
        return (data, None) if data else (data, error)

    return _sock_recv
