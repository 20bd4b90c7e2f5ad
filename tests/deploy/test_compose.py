"""The compose file: valid, with every mounted file in place, and ports and names that agree."""

import os
import re
import subprocess
import sys

import pytest
import yaml

from tests.kit.tools import program
from worker.settings import DEFAULT_BROKER, Http


@pytest.fixture(scope="module")
def services(deploy):
    return yaml.safe_load((deploy / "compose.yaml").read_text())["services"]


@pytest.fixture(scope="module")
def prometheus(deploy):
    return yaml.safe_load((deploy / "prometheus" / "prometheus.yml").read_text())


def published(service):
    """Container port -> what it is published as."""
    return {int(entry.rpartition(":")[2]): entry.rpartition(":")[0] for entry in service["ports"]}


def test_compose_accepts_the_file(deploy):
    command = [program("docker-compose"), "--file", deploy / "compose.yaml", "config", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_image_is_pinned(services):
    for name, service in services.items():
        assert re.search(r":v?\d+\.\d+\.\d+$", service["image"]), name


def test_every_mounted_file_exists(deploy, services):
    mounts = [mount for service in services.values() for mount in service.get("volumes", []) if mount.startswith(".")]
    assert len(mounts) == 5
    for mount in mounts:
        source, _, mode = mount.split(":")
        assert (deploy / source).exists(), source
        assert mode == "ro"


def test_every_named_volume_is_declared(deploy, services):
    declared = yaml.safe_load((deploy / "compose.yaml").read_text())["volumes"]
    used = [mount.split(":")[0] for service in services.values() for mount in service.get("volumes", [])]
    assert {name for name in used if not name.startswith(".")} == set(declared)


def test_nothing_listens_beyond_this_machine(services):
    for name, service in services.items():
        for entry in service.get("ports", []):
            assert entry.startswith("127.0.0.1:"), name


@pytest.mark.parametrize("name", ["topics", "worker", "rollup"])
def test_the_settings_are_accepted_by_the_worker(services, name):
    values = {key: value for key, value in os.environ.items() if not key.startswith("NEWSMILL_")}
    code = "from worker.settings import load; print(load().kafka.bootstrap_servers)"
    out = subprocess.run(
        [sys.executable, "-c", code],
        env=values | services[name]["environment"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (out.stdout, out.stderr) == ("kafka:9092\n", "")


def test_the_worker_finds_kafka_inside_and_the_command_line_finds_it_outside(services):
    advertised = services["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
    assert advertised == f"INSIDE://kafka:9092,OUTSIDE://{DEFAULT_BROKER}"
    port = int(DEFAULT_BROKER.rpartition(":")[2])
    assert published(services["kafka"]) == {port: f"127.0.0.1:{port}"}


def test_prometheus_scrapes_the_worker_where_it_answers(services, prometheus):
    jobs = {job["job_name"]: job["dns_sd_configs"][0] for job in prometheus["scrape_configs"]}
    assert jobs.keys() == {"newsmill", "newsmill-rollup"}
    assert jobs["newsmill-rollup"]["names"] == ["rollup"]
    discovery = jobs["newsmill"]
    assert discovery["names"] == ["worker"]
    assert str(discovery["port"]) == services["worker"]["environment"]["NEWSMILL_HTTP__PORT"]
    assert discovery["port"] == Http().port
    assert discovery["port"] in published(services["worker"])


def test_prometheus_reads_the_mounted_rules_and_finds_alertmanager(services, prometheus):
    targets = [mount.split(":")[1] for mount in services["prometheus"]["volumes"]]
    assert prometheus["rule_files"] == ["rules.yml"]
    assert "/etc/prometheus/rules.yml" in targets
    (alertmanager,) = prometheus["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"]
    name, port = alertmanager.split(":")
    assert int(port) in published(services[name])


def test_grafana_asks_prometheus_and_finds_the_dashboards(deploy, services):
    folder = deploy / "grafana" / "provisioning"
    (source,) = yaml.safe_load((folder / "datasources" / "newsmill.yaml").read_text())["datasources"]
    assert source["url"] == "http://prometheus:9090"
    assert 9090 in published(services["prometheus"])
    (provider,) = yaml.safe_load((folder / "dashboards" / "newsmill.yaml").read_text())["providers"]
    path = provider["options"]["path"]
    assert f"./grafana/dashboards:{path}:ro" in services["grafana"]["volumes"]
    home = services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert (deploy / "grafana" / "dashboards" / home.removeprefix(path + "/")).exists()


def test_a_graceful_stop_fits_into_the_grace_period(services):
    stop = float(services["worker"]["environment"]["NEWSMILL_WORKER__STOP_SECONDS"])
    assert float(services["worker"]["stop_grace_period"].rstrip("s")) >= stop + 10
