"""What a record of the pages topic holds: every shape that is read, and every reason why one is not."""

import base64
import gzip
import json
import zlib

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from schemas.messages import RawPage
from schemas.reasons import Reason, Reject
from worker.core import envelope
from worker.core.limits import Limits

URL = "https://www.example.com/a"
HTML = b"<html><body><p>A story</p></body></html>"
JSON = json.dumps({"url": URL, "text": "A story"}).encode()
SMALL = Limits(page_bytes=10_000)


def gzipped(content: bytes) -> bytes:
    """The same bytes whenever they are made: the names of the tests tell their length."""
    return gzip.compress(content, mtime=0)


def reason_of(value, key=None, headers=(), limits=SMALL) -> Reason:
    with pytest.raises(Reject) as caught:
        envelope.read(key, value, headers, limits)
    assert "\n" not in caught.value.detail
    return caught.value.reason


@pytest.mark.parametrize(
    ("value", "headers", "reason"),
    [
        (None, (), Reason.NULL_VALUE),
        (b"", (), Reason.EMPTY),
        (b" \r\n", (), Reason.EMPTY),
        (gzipped(b" "), (), Reason.EMPTY),
        (b'{"url": 1', (), Reason.NOT_JSON),
        (b'{"url": NaN}', (), Reason.NOT_JSON),
        (b'{"a": "\xff"}', (), Reason.NOT_JSON),
        (b'{"a":' * 100_000, (), Reason.TOO_LARGE),
        (b'{"a":' * 3_000, (), Reason.NOT_JSON),
        (b"just words", (), Reason.NOT_JSON),
        (b"null", (), Reason.INVALID_PAGE),
        (b'["a"]', (), Reason.INVALID_PAGE),
        (b"12", (), Reason.INVALID_PAGE),
        (b'{"text": "a"}', (), Reason.NO_URL),
        (b'{"url": "ftp://a/", "text": "a"}', (), Reason.INVALID_PAGE),
        (b'{"url": "https://a.example/"}', (), Reason.INVALID_PAGE),
        (b'{"url": "https://a.example/", "text": "a", "status": 1e400}', (), Reason.NOT_JSON),
        (b'{"url": "https://a.example/", "text": "a", "fetched_at": "soon"}', (), Reason.INVALID_PAGE),
        (b'{"url": "https://a.example/", "body": "*"}', (), Reason.INVALID_PAGE),
        (HTML, (), Reason.NO_URL),
        (HTML, (("url", b"not a url"),), Reason.NO_URL),
        (bytes(range(256)), (), Reason.UNDECODABLE),
        (HTML, (("content-type", b"image/png"),), Reason.NOT_A_PAGE),
        (JSON, (("content-encoding", b"br"),), Reason.UNKNOWN_ENCODING),
        (JSON, (("content-encoding", b"gzip"),), Reason.UNDECODABLE),
        (gzipped(JSON)[:-9], (("content-encoding", b"gzip"),), Reason.UNDECODABLE),
        (zstandard.compress(JSON)[:-9], (("content-encoding", b"zstd"),), Reason.UNDECODABLE),
        (b"\x1f\x8b\x08" + b"x" * 50, (), Reason.UNDECODABLE),
        (b"\x28\xb5\x2f\xfd" + b"\xff" * 50, (), Reason.UNDECODABLE),
        (gzipped(b"a" * 10_000_000), (), Reason.TOO_LARGE),
        (zstandard.compress(b"a" * 10_000_000), (), Reason.TOO_LARGE),
        (gzipped(gzipped(b"a" * 10_000_000)), (("content-encoding", b"gzip, gzip"),), Reason.TOO_LARGE),
        (JSON, (("content-encoding", b"gzip,gzip,gzip,gzip"),), Reason.UNKNOWN_ENCODING),
    ],
)
def test_what_is_no_page_has_its_reason(value, headers, reason):
    assert reason_of(value, headers=headers) == reason


@pytest.mark.parametrize(
    ("value", "key", "headers"),
    [
        (JSON, None, ()),
        (b"\xef\xbb\xbf" + JSON, None, ()),
        (b'{"text": "A story"}', URL.encode(), ()),
        (b'{"text": "A story"}', None, (("URL", URL.encode()),)),
        (gzipped(JSON), None, (("content-encoding", b"gzip"),)),
        (gzipped(JSON[:20]) + gzipped(JSON[20:]), None, (("Content-Encoding", b"x-gzip"),)),
        (zstandard.compress(JSON), None, (("content-encoding", b"zstd"),)),
        (zstandard.compress(gzipped(JSON)), None, (("content-encoding", b"gzip, zstd"),)),
        (gzipped(JSON), None, ()),
        (JSON, None, (("content-type", b"application/json; charset=utf-8"),)),
        (b"A story", None, (("content-type", b"text/plain"), ("url", URL.encode()))),
        (b"A story", URL.encode(), ()),
        (HTML, URL.encode(), ()),
        (HTML, None, (("content-type", b"text/html; charset=latin-1"), ("url", URL.encode()))),
    ],
)
def test_every_shape_of_a_page_is_read(value, key, headers):
    page = envelope.read(key, value, headers)
    assert page.url == URL
    content = page.body or (page.html or page.text or "").encode()
    assert b"A story" in content


def test_fields_of_a_bare_page_come_from_the_headers():
    headers = (("url", URL.encode()), ("id", b"7"), ("language", b"ar"), ("fetched_at", b"2026-11-24T10:00:00Z"))
    page = envelope.read(None, HTML, headers)
    assert (page.id, page.language, page.fetched_at.year, page.body) == ("7", "ar", 2026, HTML)


@pytest.mark.parametrize(
    ("body", "field", "content"),
    [
        (HTML.decode(), "html", HTML.decode()),
        (base64.b64encode(HTML).decode(), "body", HTML),
        ("A story without markup", "text", "A story without markup"),
    ],
)
def test_a_crawl_record_of_scrapy_cluster_is_read(body, field, content):
    record = {
        "url": "https://example.com/before",
        "response_url": URL,
        "status_code": 200,
        "status_msg": "OK",
        "response_headers": {"Content-Type": ["text/html"], "X": 1, "Y": None},
        "body": body,
        "encoding": "utf-8",
        "appid": "crawler",
        "crawlid": "c1",
        "links": [],
        "attrs": None,
    }
    page = envelope.read(None, json.dumps(record).encode(), ())
    assert (page.url, page.status, page.source, page.charset) == (URL, 200, "crawler", "utf-8")
    assert page.http_headers == {"Content-Type": "text/html", "X": "1"}
    assert getattr(page, field) == content


def test_half_a_surrogate_pair_is_replaced():
    page = envelope.read(
        None, b'{"url": "https://a.example/", "text": "a\\ud800b", "http_headers": {"x": "\\udc00"}}', ()
    )
    assert page.text == "a�b"


def test_of_two_keys_with_one_name_the_last_counts():
    assert envelope.read(None, b'{"url": "https://a.example/", "text": "a", "text": "b"}', ()).text == "b"


def test_a_bomb_is_never_inflated_beyond_the_limit():
    """A gzip of 1 GB of zeros, in 1 MB: refused before more than the limit is made."""
    bomb = zlib.compressobj(9, wbits=31)
    packed = b"".join(bomb.compress(bytes(1_000_000)) for _ in range(1_000)) + bomb.flush()
    assert reason_of(packed) == Reason.TOO_LARGE


header_lists = st.lists(
    st.tuples(
        st.sampled_from(["url", "content-type", "content-encoding", "charset", "status", "other"]),
        st.none() | st.binary(max_size=20) | st.sampled_from([b"gzip", b"zstd", b"text/html", URL.encode()]),
    ),
    max_size=4,
)
values = st.binary(max_size=200) | st.sampled_from([JSON, HTML, gzipped(JSON), zstandard.compress(HTML)])
documents = st.dictionaries(
    st.sampled_from([*RawPage.model_fields, "response_url", "status_code", "response_headers", "encoding", "x"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=10) | st.just(URL),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=5,
    ),
)


@given(st.none() | st.binary(max_size=40), values, header_lists)
def test_law_any_bytes_are_a_page_or_have_a_reason(key, value, headers):
    try:
        assert isinstance(envelope.read(key, value, headers, SMALL), RawPage)
    except Reject as reject:
        assert reject.detail  # noqa: PT017 - both ways are right


@given(documents)
def test_law_any_json_is_a_page_or_has_a_reason(document):
    value = json.dumps(document).encode()
    try:
        assert isinstance(envelope.read(None, value, ()), RawPage)
    except Reject as reject:
        assert reject.detail  # noqa: PT017 - both ways are right
