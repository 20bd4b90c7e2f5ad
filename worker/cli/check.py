"""`newsmill check`: the configuration, the brokers, the topics and the rights, before a start.

Exit codes: 0 all is right; 1 something is not, with what mends it; 2 the settings themselves are wrong.
"""

import sys
from collections.abc import Iterator

import typer
from rich.console import Console
from rich.markup import escape

from worker.settings import Settings, SettingsError, load
from worker.spans import MISSING, installed
from worker.transport import TransportError
from worker.transport.kafka.probe import rights
from worker.transport.plan import DEFAULT_PARTITIONS, plan
from worker.transport.topics import TopicAdmin, compare

_Line = tuple[str, str | None]
"""What was checked, and what is wrong with it."""


def command() -> None:
    """Check the settings, the brokers, the topics and this worker's rights. Changes nothing that a reader could see."""
    console = Console(highlight=False)
    try:
        settings = load()
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the command's error
        raise typer.Exit(2) from None
    console.print("[green]right[/]  settings")
    wrong = 0
    for name, fault in _lines(settings):
        wrong += fault is not None
        line = f"[red]wrong[/]  {escape(name)}: {escape(fault)}" if fault else f"[green]right[/]  {escape(name)}"
        console.print(line, soft_wrap=True)
    raise typer.Exit(1 if wrong else 0)


def _lines(settings: Settings) -> Iterator[_Line]:
    if settings.otel.enabled:
        yield f"traces to {settings.otel.endpoint or 'OTEL_EXPORTER_OTLP_ENDPOINT'}", None if installed() else MISSING
    where = f"brokers at {settings.kafka.bootstrap_servers}"
    try:
        with TopicAdmin(settings.kafka) as admin:
            nodes = admin.nodes()
            yield f"{where}: {nodes} up", None
            plans = plan(settings, DEFAULT_PARTITIONS, min(3, nodes))
            states = admin.states([topic.name for topic in plans])
    except TransportError as error:
        yield where, str(error)
        return
    findings = compare(plans, states)
    for topic in plans:
        found = [f"{f.wrong} (to mend: {f.mend})" for f in findings if f.topic == topic.name]
        yield f"topic {topic.name}", "; ".join(found) or None
    if len(states) == len(plans):  # a missing topic says nothing about rights
        for probe in rights(settings):
            yield probe.right, probe.error
