"""`newsmill rollup`: the second consumer, which sums up the page metrics of each source in windows of time.

It is supervised, stopped and watched as the worker is, and ends with the same exit codes. Its group is the worker's
with `-rollup` behind, its settings beside those are the worker's own. One process is enough for thousands of pages a
second; for more, start it several times.
"""

import sys

import typer

from worker.child import Exit, roll_up
from worker.cli.run import run
from worker.settings import Settings, SettingsError, load


def command() -> None:
    """Read page metrics, write sums per source and window, each page in exactly one. Settings come from NEWSMILL_*."""
    try:
        settings = load()
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the command's error
        raise typer.Exit(Exit.CONFIGURATION) from None
    raise typer.Exit(run(of_rollup(settings), roll_up))


def of_rollup(settings: Settings) -> Settings:
    """The worker's settings, turned to the metrics topic for the roll-up."""
    return of_metrics(settings, "rollup")


def of_metrics(settings: Settings, name: str) -> Settings:
    """The worker's settings, turned to the metrics topic for the consumer of that name."""
    groups = {
        "kafka": settings.kafka.model_copy(update={"group_id": f"{settings.kafka.group_id}-{name}"}),
        "topics": settings.topics.model_copy(update={"pages": settings.topics.metrics}),
        "worker": settings.worker.model_copy(update={"processes": 1}),
        "http": settings.http.model_copy(update={"live_page": False}),
    }
    return settings.model_copy(update=groups)
