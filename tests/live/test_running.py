"""A real worker on a real broker under load, scraped by a real Prometheus and looked at in a real browser."""

import json
import math
import shutil
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from tests.kit.kafka import Corner, ask, running
from tests.kit.tools import program
from worker.local_broker import LocalKafka
from worker.settings import Topics

pytestmark = pytest.mark.broker
DEPLOY = Path(__file__).parents[2] / "deploy"
DASHBOARDS = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))
LOAD_SECONDS = 12
STORIES = json.loads((Path(__file__).parent / "stories.json").read_text("utf-8"))
BROKEN = (b"{", None, b"", b'{"text": "no address"}', b'{"url": "https://gone.example/1", "html": "x", "status": 404}')


def story(number: int) -> bytes:
    language = list(STORIES)[number // 4 % len(STORIES)]
    title, text = STORIES[language]["title"], STORIES[language]["text"]
    paragraphs = "".join(f"<p>{text}</p>" for _ in range(4))
    markup = (
        f'<html lang="{language}"><head><title>{title}</title></head><body><nav><a href="/">Home</a></nav>'
        f"<article><h1>{title}</h1>{paragraphs}</article><footer>All rights reserved</footer></body></html>"
    )
    content = {"text": "\n\n".join([title, *[text] * 4])} if number % 3 else {"html": markup}
    return json.dumps({"url": f"https://{language}.example/news/{number}", **content}).encode()


def load(corner: Corner, stop: threading.Event) -> None:
    """Some hundred pages a second, one in twenty-one of them broken."""
    number = 0
    while not stop.wait(1.0):
        values = [BROKEN[n // 21 % len(BROKEN)] if n % 21 == 7 else story(n) for n in range(number, number + 100)]
        number += len(corner.produce(values, number))


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def port():
    """The http port of a worker that has been under load for a while, and still is."""
    names = {name: f"live.{name.replace('_', '-')}" for name in Topics.model_fields}
    with LocalKafka() as broker:
        corner = Corner(broker.bootstrap, Topics(**names), 4, worker={"processes": 2}).create()
        port, stop = free_port(), threading.Event()
        feeder = threading.Thread(target=load, args=(corner, stop))
        with running(corner, NEWSMILL_HTTP__PORT=str(port), NEWSMILL_LOG__LEVEL="error") as worker:
            feeder.start()
            try:
                until_ready(worker, port)
                yield port
            finally:
                stop.set()
                feeder.join()


def until_ready(worker: subprocess.Popen, port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert worker.poll() is None, worker.stderr.read()[-2000:]
        try:
            if ask(port, "/readyz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise TimeoutError("the worker did not get ready")


@pytest.fixture(scope="module")
def prometheus(port, tmp_path_factory):
    """The address of a Prometheus with the shipped rules that has scraped the worker for a while."""
    folder = tmp_path_factory.mktemp("prometheus")
    shutil.copy(DEPLOY / "prometheus" / "rules.yml", folder)
    job = {"job_name": "newsmill", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": ["rules.yml"],
        "scrape_configs": [job],
    }
    (folder / "prometheus.yml").write_text(json.dumps(config))
    own = free_port()
    command = [program("prometheus"), "--config.file=prometheus.yml", "--storage.tsdb.path=data", "--log.level=error"]
    with subprocess.Popen([*command, f"--web.listen-address=127.0.0.1:{own}"], cwd=folder) as process:
        try:
            time.sleep(LOAD_SECONDS)
            yield f"http://127.0.0.1:{own}"
        finally:
            process.terminate()


def query(prometheus: str, expr: str) -> list[float]:
    """The last value of each series that the expression gives over the last seconds."""
    for name, value in (("$__rate_interval", "8s"), ("$job", "newsmill"), ("$instance", ".+")):
        expr = expr.replace(name, value)
    now = time.time()
    asked = urllib.parse.urlencode({"query": expr, "start": now - 4, "end": now, "step": "2"})
    with urllib.request.urlopen(f"{prometheus}/api/v1/query_range?{asked}", timeout=10) as answer:  # noqa: S310 - localhost
        data = json.load(answer)["data"]["result"]
    return [float(series["values"][-1][1]) for series in data]


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_every_query_of_every_panel_returns_data(prometheus, path):
    panels = [panel for panel in json.loads(path.read_text())["panels"] if panel["type"] != "text"]
    empty = [
        f"{panel['title']}: {target['expr']}"
        for panel in panels
        for target in panel["targets"]
        if not any(map(math.isfinite, query(prometheus, target["expr"])))
    ]
    assert panels
    assert empty == []


def test_no_alert_fires_over_a_healthy_worker(prometheus):
    with urllib.request.urlopen(f"{prometheus}/api/v1/rules", timeout=10) as answer:  # noqa: S310 - localhost
        rules = [rule for group in json.load(answer)["data"]["groups"] for rule in group["rules"]]
    assert len(rules) > 10
    assert [rule["lastError"] for rule in rules if rule["health"] != "ok"] == []
    assert [rule["name"] for rule in rules if rule["state"] == "firing"] == []


def test_the_live_page_shows_what_the_worker_does(prometheus, browser, port, artefacts):
    assert prometheus
    browser.look(1280, 900, "light")
    browser.open(f"http://127.0.0.1:{port}/")
    browser.wait("return document.querySelectorAll('#headlines li').length >= 10")
    browser.wait("return document.querySelectorAll('#letters li').length >= 10", 30)
    browser.screenshot(artefacts / "live-running.png")
    assert browser.run("return document.querySelector('#status').textContent").startswith(
        "2 of 2 processes run, 4 partitions"
    )
    assert float(browser.run("return document.querySelector('#pages-now').textContent").replace(",", "")) > 1
    reasons = browser.run("return [...document.querySelectorAll('#letters .reason')].map(r => r.textContent)")
    assert {"not_json", "null_value", "bad_status"} <= set(reasons)
    directions = browser.run("return [...document.querySelectorAll('.headline')].map(h => [h.lang, h.dir])")
    assert ["ar", "rtl"] in directions
    assert "en.example" in browser.run("return document.querySelector('#sources').innerText")
