"""Prometheus and Alertmanager accept the configuration; every alert fires and is silent when it should."""

import re
import subprocess

import pytest
import yaml

from tests.kit.tools import program


@pytest.fixture(scope="module")
def alerts(deploy):
    groups = yaml.safe_load((deploy / "prometheus" / "rules.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"] if "alert" in rule]


def said(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_promtool_accepts_the_configuration_and_the_rules(deploy):
    folder = deploy / "prometheus"
    for kind, name in (("config", "prometheus.yml"), ("rules", "rules.yml")):
        status, text = said(program("promtool"), "check", kind, folder / name)
        assert status == 0, text


def test_amtool_accepts_the_configuration_of_alertmanager(deploy):
    status, text = said(program("amtool"), "check-config", deploy / "prometheus" / "alertmanager.yml")
    assert status == 0, text


def test_every_alert_fires_and_is_silent_when_it_should(deploy):
    status, text = said(program("promtool"), "test", "rules", deploy / "prometheus" / "rules_test.yml")
    assert status == 0, text


def test_every_alert_has_a_firing_and_a_silent_case(deploy, alerts):
    tests = yaml.safe_load((deploy / "prometheus" / "rules_test.yml").read_text())["tests"]
    cases = [case for test in tests for case in test["alert_rule_test"]]
    firing = {case["alertname"] for case in cases if case["exp_alerts"]}
    silent = {case["alertname"] for case in cases if not case["exp_alerts"]}
    names = {rule["alert"] for rule in alerts}
    assert (firing, silent) == (names, names)


def test_every_alert_has_a_page_in_the_runbook(root, alerts):
    headings = re.findall(r"(?m)^### (\w+)$", (root / "docs" / "runbook.md").read_text())
    for rule in alerts:
        assert rule["alert"] in headings
        assert rule["annotations"]["runbook_url"].endswith(f"docs/runbook.md#{rule['alert'].lower()}")


def test_every_alert_says_how_urgent_it_is(alerts):
    assert {rule["labels"]["severity"] for rule in alerts} <= {"page", "ticket"}
