"""The reader: what of a page is visible, where its blocks end, what it remembers of the markup."""

import pytest

from worker.core.html.read import cut_deep, read


def texts(html):
    page = read(html)
    return [page.text[a:b] for a, b in zip(page.blocks.start, page.blocks.end, strict=True)]


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("<p>One</p><p>two</p>", ["One", "two"]),
        ("<p>One <b>bold</b>  word\n here</p>", ["One bold word here"]),
        ("<div>Before<p>inside</p>after</div>", ["Before", "inside", "after"]),
        ("<p>a<br>b</p>", ["a b"]),
        ("<p>a<br><br>b</p>", ["a", "b"]),
        ("<p>glued<b>together</b></p>", ["gluedtogether"]),
        ("<p>x<x-mark>1</x-mark>.</p>", ["x1."]),
        ("<p>seen</p><p hidden>unseen</p><p style='display: none'>gone</p><p aria-hidden=true>icon</p>", ["seen"]),
        ("<p>A<span class='tooltip-text'>explained</span> word</p>", ["A word"]),
        ("<script>var p = '<p>no</p>'</script><style>p{}</style><template><p>no</p></template><p>yes</p>", ["yes"]),
        ("<p>Tom &amp; Jerry &lt;3&nbsp;x</p>", ["Tom & Jerry <3 x"]),
        ("<p>\u200b</p><p>word</p>", ["word"]),
        ("<pre>\n\n  a  b\n\n\tc \n</pre> d", ["  a  b\n\n\tc", "d"]),
        ("<pre><b>if</b> <i>a</i>:\n  <b>b</b>\n<u>c</u></pre>", ["if a:\n  b\nc"]),
        ("<pre>a<br> b<br>\n<br>c</pre><p>d<br>e</p>", ["a\n b\n\n\nc", "d e"]),
        ("<pre><div>a</div>\n<div>  b</div></pre>", ["a", "  b"]),
        ("", []),
    ],
)
def test_blocks_are_what_a_reader_sees(html, wanted):
    assert texts(html) == wanted


def test_hidden_text_is_read_when_nothing_else_is_there():
    story = "A sentence that only shows once a script has run. " * 10
    assert texts(f"<body><div style='display:none'><p>{story}</p></div></body>") == [story.strip()]


def test_a_noscript_element_is_read_when_nothing_else_is_there():
    story = "A sentence for readers without scripts. " * 12
    assert texts(f"<body><p>Loading</p><noscript><p>{story}</p></noscript></body>") == ["Loading", story.strip()]
    assert texts(f"<body><p>{story}</p><noscript><p>{story}</p></noscript></body>") == [story.strip()]


def test_blocks_cover_the_text_but_for_line_breaks():
    page = read("<h1>T</h1><ul><li>a<li>b</ul><table><tr><td>c<td>d</table>")
    assert page.text == "T\na\nb\nc\nd"
    assert page.blocks.start == [0, 2, 4, 6, 8]
    assert [page.elements.tag[e] for e in page.blocks.element] == ["h1", "li", "li", "td", "td"]


def test_links_point_into_the_text():
    page = read("<p>See <a href='/x'>this story</a> now</p>")
    anchors = page.anchors
    assert (page.text[anchors.start[0] : anchors.end[0]], anchors.href) == ("this story", ["/x"])
    assert page.blocks.link_chars == [len("this story")]


def test_telling_elements_are_remembered_with_their_text():
    page = read("<p><time datetime='2024-05-01T10:00Z'>1 May</time> by <span class='author'>Ann Roe</span></p>")
    assert [(t.name, t.value, page.text[t.at : t.end].strip()) for t in page.tagged] == [
        ("time", "2024-05-01T10:00Z", "1 May"),
        ("", "", "Ann Roe"),
    ]


def test_only_pages_with_very_many_open_elements_are_cut():
    usual = b"<div><p>x</p></div>" * 5_000
    assert cut_deep(usual) == usual
    assert len(cut_deep(b"<div>" * 50_000)) < 50_000
