"""`newsmill inspect`: what was decided about one page, and why, as a self-contained html page."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from schemas.messages import RawPage
from worker.core.pipeline import process
from worker.view import render

_HTML = {".html", ".htm", ".xhtml"}


def command(
    page: Annotated[Path, typer.Argument(help="An html or text file.", exists=True, dir_okay=False)],
    out: Annotated[Path | None, typer.Option(help="Where to write it; standard output if absent.")] = None,
    url: Annotated[str, typer.Option(help="The page's address.")] = "http://localhost/",
) -> None:
    """Show the articles of PAGE, its fields with their reasons, and every character's segment."""
    body = page.read_bytes()
    kind = "text/html" if page.suffix.lower() in _HTML else ""
    outcome = process(RawPage(url=url, body=body, content_type=kind), datetime.now(UTC))
    view = render(outcome, url)
    if out is None:
        sys.stdout.write(view)
        return
    out.write_text(view, "utf-8")
    Console(stderr=True).print(f"written: {out}")
