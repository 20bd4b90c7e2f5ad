"""A record of the pages topic -> RawPage, or the one reason why it is none. Pure; raises nothing but Reject.

What is understood: JSON of a RawPage; scrapy-cluster's crawl record; bare html or text with its url in the record's
headers or key; each also compressed (`content-encoding: gzip` or `zstd`, or by its first bytes). The record's
`content-type` header decides, or the shape of the value where there is none.
"""

import base64
import binascii
import json
import re
import zlib
from collections.abc import Sequence
from typing import Any, Final

import orjson
import zstandard
from pydantic import ValidationError

from schemas.messages import URL, RawPage
from schemas.reasons import Reason, Reject
from worker.core.limits import DEFAULT_LIMITS, Limits

Headers = Sequence[tuple[str, bytes | None]]

_ENVELOPE: Final = 2
"""A record may be this many times larger than the page in it: base64 makes 4/3, escapes more of few letters."""
_GZIP_MAGIC: Final = b"\x1f\x8b\x08"
_ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"
_ZSTD_WINDOW: Final = 1 << 27
"""The largest window that `zstd --ultra` writes without `--long`: 128 MB would be asked for by nothing honest."""
_ZSTD_STEP: Final = 512
"""Bytes taken in at a time: what they can become, 128 blocks of 128 kB, is what a bomb may exceed its limit by."""
_LAYERS: Final = 3
"""Compressions one inside the other, at most."""
_MARKUP_TYPES: Final = ("text/html", "application/xhtml+xml")
_BARE_TYPES: Final = (*_MARKUP_TYPES, "text/plain", "application/xml", "text/xml")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/\s]+={0,2}\s*\Z")
_ASIDE: Final = ("charset", "fetched_at", "language", "source", "id", "status")
"""Fields of a RawPage that a bare page may bring as headers of the record."""


def read(key: bytes | None, value: bytes | None, headers: Headers, limits: Limits = DEFAULT_LIMITS) -> RawPage:
    """The page in a record. Raises Reject with the reason when there is none."""
    if value is None:
        raise Reject(Reason.NULL_VALUE, "the record has no value")
    if not value.strip():
        raise Reject(Reason.EMPTY, "the value is empty")
    body = _decompress(value, _header(headers, "content-encoding"), limits.page_bytes * _ENVELOPE)
    if not body.strip():
        raise Reject(Reason.EMPTY, "the value is empty once decompressed")
    content_type = _header(headers, "content-type")
    url = url_outside(key, headers)
    if _is_json(body, content_type, url):
        return _read_json(body, url)
    return _read_bare(body, url, content_type, headers)


def url_outside(key: bytes | None, headers: Headers) -> str | None:
    """The page's url as the record's `url` header or its key has it; None when neither is an http url."""
    for candidate in (_header(headers, "url"), _text(key)):
        if candidate and len(candidate) <= 8192 and URL.match(candidate):
            return candidate
    return None


def _header(headers: Headers, name: str) -> str:
    """The last header of that name, whatever its case; empty when there is none."""
    found = [value for key, value in headers if key.lower() == name]
    return (_text(found[-1]) or "") if found else ""


def _text(value: bytes | None) -> str | None:
    try:
        return value.decode("utf-8").strip() if value is not None else None
    except UnicodeDecodeError:
        return None


def _decompress(value: bytes, encoding: str, limit: int) -> bytes:
    """`value` without its compressions; never more than `limit` bytes are made. Raises Reject."""
    names = [name for name in re.split(r"[,\s]+", encoding.lower()) if name not in {"", "identity", "none"}]
    if len(names) > _LAYERS:
        raise Reject(
            Reason.UNKNOWN_ENCODING, f"{len(names)} compressions one inside the other, expected {_LAYERS} at most"
        )
    for name in reversed(names):
        value = _inflate(name, value, limit)
    if not names:
        name = "gzip" if value.startswith(_GZIP_MAGIC) else "zstd" if value.startswith(_ZSTD_MAGIC) else ""
        value = _inflate(name, value, limit) if name else value
    if len(value) > limit:
        raise Reject(Reason.TOO_LARGE, f"{len(value)} bytes, limit {limit}")
    return value


def _inflate(name: str, value: bytes, limit: int) -> bytes:
    if name in {"gzip", "x-gzip"}:
        return _gunzip(value, limit)
    if name == "zstd":
        return _unzstd(value, limit)
    raise Reject(Reason.UNKNOWN_ENCODING, f"content-encoding {name[:40]!r}, expected gzip or zstd")


def _gunzip(value: bytes, limit: int) -> bytes:
    out = bytearray()
    rest = value
    while rest.startswith(b"\x1f\x8b"):
        inflater = zlib.decompressobj(wbits=31)
        try:
            out += inflater.decompress(rest, limit + 1 - len(out))
        except zlib.error as error:
            raise Reject(Reason.UNDECODABLE, "broken gzip") from error
        if len(out) > limit:
            raise Reject(Reason.TOO_LARGE, f"more than {limit} bytes once decompressed")
        if not inflater.eof:
            raise Reject(Reason.UNDECODABLE, "gzip that ends too early")
        rest = inflater.unused_data
    if not out and value:
        raise Reject(Reason.UNDECODABLE, "content-encoding says gzip, the bytes are none")
    return bytes(out)


def _unzstd(value: bytes, limit: int) -> bytes:
    out = bytearray()
    rest = value
    while rest:
        inflater = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        at = 0
        try:
            while at < len(rest) and not inflater.eof:
                out += inflater.decompress(rest[at : at + _ZSTD_STEP])
                at += _ZSTD_STEP
                if len(out) > limit:
                    raise Reject(Reason.TOO_LARGE, f"more than {limit} bytes once decompressed")
        except zstandard.ZstdError as error:
            raise Reject(Reason.UNDECODABLE, "broken zstd") from error
        if not inflater.eof:
            raise Reject(Reason.UNDECODABLE, "zstd that ends too early")
        rest = inflater.unused_data + rest[at:]
    return bytes(out)


def _is_json(body: bytes, content_type: str, url: str | None) -> bool:
    """Whether the value is meant as JSON. Raises Reject for what is neither JSON nor html nor text."""
    media = content_type.partition(";")[0].strip().lower()
    if media in _BARE_TYPES:
        return False
    if media.endswith("json"):
        return True
    if media not in {"", "application/octet-stream", "binary/octet-stream"}:
        raise Reject(Reason.NOT_A_PAGE, f"content type {media[:60]!r}")
    first = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if first == b"{":
        return True
    if url is None and first != b"<" and _is_rubbish(body):
        raise Reject(Reason.UNDECODABLE, f"{len(body)} bytes that are neither JSON nor text")
    return url is None and first != b"<"


def _is_rubbish(body: bytes) -> bool:
    sample = body[:4096]
    return len(_CONTROL.findall(sample)) > len(sample) // 50


def _read_bare(body: bytes, url: str | None, content_type: str, headers: Headers) -> RawPage:
    if url is None:
        raise Reject(Reason.NO_URL, "bare html or text, and no url in the headers or the key")
    media = content_type.partition(";")[0].strip().lower()
    aside = {name: _header(headers, name) or None for name in _ASIDE}
    kind = content_type if media in _BARE_TYPES else None
    page = _validate({**aside, "url": url, "content_type": kind, "text": ""})
    return page.model_copy(update={"body": body, "text": None})


def _read_json(body: bytes, url: str | None) -> RawPage:
    document = _parse(body)
    if not isinstance(document, dict):
        raise Reject(Reason.INVALID_PAGE, f"expected a JSON object, got {_kind(document)}")
    if "response_url" in document or "status_code" in document or "response_headers" in document:
        document = _from_crawl(document)
    document["url"] = document.get("url") or url
    if not document["url"]:
        raise Reject(Reason.NO_URL, "no url in the value, the headers or the key")
    if isinstance(document.get("http_headers"), dict):
        document["http_headers"] = _flat(document["http_headers"])
    return _validate(document)


def _parse(body: bytes) -> Any:  # noqa: ANN401 - JSON is anything
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if "surrogate" in str(error) and (document := _parse_surrogates(body)) is not None:
            return document
        raise Reject(Reason.NOT_JSON, f"{error.msg} at byte {error.pos} of {len(body)}") from error


def _parse_surrogates(body: bytes) -> Any:  # noqa: ANN401 - JSON is anything
    """What orjson refuses and Python writes: half of a surrogate pair, replaced by U+FFFD; None when it is no JSON."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return _scrub(document) if isinstance(document, dict) else document


def _scrub(document: dict[str, Any]) -> dict[str, Any]:
    return {
        _SURROGATE.sub("�", name): _SURROGATE.sub("�", value) if isinstance(value, str) else value
        for name, value in document.items()
        if isinstance(value, (str, int, float, type(None)))
    } | {name: _flat(value) for name, value in document.items() if isinstance(value, dict)}


def _from_crawl(record: dict[str, Any]) -> dict[str, Any]:
    """scrapy-cluster's crawl record as the fields of a RawPage."""
    page: dict[str, Any] = {
        "url": record.get("response_url") or record.get("url"),
        "charset": record.get("encoding"),
        "status": record.get("status_code"),
        "http_headers": record.get("response_headers"),
        "fetched_at": record.get("timestamp"),
        "id": record.get("id"),
        "source": record.get("appid"),
    }
    for name in ("html", "text", "body", "content_type", "language"):
        page[name] = record.get(name)
    if isinstance(page["body"], str) and page["html"] is None and page["text"] is None:
        page |= _content(page["body"])
    return {name: value for name, value in page.items() if value is not None}


def _content(body: str) -> dict[str, Any]:
    """`body` of a crawl record: markup as it is, base64 where the crawler was told to write it so, or plain text."""
    if "<" in body:
        return {"html": body, "body": None}
    if len(body) % 4 == 0 and " " not in body[:200] and _BASE64.match(body):
        try:
            base64.b64decode(body)
        except (binascii.Error, ValueError):
            return {"text": body, "body": None}
        return {"body": body}
    return {"text": body, "body": None}


def _flat(headers: dict[str, Any]) -> dict[str, str]:
    """Http headers with one string each: a repeated header is joined by commas, as http means it."""
    return {
        _SURROGATE.sub("�", str(name)): _SURROGATE.sub(
            "�", ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        )
        for name, value in headers.items()
        if value is not None
    }


def _validate(document: dict[str, Any]) -> RawPage:
    try:
        return RawPage.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"][:2])[:80] or "page"
        raise Reject(Reason.INVALID_PAGE, f"{field}: {first['msg'][:200]}") from error


def _kind(document: object) -> str:
    return {list: "an array", str: "a string", bool: "a boolean", type(None): "null"}.get(type(document), "a number")
