"""`newsmill profiler`: the third consumer, which keeps a profile of each host on a compacted topic.

It is supervised, stopped and watched as the worker is, and ends with the same exit codes. Its group is the worker's
with `-profiles` behind. It has work where workers run with NEWSMILL_PROFILES__COLLECT=true.
"""

import sys

import typer

from worker.child import Exit, keep_profiles
from worker.cli.rollup import of_metrics
from worker.cli.run import run
from worker.settings import SettingsError, load


def command() -> None:
    """Read page metrics, write site profiles, each page counted once. Settings come from NEWSMILL_*."""
    try:
        settings = load()
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the command's error
        raise typer.Exit(Exit.CONFIGURATION) from None
    raise typer.Exit(run(of_metrics(settings, "profiles"), keep_profiles))
