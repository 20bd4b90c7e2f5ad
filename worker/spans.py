"""Spans of batches and pages for those who collect them, and the nothing that stands there for all others."""

from contextlib import AbstractContextManager, nullcontext
from importlib.util import find_spec
from typing import Protocol

from worker.core.model import Outcome
from worker.log import Log
from worker.settings import Settings
from worker.tally import Tally
from worker.transport import Record


class Spans(Protocol):
    """One process's spans. No method blocks, and none raises."""

    def batch(self, tally: Tally) -> AbstractContextManager[None]:
        """Around the work on a batch and its delivery; `tally` is filled meanwhile."""

    def page(self, record: Record, outcome: Outcome) -> None:
        """A page of the batch under way became this."""

    def close(self) -> None:
        """Send what is left, for two seconds at most."""


class NoSpans:
    """Nobody collects."""

    def batch(self, tally: Tally) -> AbstractContextManager[None]:
        """Nothing."""
        del tally
        return nullcontext()

    def page(self, record: Record, outcome: Outcome) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


MISSING = "traces need the extra `otel`: pip install 'newsmill[otel]'"


def installed() -> bool:
    """Whether the extra `otel` is."""
    try:
        return find_spec("opentelemetry.exporter.otlp.proto.http") is not None
    except ImportError:
        return False


def spans_of(settings: Settings, slot: int, log: Log) -> Spans:
    """What the settings ask for; no spans, and an error in the log, where they cannot be had."""
    if not settings.otel.enabled or not installed():
        return NoSpans()
    try:
        from worker.otel import OtelSpans  # noqa: PLC0415 - an extra, and a third of a second

        return OtelSpans(settings, slot, log)
    except Exception as error:  # noqa: BLE001 - pages go through without traces too
        log.error("no_traces", error=f"{type(error).__name__}: {error}")  # noqa: TRY400 - no trace of the stack is needed
        return NoSpans()
