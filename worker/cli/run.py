"""`newsmill run`: the worker, until it is told to stop.

Exit codes: 0 stopped cleanly; 1 the brokers stayed away or a process died too often; 2 configuration (a setting, a
missing topic, a topic that takes too small records); 3 too many bad pages; 4 committed positions are gone; 5 refused by
the brokers (credentials, rights); 6 another process uses this one's transactional id.
"""

import sys
import time
from collections.abc import Callable
from typing import Annotated

import typer

from worker import VERSION, health
from worker import log as logs
from worker.child import Exit, Work, grind_pages
from worker.live import serve as live
from worker.live.board import Board
from worker.observe import Metrics
from worker.settings import Settings, SettingsError, load
from worker.spans import MISSING, installed
from worker.supervisor import Supervisor
from worker.tally import Overview, Report


def command(
    stop_when_idle: Annotated[
        float | None,
        typer.Option(min=0.1, help="End cleanly when nothing came for so many seconds and everything is consumed."),
    ] = None,
) -> None:
    """Read pages, write articles, metrics and dead letters, each exactly once. Settings come from NEWSMILL_*."""
    try:
        settings = load(**({"worker": {"stop_when_idle_seconds": stop_when_idle}} if stop_when_idle else {}))
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the command's error
        raise typer.Exit(Exit.CONFIGURATION) from None
    raise typer.Exit(run(settings))


def run(settings: Settings, work: Work = grind_pages) -> Exit:
    """The worker with these settings, its processes doing this work; returns its exit code."""
    logs.configure(settings.log)
    log = logs.get(process="supervisor")
    if settings.otel.enabled and not installed():
        if settings.otel.endpoint:
            print(f"NEWSMILL_OTEL__ENDPOINT={settings.otel.endpoint}: {MISSING}", file=sys.stderr)  # noqa: T201 - the command's error
            return Exit.CONFIGURATION
        log.error("no_traces", error=f"OTEL_EXPORTER_OTLP_ENDPOINT is set, but {MISSING}")
    board = Board(settings.instance, VERSION, time.time())

    def report(slot: int, said: Report) -> None:
        metrics.report(slot, said)
        board.add(slot, said, time.time())

    def died(slot: int, cause: str) -> None:
        metrics.died(slot, cause)
        board.forget(slot)

    supervisor = Supervisor(settings, report, died, work)
    metrics = Metrics(supervisor.overview, lambda: board.sources(time.time()), supervisor.ends)
    routes = routes_of(settings, metrics, board, supervisor.overview)
    try:
        server = health.serve(settings.http.host, settings.http.port, routes)
    except OSError as error:
        log.error("no_http", host=settings.http.host, port=settings.http.port, error=error.strerror)  # noqa: TRY400 - no trace
        return Exit.CONFIGURATION
    log.info("newsmill", version=VERSION, processes=settings.worker.processes, http_port=server.server_port)
    try:
        code = supervisor.run()
        metrics.ended()
        if code is not Exit.CLEAN:
            supervisor.linger(settings.http.linger_seconds)
    finally:
        server.shutdown()
    log.info("stopped", exit_code=int(code))
    return code


def routes_of(
    settings: Settings, metrics: Metrics, board: Board, overview: Callable[[], Overview]
) -> dict[str, health.Route]:
    """What the http server answers: metrics and health always, the live page unless it is switched off."""
    routes = health.routes(metrics, overview)
    return routes | live.routes(board, overview) if settings.http.live_page else routes
