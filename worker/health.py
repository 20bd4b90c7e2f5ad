"""The http server of the supervisor: metrics and health, read only, no secrets, and never a question to the brokers.

`/healthz` 200 while the supervisor lives (a restart would help when it does not); `/readyz` 200 when every process runs
and is settled in its group, and pages go out or none are left; `/metrics` for Prometheus.
"""

import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from worker.observe import Metrics
from worker.tally import Overview

Answer = tuple[int, str, bytes]
"""Status, content type, body."""
Route = Callable[[], Answer]
_TEXT: Final = "text/plain; charset=utf-8"
_HEADERS: Final = {
    # Headlines on the live page are hostile: were one ever not escaped, the browser would still run nothing.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_STUCK_SECONDS: Final = 120.0
"""Without progress and with work left for so long: not ready."""


def serve(host: str, port: int, routes: Mapping[str, Route]) -> ThreadingHTTPServer:
    """Answer in a thread of its own until `shutdown()`; `server_port` is the port it took. Raises OSError."""

    class Handler(BaseHTTPRequestHandler):
        """GET of the routes; anything else is refused."""

        server_version = "newsmill"
        sys_version = ""
        timeout = 10

        def do_GET(self) -> None:
            """Answer one request."""
            route = routes.get(self.path.partition("?")[0])
            self._answer(*(route() if route else (404, _TEXT, b"no such page\n")))

        do_HEAD = do_GET  # noqa: N815 - http.server's name

        def _answer(self, status: int, content_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            for name, value in _HEADERS.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Probes every few seconds are no news."""

    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="http", daemon=True).start()
    return server


def routes(metrics: Metrics, overview: Callable[[], Overview]) -> dict[str, Route]:
    """The three routes; more can be added by their paths."""
    return {
        "/metrics": lambda: (200, CONTENT_TYPE_LATEST, generate_latest(metrics.registry)),
        "/healthz": lambda: (200, _TEXT, b"ok\n"),
        "/readyz": lambda: _readiness(overview()),
    }


def _readiness(now: Overview) -> Answer:
    if now.alive < now.processes:
        return 503, _TEXT, f"{now.alive} of {now.processes} processes run\n".encode()
    if now.settled < now.processes:
        return 503, _TEXT, f"{now.settled} of {now.processes} processes are settled in the group\n".encode()
    if now.last_progress_seconds > _STUCK_SECONDS:
        return 503, _TEXT, f"no progress for {now.last_progress_seconds:.0f} s\n".encode()
    return 200, _TEXT, b"ready\n"
