"""JSON lines: each line is one record, handed on untouched. Whether it is a page is the core's to say."""

from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import orjson

from schemas.codec import dumps
from worker.inputs.model import PageRecord, Problem
from worker.inputs.urls import local_url

_BLOCK: Final = 1 << 20


def read_lines(stream: BinaryIO, name: str, limit_bytes: int) -> Iterator[PageRecord | Problem]:
    """One record a line that is not blank; lines longer than `limit_bytes` are a problem each, and left out."""
    number = 0
    while line := stream.readline(limit_bytes + 1):
        number += 1
        origin = f"{name}:{number}"
        if len(line) > limit_bytes and not line.endswith(b"\n"):
            _skip_line(stream)
            yield Problem(origin, f"line longer than {limit_bytes} bytes")
        elif line.strip():
            yield record_of(line.strip(), origin)


def record_of(value: bytes, origin: str) -> PageRecord:
    """The record of one JSON document. It stays byte for byte, unless it lacks a url and is given one."""
    document = _object(value)
    if document is None:
        return PageRecord(None, value, (), origin)
    url = document.get("response_url") or document.get("url")
    if url:
        return PageRecord(str(url).encode("utf-8", "replace"), value, (), origin)
    identity = document.get("id")
    url = local_url(origin if identity is None else str(identity))
    named = {**document, "url": url, "id": None if identity is None else str(identity)}
    return PageRecord(url.encode(), dumps(named), (), origin)


def _object(value: bytes) -> dict[str, Any] | None:
    try:
        document = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    return document if isinstance(document, dict) else None


def _skip_line(stream: BinaryIO) -> None:
    while (rest := stream.readline(_BLOCK)) and not rest.endswith(b"\n"):
        pass
