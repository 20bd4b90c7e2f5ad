"""Grafana's panels and dashboards as plain JSON documents, with every field that Grafana's own schema asks for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Json = dict[str, Any]
SOURCE: Final[Json] = {"type": "prometheus", "uid": "${source}"}
WIDTH: Final = 24
"""Columns of Grafana's grid."""
LATEST: Final[Json] = {"calcs": ["lastNotNull"]}
"""How a panel that shows one figure takes it from a series."""
SELECT: Final = 'job=~"$job",instance=~"$instance"'
"""The labels that every query of a worker's metric selects by."""


@dataclass(frozen=True)
class Query:
    """One query of a panel; `{{label}}` in the legend is filled in by Grafana."""

    expr: str
    legend: str = ""
    instant: bool = False
    heatmap: bool = False


@dataclass(frozen=True)
class Panel:
    """A panel before it has a place. `unit` is Grafana's name of it; `limits` are value and colour, lowest first."""

    title: str
    why: str
    """The question it answers, shown as its description."""
    queries: Sequence[Query]
    kind: str = "timeseries"
    unit: str = "short"
    limits: Sequence[tuple[float | None, str]] = ((None, "green"),)
    stacked: bool = False
    width: int = 12
    height: int = 8
    options: Json = field(default_factory=dict)


def stat(
    title: str, why: str, expr: str, unit: str = "short", limits: Sequence[tuple[float | None, str]] = ()
) -> Panel:
    """One figure with its course behind it."""
    options = {
        "reduceOptions": LATEST,
        "graphMode": "area",
        "colorMode": "value",
        "justifyMode": "auto",
        "textMode": "auto",
        "orientation": "auto",
        "wideLayout": True,
        "showPercentChange": False,
        "percentChangeColorMode": "standard",
    }
    return Panel(
        title, why, [Query(expr)], "stat", unit, limits or [(None, "text")], width=4, height=4, options=options
    )


def graph(title: str, why: str, *queries: Query, unit: str = "short", stacked: bool = False, width: int = 12) -> Panel:
    """Lines over time."""
    options = {
        "legend": {"showLegend": True, "displayMode": "table", "placement": "right", "calcs": ["mean", "max"]},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    return Panel(title, why, queries, unit=unit, stacked=stacked, width=width, options=options)


def bars(title: str, why: str, expr: str, legend: str, unit: str = "percentunit") -> Panel:
    """The present values of a closed set, the largest first."""
    options = {
        "reduceOptions": LATEST,
        "orientation": "horizontal",
        "displayMode": "basic",
        "valueMode": "color",
        "namePlacement": "auto",
        "showUnfilled": True,
        "sizing": "auto",
        "minVizWidth": 8,
        "minVizHeight": 16,
        "maxVizHeight": 300,
        "legend": {"showLegend": False, "displayMode": "list", "placement": "bottom", "calcs": []},
    }
    return Panel(title, why, [Query(f"sort_desc({expr})", legend, instant=True)], "bargauge", unit, options=options)


def heatmap(title: str, why: str, expr: str, unit: str = "short") -> Panel:
    """A histogram over time."""
    colour = {"mode": "scheme", "scheme": "Blues", "fill": "blue", "exponent": 0.5, "steps": 64, "reverse": False}
    options = {
        "calculate": False,
        "color": colour,
        "yAxis": {"unit": unit},
        "showValue": "never",
        "legend": {"show": True},
        "tooltip": {"mode": "single"},
        "exemplars": {"color": "rgba(255,0,255,0.7)"},
    }
    return Panel(title, why, [Query(expr, "{{le}}", heatmap=True)], "heatmap", unit, options=options)


def table(title: str, why: str, expr: str, width: int = 24) -> Panel:
    """The labels of series as rows."""
    options = {"frameIndex": 0, "showHeader": True}
    return Panel(title, why, [Query(expr, instant=True)], "table", width=width, height=5, options=options)


def text(markdown: str, height: int = 4) -> Panel:
    """Words, no data."""
    return Panel("", "", (), "text", width=WIDTH, height=height, options={"mode": "markdown", "content": markdown})


def dashboard(uid: str, title: str, about: str, panels: Sequence[Panel]) -> Json:
    """The panels in reading order, line by line, and the same three variables on top of each dashboard."""
    return {
        "uid": f"newsmill-{uid}",
        "title": f"Newsmill / {title}",
        "description": about,
        "tags": ["newsmill"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "timezone": "",
        "graphTooltip": 1,
        "templating": {"list": _variables()},
        "links": [_LINKS],
        "annotations": {"list": [_alerts()]},
        "panels": _placed(panels),
    }


_LINKS: Final[Json] = {
    "type": "dashboards",
    "title": "Newsmill",
    "tags": ["newsmill"],
    "keepTime": True,
    "includeVars": True,
    "asDropdown": False,
    "targetBlank": False,
    "icon": "external link",
    "tooltip": "",
}
"""To the other dashboards."""


def _placed(panels: Sequence[Panel]) -> list[Json]:
    placed, x, y, line = [], 0, 0, 0
    for number, panel in enumerate(panels, 1):
        if x + panel.width > WIDTH:
            x, y, line = 0, y + line, 0
        position = {"x": x, "y": y, "w": panel.width, "h": panel.height}
        placed.append({"id": number, "gridPos": position, **_body(panel)})
        x, line = x + panel.width, max(line, panel.height)
    return placed


def _body(panel: Panel) -> Json:
    steps = [{"value": value, "color": colour} for value, colour in panel.limits]
    defaults: Json = {"unit": panel.unit, "thresholds": {"mode": "absolute", "steps": steps}}
    if panel.kind == "timeseries":
        stacking = {"mode": "normal" if panel.stacked else "none"}
        defaults |= {"min": 0, "custom": {"fillOpacity": 30 if panel.stacked else 8, "stacking": stacking}}
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.why,
        "datasource": SOURCE,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": dict(panel.options),
        "targets": [_target(query, letter) for query, letter in zip(panel.queries, "ABCDEF", strict=False)],
    }


def _target(query: Query, letter: str) -> Json:
    shape = "heatmap" if query.heatmap else "table" if query.instant and not query.legend else "time_series"
    return {
        "refId": letter,
        "datasource": SOURCE,
        "expr": query.expr,
        "legendFormat": query.legend or "__auto",
        "instant": query.instant,
        "range": not query.instant,
        "format": shape,
    }


def _variables() -> list[Json]:
    def labels(name: str, query: str) -> Json:
        return {
            "type": "query",
            "name": name,
            "datasource": SOURCE,
            "query": {"query": query, "refId": name},
            "refresh": 2,
            "multi": True,
            "includeAll": True,
            "allValue": ".+",
            "current": {"text": "All", "value": "$__all"},
        }

    return [
        {"type": "datasource", "name": "source", "label": "Prometheus", "query": "prometheus"},
        labels("job", "label_values(newsmill_build_info, job)"),
        labels("instance", 'label_values(newsmill_build_info{job=~"$job"}, instance)'),
    ]


def _alerts() -> Json:
    """Firing alerts as marks on every graph."""
    expr = 'ALERTS{alertname=~"Newsmill.+",alertstate="firing"}'
    return {
        "name": "Alerts",
        "datasource": SOURCE,
        "enable": True,
        "iconColor": "red",
        "expr": expr,
        "titleFormat": "{{alertname}}",
    }
