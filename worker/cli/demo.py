"""`newsmill demo PAGES`: the whole way of pages on this machine, from files through Kafka to articles. `make run`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from worker.demo import Demo, DemoFailed
from worker.inputs import NoInput
from worker.local_broker import BrokerError
from worker.settings import SettingsError, load
from worker.transport import TransportError


def command(
    pages: Annotated[Path, typer.Argument(help="A file or folder of pages, as for `newsmill feed`.")],
) -> None:
    """Start a broker if none answers, make the topics, start the worker, feed pages, and show what comes out.

    In a terminal it goes on until ctrl-c, so that you can look at the live page; elsewhere it ends when every page is
    accounted for. Exit code 1 when one is not.
    """
    try:
        accounted = Demo(load(), pages).run(stay=sys.stdout.isatty())
    except (SettingsError, NoInput, BrokerError) as error:
        raise _failed(error, 2) from None
    except (DemoFailed, TransportError) as error:
        raise _failed(error, 1) from None
    raise typer.Exit(0 if accounted else 1)


def _failed(error: Exception, code: int) -> typer.Exit:
    typer.echo(f"newsmill demo: {error}", err=True)
    return typer.Exit(code)
