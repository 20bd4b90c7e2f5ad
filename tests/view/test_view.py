"""The inspect view: everything of the page is shown once, and nothing of it runs."""

import re
import subprocess
import sys
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

from schemas.messages import RawPage
from worker.core.pipeline import process
from worker.view import render

HOSTILE = '<script>alert(1)</script> "onmouseover=alert(2)" &lt;b&gt; $url '
STORY = "The bridge over the river stays closed for three weeks, the town hall said on Monday in its report. "


def view_of(text, url="https://news.example.org/a?b=<script>"):
    return render(process(RawPage.model_construct(url=url, text=text), datetime(2026, 1, 2, tzinfo=UTC)), url)


def shown_text(view):
    page = view.partition('<div class="page" dir="auto">')[2].rpartition("</div>")[0]
    return unescape(re.sub(r"<small>.*?</small>|</?span[^>]*>", "", page.rpartition("</div>")[0] or page))


def test_markup_of_the_page_is_text_in_the_view():
    view = view_of(HOSTILE + STORY * 8)
    assert "<script" not in view
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in view
    assert '"onmouseover' not in view
    assert "default-src 'none'" in view


def test_every_character_of_the_page_is_in_the_view():
    text = f"A headline\n\n{STORY * 8}\n\nRead also: another story\nSource: Agency"
    assert shown_text(view_of(text)).strip().startswith(text)


def test_a_rejected_page_says_why():
    assert "rejected: empty" in view_of(" \n ")


def test_the_command_writes_a_page(tmp_path):
    page, out = tmp_path / "page.txt", tmp_path / "view.html"
    page.write_text(STORY * 8, "utf-8")
    newsmill = str(Path(sys.executable).parent / "newsmill")
    done = subprocess.run(
        [newsmill, "inspect", str(page), "--out", str(out)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert out.read_text("utf-8").startswith("<!doctype html>")
