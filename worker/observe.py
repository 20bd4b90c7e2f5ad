"""Everything that is measured, as one closed set of Prometheus metrics.

It lives in the supervisor: the processes send what they did, so one that starts anew never makes a counter fall.
Names and labels are a contract: dashboards and alerts in deploy/ are written against them.
"""

from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from time import time
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, disable_created_metrics
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from schemas.messages import Part, WarningCode
from schemas.reasons import REASONS
from worker import VERSION
from worker.core.metrics import FIELDS
from worker.core.model import CORE_VERSION, Label
from worker.ends import NEVER, Cause, Ended
from worker.live.sources import Health
from worker.stopwatch import STAGES
from worker.tally import Overview, Report, Skipped, Standing, Tally

LANGUAGES: Final = frozenset(
    entry.name.removesuffix(".toml")
    for entry in files("worker.core").joinpath("lexicons").iterdir()
    if entry.name.endswith(".toml")
)
"""The values of the label `language`, beside `other` and `unknown`: those with a lexicon."""
_SECONDS: Final = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
_SHARES: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
CAUSES: Final = ("signal", "failed", "fenced", "exit", "crashed", "time_limit", "memory_limit")
"""The values of the label `cause` of restarts."""


class Metrics:
    """The closed set. One object a supervisor; `registry` is what /metrics shows."""

    def __init__(
        self,
        overview: Callable[[], Overview] | None = None,
        sources: Callable[[], Mapping[Health, int]] | None = None,
        ends: Callable[[], Mapping[Cause, Ended]] = lambda: NEVER,
    ) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each counter, which nobody asks for
        self.registry = CollectorRegistry()
        counter, histogram, gauge = self._counter, self._histogram, self._gauge
        self.pages = counter("pages", "Pages delivered, articles or not", "outcome")
        self.page_bytes = counter("page_bytes", "Bytes of the records' values delivered")
        self.output_bytes = counter("output_bytes", "Bytes of the values written, before compression")
        self.articles = counter("articles", "Articles written", "part")
        self.dead_letters = counter("dead_letters", "Pages rejected", "reason")
        self.languages = counter("article_languages", "Pages with an article, by language", "language")
        self.label_characters = counter("label_characters", "Non-space characters of the pages' text", "label")
        self.missing = counter("missing_fields", "Main articles without the field", "field")
        self.warnings = counter("warnings", "Main articles with the warning", "warning")
        self.confidence = histogram("confidence", "Confidence of main articles", _SHARES)
        self.page_seconds = histogram("page_seconds", "Wall time of a page, from its bytes to its articles", _SECONDS)
        self.stages = counter("stage_seconds", "Wall time of the processes by stage; `poll` is mostly waiting", "stage")
        self.batch = histogram("batch_seconds", "Wall time of a batch, processing and delivery", _SECONDS)
        self.deliver = histogram("deliver_seconds", "Wall time of a batch's transaction", _SECONDS)
        self.batches = counter("batches", "Transactions committed")
        self.troubles = counter("transport_errors", "Calls to the brokers that failed and were tried again")
        self.skipped = counter(
            "skipped_records", "Records deleted before they were read, passed over as `KAFKA__ON_OFFSETS_GONE` says"
        )
        self.restarts = counter("restarts", "Consumer processes started again", "cause")
        self.rebalances = counter("rebalances", "Times that a process got its partitions anew")
        self.lag = gauge("lag_records", "Records not yet read, per partition assigned here", "partition")
        self.lag_seconds = gauge("lag_seconds", "Age of the newest page delivered, while later ones wait; else 0")
        self.assigned = gauge("assigned_partitions", "Partitions assigned to this worker's processes")
        self.last_progress = gauge(
            "last_progress_timestamp_seconds", "When a batch was last delivered, or nothing was left"
        )
        self.processes = gauge("processes", "Consumer processes", "state")
        self.in_flight = gauge("in_flight_bytes", "Bytes of pages in hand and of their outputs, not committed yet")
        self.resident = gauge("resident_bytes", "Resident memory of all processes and the supervisor")
        self.started = gauge("started_timestamp_seconds", "When the worker was started")
        self.started.set(time())
        self.sources = gauge("sources", "Sources of the last 15 minutes by health, of those seen here", "health")
        build = gauge("build_info", "1; its labels say which version runs", "version", "core_version")
        build.labels(VERSION, CORE_VERSION).set(1)
        self._rebalances_seen: dict[int, int] = {}
        self._lags: dict[int, dict[int, int]] = {}
        self._newest: dict[int, float] = {}
        """Per process: when the newest page it delivered was made, seconds since 1970."""
        self.lag_seconds.set_function(self._seconds_behind)
        self._start_at_zero()
        self.registry.register(_EndsCollector(ends))
        if overview is not None:
            self._read_when_asked(overview)
        if sources is not None:
            self._count_when_asked(sources)

    def report(self, process: int, report: Report) -> None:
        """Add up what a process did."""
        if isinstance(report, Tally):
            self._add(report)
            self._newest[process] = time() - report.lag_seconds
        elif isinstance(report, Standing):
            self._stand(process, report)
        elif isinstance(report, Skipped):
            self.skipped.inc(report.records)
        else:
            self.troubles.inc()

    def died(self, process: int, cause: str) -> None:
        """A process ended and is started again; its partitions are no longer here."""
        self.restarts.labels(cause if cause in CAUSES else "exit").inc()
        self._stand(process, Standing({}, 0))
        self._rebalances_seen[process] = 0

    def ended(self) -> None:
        """All processes have ended; their partitions are no longer here."""
        for process in list(self._lags):
            self._stand(process, Standing({}, 0))

    def _add(self, tally: Tally) -> None:
        self.pages.labels("article").inc(tally.article_pages)
        self.pages.labels("rejected").inc(tally.pages - tally.article_pages)
        self.page_bytes.inc(tally.page_bytes)
        self.output_bytes.inc(tally.output_bytes)
        for counter, counts in (
            (self.articles, tally.articles),
            (self.dead_letters, tally.dead_letters),
            (self.label_characters, tally.label_characters),
            (self.missing, tally.missing),
            (self.warnings, tally.warnings),
        ):
            for value, count in counts.items():
                counter.labels(value).inc(count)
        for language, count in tally.languages.items():
            known = language in LANGUAGES or language == "unknown"
            self.languages.labels(language if known else "other").inc(count)
        for confidence in tally.confidences:
            self.confidence.observe(confidence)
        for seconds in tally.page_seconds:
            self.page_seconds.observe(seconds)
        self.batch.observe(tally.batch_seconds)
        self.deliver.observe(tally.deliver_seconds)
        self.batches.inc()

    def _stand(self, process: int, standing: Standing) -> None:
        for stage, seconds in standing.stage_seconds.items():
            self.stages.labels(stage).inc(seconds)
        self.rebalances.inc(max(0, standing.rebalances - self._rebalances_seen.get(process, 0)))
        self._rebalances_seen[process] = standing.rebalances
        gone = set(self._lags.get(process, {})) - set(standing.lag)
        self._lags[process] = dict(standing.lag)
        held = {partition: lag for lags in self._lags.values() for partition, lag in lags.items()}
        for partition in gone - set(held):
            self.lag.remove(str(partition))
        for partition, lag in held.items():
            self.lag.labels(str(partition)).set(lag)
        self.assigned.set(len(held))

    def _seconds_behind(self) -> float:
        """Of the process that is furthest behind; a page that waits gets older, also while nothing is delivered."""
        waiting = [process for process, lag in self._lags.items() if sum(lag.values())]
        return max((time() - self._newest[process] for process in waiting if process in self._newest), default=0.0)

    def _start_at_zero(self) -> None:
        """Every series of the closed sets exists from the start, so that a rate sees its first step."""
        for outcome in ("article", "rejected"):
            self.pages.labels(outcome)
        for part in Part:
            self.articles.labels(part)
        for reason in REASONS:
            self.dead_letters.labels(reason)
        for label in Label:
            self.label_characters.labels(label)
        for field in FIELDS:
            self.missing.labels(field)
        for warning in WarningCode:
            self.warnings.labels(warning)
        for cause in CAUSES:
            self.restarts.labels(cause)
        for stage in STAGES:
            self.stages.labels(stage)

    def _read_when_asked(self, overview: Callable[[], Overview]) -> None:
        self.processes.labels("wanted").set_function(lambda: overview().processes)
        self.processes.labels("alive").set_function(lambda: overview().alive)
        self.resident.set_function(lambda: overview().resident_bytes)
        self.in_flight.set_function(lambda: overview().in_flight_bytes)
        self.last_progress.set_function(lambda: time() - overview().last_progress_seconds)

    def _count_when_asked(self, sources: Callable[[], Mapping[Health, int]]) -> None:
        def count(health: Health) -> Callable[[], float]:
            return lambda: sources()[health]

        for health in Health:
            self.sources.labels(health).set_function(count(health))

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"newsmill_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"newsmill_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"newsmill_{name}", text, labels, registry=self.registry, buckets=buckets)


class _EndsCollector(Collector):
    """What ended the workers of this instance, read where it is kept."""

    def __init__(self, ends: Callable[[], Mapping[Cause, Ended]]) -> None:
        self._ends = ends

    def collect(self) -> Iterator[Metric]:
        """Both families, every cause in each."""
        stops = CounterMetricFamily(
            "newsmill_stops", "Times that a worker of this instance ended unasked, over all its runs", labels=["cause"]
        )
        last = GaugeMetricFamily(
            "newsmill_last_stop_timestamp_seconds", "When one last did for this cause; 0: never", labels=["cause"]
        )
        for cause, ended in self._ends().items():
            stops.add_metric([cause], ended.times)
            last.add_metric([cause], ended.last)
        yield from (stops, last)
