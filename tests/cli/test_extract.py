"""`newsmill extract`: lines of JSON, or documents of Markdown, as a user gets them."""

import subprocess
import sys

import orjson
import pytest

from worker.cli.answers import Wishes, as_json, as_markdown
from worker.core.model import Markup

SENTENCE = "The council voted on Tuesday to rebuild the old bridge, which has been closed to traffic since the spring. "
PAGE = f"""<html lang="en"><head><title>A bridge</title></head><body><article><h1>A bridge</h1>
<p>{SENTENCE * 3}<a href="/costs">What it <b>costs</b></a>.</p><p>{SENTENCE * 4}</p></article></body></html>"""
HTML = orjson.dumps({"id": 7, "url": "https://news.example.org/a", "html": PAGE})
TEXT = orjson.dumps(
    {"url": "https://news.example.org/b", "text": f"A bridge\n\n{SENTENCE * 3}\n\n{SENTENCE}And so on.\n"}
)
EMPTY = orjson.dumps({"id": "e", "url": "https://news.example.org/c", "text": ""})
ALL = Markup(links=True, formatting=True)


def run(*options, lines):
    command = [sys.executable, "-c", "from worker.cli import main; main()", "extract", *options]
    return subprocess.run(command, input=b"\n".join(lines) + b"\n", capture_output=True, check=False)


def test_markdown_is_one_document_a_page_with_a_form_feed_between():
    done = run("--format", "markdown", "--links", "--formatting", lines=[HTML, EMPTY, b"no page"])
    assert done.returncode == 1
    story, nothing, broken = done.stdout.decode().split("\f\n")
    assert story.startswith('---\nid: 7\ntitle: "A bridge"\n')
    assert "[What it **costs**](https://news.example.org/costs).\n\nThe council" in story
    assert nothing.splitlines()[:3] == ["---", 'id: "e"', 'outcome: "empty"']
    assert broken.splitlines()[1] == 'outcome: "invalid_input"'
    assert story.endswith("\n")
    assert nothing.endswith("---\n")


def test_json_has_paragraphs_or_markdown_where_they_are_asked_for():
    _, plain = as_json(HTML, Wishes())
    _, told = as_json(HTML, Wishes(paragraphs=True, markdown=True, markup=ALL))
    plain, told = orjson.loads(plain), orjson.loads(told)
    assert {name: told[name] for name in plain} == plain
    assert set(told) - set(plain) == {"paragraphs", "markdown"}
    text = told["paragraphs"][0]["text"]
    assert [(m["kind"], text[m["start"] : m["end"]]) for m in told["paragraphs"][0]["marks"]] == [
        ("link", "What it costs"),
        ("strong", "costs"),
    ]
    assert told["markdown"].endswith(f"{SENTENCE.strip()}\n")


@pytest.mark.parametrize("line", [EMPTY, b'{"id": 1}', b"\xff"])
def test_a_page_without_a_story_has_no_markdown(line):
    outcome, answer = as_json(line, Wishes(markdown=True, markup=ALL))
    assert outcome != "article"
    assert not orjson.loads(answer).get("markdown")


def test_raw_text_is_told_in_paragraphs():
    outcome, document = as_markdown(TEXT, Wishes(markup=ALL))
    assert outcome == "article"
    assert document.decode().endswith(f"\n\n{SENTENCE.strip()}\n\n{SENTENCE}And so on.\n")
