"""Spans to an OpenTelemetry collector, by OTLP over http: the only file that knows OpenTelemetry.

One span a batch, with its transaction as a child; and one for each page whose `traceparent` is sampled, as a child of
that, and for a share of the pages that have none. They are made when the batch is through, and go out from a thread of
their own: what the collector does not take in time is dropped.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode, get_current_span, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from schemas.messages import PageMetrics
from worker import VERSION
from worker.core.model import Outcome
from worker.log import Log
from worker.outputs import TRACE
from worker.settings import Settings
from worker.tally import Tally
from worker.transport import Record

if TYPE_CHECKING:
    from opentelemetry.util.types import AttributeValue

_PATH: Final = "/v1/traces"
_CLOSE_SECONDS: Final = 2.0
_PARENT: Final = TraceContextTextMapPropagator()
_ROOT: Final = Context()


class OtelSpans:
    """See worker.spans.Spans."""

    def __init__(self, settings: Settings, slot: int, log: Log) -> None:
        """Starts the thread that sends. What the settings do not say, the standard OTEL_* variables do."""
        endpoint = settings.otel.endpoint
        exporter = OTLPSpanExporter(endpoint=endpoint.rstrip("/") + _PATH if endpoint else None)
        identity = f"{settings.instance}-{slot}"
        named = {"service.name": "newsmill", "service.version": VERSION, "service.instance.id": identity}
        self._provider = TracerProvider(
            resource=Resource.create(named).merge(OTELResourceDetector().detect()), shutdown_on_exit=False
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("newsmill", VERSION)
        self._name = f"process {settings.topics.pages}"
        self._common: Mapping[str, AttributeValue] = {
            "messaging.system": "kafka",
            "messaging.operation.type": "process",
            "messaging.destination.name": settings.topics.pages,
            "messaging.consumer.group.name": settings.kafka.group_id,
        }
        self._share = settings.otel.page_share
        self._log = log
        self._pages: list[tuple[Context, PageMetrics]] = []

    @contextmanager
    def batch(self, tally: Tally) -> Iterator[None]:
        """See Spans."""
        began, failure = time.time_ns(), None
        self._pages.clear()
        try:
            yield
        except Exception as error:
            failure = error
            raise
        finally:
            self._tell(tally, began, time.time_ns(), failure)

    def page(self, record: Record, outcome: Outcome) -> None:
        """See Spans."""
        parent = _parent_of(record)
        theirs = get_current_span(parent).get_span_context()
        if theirs.trace_flags.sampled if theirs.is_valid else _chance(outcome.metrics.page_id) < self._share:
            self._pages.append((parent, outcome.metrics))

    def close(self) -> None:
        """See Spans."""
        closing = threading.Thread(target=self._provider.shutdown, name="traces-end", daemon=True)
        closing.start()
        closing.join(_CLOSE_SECONDS)

    def _tell(self, tally: Tally, began: int, ended: int, failure: Exception | None) -> None:
        try:
            span = self._batch_span(tally, began, ended, failure)
            if failure is None:
                for parent, metrics in self._pages:
                    self._page_span(parent, metrics, span)
            span.end(ended)
        except Exception as error:  # noqa: BLE001 - pages go through without traces too
            self._log.error("no_traces", error=f"{type(error).__name__}: {error}")

    def _batch_span(self, tally: Tally, began: int, ended: int, failure: Exception | None) -> Span:
        about: dict[str, AttributeValue] = {
            "messaging.batch.message_count": tally.pages,
            "newsmill.page_bytes": tally.page_bytes,
            "newsmill.output_bytes": tally.output_bytes,
            "newsmill.articles": tally.articles.total(),
            "newsmill.dead_letters": tally.dead_letters.total(),
        }
        span = self._tracer.start_span(
            f"{self._name} batch", _ROOT, SpanKind.CONSUMER, {**self._common, **about}, start_time=began
        )
        if failure is not None:
            span.set_status(Status(StatusCode.ERROR, f"{type(failure).__name__}: {failure}"))
        elif tally.deliver_seconds:
            start = ended - int(tally.deliver_seconds * 1e9)
            inside = self._tracer.start_span("deliver", _within(span), SpanKind.PRODUCER, start_time=start)
            inside.end(ended)
        return span

    def _page_span(self, parent: Context, metrics: PageMetrics, batch: Span) -> None:
        where, spent = metrics.position, metrics.stage_microseconds
        about: dict[str, AttributeValue] = {
            "newsmill.page_id": metrics.page_id,
            "newsmill.host": metrics.host,
            "newsmill.outcome": metrics.rejection.reason.value if metrics.rejection else "article",
            **{f"newsmill.microseconds.{stage}": micro for stage, micro in spent.items() if stage != "page"},
        }
        if where is not None:
            about |= {
                "messaging.destination.partition.id": str(where.partition),
                "messaging.kafka.offset": where.offset,
            }
        start = int(metrics.processed_at.timestamp() * 1e6) * 1000
        span = self._tracer.start_span(
            self._name,
            parent,
            SpanKind.CONSUMER,
            {**self._common, **about},
            links=[Link(batch.get_span_context())],
            start_time=start,
        )
        span.end(start + spent.get("page", 0) * 1000)


def _parent_of(record: Record) -> Context:
    """The span that sent the page; none when its header is not right."""
    carrier = {name: value.decode("ascii", "replace") for name, value in record.headers if name in TRACE and value}
    return _PARENT.extract(carrier, _ROOT)


def _within(span: Span) -> Context:
    return set_span_in_context(span, _ROOT)


def _chance(page_id: str) -> float:
    """0 to 1, the same for each try of a page."""
    return int(page_id[:8], 16) / 2**32
