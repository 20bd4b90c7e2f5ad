"""What all messages are made on."""

import binascii
from base64 import b64decode, b64encode
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer

SCHEMA_VERSION: Final = "1.0"
"""Version of the messages: the major number changes when an old reader could not read them any more."""


class Message(BaseModel):
    """Base of all messages: frozen, and silent about fields it does not know (a newer writer may add some)."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def _bytes_of_base64(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return b64decode(value, validate=True)
    except binascii.Error as error:
        raise ValueError(f"expected base64: {error}") from None


Base64 = Annotated[
    bytes,
    BeforeValidator(_bytes_of_base64, json_schema_input_type=str),
    PlainSerializer(lambda value: b64encode(value).decode("ascii"), return_type=str, when_used="json"),
]
"""Bytes in Python, base64 in JSON."""
