"""Readers of metadata: dates, names, structured data, bodies that the markup lacks."""

import json

import pytest

from worker.core.html import lay_out_html
from worker.core.html.metadata.instants import iso_of
from worker.core.html.metadata.names import clean_name, split_names
from worker.core.html.metadata.structured import people_of, structure

STORY = "The council voted on Tuesday to rebuild the bridge. It has been closed since spring. Work begins in June. " * 6


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2019-11-19", "2019-11-19"),
        ("2019-11-19T08:00:00-05:00", "2019-11-19T08:00:00-05:00"),
        ("2019-11-19T08:00:00.123+0530", "2019-11-19T08:00:00+05:30"),
        ("2019-11-19 08:00", "2019-11-19T08:00"),
        ("2019-11-19T08:00:00Z", "2019-11-19T08:00:00+00:00"),
        ("Tue, 19 Nov 2019 08:00:00 GMT", "2019-11-19T08:00:00+00:00"),
        ("Tue Nov 19 2019 08:00:00 GMT+0100 (CET)", "2019-11-19T08:00:00+01:00"),
        ("November 19, 2019", "2019-11-19"),
        ("19.11.2019 08:30", "2019-11-19T08:30"),
        ("19/11/2019", "2019-11-19"),
        ("1574150400", "2019-11-19T08:00:00+00:00"),
        ("2019-02-31", None),
        ("20191119080000", "2019-11-19T08:00:00"),
        ("soon", None),
    ],
)
def test_dates_of_markup_become_iso(written, iso):
    assert iso_of(written) == iso


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("By Ann Roe", "Ann Roe"),
        ("Von Björn Jahner | 31.10.23", "Björn Jahner"),
        ("Ann Roe, Senior Correspondent", "Ann Roe"),
        ("Publié par Jean Dupont", "Jean Dupont"),
        ("@annroe", ""),
        ("admin", ""),
        ("www.example.com", ""),
        ("孔德明", "孔德明"),
        ("责任编辑：孔德明", "孔德明"),
        ("文＝山田太郎", "山田太郎"),
        ("홍길동 기자", "홍길동"),
        ("بقلم: أحمد علي", "أحمد علي"),
        ("Автор: Иван Петров", "Иван Петров"),
        ("Γράφει ο Νίκος Παπαδόπουλος", "Νίκος Παπαδόπουλος"),
        ("Christoph von Reuth", "Christoph von Reuth"),
        ("Mehr Artikel von Alexa von Reuth", "Alexa von Reuth"),
        ("Über Nora", "Nora"),
        ("Konstantin 21.10.2019", "Konstantin"),
        ("Prof. Dr. Hans Reuth", "Prof. Dr. Hans Reuth"),
        ("Jane Doe jane.doe@paper.example", "Jane Doe"),
    ],
)
def test_names_lose_cues_titles_and_accounts(raw, name):
    assert clean_name(raw) == name


def test_lists_of_names_are_split():
    assert split_names("By Ann Roe, Li Wei and Jo Doe") == ["Ann Roe", "Li Wei", "Jo Doe"]
    assert split_names("Ann Roe, London, Jo Doe") == ["Ann Roe", "Jo Doe"]
    assert split_names("Jan Kos i Ewa Lis", "pl") == ["Jan Kos", "Ewa Lis"]
    assert split_names("山田太郎、鈴木花子", "ja") == ["山田太郎", "鈴木花子"]


def test_structured_data_survives_graphs_and_bad_json():
    graph = {
        "@graph": [
            {"@type": "Person", "@id": "#a", "name": "Ann Roe"},
            {"@type": "NewsArticle", "headline": "H", "author": {"@id": "#a"}},
        ]
    }
    found = structure([json.dumps(graph)], "H | Site")
    assert people_of(found.stories[0]["author"], found.by_id) == ["Ann Roe"]
    broken = '/*<![CDATA[*/ {"@type": "NewsArticle", "headline": "A\nB", "datePublished": "2020-01-01",} /*]]>*/'
    assert structure([broken], "").stories[0]["datePublished"] == "2020-01-01"


def page(head="", body="<p>Loading</p>"):
    return f"<html><head><title>T</title>{head}</head><body>{body}</body></html>"


@pytest.mark.parametrize(
    "html",
    [
        page(
            '<script type="application/ld+json">'
            + json.dumps({"@type": "NewsArticle", "headline": "H", "articleBody": STORY})
            + "</script>"
        ),
        page("<script>window.__STATE__ = " + json.dumps({"article": {"html": f"<p>{STORY}</p>"}}) + "</script>"),
    ],
    ids=["json-ld", "state"],
)
def test_a_body_that_the_markup_lacks_is_found(html):
    body = lay_out_html(html).metadata.body
    assert body is not None
    assert " ".join(body.split()) == " ".join(STORY.split())


def test_a_visible_body_needs_no_other():
    html = page(
        '<script type="application/ld+json">'
        + json.dumps({"@type": "NewsArticle", "articleBody": STORY})
        + "</script>",
        f"<article><h1>H</h1><p>{STORY}</p></article>",
    )
    assert lay_out_html(html).metadata.body is None


def test_a_paywall_is_seen_where_the_markup_declares_it():
    free = page(
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "H", '
        '"isAccessibleForFree": false}</script>'
    )
    assert lay_out_html(free).metadata.paywall
    assert not lay_out_html(page()).metadata.paywall
