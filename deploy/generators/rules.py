"""The alert rules as the Prometheus operator's kind."""

from pathlib import Path

import yaml

HEAD = "# Made by deploy/generate.py from deploy/prometheus/rules.yml: change that one.\n"


def prometheus_rule(rules: Path) -> str:
    """The PrometheusRule with the groups of the rules file."""
    groups = yaml.safe_load(rules.read_text("utf-8"))["groups"]
    rule = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "newsmill"},
        "spec": {"groups": groups},
    }
    return HEAD + yaml.safe_dump(rule, sort_keys=False, width=120, allow_unicode=True)
