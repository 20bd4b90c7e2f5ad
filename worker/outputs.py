"""What one record became -> the records to write: articles, one metrics record, or a dead letter. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from schemas import messages
from schemas.codec import encode
from schemas.messages import PageMetrics, Position
from schemas.reasons import Reason, Reject
from worker import VERSION
from worker.core.address import digest, host_of
from worker.core.envelope import url_outside
from worker.core.model import CORE_VERSION, Outcome, Rejection
from worker.settings import Settings
from worker.transport import Headers, Output, Record

OURS: Final = "newsmill."
"""Prefix of the headers that Newsmill adds to a dead letter; a replay takes them off again."""
CONNECT: Final = "__connect.errors."
"""Prefix of Kafka Connect's dead-letter headers, understood by the tools of its world."""
ATTEMPT: Final = f"{OURS}attempt"
TRACE: Final = ("traceparent", "tracestate")
"""Headers that tie a page to the trace of whoever sent it: outputs carry them on."""
_STAGE: Final = {
    Reason.CRASHED: "TASK_PUT",
    Reason.TIME_LIMIT: "TASK_PUT",
    Reason.MEMORY_LIMIT: "TASK_PUT",
    Reason.NO_ARTICLE: "TRANSFORMATION",
    Reason.BUG: "TRANSFORMATION",
}
"""Kafka Connect's names of stages; what is not listed failed in its VALUE_CONVERTER."""


@dataclass(frozen=True, slots=True)
class Names:
    """Where outputs go and who writes them."""

    articles: str
    metrics: str
    dead_letters: str
    group: str
    task: str
    max_bytes: int

    @staticmethod
    def of(settings: Settings, slot: int) -> "Names":
        """From the settings."""
        topics, kafka = settings.topics, settings.kafka
        task = f"{settings.instance}-{slot}"
        return Names(
            topics.articles, topics.metrics, topics.dead_letters, kafka.group_id, task, kafka.max_message_bytes
        )


def outputs_of(record: Record, outcome: Outcome, names: Names, at: datetime) -> list[Output]:
    """All records to write for one page. Raises Reject when an article is larger than a record may be."""
    trace = tuple((name, value) for name, value in record.headers if name in TRACE)
    made = [Output(names.articles, a.article_id.encode(), encode(a), trace) for a in outcome.articles]
    for output in made:
        if output.value is not None and len(output.value) > names.max_bytes:
            raise Reject(Reason.TOO_LARGE, f"an article of {len(output.value)} bytes, limit {names.max_bytes}")
    metrics = outcome.metrics
    made.append(Output(names.metrics, metrics.host.encode(), encode(metrics), trace))
    if outcome.rejection is not None:
        made.append(dead_letter(record, outcome.rejection, metrics.host, names, at))
    return made


def dead_letter(record: Record, rejection: Rejection, host: str, names: Names, at: datetime) -> Output:
    """The record untouched, and why it is here in headers behind its own."""
    own = tuple((name, value) for name, value in record.headers if name != ATTEMPT)
    stamp = record.timestamp_ms if record.timestamp_ms >= 0 else None
    ours = _our_headers(record, rejection, host, at)
    return Output(
        names.dead_letters, record.key, record.value, (*own, *_connect_headers(record, rejection, names), *ours), stamp
    )


def attempt_of(headers: Headers) -> int:
    """Which attempt this is: 1 for a page that was never a dead letter, more after each replay."""
    values = [value for name, value in headers if name == ATTEMPT]
    return max(1, int(values[-1][:6])) if values and values[-1] and values[-1].isdigit() else 1


def rejected(record: Record, rejection: Rejection, at: datetime) -> Outcome:
    """The outcome of a record that never became a page."""
    url = url_outside(record.key, record.headers)
    where = Position(topic=record.topic, partition=record.partition, offset=record.offset)
    metrics = PageMetrics(
        page_id=digest(url or f"{record.topic}/{record.partition}/{record.offset}"),
        position=where,
        url=url,
        host=host_of(url) if url else "unknown",
        outcome="rejected",
        rejection=messages.Rejection(reason=rejection.reason, detail=rejection.detail),
        bytes=len(record.value or b""),
        processed_at=at,
        core_version=CORE_VERSION,
        worker_version=VERSION,
    )
    return Outcome((), metrics, rejection)


def completed(outcome: Outcome, record: Record, microseconds: dict[str, int]) -> Outcome:
    """The outcome with what only the edge knows in its metrics: bytes, time per stage, version."""
    more = {"bytes": len(record.value or b""), "stage_microseconds": microseconds, "worker_version": VERSION}
    return Outcome(
        outcome.articles,
        outcome.metrics.model_copy(update=more),
        outcome.rejection,
        outcome.text,
        outcome.segments,
    )


def _connect_headers(record: Record, rejection: Rejection, names: Names) -> Sequence[tuple[str, bytes]]:
    values: dict[str, str] = {
        "topic": record.topic,
        "partition": str(record.partition),
        "offset": str(record.offset),
        "connector.name": names.group,
        "task.id": names.task,
        "stage": _STAGE.get(rejection.reason, "VALUE_CONVERTER"),
        "class.name": "worker.core.pipeline",
        "exception.class.name": f"schemas.reasons.{rejection.reason.name}",
        "exception.message": rejection.detail,
    }
    return tuple((CONNECT + name, _header(value)) for name, value in values.items())


def _our_headers(record: Record, rejection: Rejection, host: str, at: datetime) -> Sequence[tuple[str, bytes]]:
    values: dict[Literal["reason", "detail", "attempt", "host", "worker-version", "failed-at"], str] = {
        "reason": rejection.reason,
        "detail": rejection.detail,
        "attempt": str(attempt_of(record.headers)),
        "host": host,
        "worker-version": VERSION,
        "failed-at": at.isoformat(timespec="milliseconds"),
    }
    return tuple((OURS + name, _header(value)) for name, value in values.items())


def _header(value: str) -> bytes:
    return value.encode("utf-8", "replace")
