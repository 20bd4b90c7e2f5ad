"""`newsmill broker run|start|stop|status`: a real Apache Kafka on this machine, without Docker."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from worker.local_broker import BrokerError, jars, keeper
from worker.local_broker.keeper import Keeper
from worker.paths import default_data

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, no_args_is_help=True, help=__doc__)

_SIZES: Final = (1, 3)
Nodes = Annotated[int, typer.Option("--nodes", help="1, or 3 to see a node fail.")]
Port = Annotated[int, typer.Option("--port", min=1024, max=65000, help="Of the first node; the others follow.")]
Data = Annotated[Path | None, typer.Option("--data", help="Folder of the data.  [default: in ~/.local/state/newsmill]")]


@app.command()
def run(nodes: Nodes = 1, port: Port = 19092, data: Data = None) -> None:
    """Run the broker here until ctrl-c."""
    with _errors_told():
        _announce_download()
        keeper.keep(_size(nodes), port, data or default_data(nodes), _tell)
    typer.echo("The broker has ended; its data are kept.")


@app.command()
def start(nodes: Nodes = 1, port: Port = 19092, data: Data = None) -> None:
    """Start the broker in the background, and wait until it serves."""
    with _errors_told():
        _announce_download()
        _tell(keeper.start(_size(nodes), port, (data or default_data(nodes)).absolute()))


@app.command()
def stop(data: Data = None) -> None:
    """End the broker that runs in the background."""
    with _errors_told():
        ended = [folder for folder in _folders(data) if keeper.stop(folder)]
    typer.echo("\n".join(f"Ended; the data are kept in {folder}" for folder in ended) or "No broker runs.")


@app.command()
def status(data: Data = None) -> None:
    """Say which broker runs: exit code 0 when one serves, 1 when none does."""
    running = [found for folder in _folders(data) if (found := keeper.find(folder))]
    for found in running:
        _tell(found)
    silent = [address for found in running for address in keeper.silent_nodes(found)]
    for address in silent:
        typer.echo(f"No answer at {address}", err=True)
    if not running:
        typer.echo("No broker runs; start one with: newsmill broker start")
    raise typer.Exit(1 if silent or not running else 0)


def _folders(data: Path | None) -> list[Path]:
    return [data.absolute()] if data else keeper.all_data_folders()


def _size(nodes: int) -> int:
    if nodes not in _SIZES:
        raise typer.BadParameter(f"{nodes}, expected 1 or 3: two nodes cannot outvote each other", param_hint="--nodes")
    return nodes


def _announce_download() -> None:
    if not jars.is_downloaded():
        typer.echo(f"Downloading Apache Kafka {jars.KAFKA_VERSION} (44 MB, this once) …", err=True)


def _tell(found: Keeper) -> None:
    pids = ", ".join(f"node {node} pid {pid}" for node, pid in found.node_pids.items())
    typer.echo(f"Apache Kafka {found.version} at {found.bootstrap}\n  {pids}, kept by pid {found.pid}")
    typer.echo(f"  data {found.data}, logs {found.data}/logs")


@contextmanager
def _errors_told() -> Iterator[None]:
    try:
        yield
    except BrokerError as error:
        typer.echo(f"newsmill broker: {error}", err=True)
        raise typer.Exit(1) from None
