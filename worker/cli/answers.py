"""What `newsmill extract` answers to a line: as JSON, or as Markdown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from pydantic import ValidationError

from schemas.codec import dumps
from schemas.messages import Article, RawPage
from worker.core.address import host_of
from worker.core.model import Markup, Outcome, Segment
from worker.core.pipeline import process
from worker.profiles import Profiles

_UNKNOWN_URL: Final = "http://localhost/"
Answer = tuple[str, bytes]
"""The outcome, and what to write, with a line break at its end."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What answers hold beside the fields, and what is known beside the pages."""

    text: bool = False
    explain: bool = False
    paragraphs: bool = False
    markdown: bool = False
    markup: Markup | None = None
    profiles: Profiles = field(default_factory=Profiles)


def as_json(line: bytes, wishes: Wishes) -> Answer:
    """One line of JSON."""
    read = _read(line)
    if isinstance(read, str):
        return _INVALID, dumps({"id": None, "outcome": _INVALID, "error": read, "segments": []}) + b"\n"
    identity, page = read
    outcome = _outcome(page, wishes)
    segments = [_segment(segment, explain=wishes.explain) for segment in outcome.segments]
    answer = {"id": identity, **_fields(outcome, wishes), "segments": segments}
    if wishes.text:
        answer["text"] = outcome.text
    if wishes.explain and outcome.articles:
        answer["why"] = outcome.articles[0].why
    if wishes.markdown:
        answer["markdown"] = _document(outcome, {}) if outcome.articles else ""
    return answer["outcome"], dumps(answer) + b"\n"


def as_markdown(line: bytes, wishes: Wishes) -> Answer:
    """One document; of a page without an article its front matter alone, with the outcome in it."""
    read = _read(line)
    if isinstance(read, str):
        return _INVALID, _front({"outcome": _INVALID, "error": read})
    identity, page = read
    outcome = _outcome(page, wishes)
    known = {} if identity is None else {"id": identity}
    if outcome.rejection is not None:
        reason = outcome.rejection.reason
        return reason, _front({**known, "outcome": reason, "error": outcome.rejection.detail, "url": page.url})
    return "article", _document(outcome, known).encode()


_INVALID: Final = "invalid_input"


def _read(line: bytes) -> tuple[Any, RawPage] | str:
    """The page and its id as it came; what is wrong with the line where it is none."""
    try:
        record = orjson.loads(line)
        identity = record.get("id")
        record = {**record, "url": record.get("url") or _UNKNOWN_URL, "id": None if identity is None else str(identity)}
        return identity, RawPage.model_validate(record)
    except (orjson.JSONDecodeError, ValidationError, AttributeError) as error:
        return _first_line(error)


def _outcome(page: RawPage, wishes: Wishes) -> Outcome:
    return process(page, datetime.now(UTC), markup=wishes.markup, profile=wishes.profiles.of(host_of(page.url)))


def _document(outcome: Outcome, known: Mapping[str, object]) -> str:
    from worker.markdown import document  # noqa: PLC0415 - who does not ask for it need not wait for it

    return document(outcome.articles, known)


def _front(fields: Mapping[str, object]) -> bytes:
    from worker.markdown.front import yaml  # noqa: PLC0415 - as above

    return f"{yaml(fields)}\n".encode()


def _fields(outcome: Outcome, wishes: Wishes) -> dict[str, Any]:
    main = outcome.articles[0] if outcome.articles else None
    if main is None:
        reason = outcome.rejection.reason if outcome.rejection else None
        return {"outcome": reason, "title": None, "source": None, "body": "", "authors": [], "tags": [], "embedded": []}
    return {
        "outcome": "article",
        **_story(main, wishes),
        "subtitle": main.subtitle,
        "source": main.source.name if main.source else None,
        "authors": [author.name for author in main.authors],
        "published_at": main.published_at.value if main.published_at else None,
        "modified_at": main.modified_at.value if main.modified_at else None,
        "tags": list(main.tags),
        "language": main.language,
        "confidence": main.confidence,
        "warnings": list(main.warnings),
        "embedded": [_story(article, wishes) for article in outcome.articles[1:]],
    }


def _story(article: Article, wishes: Wishes) -> dict[str, Any]:
    story: dict[str, Any] = {"title": article.title, "body": article.body}
    if wishes.paragraphs:
        story["paragraphs"] = [one.model_dump(mode="json", exclude_none=True) for one in article.paragraphs]
    return story


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
