"""Files and folders of pages: what each kind gives, and that a broken one costs itself alone."""

import gzip
import io
import os
import tracemalloc
from pathlib import Path

import orjson
import pytest
import zstandard
from fastwarc.warc import WarcRecord, WarcRecordType

from worker.core.envelope import read
from worker.inputs import Inputs, NoInput, PageRecord, Problem
from worker.inputs.urls import local_url, url_in_html

LIMIT = 1_000_000
PAGE = {"url": "https://example.com/a", "text": "Ein Satz."}
HTML = "<html><head><link rel='canonical' href='https://example.com/b?x=1&amp;y=2'></head><p>Größe</p></html>"


def records(*paths: Path, limit: int = LIMIT) -> list[PageRecord | Problem]:
    return list(Inputs(paths, limit))


def pages(*paths: Path):
    """What the core makes of the records; a problem fails the test."""
    return [read(item.key, item.value, item.headers) for item in records(*paths)]


def http_answer(url: str, body: bytes, content_type: str = "text/html", status: str = "200 OK") -> bytes:
    record = WarcRecord()
    record.init_headers(WarcRecordType.response)
    record.headers["WARC-Target-URI"] = url
    record.headers["Content-Type"] = "application/http; msgtype=response"
    record.headers["WARC-Date"] = "2026-11-20T10:00:00Z"
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    record.set_bytes_content(head.encode() + body)
    out = io.BytesIO()
    record.write(out)
    return out.getvalue()


def packed(suffix: str, content: bytes) -> bytes:
    return {"": content, ".gz": gzip.compress(content), ".zst": zstandard.compress(content)}[suffix]


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
@pytest.mark.parametrize(
    ("name", "content", "url"),
    [
        ("a.jsonl", orjson.dumps(PAGE) + b"\n", "https://example.com/a"),
        ("a.ndjson", b"\n" + orjson.dumps(PAGE), "https://example.com/a"),
        ("a.json", orjson.dumps(PAGE, option=orjson.OPT_INDENT_2), "https://example.com/a"),
        ("a.html", HTML.encode(), "https://example.com/b?x=1&y=2"),
        ("a.htm", b"<p>no address", "http://localhost/a.htm"),
        ("a.txt", "قال".encode(), "http://localhost/a.txt"),
        ("a.warc", http_answer("https://example.com/c", HTML.encode()), "https://example.com/c"),
    ],
)
def test_each_kind_of_file_packed_or_not_is_one_page(tmp_path, name, content, url, suffix):
    file = tmp_path / (name + suffix)
    file.write_bytes(packed(suffix, content))
    (record,) = records(file)
    expected = url + suffix if url.startswith("http://localhost") else url
    assert record.key == expected.encode()
    assert record.origin.startswith(name + suffix)
    assert read(record.key, record.value, record.headers).url == expected


def test_a_line_goes_on_byte_for_byte(tmp_path):
    """Also one that is no JSON: what is wrong with it is said where pages are judged."""
    lines = [b'{"url": "https://example.com/a",  "text": "x"}', b'{"url": "https://exa', b"[1, 2]", b"\xff\xfe\x00"]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(lines))
    found = records(tmp_path / "a.jsonl")
    assert [item.value for item in found] == lines
    assert [item.key for item in found] == [b"https://example.com/a", None, None, None]
    assert [item.origin for item in found] == [f"a.jsonl:{n}" for n in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("line", "url", "identity"),
    [
        ({"id": "p 7", "url": "", "text": "x"}, "http://localhost/p%207", "p 7"),
        ({"id": 7, "html": "<p>x"}, "http://localhost/7", "7"),
        ({"text": "x"}, "http://localhost/a.jsonl%3A1", None),
        ({"id": "7", "url": "https://example.com/7", "text": "x"}, "https://example.com/7", "7"),
        (
            {"url": "https://a.example/1", "response_url": "https://a.example/2", "body": "<p>x"},
            "https://a.example/2",
            None,
        ),
    ],
)
def test_a_line_without_url_is_given_one(tmp_path, line, url, identity):
    (tmp_path / "a.jsonl").write_bytes(orjson.dumps(line))
    (page,) = pages(tmp_path / "a.jsonl")
    assert (page.url, page.id) == (url, identity)
    assert records(tmp_path / "a.jsonl")[0].key == url.encode()


def test_an_archive_gives_pages_and_passes_over_the_rest(tmp_path):
    answers = [
        http_answer("https://example.com/1", HTML.encode("cp1252"), "text/html; charset=windows-1252"),
        http_answer("https://example.com/logo", b"\x89PNG", "image/png"),
        http_answer("https://example.com/moved", b"", status="301 Moved"),
        http_answer("https://example.com/gone", b"<p>gone", status="404 Not Found"),
    ]
    (tmp_path / "crawl.warc.gz").write_bytes(b"".join(map(gzip.compress, answers)))
    first, gone = pages(tmp_path / "crawl.warc.gz")
    assert (first.url, first.body, first.status) == ("https://example.com/1", HTML.encode("cp1252"), 200)
    assert first.fetched_at.isoformat() == "2026-11-20T10:00:00+00:00"
    assert (gone.url, gone.status) == ("https://example.com/gone", 404)


def test_a_folder_is_read_in_the_order_of_names_with_all_below(tmp_path):
    for name in ("b/2.txt", "a.txt", "b/1.html.gz", "notes.md", "b/é ü.txt"):
        file = tmp_path / "crawl" / name
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_bytes(packed(".gz" if name.endswith(".gz") else "", b"<p>x"))
    found = records(tmp_path / "crawl")
    assert [item.origin for item in found] == ["crawl/a.txt", "crawl/b/1.html.gz", "crawl/b/2.txt", "crawl/b/é ü.txt"]
    assert found[-1].key == b"http://localhost/crawl/b/%C3%A9%20%C3%BC.txt"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("b.jsonl.gz", gzip.compress(orjson.dumps(PAGE) * 100)[:-20]),
        ("b.jsonl.gz", b"no gzip at all"),
        ("b.jsonl.zst", b"no zstd at all"),
        ("b.html.zst", zstandard.compress(b"<p>x" * 100)[:-4]),
        ("b.warc.gz", b"\x1f\x8b\x08 broken"),
    ],
)
def test_a_broken_file_is_named_and_the_next_is_read(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    (tmp_path / "c.txt").write_text("good")
    found = records(tmp_path)
    problems = [item for item in found if isinstance(item, Problem)]
    assert [problem.origin for problem in problems] == [f"{tmp_path.name}/{name}"]
    assert found[-1].origin == f"{tmp_path.name}/c.txt"


def test_pages_above_the_limit_are_named_and_left_out(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"x" * 2000)
    (tmp_path / "b.jsonl").write_bytes(b"x" * 5000 + b"\n" + orjson.dumps(PAGE))
    (tmp_path / "c.warc").write_bytes(http_answer("https://example.com/1", b"x" * 2000))
    found = records(tmp_path, limit=1000)
    assert [(item.origin.partition("@")[0].partition("/")[2], type(item)) for item in found] == [
        ("a.txt", Problem),
        ("b.jsonl:1", Problem),
        ("b.jsonl:2", PageRecord),
        ("c.warc", Problem),
    ]


@pytest.mark.parametrize("name", ["missing", "picture.png", "."])
def test_nothing_to_read_is_said_before_anything_is_done(tmp_path, name):
    (tmp_path / "picture.png").write_bytes(b"")
    with pytest.raises(NoInput, match=str(tmp_path)):
        Inputs([tmp_path / name], LIMIT)


@pytest.mark.parametrize(
    ("markup", "url"),
    [
        ('<link rel="canonical" href="https://a.example/1">', "https://a.example/1"),
        ("<LINK href=https://a.example/1 rel=canonical>", "https://a.example/1"),
        ("<meta property='og:url' content='https://a.example/1'/>", "https://a.example/1"),
        ('<meta property="og:url" content="/relative"><link rel=canonical href="https://a.example/2">', "https://a.example/2"),
        ('<link rel="stylesheet" href="https://a.example/x.css">', None),
        ('<link rel="canonical">', None),
        ("", None),
    ],
)  # fmt: skip
def test_the_address_an_html_page_gives_itself(markup, url):
    assert url_in_html(markup.encode()) == url


def test_a_local_url_is_an_url():
    assert local_url("a b/ü#?.txt") == "http://localhost/a%20b/%C3%BC%23%3F.txt"


def test_progress_reaches_its_total(tmp_path):
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(orjson.dumps(PAGE) + b"\n"))
    (tmp_path / "b.jsonl.gz").write_bytes(b"broken")
    (tmp_path / "c.txt").write_bytes(b"x" * 1000)
    inputs = Inputs([tmp_path], LIMIT)
    seen = [inputs.bytes_read for _ in inputs]
    assert seen == sorted(seen)
    assert inputs.bytes_read == inputs.bytes_total


def test_memory_is_bounded_by_a_page_not_by_a_file(tmp_path):
    """30 MB of pages pass through less than 5 MB of memory."""
    lines = [orjson.dumps({**PAGE, "text": os.urandom(5000).hex()}) for _ in range(3000)]
    (tmp_path / "a.jsonl.zst").write_bytes(zstandard.compress(b"\n".join(lines)))
    del lines
    tracemalloc.start()
    try:
        assert sum(1 for _ in Inputs([tmp_path], LIMIT)) == 3000
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
