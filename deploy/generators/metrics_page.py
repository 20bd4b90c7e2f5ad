"""The page of all metrics, from the metrics themselves."""

from typing import Final

from prometheus_client import Metric

from worker.live.sources import Health
from worker.observe import Metrics
from worker.tally import Overview

HEAD: Final = """# Metrics

Made by `deploy/generate.py` from `worker/observe.py`.

The supervisor serves them at `/metrics` (port 9464, `NEWSMILL_HTTP__PORT`). Its consumer processes send it what they
did with each batch, so a process that starts anew never makes a counter fall. Units are Prometheus' base units:
seconds, bytes, shares of 1. Label values come from small closed sets: there is no url and no host in any label; which
*source* is unwell stands on the live page and in the topic `news.source-metrics`.

| metric | type | labels | meaning |
|---|---|---|---|
"""
OPEN: Final = {
    "partition": "numbers of partitions",
    "version": "versions",
    "core_version": "versions",
}
"""Labels whose values are not listed in advance, and what they are."""
MANY: Final = 12
"""More values than this are counted, not listed."""


def metrics_page() -> str:
    """The page as Markdown."""
    metrics = Metrics(lambda: Overview(0, 0, 0, 0, 0.0), lambda: dict.fromkeys(Health, 0))
    families = sorted(metrics.registry.collect(), key=lambda family: family.name)
    return HEAD + "".join(map(_row, families))


def _row(family: Metric) -> str:
    name = family.name + ("_total" if family.type == "counter" else "")
    return f"| `{name}` | {family.type} | {_labels(family)} | {family.documentation} |\n"


def _labels(family: Metric) -> str:
    values: dict[str, set[str]] = {}
    for sample in family.samples:
        for label, value in sample.labels.items():
            values.setdefault(label, set()).add(value)
    values.pop("le", None)
    names = sorted(values) or sorted(set(_DECLARED.get(family.name, ())))
    return "<br>".join(f"`{label}`: {_values(label, values.get(label, set()))}" for label in names)


def _values(label: str, values: set[str]) -> str:
    if label in OPEN or not values:
        return OPEN.get(label, "languages")
    return f"{len(values)} values" if len(values) > MANY else ", ".join(sorted(values))


_DECLARED: Final = {
    "newsmill_lag_records": ("partition",),
    "newsmill_article_languages": ("language",),
}
"""Labels of the metrics that have no series before the first page."""
