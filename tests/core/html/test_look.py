"""The second look: links, emphasis, lists and tables, each where its words stand; the text stays what it was."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.messages import Cell, Item, RawPage
from worker.core.clean import clean
from worker.core.html import lay_out_html
from worker.core.html.look import look
from worker.core.html.read import read
from worker.core.model import Markup
from worker.core.pipeline import process

AT = datetime(2026, 1, 2, tzinfo=UTC)
URL = "https://news.example.org/a/b?c"
ALL = Markup(links=True, formatting=True)
SENTENCE = "The council voted on Tuesday to rebuild the old bridge, which has been closed to traffic since the spring. "


def marks(html, asked=ALL):
    """Kind, words and address of each mark."""
    page = read(html)
    found = look(page, URL, asked, len(page.text)).marks
    return [(mark.kind.value, page.text[mark.start : mark.end], mark.href) for mark in found]


def places(html):
    page = read(html)
    found = look(page, URL, Markup(), len(page.text)).places
    return {page.text[at:].partition("\n")[0]: place for at, place in found}


def page_of(*paragraphs):
    story = f"<article><h1>A bridge</h1>{''.join(paragraphs)}</article>"
    return f"<html lang=en><head><title>A bridge</title></head><body>{story}</body></html>"


def paragraphs_of(html, asked=ALL):
    outcome = process(RawPage(url=URL, html=html), AT, markup=asked)
    return [paragraph for article in outcome.articles for paragraph in article.paragraphs]


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("<p>a <b>b  c</b> d</p>", [("strong", "b c", None)]),
        ("<p>a<b> b </b>c</p>", [("strong", "b", None)]),
        ("<p>un<em>believ</em>able</p>", [("emphasis", "believ", None)]),
        ("<p>see <code>x = 1</code></p>", [("code", "x = 1", None)]),
        ("<p><strong>a <b>b</b> <i>c</i></strong></p>", [("strong", "a b c", None), ("emphasis", "c", None)]),
        ("<p><b style='font-weight: normal'>a</b> <i style='font-style:normal'>b</i></p>", []),
        ("<p><b></b><b> </b><b><img src=x></b>c</p>", []),
        ("<b><p>a</p><p>b</p></b>", [("strong", "a", None), ("strong", "b", None)]),
        ("<p>a <b>b <span hidden>c</span> d</b></p>", [("strong", "b d", None)]),
        ("<p>a <b>b<br>c</b></p>", [("strong", "b c", None)]),
        ("<pre>a <code>b</code></pre>", []),
        ("<pre>a\n  <a href=/x>\n\t b  c</a>\n\n<b>d</b></pre>",
         [("link", "b  c", "https://news.example.org/x"), ("strong", "d", None)]),
        ("<p><a href=/x>a</a> <a>b</a></p>", [("link", "a", "https://news.example.org/x")]),
        ("<p><a href='y?z=1&amp;q#f'><b>a</b></a></p>",
         [("link", "a", "https://news.example.org/a/y?z=1&q#f"), ("strong", "a", None)]),
        ("<p><a href='MAILTO:a@b.example'>a</a></p>", [("link", "a", "mailto:a@b.example")]),
        ("<base href='/c/'><base href='/d/'><p><a href=x>a</a></p>", [("link", "a", "https://news.example.org/c/x")]),
        ("<p><a href='/ü|(x) y'>a</a></p>", [("link", "a", "https://news.example.org/%C3%BC%7C(x)%20y")]),
    ],
)  # fmt: skip
def test_marks_are_what_the_markup_encloses(html, wanted):
    assert marks(html) == wanted


@pytest.mark.parametrize(
    "href",
    ["javascript:alert(1)", " JaVa\nScript:x", "data:text/html,x", "vbscript:x", "ftp://a.example/", "tel:+1", "http://",
     "", "http://[::1", "http://a b/", "http://a.example:x/", "\x01javascript:x", "/" + "x" * 9000],
)  # fmt: skip
def test_a_hostile_address_is_no_link(href):
    assert marks(f'<p><a href="{href}">a</a></p>') == []


def test_only_what_is_asked_for_is_told():
    html = "<p><a href=/x>a</a> <b>b</b></p>"
    assert [kind for kind, *_ in marks(html, Markup(links=True))] == ["link"]
    assert [kind for kind, *_ in marks(html, Markup(formatting=True))] == ["strong"]
    assert marks(html, Markup()) == []
    assert lay_out_html(html).marked is None


def test_items_know_their_list():
    found = places("<ol start=3><li>a<ul><li>b<li>c</ul>d<li value=9><p>e</p><p>f</p></ol><p>g</p><dl><dt>h<dd>i</dl>")
    assert found == {
        "a": Item(list_number=1, depth=1, item=1, number=3),
        "b": Item(list_number=2, depth=2, item=1),
        "c": Item(list_number=2, depth=2, item=2),
        "d": Item(list_number=1, depth=1, item=1, number=3),
        "e": Item(list_number=1, depth=1, item=2, number=9),
        "g": None,
        "h": Item(list_number=3, depth=1, item=1),
        "i": Item(list_number=3, depth=1, item=2),
    }


def test_cells_know_their_row_and_column():
    found = places("<table><tr><th>a<th>b<tr><td><td>c<tr><td colspan=2>d<td>e</table><table><tr><td>f</table>g")
    assert found == {
        "a": Cell(table=1, row=1, column=1, header=True),
        "b": Cell(table=1, row=1, column=2, header=True),
        "c": Cell(table=1, row=2, column=2),
        "d": Cell(table=1, row=3, column=1),
        "e": Cell(table=1, row=3, column=3),
        "f": Cell(table=2, row=1, column=1),
        "g": None,
    }


def test_an_article_says_its_markup_on_request_and_nothing_else_changes():
    html = page_of(
        f"<p>{SENTENCE * 2}<a href=/x>The ma&shy;yor , Jose&#x301;</a> said <i>so</i>.</p><p>{SENTENCE * 3}</p>",
        f"<ul><li>{SENTENCE} One.</li><li>{SENTENCE} <b>Two</b>.</li></ul><p>{SENTENCE * 4}</p>",
    )
    plain, told = paragraphs_of(html, None), paragraphs_of(html)
    assert [p.text for p in plain] == [p.text for p in told]
    assert all(p.marks is None and p.item is None and p.cell is None for p in plain)
    words = [(m.kind.value, p.text[m.start : m.end], m.href) for p in told for m in p.marks]
    assert words == [
        ("link", "The mayor, José", "https://news.example.org/x"),
        ("emphasis", "so", None),
        ("strong", "Two", None),
    ]
    assert [p.item.item for p in told if p.item] == [1, 2]


WORDS = [
    "word", "ma\u00adyor", "Jose\u0301", "a\u00a0b", "\u200bx", "(a", "b)", "and ,", "five.", "日本。", "كلمة", "हिन्दी",
    "“so”", "-", "&lt;b&gt;",
]  # fmt: skip
TAGS = {"b": "strong", "strong": "strong", "i": "emphasis", "em": "emphasis", "code": "code", "a": "link"}


@st.composite
def pieces(draw, depth=0, tags=tuple(TAGS)):
    """Markup, its text, and the marks in it: their kind, and the text that they enclose."""
    html, told, enclosed = "", "", []
    for _ in range(draw(st.integers(1, 4))):
        space = draw(st.sampled_from([" ", "\n", "", "&nbsp;"]))
        if depth < 3 and draw(st.booleans()):
            tag = draw(st.sampled_from(tags))
            inner, text, marks_inside = draw(pieces(depth + 1, [other for other in tags if other != "a" or tag != "a"]))
            html += f"{space}<{tag}{' href=/x' if tag == 'a' else ''}>{inner}</{tag}>"
            mark = (TAGS[tag], text)
            enclosed += [mark, *(one for one in marks_inside if one[0] != mark[0])]
        else:
            text = " ".join(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3)))
            html += space + text
        told += (" " if space else "") + text.replace("&lt;", "<").replace("&gt;", ">")
    return html, told, enclosed


def bare(text):
    return "".join(clean(text).split())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(pieces(), min_size=1, max_size=4))
def test_each_marks_words_are_those_that_its_element_encloses(drawn):
    told = paragraphs_of(page_of(*(f"<p>{SENTENCE * 3} {n} {html}</p>" for n, (html, _, _) in enumerate(drawn))))
    assert len(told) == len(drawn)
    for paragraph, (_, _, enclosed) in zip(told, drawn, strict=True):
        found = [(m.kind.value, bare(paragraph.text[m.start : m.end])) for m in paragraph.marks]
        assert sorted(found) == sorted((kind, bare(text)) for kind, text in enclosed)
        assert all((m.href is not None) == (m.kind == "link") for m in paragraph.marks)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([
    "<p>", "</p>", "<b>", "</b>", "<a href=/x>", "</a>", "<ul>", "<li>", "</ul>", "<ol start=x>", "<table>", "<tr>",
    "<td>", "<pre>", "</pre>", "<base>", "word ", "\0", "<br>", "日本。", "<!--", "<i hidden>", "<th colspan=99999>",
    "<noscript>", "\u200b", "<code>", "\n\t ",
]), max_size=60).map("".join))  # fmt: skip
def test_any_markup_is_looked_at_to_its_end(html):
    page = read(f"{html}<p><a href=/end>end</a></p>")
    found = look(page, URL, ALL, len(page.text))
    assert all(0 <= m.start < m.end <= len(page.text) for m in found.marks)
    assert [at for at, _ in found.places] == sorted(at for at, _ in found.places)
    if page.text.endswith("end"):
        assert any(m.kind == "link" and m.end == len(page.text) for m in found.marks)
