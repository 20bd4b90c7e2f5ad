"""Spans as a collector gets them: a real http receiver reads them back with OpenTelemetry's own message types."""

import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from tests.kit.kafka import Corner, ended, page, running
from tests.kit.loop import loop_over
from worker import log as logs
from worker.local_broker import LocalKafka
from worker.settings import Settings, SettingsError, Topics, load
from worker.spans import NoSpans, spans_of
from worker.transport import Refused
from worker.transport.memory import MemoryTransport

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACED = (("traceparent", f"00-{TRACE}-{PARENT}-01".encode()), ("tracestate", b"crawler=7"))
NOT_SAMPLED = (("traceparent", f"00-{TRACE}-{PARENT}-00".encode()),)
BROKEN = (("traceparent", b"00-\xff\xfe-zz-01"), ("tracestate", None))
WITHOUT_THE_EXTRA = "import sys\nsys.modules['opentelemetry'] = None\n"


class Collector:
    """Keeps every span; `patience` is how long it takes to answer."""

    def __init__(self, patience=0.0):
        collected = self.collected = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                sent = self.rfile.read(int(self.headers["Content-Length"]))
                collected.append((self.path, ExportTraceServiceRequest.FromString(sent)))
                time.sleep(patience)
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def spans(self):
        """By name, each with its attributes as plain values."""
        found = {}
        for path, request in self.collected:
            assert path == "/v1/traces"
            for resource in request.resource_spans:
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        found.setdefault(span.name, []).append((span, plain(span.attributes)))
        return found

    @property
    def resources(self):
        return [plain(one.resource.attributes) for _, request in self.collected for one in request.resource_spans]


def plain(attributes):
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}


@contextmanager
def collector(patience=0.0):
    made = Collector(patience)
    try:
        yield made
    finally:
        made.server.shutdown()
        made.server.server_close()


def settings_with(endpoint, **otel):
    return Settings(otel={"endpoint": endpoint, **otel}, instance="pod-7")


def test_a_batch_and_its_sampled_pages_are_collected():
    pages = [(page(1), TRACED), (page(2), NOT_SAMPLED), (b"{", ()), (page(4), BROKEN)]
    with collector() as there:
        loop_over(pages, settings_with(there.url, page_share=1.0)).run()
        spans, (resource, *_) = there.spans, there.resources
    assert (resource["service.name"], resource["service.instance.id"]) == ("newsmill", "pod-7-3")
    ((batch, about),) = spans["process news.pages batch"]
    assert (about["messaging.batch.message_count"], about["newsmill.articles"], about["newsmill.dead_letters"]) == (
        4,
        3,
        1,
    )
    assert batch.parent_span_id == b""
    ((deliver, _),) = spans["deliver"]
    assert deliver.parent_span_id == batch.span_id
    assert batch.start_time_unix_nano <= deliver.start_time_unix_nano <= batch.end_time_unix_nano
    of_pages = {about["messaging.kafka.offset"]: (span, about) for span, about in spans["process news.pages"]}
    assert sorted(of_pages) == [0, 2, 3]  # the crawler said not to sample the second
    traced, about = of_pages[0]
    assert (traced.trace_id.hex(), traced.parent_span_id.hex()) == (TRACE, PARENT)
    assert traced.trace_state == "crawler=7"
    assert about["newsmill.outcome"] == "article"
    assert about["newsmill.microseconds.enrich"] > 0
    assert of_pages[2][1]["newsmill.outcome"] == "not_json"
    for span, _ in of_pages.values():
        assert [link.span_id for link in span.links] == [batch.span_id]
        assert batch.start_time_unix_nano - 1_000_000 <= span.start_time_unix_nano <= span.end_time_unix_nano
    assert of_pages[3][0].trace_id.hex() != TRACE


def test_pages_without_a_parent_are_as_many_as_the_share_says():
    pages = [(page(number), ()) for number in range(200)]
    with collector() as there:
        loop_over(pages, settings_with(there.url, page_share=0.2)).run()
        sampled = len(there.spans["process news.pages"])
    assert 15 <= sampled <= 70


class Refusing(MemoryTransport):
    """Delivers nothing."""

    def deliver(self, batch, outputs):
        del batch, outputs
        raise Refused("no right to write")


def test_a_batch_that_was_not_delivered_is_an_error_and_has_no_pages():
    with collector() as there:
        with pytest.raises(Refused):
            loop_over([(page(1), TRACED)], settings_with(there.url), transport=Refusing).run()
        spans = there.spans
    assert spans.keys() == {"process news.pages batch"}
    ((batch, _),) = spans["process news.pages batch"]
    assert batch.status.code == batch.status.STATUS_CODE_ERROR
    assert batch.status.message == "Refused: no right to write"


@pytest.mark.parametrize("kind", ["slow", "absent"])
def test_a_collector_that_does_not_answer_holds_nothing_up(kind):
    """Pages go through at once; the end waits two seconds and no more."""
    with collector(patience=60) as there:
        endpoint = there.url if kind == "slow" else absent()
        loop = loop_over([(page(number), TRACED) for number in range(600)], settings_with(endpoint))
        began = time.monotonic()
        loop.run()
        assert 1.5 < time.monotonic() - began < 30
        assert loop.stopping()


def absent():
    """The address of nobody."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize(
    ("environment", "enabled"),
    [
        ({}, False),
        ({"NEWSMILL_OTEL__ENDPOINT": "http://collector:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "NEWSMILL_OTEL__ENABLED": "false"}, False),
    ],
)
def test_an_endpoint_switches_spans_on(monkeypatch, environment, enabled):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = load()
    assert settings.otel.enabled is enabled
    assert isinstance(spans_of(settings, 0, logs.get()), NoSpans) is not enabled


def test_an_endpoint_that_is_no_address_is_refused(monkeypatch):
    monkeypatch.setenv("NEWSMILL_OTEL__ENDPOINT", "collector:4317")
    with pytest.raises(SettingsError, match="NEWSMILL_OTEL__ENDPOINT='collector:4317'"):
        load()


@pytest.fixture
def without_the_extra(tmp_path):
    """Environment of a process in which OpenTelemetry cannot be imported."""
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_THE_EXTRA)
    return {"PYTHONPATH": str(tmp_path)}


def test_an_endpoint_without_the_extra_is_a_wrong_setting(without_the_extra):
    environment = {**without_the_extra, "NEWSMILL_OTEL__ENDPOINT": "http://collector:4318", "NEWSMILL_HTTP__PORT": "0"}
    command = [sys.executable, "-c", "from worker.cli import main; main()", "run"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2, done.stderr
    assert "NEWSMILL_OTEL__ENDPOINT=http://collector:4318" in done.stderr
    assert "pip install 'newsmill[otel]'" in done.stderr


@pytest.fixture(scope="module")
def corner():
    names = {name: f"otel.{name.replace('_', '-')}" for name in Topics.model_fields}
    with LocalKafka() as broker:
        yield Corner(broker.bootstrap, Topics(**names)).create()


@pytest.mark.broker
def test_a_worker_follows_the_standard_variable_and_carries_the_trace_on(corner):
    before = len(corner.read(corner.topics.metrics))
    corner.produce([page(1)], headers=list(TRACED))
    with collector() as there:
        with running(corner, "--stop-when-idle", "1", OTEL_EXPORTER_OTLP_ENDPOINT=there.url) as process:
            code, log = ended(process)
        ((span, about),) = there.spans["process otel.pages"]
    assert code == 0, log
    assert (span.trace_id.hex(), about["newsmill.outcome"]) == (TRACE, "article")
    (record,) = corner.read(corner.topics.metrics)[before:]
    assert dict(record.headers)["traceparent"] == TRACED[0][1]


@pytest.mark.broker
@pytest.mark.parametrize("kind", ["absent", "without the extra"])
def test_a_worker_that_cannot_send_says_so_and_does_its_work(corner, kind, without_the_extra):
    before = len(corner.read(corner.topics.metrics))
    corner.produce([page(number) for number in range(20)])
    more = without_the_extra if kind == "without the extra" else {"OTEL_EXPORTER_OTLP_TIMEOUT": "1"}
    with running(corner, "--stop-when-idle", "1", OTEL_EXPORTER_OTLP_ENDPOINT=absent(), **more) as process:
        code, log = ended(process)
    assert code == 0, log
    assert len(corner.read(corner.topics.metrics)) - before == 20
    said = [line for line in log if line["event"] in {"no_traces", "library"}]
    assert said if kind == "absent" else "pip install 'newsmill[otel]'" in said[0]["error"], log
