"""`newsmill topics create|check`: the topics with the right settings."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer

from worker.settings import Settings, SettingsError, load
from worker.transport import TransportError
from worker.transport.plan import DEFAULT_PARTITIONS, TopicPlan, plan
from worker.transport.topics import Finding, TopicAdmin, compare, compare_partitions

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True, help=__doc__)

Replication = Annotated[
    int | None,
    typer.Option("--replication", min=1, help="Copies of each partition.  [default: 3, fewer on fewer nodes]"),
]


@app.command()
def create(
    partitions: Annotated[
        int | None, typer.Option("--partitions", min=1, help=f"Of each topic.  [default: {DEFAULT_PARTITIONS}]")
    ] = None,
    replication: Replication = None,
    mend: Annotated[bool, typer.Option("--mend", help="Also bring existing topics to the settings.")] = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Make the topics that do not exist; existing ones are left as they are, and what differs is said."""
    with _errors_told(), _admin() as (admin, settings):
        plans = _plans(settings, admin, partitions or DEFAULT_PARTITIONS, replication)
        for name in admin.create(plans):
            typer.echo(f"{name}: made, partitions {plans[0].partitions}, replicas {plans[0].replication}")
        done = (admin.mend(plans) + (admin.grow(plans) if partitions else [])) if mend else []
        for line in done:
            typer.echo(line)
        states = admin.states([topic.name for topic in plans])
        _tell(compare(plans, states) + compare_partitions(plans, states))
    typer.echo("The topics exist.")


@app.command()
def check(
    partitions: Annotated[int | None, typer.Option("--partitions", min=1, help="Also compare their number.")] = None,
    replication: Replication = None,
) -> None:
    """Compare the topics with the settings: exit code 0 when all is right, 1 with what is wrong and what mends it."""
    with _errors_told(), _admin() as (admin, settings):
        plans = _plans(settings, admin, partitions or DEFAULT_PARTITIONS, replication)
        states = admin.states([topic.name for topic in plans])
        findings = compare(plans, states) + (compare_partitions(plans, states) if partitions else [])
    _tell(findings)
    if findings:
        raise typer.Exit(1)
    typer.echo("The topics are right.")


def _plans(settings: Settings, admin: TopicAdmin, partitions: int, replication: int | None) -> Sequence[TopicPlan]:
    copies = replication or min(3, admin.nodes())
    return plan(settings, partitions, copies)


def _tell(findings: Sequence[Finding]) -> None:
    for finding in findings:
        typer.echo(f"{finding.topic}: {finding.wrong}\n  to mend: {finding.mend}", err=True)


@contextmanager
def _admin() -> Iterator[tuple[TopicAdmin, Settings]]:
    settings = load()
    with TopicAdmin(settings.kafka) as admin:
        yield admin, settings


@contextmanager
def _errors_told() -> Iterator[None]:
    try:
        yield
    except SettingsError as error:
        sys.stderr.write(f"newsmill topics: {error}\n")
        raise typer.Exit(2) from None
    except TransportError as error:
        sys.stderr.write(f"newsmill topics: {error}\n")
        raise typer.Exit(1) from None
