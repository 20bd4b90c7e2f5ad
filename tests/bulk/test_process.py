"""`newsmill process`: every page once, whatever pages do to their process and however often the work is broken off."""

import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from worker.bulk.folder import PROGRESS, OtherInputs, OutFolder
from worker.bulk.pool import Pool
from worker.settings import Settings
from worker.transport import Output, Record

NEWSMILL = str(Path(sys.executable).parent / "newsmill")
STORY = "The bridge over the river stays closed for three weeks, the town hall said on Monday in its report. " * 8


def page(number, text=STORY):
    return orjson.dumps({"url": f"https://news.example.org/{number}", "text": f"Headline {number}\n\n{text}"})


def lines(path):
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def run(*arguments):
    return subprocess.run([NEWSMILL, "process", *map(str, arguments)], capture_output=True, text=True, check=False)


@pytest.fixture
def pages(tmp_path):
    path = tmp_path / "pages.jsonl"
    path.write_bytes(
        b"\n".join([*(page(n) for n in range(40)), page(40, ""), b'{"url": "https://a.example/", "text": ""}'])
    )
    return path


def test_each_page_is_in_the_metrics_once_and_in_order(pages, tmp_path):
    done = run(pages, "--out", tmp_path / "out", "--processes", "2")
    assert done.returncode == 0, done.stderr
    metrics = lines(tmp_path / "out" / "metrics.jsonl")
    assert [m["position"]["offset"] for m in metrics] == list(range(42))
    articles = {a["position"]["offset"] for a in lines(tmp_path / "out" / "articles.jsonl")}
    letters = lines(tmp_path / "out" / "dead-letters.jsonl")
    assert len(articles) + len(letters) == 42
    assert "empty" in {letter["reason"] for letter in letters}


def test_each_page_with_articles_is_a_document_of_markdown(pages, tmp_path):
    out = tmp_path / "out"
    assert run(pages, "--out", out, "--markdown", "--links").returncode == 0
    articles = lines(out / "articles.jsonl")
    documents = {path.stem: path.read_text("utf-8") for path in (out / "markdown").glob("*/*.md")}
    assert set(documents) == {a["article_id"] for a in articles if a["part"] == "main"}
    assert all(f'title: "{a["title"]}"' in documents[a["article_id"]] for a in articles if a.get("title"))


def test_broken_off_work_goes_on_and_gives_the_same_files(pages, tmp_path):
    """Half of a record behind the note, and the note of an earlier moment: as after kill -9."""
    out = tmp_path / "out"
    assert run(pages, "--out", out).returncode == 0
    whole = (out / "articles.jsonl").read_bytes()
    note = orjson.loads((out / PROGRESS).read_bytes())
    first = whole.splitlines(keepends=True)[0]
    sizes = {"articles.jsonl": len(first), "dead-letters.jsonl": 0}
    sizes["metrics.jsonl"] = len((out / "metrics.jsonl").read_bytes().splitlines(keepends=True)[0])
    (out / PROGRESS).write_bytes(orjson.dumps({**note, "pages": 1, "bytes": sizes}))
    (out / "articles.jsonl").write_bytes(whole[: len(first) + 33])
    again = run(pages, "--out", out)
    assert again.returncode == 0, again.stderr
    assert (out / "articles.jsonl").read_bytes() == whole
    assert [m["position"]["offset"] for m in lines(out / "metrics.jsonl")] == list(range(42))


def test_a_folder_of_other_inputs_is_not_written_to(tmp_path):
    settings = Settings()
    with OutFolder(tmp_path, settings.topics, [("a.jsonl", 1)]) as folder:
        folder.write([Output(settings.topics.metrics, None, b"{}")])
        folder.save()
    with pytest.raises(OtherInputs):
        OutFolder(tmp_path, settings.topics, [("b.jsonl", 1)])


def test_a_path_without_pages_is_wrong_use(tmp_path):
    done = run(tmp_path / "nothing", "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "no such file or folder" in done.stderr


@pytest.mark.parametrize(("deed", "reason"), [(b"exit", "crashed"), (b"hang", "time_limit")])
def test_a_page_that_ends_or_hangs_its_process_costs_itself_alone(deed, reason):
    settings = Settings(worker={"processes": 1, "test_hook": True}, limits={"page_seconds": 4.0})
    records = [
        Record("files", 0, n, None, page(n), (("newsmill-test-hook", deed),) if n == 2 else ()) for n in range(5)
    ]
    with Pool(settings) as pool:
        ground = [g.reason for _, g in pool.grind(records)]
    assert ground == [None, None, reason, None, None]
