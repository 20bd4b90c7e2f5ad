"""Bytes <-> messages. Equal messages give equal bytes: keys sorted, no white space, absent values left out."""

from typing import TypeVar

import orjson

from schemas.base import Message

M = TypeVar("M", bound=Message)


def encode(message: Message) -> bytes:
    """JSON bytes of a message; deterministic."""
    return dumps(message.model_dump(mode="json", exclude_none=True))


def dumps(document: object) -> bytes:
    """Deterministic JSON bytes of plain data (keys sorted). Raises TypeError for what JSON cannot hold."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def decode(kind: type[M], value: bytes) -> M:
    """The message in `value`. Raises pydantic.ValidationError when it is none, also for bytes that are no JSON."""
    return kind.model_validate_json(value)
