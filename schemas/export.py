"""The JSON Schemas of the messages, generated from the models: `python -m schemas.export` (or `make schemas`)."""

from pathlib import Path
from typing import Final

import orjson

from schemas.base import SCHEMA_VERSION, Message
from schemas.messages import Article, DeadLetter, PageMetrics, RawPage, SourceMetrics
from schemas.site_profile import SiteProfile

HOME: Final = Path(__file__).parent / "json"
EXPORTED: Final[dict[str, type[Message]]] = {
    "raw-page": RawPage,
    "article": Article,
    "page-metrics": PageMetrics,
    "dead-letter": DeadLetter,
    "source-metrics": SourceMetrics,
    "site-profile": SiteProfile,
}
"""File name -> model."""


def schema_of(model: type[Message]) -> bytes:
    """The JSON Schema (draft 2020-12) of a message, as committed: sorted keys, two spaces, a line break at the end.

    Messages that go out are described as they are written, those that come in as they are read.
    """
    schema = model.model_json_schema(mode="validation" if model is RawPage else "serialization")
    schema |= {"$schema": "https://json-schema.org/draft/2020-12/schema", "version": SCHEMA_VERSION}
    return orjson.dumps(schema, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def main() -> None:
    """Write every schema to `schemas/json/`."""
    HOME.mkdir(exist_ok=True)
    for name, model in EXPORTED.items():
        (HOME / f"{name}.schema.json").write_bytes(schema_of(model))


if __name__ == "__main__":
    main()
