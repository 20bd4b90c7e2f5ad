"""Pages, headers and callers that mean harm: they cost their page at most."""

import gzip
import http.client
import io
import json
import tracemalloc
from datetime import UTC, datetime

import orjson
import pytest
import zstandard

from worker import health
from worker import log as logs
from worker.mill import Mill
from worker.observe import Metrics
from worker.settings import Log, Settings
from worker.tally import Overview
from worker.transport import Record

SETTINGS = Settings()
LIMIT = SETTINGS.limits.page_bytes
STORY = "Bridge opens after a long winter\n\n" + "The bridge over the river opened on Monday, the council said. " * 6


def ground(value: bytes | None, key: bytes | None = b"key", headers=()):
    mill = Mill(SETTINGS, 0, clock=lambda: datetime(2026, 11, 24, tzinfo=UTC))
    return mill.grind(Record(SETTINGS.topics.pages, 0, 1, key, value, tuple(headers)))


BLANK = b" " * 1_000_000
"""A hundred of these are more than any limit."""


def gzipped(layers: int) -> bytes:
    value = gzip.compress(BLANK, 9) * 100
    for _ in range(layers - 1):
        value = gzip.compress(value, 9)
    return value


@pytest.mark.parametrize(
    ("make", "encoding", "reason"),
    [
        (lambda: gzipped(1), b"gzip", "too_large"),
        (lambda: gzipped(2), b"gzip, gzip", "too_large"),
        (lambda: zstandard.compress(BLANK) * 100, b"zstd", "too_large"),
        (lambda: b"x", b"gzip, gzip, gzip, gzip", "unknown_encoding"),
    ],
    ids=["gzip", "gzip in gzip", "zstd", "too many layers"],
)
def test_a_bomb_costs_its_page_and_little_memory(make, encoding, reason):
    value = make()
    tracemalloc.start()
    try:
        outcome, _ = ground(value, headers=[("content-encoding", encoding)])
        assert outcome.rejection.reason == reason
        assert tracemalloc.get_traced_memory()[1] < 6 * LIMIT
    finally:
        tracemalloc.stop()


def test_a_flood_of_headers_is_carried_and_changes_nothing():
    flood = [(f"header-{number}", b"x" * 50) for number in range(20_000)]
    page = orjson.dumps({"url": "https://www.example.com/1", "text": STORY})
    outcome, outputs = ground(page, headers=flood)
    assert outcome.rejection is None
    assert all(not output.headers for output in outputs)
    _, rejected = ground(b"{", headers=flood)
    assert rejected[-1].headers[:20_000] == tuple(flood)


@pytest.mark.parametrize(
    "key", [None, b"", b"\xff\xfe", b"k" * 1_000_000, b"https://www.example.com/" + b"a" * 1_000_000]
)
def test_no_key_of_a_page_becomes_a_key_of_its_article(key):
    """Articles go by a digest, metrics by the host: a page cannot choose whom it crowds, or how large the key is."""
    _, outputs = ground(orjson.dumps({"url": "https://www.example.com/1", "text": STORY}), key)
    assert [len(output.key) for output in outputs] == [32, len("example.com")]
    _, rejected = ground(b"{", key)
    assert all(len(output.key or b"") < 300 for output in rejected if output.topic == SETTINGS.topics.metrics)


@pytest.mark.parametrize(
    "name",
    ["newsmill.reason", "newsmill.attempt", "newsmill.host", "__connect.errors.topic", "__connect.errors.offset"],
)
def test_a_page_cannot_forge_what_its_dead_letter_says(name):
    """A reader that takes the last header of a name, as Kafka's own do, sees ours."""
    _, outputs = ground(b"{", headers=[(name, b"forged")])
    assert dict(outputs[-1].headers)[name] != b"forged"


@pytest.mark.parametrize("text", ["a\nb", "a\r\nlevel=error", "\x1b[2J", "\u202eevil", "\u2028line", "x" * 5_000])
def test_a_log_line_stays_one_line_whatever_a_url_holds(capsys, text):
    logs.configure(Log(format="json"))
    logs.get(process=0).warning("event", url=f"https://host/{text}")
    written = capsys.readouterr().err
    assert written.count("\n") == 1
    assert len(written) < 2_000
    assert not set(json.loads(written)["url"]) & set("\n\r\x1b\u202e\u2028")


@pytest.fixture(scope="module")
def port():
    overview = Overview(1, 1, 1, 2, 0.0)
    server = health.serve("127.0.0.1", 0, health.routes(Metrics(lambda: overview), lambda: overview))
    yield server.server_port
    server.shutdown()
    server.server_close()


def ask(port: int, method: str, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_the_health_port_takes_no_orders(port, method):
    assert ask(port, method, "/metrics")[0] == 501


@pytest.mark.parametrize("path", ["/", "/../etc/passwd", "/%2e%2e/secrets", "/metrics/../../x", "/env", "/debug"])
def test_the_health_port_knows_its_pages_alone(port, path):
    assert ask(port, "GET", path)[0] == 404


def test_the_health_port_tells_nothing_of_the_settings(port):
    pages = [ask(port, "GET", path) for path in ("/metrics", "/healthz", "/readyz")]
    assert [status for status, _ in pages] == [200, 200, 200]
    told = "".join(body for _, body in pages).lower()
    assert not [word for word in ("password", "token", "sasl", "bootstrap", "127.0.0.1") if word in told]


def test_a_zip_of_html_is_read_within_the_limit():
    """What is honest passes: the limits are not met by shrinking everything."""
    page = orjson.dumps({"url": "https://www.example.com/1", "text": STORY})
    packed = io.BytesIO()
    with gzip.open(packed, "wb") as file:
        file.write(page)
    assert ground(packed.getvalue(), headers=[("content-encoding", b"gzip")])[0].rejection is None
