"""What is made from something else is as it would be made now, and speaks of things that exist."""

import json
import re
import subprocess
import sys

import pytest

from worker.observe import Metrics


@pytest.fixture(scope="module")
def series():
    """The names of all series that the worker shows."""
    families = list(Metrics().registry.collect())
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
    return {family.name + suffix for family in families for suffix in suffixes.get(family.type, ("",))}


def test_every_made_file_is_up_to_date(deploy):
    done = subprocess.run(
        [sys.executable, deploy / "generate.py", "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_rules_and_dashboards_name_only_metrics_that_exist(deploy, series):
    files = [deploy / "prometheus" / "rules.yml", *(deploy / "grafana" / "dashboards").glob("*.json")]
    assert len(files) == 5
    for path in files:
        used = set(re.findall(r"\bnewsmill_[a-z_]+\b", path.read_text()))
        assert used <= series, path.name


def test_every_metric_is_on_a_dashboard_or_in_a_rule(deploy, series):
    """What nobody looks at need not be measured."""
    files = [deploy / "prometheus" / "rules.yml", *(deploy / "grafana" / "dashboards").glob("*.json")]
    text = " ".join(path.read_text() for path in files)
    shown = {name.removesuffix("_bucket").removesuffix("_sum").removesuffix("_count") for name in series}
    assert [name for name in sorted(shown) if name not in text] == []


def test_no_metric_has_an_open_label():
    """No url, no host, nothing that a page could choose."""
    closed = {
        *("outcome", "part", "reason", "language", "label", "field", "warning", "stage", "cause", "partition", "state"),
        *("health", "version", "core_version", "le"),
    }
    metrics = Metrics(sources=lambda: dict.fromkeys(("failing", "worse", "ok", "few"), 0))
    used = {label for family in metrics.registry.collect() for sample in family.samples for label in sample.labels}
    assert used <= closed


def test_panels_do_not_overlap_and_have_a_question(deploy):
    for path in (deploy / "grafana" / "dashboards").glob("*.json"):
        panels = json.loads(path.read_text())["panels"]
        cells = [cell for panel in panels for cell in cells_of(panel["gridPos"])]
        assert len(cells) == len(set(cells)), path.name
        assert max(x for x, _ in cells) < 24
        assert all(panel["type"] == "text" or (panel["title"] and panel["description"]) for panel in panels)


def cells_of(place):
    columns, rows = range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])
    return [(x, y) for x in columns for y in rows]
