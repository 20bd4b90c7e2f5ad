"""What a change of a message's schema would break: the rules inside one major version, over JSON Schemas."""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]


def breaks_readers(old: Schema, new: Schema) -> list[str]:
    """Why a reader written for `old` could not read messages written for `new`, one line each; empty: it can.

    A reader needs every field it was promised, with no type and no closed-set value it has never heard of. New fields
    do not disturb it.
    """
    return list(_reader(old, new, old, new, "$"))


def breaks_writers(old: Schema, new: Schema) -> list[str]:
    """Why a message written for `old` could be refused by a reader of `new`, one line each; empty: it is read.

    The mirror image: what old writers may send must be allowed, and nothing they do not know may be required.
    """
    return [line.replace("no longer promised", "now required") for line in breaks_readers(new, old)]


def _reader(old: Schema, new: Schema, old_root: Schema, new_root: Schema, at: str) -> Iterator[str]:
    old, new = _resolve(old, old_root), _resolve(new, new_root)
    yield from _values(old, new, old_root, new_root, at)
    required, promised = old.get("required", ()), new.get("required", ())
    properties = new.get("properties", {})
    for name in required:
        if name not in promised:
            yield f"{at}.{name}: no longer promised"
    for name, schema in old.get("properties", {}).items():
        if name in properties:
            yield from _reader(schema, properties[name], old_root, new_root, f"{at}.{name}")
    for inner in ("items", "additionalProperties"):
        if isinstance(old.get(inner), dict) and isinstance(new.get(inner), dict):
            yield from _reader(old[inner], new[inner], old_root, new_root, f"{at}[]")


def _values(old: Schema, new: Schema, old_root: Schema, new_root: Schema, at: str) -> Iterator[str]:
    unknown = _types(new, new_root) - _types(old, old_root)
    if unknown and _types(old, old_root):
        yield f"{at}: may now be {', '.join(sorted(unknown))}"
    if "enum" in old:
        added = set(new.get("enum", ())) - set(old["enum"])
        if added or "enum" not in new:
            yield f"{at}: new values {', '.join(sorted(added)) or 'of any kind'}"
    for bound, worse in (("maximum", max), ("maxLength", max), ("minimum", min), ("minLength", min)):
        if bound in old and (bound not in new or worse(new[bound], old[bound]) != old[bound]):
            yield f"{at}: {bound} went from {old[bound]} to {new.get(bound, 'none')}"


def _types(schema: Schema, root: Schema) -> set[str]:
    schema = _resolve(schema, root)
    found = {schema["type"]} if isinstance(schema.get("type"), str) else set(schema.get("type", ()))
    for option in schema.get("anyOf", ()):
        found |= _types(option, root)
    return found | ({"integer"} if "number" in found else set())


def _resolve(schema: Schema, root: Schema) -> Schema:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    name = reference.rpartition("/")[2]
    resolved: Schema = root["$defs"][name]
    return resolved
