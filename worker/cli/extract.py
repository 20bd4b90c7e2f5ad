"""`newsmill extract`: JSON lines in on standard input, one answer a line out, in the same order, at once."""

import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
import typer
from pydantic import ValidationError

from schemas.codec import dumps
from schemas.messages import Article, RawPage
from worker.bulk.crew import CopyEnded, Crew
from worker.core.address import host_of
from worker.core.model import Outcome, Segment
from worker.core.pipeline import process
from worker.profiles import NoProfiles, Profiles, read_profiles

_UNKNOWN_URL: Final = "http://localhost/"
Answer = tuple[str, bytes]
"""The outcome, and the line to write."""


def command(
    text: Annotated[bool, typer.Option("--text", help="Also print the text that the segments point into.")] = False,  # noqa: FBT002 - a flag of the command line
    explain: Annotated[bool, typer.Option("--explain", help="Print why for each segment and field.")] = False,  # noqa: FBT002 - a flag of the command line
    processes: Annotated[int | None, typer.Option(min=1, help="Processes.  [default: one a core]")] = None,
    profiles: Annotated[Path | None, typer.Option("--profiles", help="Site profiles, by `newsmill profile`.")] = None,
) -> None:
    """Read {"id","url","html"} or {"id","url","text"} lines; write title, body, fields and segments of each."""
    try:
        known = read_profiles(profiles) if profiles else Profiles()
    except NoProfiles as error:
        typer.echo(f"newsmill extract: {error}", err=True)
        raise typer.Exit(2) from None
    failed = False
    out = sys.stdout.buffer
    try:
        for outcome, answer in _answers(
            partial(_answer_bytes, profiles=known, with_text=text, explain=explain), processes
        ):
            failed = failed or outcome == "invalid_input"
            out.write(answer + b"\n")
            out.flush()
    except CopyEnded as error:
        typer.echo(f"newsmill extract: {error}", err=True)
        raise typer.Exit(1) from None
    if failed:
        raise typer.Exit(1)


def _answers(answer: Callable[[bytes], Answer], processes: int | None) -> Iterator[Answer]:
    """The answer to each line of the standard input."""
    most = processes or len(os.sched_getaffinity(0))
    if most == 1:
        return (answer(line) for line in sys.stdin.buffer if line.strip())
    return Crew(answer, most).answers(sys.stdin.fileno())


def _answer_bytes(line: bytes, *, profiles: Profiles, with_text: bool, explain: bool) -> Answer:
    answer = _answer(line, profiles, with_text=with_text, explain=explain)
    return answer["outcome"], dumps(answer)


def _answer(line: bytes, profiles: Profiles, *, with_text: bool, explain: bool) -> dict[str, Any]:
    try:
        record = orjson.loads(line)
        identity = record.get("id")
        record = {**record, "url": record.get("url") or _UNKNOWN_URL, "id": None if identity is None else str(identity)}
        page = RawPage.model_validate(record)
    except (orjson.JSONDecodeError, ValidationError, AttributeError) as error:
        return {"id": None, "outcome": "invalid_input", "error": _first_line(error), "segments": []}
    outcome = process(page, datetime.now(UTC), profile=profiles.of(host_of(page.url)))
    answer = {"id": identity, **_fields(outcome), "segments": [_segment(s, explain=explain) for s in outcome.segments]}
    if with_text:
        answer["text"] = outcome.text
    if explain and outcome.articles:
        answer["why"] = outcome.articles[0].why
    return answer


def _fields(outcome: Outcome) -> dict[str, Any]:
    main = outcome.articles[0] if outcome.articles else None
    if main is None:
        reason = outcome.rejection.reason if outcome.rejection else None
        return {"outcome": reason, "title": None, "source": None, "body": "", "authors": [], "tags": [], "embedded": []}
    return {
        "outcome": "article",
        **_story(main),
        "subtitle": main.subtitle,
        "source": main.source.name if main.source else None,
        "authors": [author.name for author in main.authors],
        "published_at": main.published_at.value if main.published_at else None,
        "modified_at": main.modified_at.value if main.modified_at else None,
        "tags": list(main.tags),
        "language": main.language,
        "confidence": main.confidence,
        "warnings": list(main.warnings),
        "embedded": [_story(article) for article in outcome.articles[1:]],
    }


def _story(article: Article) -> dict[str, Any]:
    return {"title": article.title, "body": article.body}


def _segment(segment: Segment, *, explain: bool) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "start": segment.start,
        "end": segment.end,
        "label": segment.label,
        "article": segment.article,
    }
    if explain:
        answer |= {"score": round(segment.score, 3), "why": segment.why}
    return answer


def _first_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc'])) or 'page'}: {first['msg']}"
    return str(error).splitlines()[0][:200]
