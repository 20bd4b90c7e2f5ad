"""The JSON Schemas of the messages, generated from the models: `python -m schemas.export` (or `make schemas`)."""

import ast
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
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

    Messages that go out are described as they are written, those that come in as they are read. What the models say of
    a field is its description.
    """
    schema = model.model_json_schema(mode="validation" if model is RawPage else "serialization")
    for name, part in {model.__name__: schema, **schema.get("$defs", {})}.items():
        for field, words in _field_docs().get(name, {}).items():
            part["properties"][field]["description"] = words
    schema |= {"$schema": "https://json-schema.org/draft/2020-12/schema", "version": SCHEMA_VERSION}
    return orjson.dumps(schema, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


@cache
def _field_docs() -> dict[str, dict[str, str]]:
    """Model -> field -> the docstring behind it; read from the source, since keeping them costs each start."""
    modules = (ast.parse(path.read_text("utf-8")) for path in sorted(Path(__file__).parent.glob("*.py")))
    classes = [node for module in modules for node in module.body if isinstance(node, ast.ClassDef)]
    return {one.name: dict(_docs_of(one)) for one in classes if any(map(_is_message, one.bases))}


def _is_message(base: ast.expr) -> bool:
    return isinstance(base, ast.Name) and base.id == "Message"


def _docs_of(model: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, behind in pairwise(model.body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(behind, ast.Expr)
            and isinstance(behind.value, ast.Constant)
        ):
            yield field.target.id, " ".join(str(behind.value.value).split())


def main() -> None:
    """Write every schema to `schemas/json/`."""
    HOME.mkdir(exist_ok=True)
    for name, model in EXPORTED.items():
        (HOME / f"{name}.schema.json").write_bytes(schema_of(model))


if __name__ == "__main__":
    main()
