"""The laid-out page: a partition of the visible text with the story told from what stands around it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.messages import Role
from worker.core.html import lay_out_html
from worker.core.model import Label

SENTENCE = "The council voted on Tuesday to rebuild the old bridge, which has been closed to traffic since the spring. "
PAGE = f"""<html lang="en"><head><title>Bridge to be rebuilt | The Daily</title></head><body>
<nav class="menu"><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li>
<li><a href="/sport">Sport</a></li></ul></nav>
<article class="post"><h1 class="entry-title">Bridge to be rebuilt</h1>
<div class="meta"><span class="author">By <a rel="author" href="/author/ann-roe">Ann Roe</a></span>
<time datetime="2024-05-01T10:00:00+02:00">1 May 2024</time></div>
<div class="entry-content"><p>{SENTENCE * 3}</p><h2>What it costs</h2><p>{SENTENCE * 2}</p>
<ul><li>{SENTENCE}</li></ul><blockquote><p>{SENTENCE}</p></blockquote></div>
<div class="tags"><a rel="tag" href="/tag/bridge">bridge</a>
<a rel="tag" href="/tag/council">council</a></div></article>
<section id="comments" class="comments"><h3>2 Comments</h3>
<div class="comment-content"><p>{SENTENCE * 2}</p></div></section>
<footer><p>© 2024 The Daily. All rights reserved.</p></footer></body></html>"""


def body_of(layout):
    return "".join(layout.text[s.start : s.end] for s in layout.segments if s.label in (Label.BODY, Label.QUOTE))


def test_the_story_is_told_from_what_stands_around_it():
    layout = lay_out_html(PAGE)
    body = body_of(layout)
    assert body.count("The council voted") == 7
    assert "Comments" not in body
    assert "rights reserved" not in body
    titles = [layout.text[s.start : s.end].strip() for s in layout.segments if s.label is Label.TITLE]
    assert titles == ["Bridge to be rebuilt"]


def test_roles_follow_the_markup():
    layout = lay_out_html(PAGE)
    roles = {layout.text[b.start : b.end].strip(): (b.role, b.level) for b in layout.blocks}
    assert roles["What it costs"] == (Role.SUBHEADING, 2)
    assert (Role.LIST_ITEM, None) in roles.values()


def test_fields_are_read_from_the_markup():
    metadata = lay_out_html(PAGE).metadata
    assert metadata.title[0].value == "Bridge to be rebuilt"
    assert metadata.authors[0].value == "Ann Roe"
    assert metadata.published[0].value == "2024-05-01T10:00:00+02:00"
    assert [t.value for t in metadata.tags if t.score > 0.5] == ["bridge", "council"]


def test_the_same_page_gives_the_same_layout():
    assert lay_out_html(PAGE) == lay_out_html(PAGE)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<div class='x'>",
                "</div>",
                "<b>",
                "<table><td>",
                "word ",
                "\0",
                "&amp",
                "<br>",
                "日本。",
                "<!--",
                "<a href=1>",
            ]
        ),
        max_size=60,
    )
)
def test_any_markup_gives_a_partition_of_its_visible_text(pieces):
    layout = lay_out_html("".join(pieces))
    position = 0
    for segment in layout.segments:
        assert segment.start == position < segment.end
        position = segment.end
    assert position == len(layout.text)
    assert 0.0 <= layout.confidence <= 1.0
