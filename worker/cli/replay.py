"""`newsmill replay`: dead letters back into the pages topic, once the cause is mended.

Exit codes: 0 done; 1 the brokers failed, nothing is half done; 2 wrong use or settings.
"""

import sys
from collections import Counter
from datetime import UTC, datetime
from typing import Annotated

import typer

from schemas.reasons import Reason
from worker.replay import Choice, kind_of, replay
from worker.settings import Settings, SettingsError, load
from worker.transport import TransportError
from worker.transport.kafka import KafkaTransport
from worker.transport.kafka.reader import TopicReader

_READ_PATIENCE_SECONDS = 30.0


def command(  # noqa: PLR0913 - one argument an option
    reason: Annotated[list[Reason] | None, typer.Option(help="Only these; may be given several times.")] = None,
    host: Annotated[list[str] | None, typer.Option(help="Only pages of these hosts, without www.")] = None,
    worker_version: Annotated[list[str] | None, typer.Option(help="Only those rejected by these versions.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Only those that failed then or later (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option(help="Only those that failed before (UTC).")] = None,
    max_attempts: Annotated[int, typer.Option(min=1, help="Leave pages that failed so often.")] = 5,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what would be sent, and send nothing.")] = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Send pages that were rejected once more, exactly once, with their number of attempts raised.

    The same replay started again goes on where it ended, and sends what has failed since. Another set of filters starts
    from the oldest dead letter: what two sets have in common is sent by both.
    """
    choice = Choice(
        tuple(sorted(str(r) for r in reason or ())),
        tuple(sorted(host or ())),
        tuple(sorted(worker_version or ())),
        _utc(since),
        _utc(until),
        max_attempts + 1,
    )
    try:
        lines = _run(load(), choice, dry_run=dry_run)
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the command's error
        raise typer.Exit(2) from None
    except TransportError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the command's error
        raise typer.Exit(1) from None
    typer.echo("\n".join(lines))


def _run(settings: Settings, choice: Choice, *, dry_run: bool) -> list[str]:
    settings = for_replay(settings, choice)
    topics = settings.topics
    with TopicReader(settings.kafka) as reader:
        ends = reader.ends(topics.dead_letters)
        if dry_run:
            start = {**reader.beginnings(topics.dead_letters), **reader.committed(topics.dead_letters)}
            letters = reader.read(topics.dead_letters, ends, _READ_PATIENCE_SECONDS, start)
            return _table(Counter(kind_of(letter) for letter in letters if choice.takes(letter)))
    transport = KafkaTransport(settings, 0, topics.dead_letters)
    try:
        counts = replay(transport, ends, choice, topics.pages)
    finally:
        transport.close()
    return [f"{counts['sent']} pages sent again to {topics.pages}, {counts['left']} dead letters left"]


def for_replay(settings: Settings, choice: Choice) -> Settings:
    """The settings with the group of this choice."""
    kafka = settings.kafka.model_copy(update={"group_id": f"{settings.kafka.group_id}-replay-{choice.name}"})
    return settings.model_copy(update={"kafka": kafka})


def _table(counts: Counter[tuple[str, str]]) -> list[str]:
    rows = [f"{count:8}  {reason:16} {host}" for (reason, host), count in counts.most_common()]
    return [*rows, f"{counts.total():8}  would be sent"]


def _utc(time: datetime | None) -> datetime | None:
    return time.replace(tzinfo=UTC) if time is not None and time.tzinfo is None else time
