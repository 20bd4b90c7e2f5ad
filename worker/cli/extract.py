"""`newsmill extract`: JSON lines in on standard input, one answer a page out, in the same order, at once."""

import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer

from worker.bulk.crew import CopyEnded, Crew
from worker.cli.answers import Answer, Wishes, as_json, as_markdown
from worker.core.model import Markup
from worker.processors import usable_processors
from worker.profiles import NoProfiles, Profiles, read_profiles

_BETWEEN: Final = b"\f\n"
"""Between two documents of Markdown; no text of a page has a form feed left in it."""


class Format(StrEnum):
    """How answers are written."""

    JSON = "json"
    MARKDOWN = "markdown"


def command(  # noqa: PLR0913, PLR0917 - the options of the command line
    text: Annotated[bool, typer.Option("--text", help="Also print the text that the segments point into.")] = False,  # noqa: FBT002 - a flag of the command line
    explain: Annotated[bool, typer.Option("--explain", help="Print why for each segment and field.")] = False,  # noqa: FBT002 - a flag of the command line
    links: Annotated[bool, typer.Option("--links", help="Keep the links in the paragraphs of html pages.")] = False,  # noqa: FBT002 - a flag of the command line
    formatting: Annotated[bool, typer.Option("--formatting", help="Keep strong, emphasised and code there.")] = False,  # noqa: FBT002 - a flag of the command line
    markdown: Annotated[bool, typer.Option("--markdown", help="Also print each page as Markdown.")] = False,  # noqa: FBT002 - a flag of the command line
    form: Annotated[Format, typer.Option("--format", help="How answers are written.")] = Format.JSON,
    processes: Annotated[int | None, typer.Option(min=1, help="Processes.  [default: one a core]")] = None,
    profiles: Annotated[Path | None, typer.Option("--profiles", help="Site profiles, by `newsmill profile`.")] = None,
) -> None:
    """Read {"id","url","html"} or {"id","url","text"} lines; write title, body, fields and segments of each.

    As json, an answer is a line. --links and --formatting add "paragraphs" with their roles and marks, and --markdown
    adds "markdown", where they are told by the signs of Markdown.

    As markdown, an answer is a document: front matter, title, story; embedded stories behind thematic breaks. A page
    without a story has front matter alone, with its outcome. Between documents stands a line with a form feed.
    """
    try:
        known = read_profiles(profiles) if profiles else Profiles()
    except NoProfiles as error:
        typer.echo(f"newsmill extract: {error}", err=True)
        raise typer.Exit(2) from None
    is_markdown = form is Format.MARKDOWN
    asked = links or formatting
    markup = Markup(links, formatting) if asked or markdown or is_markdown else None
    wishes = Wishes(text, explain, asked, markdown, markup, known)
    answers = _answers(partial(as_markdown if is_markdown else as_json, wishes=wishes), processes)
    failed = False
    between = b""
    out = sys.stdout.buffer
    try:
        for outcome, answer in answers:
            failed = failed or outcome == "invalid_input"
            out.write(between + answer)
            out.flush()
            between = _BETWEEN if is_markdown else b""
    except CopyEnded as error:
        typer.echo(f"newsmill extract: {error}", err=True)
        raise typer.Exit(1) from None
    if failed:
        raise typer.Exit(1)


def _answers(answer: Callable[[bytes], Answer], processes: int | None) -> Iterator[Answer]:
    """The answer to each line of the standard input."""
    most = processes or usable_processors()
    if most == 1:
        return (answer(line) for line in sys.stdin.buffer if line.strip())
    return Crew(answer, most).answers(sys.stdin.fileno())
