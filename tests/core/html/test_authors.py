"""Who wrote a page: declared in structured data, or named in a line under the headline, in many languages."""

import json

import pytest

from worker.core.html import lay_out_html

STORY = "The council voted on Tuesday to rebuild the bridge, which has been closed since spring. "
STORIES = {
    "en": STORY,
    "ja": "市議会は火曜日、春から閉鎖されている古い橋を再建することを決めた。工事は六月に始まる予定である。",
    "zh": "市议会周二决定重建自春季以来一直关闭的旧桥。工程将于六月开始，预计明年秋天完工。",
    "ar": "قرر المجلس البلدي يوم الثلاثاء إعادة بناء الجسر القديم الذي أغلق منذ الربيع بسبب الأضرار. ",
    "ru": "Городской совет во вторник решил заново построить старый мост, закрытый с весны. ",
    "vi": "Hội đồng thành phố hôm thứ Ba quyết định xây lại cây cầu cũ đã đóng từ mùa xuân vì hư hỏng. ",
}


def authors(line="", lang="en", head=""):
    body = f"<p>{STORIES.get(lang, STORY) * 3}</p>" * 4
    html = (
        f'<html lang="{lang}"><head><title>Bridge to be rebuilt | Harbour Post</title>'
        f'<meta property="og:site_name" content="Harbour Post">{head}</head>'
        f"<body><main><article><h1>Bridge to be rebuilt</h1>{line}{body}</article></main></body></html>"
    )
    return [c.value for c in lay_out_html(html).metadata.authors if c.score >= 0.5]


def ld(author, **more):
    story = {"@type": "NewsArticle", "headline": "Bridge to be rebuilt", "author": author}
    return f'<script type="application/ld+json">{json.dumps({"@graph": [story, *more.values()]})}</script>'


PERSON = {"@type": "Person", "@id": "#p", "name": "Ann Roe"}


@pytest.mark.parametrize(
    ("head", "names"),
    [
        (ld("Ann Roe"), ["Ann Roe"]),
        (ld("Ann Roe, Li Wei and Jo Doe"), ["Ann Roe", "Li Wei", "Jo Doe"]),
        (ld([{"name": "Ann Roe"}, {"name": "Li Wei"}]), ["Ann Roe", "Li Wei"]),
        (ld({"@type": "Person", "name": ["Ann Roe", "Li Wei"]}), ["Ann Roe", "Li Wei"]),
        (ld([{"@id": "#p"}], person=PERSON), ["Ann Roe"]),
        (ld({"@type": "Person", "url": "https://a.example/author/ann-roe"}), ["Ann Roe"]),
        (ld([PERSON, {"@type": "Organization", "name": "Harbour Post"}]), ["Ann Roe"]),
        (ld({"@type": "Organization", "name": "Harbour Post"}), ["Harbour Post"]),
        (ld({"@type": "Person", "name": "أحمد علي"}), ["أحمد علي"]),
        ('<meta name="author" content="山田太郎">', ["山田太郎"]),
        ('<meta property="article:author" content="https://www.facebook.com/harbourpost">', []),
    ],
)
def test_declared_authors_are_all_taken_and_the_site_only_where_nobody_else_is(head, names):
    assert authors(head=head) == names


def test_an_address_in_place_of_a_name_is_read_by_the_link_to_it():
    assert authors('<p>By <a href="/u/17">Ann Roe</a></p>', head=ld("https://a.example/u/17")) == ["Ann Roe"]


def test_a_name_in_capitals_gives_way_to_its_other_printing():
    assert authors("<p>By Ann Roe</p>", head=ld("ANN ROE")) == ["Ann Roe"]


@pytest.mark.parametrize(
    ("line", "lang", "names"),
    [
        ("By Ann Roe ann.roe@paper.example", "en", ["Ann Roe"]),
        ("By Ann Roe and Li Wei in Paris", "en", ["Ann Roe", "Li Wei"]),
        ("Von Anna Rohe, Karl Lang und Eva Kurz", "de", ["Anna Rohe", "Karl Lang", "Eva Kurz"]),
        ("Por Ana López y José Ruiz", "es", ["Ana López", "José Ruiz"]),
        ("Par Jean Dupont, à Paris", "fr", ["Jean Dupont"]),
        ("Автор: Иван Петров", "ru", ["Иван Петров"]),
        ("文：山田太郎", "ja", ["山田太郎"]),
        ("作者：王小明 2026-11-24 09:30", "zh", ["王小明"]),
        ("بقلم: أحمد علي", "ar", ["أحمد علي"]),
        ("Tác giả: Nguyễn Văn An", "vi", ["Nguyễn Văn An"]),
    ],
)
def test_a_line_under_the_headline_names_the_authors(line, lang, names):
    assert authors(f"<p>{line}</p>", lang) == names
