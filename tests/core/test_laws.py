"""Laws of the core: what holds for every page, however broken."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from schemas.codec import encode
from schemas.messages import RawPage
from worker.core.pipeline import process

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
URL = "https://news.example.org/2026/01/02/a-story"
WORD = re.compile(r"\w+")
SCRAPS = [
    "\n", "\n\n", " ", ". ", " | ", "•", "\u200f", "\u0000", "\ufeff", "\u200b", "\ud800", "\u0640", "﷽", "👩‍👩‍👧",
    "Read also: ", "Source: Reuters", "Tags: one two", "\n  ", "اقرأ أيضاً", "المصدر: عربي", "كلمات دلالية:", "相关新闻",
    "© 2026", "By Jane Doe", "24 November 2026", "٢٤ تشرين الثاني/نوفمبر ٢٠٢٦", "Share on Facebook", "Advertisement",
    "The minister said on Monday that the bridge over the river would be closed for three weeks. ",
    "وقالت الوزارة في بيان إن الجسر سيغلق ثلاثة أسابيع بسبب أعمال الصيانة. ",
    "Die Ministerin sagte am Montag, die Brücke bleibe drei Wochen gesperrt. ",
]  # fmt: skip
TAGS = [
    "<p>", "</p>", "<div class='article-body'>", "</div>", "<h1>", "</h1>", "<a href='/x'>", "</a>", "<script>",
    "</script>", "<!--", "-->", "<table><tr><td>", "<br>", "<li>", "<template>", "<pre>", "</pre>",
    "<svg>", "<title>", "</title>", "&amp;", "&#0;",
    "&#xD800;",
    '<script type="application/ld+json">{"@type":"NewsArticle","headline":"H","datePublished":"2026"}</script>',
    "<meta property='og:title' content='A title'>", "<time datetime='2026-01-02T03:04:05Z'>", "<article>", "</article>",
]  # fmt: skip

texts = st.lists(st.one_of(st.sampled_from(SCRAPS), st.text(max_size=40)), max_size=40).map("".join)
markups = st.lists(st.one_of(st.sampled_from(SCRAPS + TAGS), st.text(max_size=20)), max_size=60).map("".join)
many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def page_of(kind, content):
    return RawPage.model_construct(url=URL, **{kind: content})


def check(outcome):
    """Everything that must hold of any outcome."""
    at = 0
    for segment in outcome.segments:
        assert segment.start == at < segment.end
        assert 0.0 <= segment.score <= 1.0
        at = segment.end
    assert not outcome.segments or at == len(outcome.text)
    assert (outcome.rejection is None) == bool(outcome.articles)
    assert outcome.rejection is None or outcome.rejection.reason != "bug", outcome.rejection
    for article in outcome.articles:
        assert article.body == "\n".join(p.text for p in article.paragraphs) or "body_from_metadata" in article.warnings
        for paragraph in article.paragraphs:
            assert set(WORD.findall(paragraph.text)) <= words_of(outcome.text[paragraph.start : paragraph.end])
        encode(article)
    encode(outcome.metrics)


def words_of(text):
    """Words as cleaning may give them: canonically composed, invisible characters gone."""
    from worker.core.clean import clean  # noqa: PLC0415 - the law is about this function's promise

    return set(WORD.findall(clean(text)))


@many
@given(texts)
@example("\ud800" * 10)
@example(" " * 1000)
def test_any_text_is_partitioned_and_nothing_is_invented(text):
    check(process(page_of("text", text), AT))


@many
@given(markups)
@example("<" * 500)
@example("<script>" + "<p>text</p>" * 20)
def test_any_markup_is_partitioned_and_nothing_is_invented(markup):
    check(process(page_of("html", markup), AT))


@many
@given(
    st.binary(max_size=400),
    st.sampled_from(["text/html", "text/plain; charset=utf-16", "image/png", "", "; charset=x"]),
)
def test_any_bytes_are_an_article_or_have_a_reason(body, content_type):
    check(process(RawPage.model_construct(url=URL, body=body, content_type=content_type), AT))


@many
@given(st.lists(st.one_of(texts, markups), min_size=2, max_size=4))
def test_a_pages_outcome_does_not_depend_on_the_pages_before_it(pages):
    def run(text):
        outcome = process(page_of("text", text), AT)
        return [encode(article) for article in outcome.articles], encode(outcome.metrics), outcome.segments

    forward = [run(text) for text in pages]
    backward = [run(text) for text in reversed(pages)]
    assert forward == backward[::-1]


@pytest.mark.parametrize(
    "url", ["http://a", "http://[::1", "https://xn--/", "http://a/" + "x" * 8000, "http://a/?q=%zz#\u202e"]
)
def test_a_strange_url_costs_nothing(url):
    story = "The minister said on Monday that the bridge would be closed. " * 10
    check(process(RawPage.model_construct(url=url, text=story), AT))
