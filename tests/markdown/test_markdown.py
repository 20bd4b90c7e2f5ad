"""Articles as Markdown: a parser of CommonMark gives back the very paragraphs, whatever is in them."""

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.messages import Article, Author, Cell, Image, Item, Mark, MarkKind, Paragraph, Part, Role
from tests.markdown.reader import body_of, outline, read, texts
from worker.core.clean import clean, clean_lines
from worker.markdown import document

URL = "https://news.example.org/a/story"
SIGNS = [
    "*", "**", "***", "_", "__", "#", "## ", " #", "1. ", "12) ", "- ", "--", "---", "+ ", "> ", ">", "<b>",
    "</b>", "<!--", "<?", "&amp;", "&#35;", "&copy", "|", "| --- |", "`", "``", "```", "~", "~~", "~~~",
    "[a](b)", "![", "[x]: y", "[", "]", "](", ")", "\\", "\\\\", "===", "=", "<http://a.b>", "<a@b.c>",
    "www.a.b/c_d_e", "https://a.b/(c)", ":", "!", "$", "^", "{", "}", "'", '"', "“", "”", "(", "word", "word ",
    "Wort ", "a", "é", "日本", "「", "」", " ", " ", ". ", ", ", "\u0301",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467", "हिन्दी", "كلمة ", "5", "€", "\u200d", "\ufffd", "[^1]",
    "- [ ] ", "\t", "C:\\dir\\",
]  # fmt: skip
hostile = st.lists(st.one_of(st.sampled_from(SIGNS), st.text(max_size=6)), min_size=1, max_size=8)
cleaned = hostile.map("".join).map(clean).filter(bool)
lines = st.lists(st.one_of(hostile.map("".join), st.sampled_from(["", "  ", "    "])), max_size=5)
preformatted = lines.map("\n".join).map(clean_lines).filter(bool)
many = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def article(*paragraphs, **fields):
    told = tuple(p if isinstance(p, Paragraph) else Paragraph(text=p, start=0, end=0) for p in paragraphs)
    given_ = {"body": "\n".join(p.text for p in told), "title": None, **fields}
    return Article(
        article_id="a", page_id="p", url=URL, canonical_url=URL, host="news.example.org", part=Part.MAIN,
        paragraphs=told, word_count=1, content_hash="h", simhash="s", confidence=1.0, core_version="1", **given_,
    )  # fmt: skip


@st.composite
def marked(draw, roles=tuple(Role)):
    """A paragraph with marks anywhere, also such as cross."""
    role = draw(st.sampled_from(roles))
    words = draw(preformatted if role is Role.CODE else cleaned)
    marks = []
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(words) - 1))
        kind = draw(st.sampled_from(MarkKind))
        href = (
            draw(st.sampled_from([f"{URL}?a=(b)&lt;c", "mailto:a@b.c", "https://a.b/%7Cx"])) if kind == "link" else None
        )
        marks.append(Mark(kind=kind, start=start, end=draw(st.integers(start + 1, len(words))), href=href))
    return Paragraph(
        text=words, role=role, level=draw(st.sampled_from([None, 1, 2, 6])), start=0, end=0, marks=tuple(marks)
    )


@st.composite
def stories(draw):
    """Paragraphs of all roles, items and cells in and out of lists and tables."""
    told = []
    for paragraph in draw(st.lists(marked(), min_size=1, max_size=6)):
        few = st.integers(1, 3)
        item = Item(
            list_number=draw(few), depth=draw(few), item=draw(few), number=draw(st.sampled_from([None, 1, 7, -3]))
        )
        cell = Cell(table=draw(few), row=draw(few), column=draw(few), header=draw(st.booleans()))
        told.append(paragraph.model_copy(update={"item": item, "cell": draw(st.sampled_from([cell, None]))}))
    return told


@many
@given(stories(), cleaned)
def test_the_parser_gives_back_the_paragraphs(paragraphs, title):
    read_back = texts(body_of(document([article(*paragraphs, title=title)])))
    assert read_back[0] == title
    assert sorted(read_back[1:]) == sorted(p.text for p in paragraphs)


@many
@given(st.lists(marked((Role.PARAGRAPH,)), min_size=1, max_size=3))
def test_marks_stand_where_they_stood_and_nowhere_else(paragraphs):
    for paragraph, (text, styles) in zip(paragraphs, read(body_of(document([article(*paragraphs)]))), strict=True):
        assert text == paragraph.text
        meant = [
            {mark.href or mark.kind.value for mark in paragraph.marks if mark.start <= at < mark.end}
            for at in range(len(text))
        ]
        assert all(style <= allowed for style, allowed in zip(styles, meant, strict=True))


def paragraph(text, role="paragraph", **fields):
    return Paragraph(text=text, role=role, start=fields.pop("start", 0), end=0, **fields)


def item(text, list_number, depth, place, number=None):
    return paragraph(text, "list_item", item=Item(list_number=list_number, depth=depth, item=place, number=number))


def cell(text, row, column, table=1, **fields):
    return paragraph(text, "table_row", cell=Cell(table=table, row=row, column=column, **fields))


def mark(kind, start, end, href=None):
    return Mark(kind=kind, start=start, end=end, href=href)


def written(*paragraphs, **fields):
    return body_of(document([article(*paragraphs, **fields)])).strip()


@pytest.mark.parametrize(
    ("paragraphs", "wanted"),
    [
        (["One.", "Two."], "One.\n\nTwo."),
        ([paragraph("A", "subheading", level=3), paragraph("B", "subheading")], "### A\n\n## B"),
        ([paragraph("A", "quote"), paragraph("B", "quote"), "C"], "> A\n>\n> B\n\nC"),
        ([paragraph("  x = `1`\n\ny", "code"), paragraph("```", "code")],
         "```\n  x = `1`\n\ny\n```\n\n````\n```\n````"),
        ([item("A", 1, 1, 1), item("B", 2, 2, 1, 1), item("C", 2, 2, 2, 2), item("D", 1, 1, 2)],
         "- A\n  1. B\n  2. C\n- D"),
        ([item("A", 1, 1, 1), item("more", 1, 1, 1), item("B", 1, 1, 2)], "- A\n\n  more\n- B"),
        ([item("A", 1, 1, 1, 9), item("B", 1, 1, 2, 10), item("C", 2, 2, 1)], "9. A\n10. B\n    - C"),
        ([item("A", 1, 1, 1), item("B", 2, 1, 1)], "- A\n\n* B"),
        ([item("A", 1, 1, 1), item("B", 2, 2, 1, 4)], "- A\n\n  4. B"),
        ([paragraph("A", "list_item"), paragraph("B", "list_item")], "- A\n- B"),
        ([cell("A", 1, 1, header=True), cell("B", 1, 2, header=True), cell("C|D", 2, 1), cell("E", 2, 2)],
         "| A | B |\n| --- | --- |\n| C\\|D | E |"),
        ([cell("A", 1, 1), cell("B", 1, 3), cell("C", 2, 3)], "| | |\n| --- | --- |\n| A | B |\n| | C |"),
        ([cell("A", 1, 1), cell("B", 2, 1)], "A\n\nB"),
        ([cell("A", 1, 1), cell("B", 1, 2), cell("C", 1, 2), cell("D", 2, 1)], "A\n\nB\n\nC\n\nD"),
        (["snake_case, a*b, 2 < 3 & 4, #tag, 5.5, -3"], "snake_case, a\\*b, 2 < 3 & 4, #tag, 5.5, -3"),
        (["# A", "1. B", "2) C", "- D", "+ E", "> F", "---", "===", "<p>", "&lt;", "[a](b)"],
         "\\# A\n\n1\\. B\n\n2\\) C\n\n\\- D\n\n\\+ E\n\n\\> F\n\n\\---\n\n===\n\n\\<p>\n\n\\&lt;\n\n\\[a\\](b)"),
    ],
)  # fmt: skip
def test_roles_have_their_signs(paragraphs, wanted):
    assert written(*paragraphs) == wanted


@pytest.mark.parametrize(
    ("text", "marks", "wanted"),
    [
        ("so it is", [mark("emphasis", 0, 2), mark("strong", 3, 5)], "*so* **it** is"),
        ("He left. Then", [mark("strong", 0, 8)], "**He left.** Then"),
        ("(so)ever", [mark("strong", 0, 4)], "**(so**)ever"),
        ("a link here", [mark("link", 2, 6, URL)], f"a [link]({URL}) here"),
        ("a link", [mark("strong", 0, 6), mark("link", 2, 6, URL)], f"**a** [**link**]({URL})"),
        ("a link to", [mark("strong", 0, 9), mark("link", 2, 6, URL)], f"**a [link]({URL}) to**"),
        ("Wow!link", [mark("link", 4, 8, URL)], f"Wow\\![link]({URL})"),
        ("use a`b", [mark("code", 4, 7)], "use ``a`b``"),
        (". a-b.c", [mark("emphasis", 0, 7), mark("strong", 2, 5), mark("link", 0, 1, URL), mark("link", 3, 4, URL)],
         f"[*.*]({URL}) ***a*[-]({URL})*b***.*c*"),
        ("both", [mark("strong", 0, 4), mark("emphasis", 0, 4)], "***both***"),
        ("と「so」です", [mark("strong", 1, 5)], "と「**so**」です"),
        ("x", [mark("link", 0, 1, "https://a.example/(b)?c=1&lt;d")], "[x](https://a.example/\\(b\\)?c=1\\&lt;d)"),
    ],
)  # fmt: skip
def test_marks_have_their_signs(text, marks, wanted):
    assert written(paragraph(text, marks=tuple(marks))) == wanted


def test_nested_lists_are_read_as_such():
    told = [
        item("A", 1, 1, 1),
        item("B", 2, 2, 1, 3),
        item("C", 3, 3, 1),
        item("more of B", 2, 2, 1),
        item("D", 1, 1, 2),
    ]
    lists = outline(written(*told))
    assert lists == [
        [
            "ul",
            ["li", ["p", "A"], ["ol 3", ["li", ["p", "B"], ["ul", ["li", ["p", "C"]]], ["p", "more of B"]]]],
            ["li", ["p", "D"]],
        ]
    ]


def test_the_front_matter_is_yaml_whatever_is_in_it():
    hostile_title = 'A "title": with # signs\u2028 and \\ --- \ufeff\x85'
    fields = {"authors": (Author(name="Ann: Roe"),), "tags": ("- a", "@b", "yes"), "language": "en"}
    found = document([article("One.", title=hostile_title, **fields)], {"id": "7"})
    lines = found.splitlines()
    assert yaml.safe_load("\n".join(found.split("\n")[1 : found.split("\n").index("---", 1)])) == {
        "id": "7", "title": hostile_title, "authors": ["Ann: Roe"], "url": URL, "tags": ["- a", "@b", "yes"],
        "language": "en",
    }  # fmt: skip
    assert lines[0] == "---"


def test_images_stand_in_their_place_or_behind_the_story():
    images = (
        Image(url="https://a.example/1.jpg", caption="A [b]", at=5),
        Image(url="https://a.example/2.jpg"),
        Image(url="https://a.example/3.jpg", at=99),
    )
    one, two = paragraph("One.", start=0), paragraph("Two.", start=6)
    assert written(one, two, images=images).split("\n\n") == [
        "One.", "![A \\[b\\]](https://a.example/1.jpg)", "Two.", "![](https://a.example/3.jpg)",
        "![](https://a.example/2.jpg)",
    ]  # fmt: skip


def test_embedded_stories_stand_behind_a_break():
    main = article("One.", title="Main")
    embedded = article("Two.", title="Other", part_index=1)
    assert body_of(document([main, embedded])) == "\n# Main\n\nOne.\n\n***\n\n## Other\n\nTwo."


def test_a_body_without_paragraphs_is_told_line_by_line():
    assert written(body="One.\nTwo *.") == "One.\n\nTwo \\*."
