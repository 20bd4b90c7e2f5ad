"""`newsmill top`: what a running worker is doing, in the terminal, from its own live data."""

import sys
import time
import urllib.request
from typing import Annotated, Any, Final

import orjson
import typer
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from worker.settings import SettingsError, load

_EVERY_SECONDS: Final = 1.0
_ROWS: Final = 8
_TIMEOUT_SECONDS: Final = 3.0


def command(
    url: Annotated[str | None, typer.Option("--url", help="The worker's http port.  [default: from settings]")] = None,
) -> None:
    """Throughput, lag, outcomes, sources and the latest headlines; ctrl-c ends it. One picture where no terminal is."""
    console = Console()
    try:
        base = url or f"http://127.0.0.1:{load().http.port}"
        view = _view(_ask(base))
        if not sys.stdout.isatty():
            console.print(view)
            return
        with Live(view, console=console, screen=True, auto_refresh=False) as live:
            while True:
                time.sleep(_EVERY_SECONDS)
                live.update(_view(_ask(base)), refresh=True)
    except KeyboardInterrupt:
        return
    except SettingsError as error:
        typer.echo(f"newsmill top: {error}", err=True)
        raise typer.Exit(2) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        typer.echo(
            f"newsmill top: no worker answers at {base}: {reason}. Is `newsmill run` up, on that port?", err=True
        )
        raise typer.Exit(1) from None


def _ask(base: str) -> dict[str, Any]:
    """The worker's live data. Raises OSError when it does not answer, ValueError when it is no worker."""
    if not base.startswith(("http://", "https://")):
        raise ValueError(f"expected an http url, got {base!r}")
    with urllib.request.urlopen(f"{base.rstrip('/')}/live.json", timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - http only, see above
        data: dict[str, Any] = orjson.loads(answer.read())
    return data


def _view(data: dict[str, Any]) -> Group:
    now, total = data["now"], data["total"]
    head = Text.assemble(
        (f"newsmill {data['version']} on {data['instance']}", "bold"),
        f"   {now['pages_per_second']:.1f} pages/s   {now['bytes_per_second'] / 1e6:.2f} MB/s",
        f"   lag {now['lag_records']} records, {now['lag_seconds']:.0f} s",
        f"   total {total.get('pages', 0)} pages, {total.get('articles', 0)} articles, {total.get('dead', 0)} rejected",
    )
    trouble = [Text(f"trouble: {data['trouble']}", "red")] if data.get("trouble") else []
    return Group(head, *trouble, _outcomes(data), _sources(data), _headlines(data))


def _outcomes(data: dict[str, Any]) -> Table:
    table = Table("outcome", "pages", title="Outcomes, last minutes", title_justify="left")
    for name, count in sorted(data["outcomes"].items(), key=lambda item: -item[1])[:_ROWS]:
        table.add_row(name, f"{count:.0f}")
    return table


def _sources(data: dict[str, Any]) -> Table:
    table = Table(title="Sources", title_justify="left")
    rows = data["sources"][:_ROWS]
    for name in rows[0] if rows else ("host",):
        table.add_column(name)
    for row in rows:
        table.add_row(*(Text(f"{value:.2f}" if isinstance(value, float) else str(value)) for value in row.values()))
    return table


def _headlines(data: dict[str, Any]) -> Table:
    table = Table("", "host", "headline", title="Latest articles", title_justify="left")
    for row in data["headlines"][:_ROWS]:
        table.add_row(
            Text(str(row.get("language") or "")), Text(str(row.get("host", ""))), Text(str(row.get("title") or "–"))
        )
    return table
