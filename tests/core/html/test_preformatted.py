"""`<pre>`: code keeps its lines and its spaces, and a story that was set in it is told in paragraphs."""

from datetime import UTC, datetime

import pytest

from schemas.messages import RawPage, Role
from worker.core.pipeline import process
from worker.markdown import document

SENTENCE = "The council voted on Tuesday to rebuild the old bridge, which has been closed to traffic since the spring. "
PROSE = f"<p>{SENTENCE}It costs two million.</p>", f"<p>{SENTENCE}Work begins in May, the mayor said.</p>"
WRAPPED = """\
RIVERTON, May 2 - The council of the small town agreed on Monday to
repair the old bridge over the river, which had been closed for three
weeks as a measure of caution after the flood. Work on the bridge will
begin in spring, the mayor said, and it will last for half a year.

Until then the ferry takes people across, as it did before there was
a bridge at all, and the school bus makes a long way around. Nobody
is happy with that, but nobody can change it either, said the mayor.
"""


def told(inner):
    """The article of a page with this inside of its story."""
    html = f"""<html lang="en"><head><title>Bridge to be rebuilt | The Daily</title></head><body><article>
    <h1>Bridge to be rebuilt</h1><div class="entry-content">{inner}</div></article></body></html>"""
    outcome = process(RawPage(url="https://daily.example/bridge", html=html), datetime(2026, 1, 2, tzinfo=UTC))
    assert [segment.start for segment in outcome.segments] == [0, *(s.end for s in outcome.segments[:-1])]
    assert outcome.segments[-1].end == len(outcome.text)
    (article,) = outcome.articles
    return article


CODE = "  if a:\n      b  =  ( 1 , 2 )\n\n\n  return b"


@pytest.mark.parametrize(
    "markup",
    [
        f"<pre>\n{CODE}\n\n</pre>",
        f"<pre><code class='python'>{CODE}</code></pre>",
        f"<pre>{CODE.replace('if', '<b>if</b>').replace('return b', '<span>return</span> <i>b</i>')}</pre>",
        f"<pre>{CODE.replace(chr(10), '<br>')}</pre>",
        f"<blockquote><pre>{CODE}</pre></blockquote>",
    ],
)
def test_code_keeps_its_lines(markup):
    article = told(PROSE[0] + markup + PROSE[1])
    assert [p.text for p in article.paragraphs if p.role is Role.CODE] == [CODE]
    assert CODE in article.body
    assert f"\n\n```\n{CODE}\n```\n\n" in document([article])


def test_elements_that_are_lines_of_one_block_are_one_paragraph_and_blocks_stay_apart():
    markup = "<pre><div>a = 1</div>\n<div>  b = 2</div></pre><pre>c = 3</pre>"
    article = told(PROSE[0] + markup + PROSE[1])
    assert [p.text for p in article.paragraphs if p.role is Role.CODE] == ["a = 1\n  b = 2", "c = 3"]


def test_a_story_whose_lines_were_wrapped_has_its_paragraphs():
    paragraphs = told(f"<pre>\n{WRAPPED}</pre>").paragraphs
    assert [p.role for p in paragraphs] == [Role.PARAGRAPH, Role.PARAGRAPH]
    assert [p.text for p in paragraphs] == [" ".join(part.split()) for part in WRAPPED.split("\n\n")]


def test_a_story_with_a_line_a_paragraph_has_its_paragraphs():
    lines = [f"{SENTENCE}It costs two million.", f"{SENTENCE}Work begins in May, the mayor said."]
    paragraphs = told(f"<pre>{lines[0]}\n\n{lines[1]}\n</pre>").paragraphs
    assert [(p.role, p.text) for p in paragraphs] == [(Role.PARAGRAPH, line) for line in lines]


def test_verses_keep_their_lines():
    verses = (
        "The river took the bridge,\n  it took the road as well;\n\nthe ferry takes us over now,\n  and rings its bell."
    )
    article = told(PROSE[0] + f"<pre>{verses}</pre>" + PROSE[1])
    assert verses in [p.text for p in article.paragraphs]
