"""`newsmill audit`: the proof that every page came out exactly once.

Exit codes: 0 every page came out once; 1 something is lost, doubled or out of place; 2 the audit could not be made.
"""

import sys
from enum import StrEnum
from typing import Annotated, Final

import orjson
import typer

from worker.audit import Kind, Row, Verdict, audit
from worker.settings import Settings, SettingsError, load
from worker.transport import Refused, TransportError
from worker.transport.kafka.reader import TopicReader
from worker.transport.topics import TopicAdmin

_WORDS: Final = {
    Kind.LOST: "lost",
    Kind.DOUBLED: "doubled",
    Kind.OUT_OF_PLACE: "out of place",
    Kind.REPLACED: "replaced",
}
_COLUMNS: Final = ("partition", "from", "to", "pages", "articles", "dead letters", *_WORDS.values())


class Until(StrEnum):
    """How far the pages are judged."""

    COMMITTED = "committed"
    END = "end"


def command(
    until: Annotated[
        Until, typer.Option(help="Judge the pages up to the group's committed positions, or all to the end.")
    ] = Until.COMMITTED,
    strict: Annotated[  # noqa: FBT002 - a flag of the command line
        bool, typer.Option("--strict", help="Take no article for replaced by compaction: a missing one is lost.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,  # noqa: FBT002 - a flag of the command line
    patience: Annotated[
        float, typer.Option(min=1, help="Seconds to wait for transactions that are open in the outputs.")
    ] = 90.0,
) -> None:
    """Compare every page read with what was written for it; also while workers run."""
    try:
        verdict = run(load(), patience, to_the_end=until is Until.END, strict=strict)
    except (SettingsError, TransportError) as error:
        sys.stderr.write(f"newsmill audit: {error}\n")
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(orjson.dumps(_document(verdict), option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS))
    else:
        _show(verdict)
    raise typer.Exit(0 if verdict.right else 1)


def run(settings: Settings, patience_seconds: float, *, to_the_end: bool, strict: bool) -> Verdict:
    """The audit of the settings' topics. Raises TransportError."""
    compacted = not strict and _is_compacted(settings)
    with TopicReader(settings.kafka) as reader:
        return audit(reader, settings.topics, patience_seconds, to_the_end=to_the_end, compacted=compacted)


def _is_compacted(settings: Settings) -> bool:
    with TopicAdmin(settings.kafka) as admin:
        states = admin.states([settings.topics.articles])
    policies = [state.settings.get("cleanup.policy") for state in states.values()]
    if None in policies:
        raise Refused(
            f"no right to see the settings of {settings.topics.articles} (DescribeConfigs); --strict needs none"
        )
    return any("compact" in str(policy) for policy in policies)


def _document(verdict: Verdict) -> dict[str, object]:
    return {
        "right": verdict.right,
        "pages": verdict.pages,
        **{kind: verdict.count(kind) for kind in Kind},
        "unreadable": verdict.unreadable,
        "foreign": verdict.foreign,
        "partitions": list(verdict.rows),
        "findings": list(verdict.findings),
    }


def _show(verdict: Verdict) -> None:
    if sys.stdout.isatty():
        _draw(verdict)
    else:
        typer.echo("\t".join(_COLUMNS))
        for row in verdict.rows:
            typer.echo("\t".join(_cells(row)))
    for finding in verdict.findings:
        typer.echo(f"{_WORDS[finding.kind]}: partition {finding.partition} offset {finding.offset}: {finding.what}")
    if verdict.unreadable:
        typer.echo(f"out of place: {verdict.unreadable} output records without a position of this topic")
    typer.echo(f"{verdict.pages} pages: {', '.join(f'{verdict.count(kind)} {word}' for kind, word in _WORDS.items())}")


def _draw(verdict: Verdict) -> None:
    from rich.console import Console  # noqa: PLC0415 - on a terminal alone
    from rich.table import Table  # noqa: PLC0415 - on a terminal alone

    table = Table(*_COLUMNS, title="Every page exactly once?")
    for row in verdict.rows:
        table.add_row(*_cells(row), style="" if _is_clean(row) else "bold red")
    Console().print(table)


def _cells(row: Row) -> list[str]:
    counts = [row.counts[kind] for kind in _WORDS]
    return [str(n) for n in (row.partition, row.start, row.end, row.pages, row.articles, row.dead_letters, *counts)]


def _is_clean(row: Row) -> bool:
    return not any(row.counts[kind] for kind in (Kind.LOST, Kind.DOUBLED, Kind.OUT_OF_PLACE))
