"""`newsmill replay`: dead letters back into the pages topic, each at most once.

Without `--yes` it only says what it would do. Exit codes: 0 done, 1 the brokers would not, 2 wrong use or settings.
"""

import sys
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from schemas.reasons import Reason
from worker.replay import Count, NoteTooLong, Replay, Wanted
from worker.settings import Settings, SettingsError, load
from worker.transport import TransportError
from worker.transport.kafka.letters import LetterBox

_FORMATS: Final = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


def command(  # noqa: PLR0913, PLR0917 - one a filter
    reason: Annotated[list[Reason] | None, typer.Option(help="Only letters with this reason; may be repeated.")] = None,
    since: Annotated[datetime | None, typer.Option(formats=_FORMATS, help="Failed then or later, UTC.")] = None,
    until: Annotated[datetime | None, typer.Option(formats=_FORMATS, help="Failed before, UTC.")] = None,
    host: Annotated[str | None, typer.Option(help="Only pages of this host.")] = None,
    worker_version: Annotated[str | None, typer.Option(help="Only letters that this version wrote.")] = None,
    attempts: Annotated[int, typer.Option(min=1, help="Only pages that were tried so often at most.")] = 5,
    limit: Annotated[int | None, typer.Option(min=1, help="So many at most.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, only say what would be done.")] = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Put dead letters back into the pages topic, as they came, with the count of attempts raised."""
    wanted = Wanted(frozenset(reason or ()), _utc(since), _utc(until), host, worker_version, attempts)
    try:
        settings = load()
        count = run(settings, wanted, limit) if yes else survey(settings, wanted, limit)
    except SettingsError as error:
        sys.stderr.write(f"newsmill replay: {error}\n")
        raise typer.Exit(2) from None
    except (TransportError, NoteTooLong, ValueError) as error:
        sys.stderr.write(f"newsmill replay: {error}\n")
        raise typer.Exit(1) from None
    _tell(count, settings, done=yes)


def survey(settings: Settings, wanted: Wanted, limit: int | None) -> Count:
    """What a run would do. Raises TransportError."""
    with LetterBox(settings) as box:
        return Replay(box, wanted, limit).survey()


def run(settings: Settings, wanted: Wanted, limit: int | None) -> Count:
    """Do it. Raises TransportError, NoteTooLong."""
    with LetterBox(settings) as box:
        box.begin()
        return Replay(box, wanted, limit).run(
            settings.topics.pages, settings.worker.batch_pages, settings.worker.batch_bytes
        )


def _tell(count: Count, settings: Settings, *, done: bool) -> None:
    for (reason, attempt), letters in sorted(count.wanted.items()):
        typer.echo(f"{letters:9} {reason}, attempt {attempt}")
    verb = "replayed into" if done else "would be replayed into"
    typer.echo(f"{count.wanted.total():9} {verb} {settings.topics.pages}")
    typer.echo(f"{count.left:9} left by the filters, {count.done_before} replayed before, {count.foreign} not ours")
    if not done and count.wanted:
        typer.echo("Nothing was written: add --yes to do it.")


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
