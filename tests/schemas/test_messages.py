"""The messages: bytes are deterministic, the committed schemas are the models', and inside a major nothing breaks."""

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from pydantic import ValidationError

from schemas.codec import decode, encode
from schemas.compatibility import breaks_readers, breaks_writers
from schemas.export import EXPORTED, HOME, schema_of
from schemas.messages import PageMetrics, RawPage

RELEASED = Path(__file__).parent / "released"


@pytest.mark.parametrize("name", EXPORTED)
def test_committed_schemas_are_the_models(name):
    """`make schemas` was run after the last change of a message."""
    assert (HOME / f"{name}.schema.json").read_bytes() == schema_of(EXPORTED[name])


@pytest.mark.parametrize(
    ("name", "model", "field", "words"),
    [
        ("article", "Article", "confidence", "calibrated"),
        ("article", "Paragraph", "text", "of the role `code` with its lines"),
        ("raw-page", "RawPage", "charset", "weaker than a byte order mark, stronger than the markup's own word"),
        ("site-profile", "SiteProfile", "version", "Rises with every change"),
    ],
)
def test_the_schemas_say_what_fields_mean(name, model, field, words):
    schema = orjson.loads(schema_of(EXPORTED[name]))
    part = {schema["title"]: schema, **schema.get("$defs", {})}[model]
    assert words in part["properties"][field]["description"]


@pytest.mark.parametrize("path", sorted(RELEASED.glob("*/*.json")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_release_of_this_major_version_is_broken(path):
    """A reader (for pages: a writer) of an earlier release of the same major version still understands us."""
    old = orjson.loads(path.read_bytes())
    new = orjson.loads((HOME / path.name).read_bytes())
    if old["version"].split(".")[0] != new["version"].split(".")[0]:
        return
    breaks = breaks_writers if path.name.startswith("raw-page") else breaks_readers
    assert breaks(old, new) == []


def test_there_is_a_release_to_compare_with():
    assert {path.name for path in RELEASED.glob("*/*.json")} == {f"{name}.schema.json" for name in EXPORTED}


ARTICLE = {
    "type": "object",
    "required": ["id", "part"],
    "properties": {
        "id": {"type": "string", "maxLength": 10},
        "part": {"enum": ["main", "embedded"], "type": "string"},
        "title": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "position": {"$ref": "#/$defs/Position"},
    },
    "$defs": {"Position": {"type": "object", "required": ["offset"], "properties": {"offset": {"type": "integer"}}}},
}


def changed(**properties):
    return {**ARTICLE, "properties": {**ARTICLE["properties"], **properties}}


@pytest.mark.parametrize(
    ("new", "broken"),
    [
        (ARTICLE, []),
        (changed(extra={"type": "string"}), []),
        ({**ARTICLE, "required": ["id"]}, ["$.part: no longer promised"]),
        (changed(id={"type": "integer", "maxLength": 10}), ["$.id: may now be integer"]),
        (changed(id={"type": "string"}), ["$.id: maxLength went from 10 to none"]),
        (changed(part={"enum": ["main", "embedded", "live"], "type": "string"}), ["$.part: new values live"]),
        (changed(title={"type": "string"}), []),
        (changed(title={"anyOf": [{"type": "string"}, {"type": "array"}]}), ["$.title: may now be array"]),
        ({**ARTICLE, "$defs": {"Position": {"type": "object"}}}, ["$.position.offset: no longer promised"]),
    ],
)
def test_a_change_that_an_old_reader_could_not_read_is_refused(new, broken):
    assert breaks_readers(ARTICLE, new) == broken


def test_a_new_required_field_refuses_old_writers():
    assert breaks_writers(ARTICLE, {**ARTICLE, "required": ["id", "part", "host"]}) == ["$.host: now required"]


def test_equal_messages_give_equal_bytes_whatever_the_order_they_were_made_in():
    common = {"page_id": "p", "outcome": "rejected", "bytes": 1, "processed_at": datetime(2026, 1, 2, tzinfo=UTC)}
    one = PageMetrics(**common, core_version="1", label_characters={"body": 1, "ads": 2})
    two = PageMetrics(label_characters={"ads": 2, "body": 1}, core_version="1", **common)
    assert encode(one) == encode(two)
    assert decode(PageMetrics, encode(one)) == one


def test_a_page_with_bytes_survives_the_codec():
    page = RawPage(url="https://example.org/a", body="/+7erb7v", fetched_at="2026-01-02T03:04:05+02:00")
    assert page.body == b"\xff\xee\xde\xad\xbe\xef"
    assert decode(RawPage, encode(page)) == page


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"html": "<p>", "text": "two contents"},
        {"text": "x", "status": 99},
        {"text": "x", "url": "ftp://example.org"},
        {"text": "x", "url": "http://"},
        {"body": "no base64!"},
    ],
)
def test_a_page_that_is_none_is_refused(fields):
    with pytest.raises(ValidationError):
        RawPage(**{"url": "https://example.org/a", **fields})


def test_a_newer_writers_fields_are_passed_over():
    assert decode(RawPage, b'{"url":"http://a.b/","text":"x","colour":"blue"}').text == "x"
