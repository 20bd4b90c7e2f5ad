"""WARC archives, as crawlers and web archives write them."""

import base64
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from fastwarc.warc import ArchiveIterator, WarcRecordType

from schemas.codec import dumps
from worker.inputs.model import PageRecord, Problem

_PAGE_TYPES: Final = ("text/html", "application/xhtml+xml", "text/plain")


def read_archive(stream: BinaryIO, name: str, limit_bytes: int) -> Iterator[PageRecord | Problem]:
    """The html and text answers of an archive, compressed or not; what is no page (images, redirects …) is passed over.

    Raises OSError when the archive is damaged.
    """
    for record in ArchiveIterator(stream, record_types=WarcRecordType.response, auto_decode="all"):
        headers = {key.lower(): value for key, value in (record.http_headers or {}).items()}
        if not _is_page(record, headers):
            continue
        origin = f"{name}@{record.stream_pos}"
        body = record.reader.read(limit_bytes + 1)
        if len(body) > limit_bytes:
            yield Problem(origin, f"page larger than {limit_bytes} bytes")
        else:
            yield _record(record, headers, body, origin)


def _is_page(record: Any, headers: dict[str, str]) -> bool:  # noqa: ANN401 - fastwarc has no types
    if record.http_headers is None:  # the answer of another protocol, such as dns
        return False
    status = record.http_headers.status_code
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return not (status and 300 <= status < 400) and (not kind or kind in _PAGE_TYPES)


def _record(record: Any, headers: dict[str, str], body: bytes, origin: str) -> PageRecord:  # noqa: ANN401 - fastwarc has no types
    """Transfer and content encodings are undone by the reader, so their headers would be untrue."""
    url = (record.headers.get("WARC-Target-URI") or "").strip("<>")
    kept = {key: value for key, value in headers.items() if key not in {"content-encoding", "transfer-encoding"}}
    page = {
        "url": url,
        "body": base64.b64encode(body).decode("ascii"),
        "status": record.http_headers.status_code,
        "content_type": headers.get("content-type"),
        "http_headers": kept,
        "fetched_at": record.headers.get("WARC-Date"),
    }
    value = dumps({key: part for key, part in page.items() if part is not None})
    return PageRecord(url.encode("utf-8", "replace") or None, value, (), origin)
