"""When a page was published: what its markup and its lines say, in many writings; and what it does not say."""

import json
from datetime import UTC, datetime

import pytest

from schemas.messages import RawPage
from worker.core.html import lay_out_html
from worker.core.html.metadata.dates import exactness, local, swapped
from worker.core.pipeline import process

BODY = "<p>" + "The council voted on Tuesday to rebuild the bridge, which has been closed since spring. " * 5 + "</p>"


def page(head="", line="", lang="en"):
    return (
        f'<html lang="{lang}"><head><title>Bridge to be rebuilt</title>{head}</head>'
        f"<body><article><h1>Bridge to be rebuilt</h1><div>{line}</div>{BODY}{BODY}</article></body></html>"
    )


def ld(**fields):
    node = {"@type": "NewsArticle", "headline": "Bridge to be rebuilt", **fields}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def published(html):
    when = process(RawPage(url="https://a.example/x", html=html), datetime(2026, 11, 27, tzinfo=UTC)).articles
    return when[0].published_at.value if when[0].published_at else None


@pytest.mark.parametrize(
    ("head", "line", "instant"),
    [
        (ld(datePublished="2026-11-24T09:30:00+0900"), "", "2026-11-24T09:30:00+09:00"),
        (ld(datePublished="2026-11-24T00:30:00Z"), "", "2026-11-24T00:30:00+00:00"),
        (ld(datePublished="2026-11-24T09:30:00"), "", "2026-11-24T09:30:00"),
        (ld(datePublished=1795512600000), "", "2026-11-24T09:30:00+00:00"),
        (ld(datePublished={"@type": "Date", "@value": "2026-11-24T09:30:00+02:00"}), "", "2026-11-24T09:30:00+02:00"),
        (ld(datePublished="2026-11-24", dateModified="2026-11-25T08:00:00Z"), "", "2026-11-24"),
        ('<meta property="article:published_time" content="2026-11-24 9:30 PM +0200">', "", "2026-11-24T21:30+02:00"),
        ('<meta property="article:published_time" content="2026-1-4 22:17:36">', "", "2026-01-04T22:17:36"),
        ("", '<time datetime="2026-11-24T09:30:00+03:30">3 Azar</time>', "2026-11-24T09:30:00+03:30"),
        ("", '<span itemprop="datePublished" content="2026-11-24T09:30-05:00">x</span>', "2026-11-24T09:30-05:00"),
        (
            ('<meta property="article:modified_time" content="2026-11-25T08:00:00Z">'
            '<meta property="article:published_time" content="2026-11-24T09:30:00Z">'),
            "",
            "2026-11-24T09:30:00+00:00",
        ),
        (ld(datePublished="2026-11-24T00:00:00Z"), '<time datetime="2026-11-24T09:30:00+01:00">24 Nov 2026</time>',
         "2026-11-24T09:30:00+01:00"),
        (ld(datePublished="2026-11-25T02:30:00Z"), '<time datetime="2026-11-24T21:30:00">Nov. 24, 2026</time>',
         "2026-11-24T21:30:00-05:00"),
    ],
)  # fmt: skip
def test_markup_gives_the_instant_as_exactly_as_it_is_written(head, line, instant):
    assert published(page(head, line)) == instant


@pytest.mark.parametrize(
    ("line", "lang", "value"),
    [
        ("2026年11月24日 09:30", "ja", "2026-11-24T09:30"),
        ("令和8年11月24日", "ja", "2026-11-24"),
        ("2026. 11. 24. 오전 9:30", "ko", "2026-11-24T09:30"),
        ("24 พ.ย. 2569 09:30 น.", "th", "2026-11-24T09:30"),
        ("۳ آذر ۱۴۰۵ ساعت ۰۹:۳۰", "fa", "2026-11-24T09:30"),
        ("٢٤ تشرين الثاني ٢٠٢٦", "ar", "2026-11-24"),
        ("24 नवंबर 2026, 09:30", "hi", "2026-11-24T09:30"),
        ("24 Νοεμβρίου 2026, 09:30", "el", "2026-11-24T09:30"),
        ("24 ноября 2026, 09:30", "ru", "2026-11-24T09:30"),
        ("Thứ ba, 24/11/2026 - 09:30 (GMT+7)", "vi", "2026-11-24T09:30+07:00"),
        ("Nov 242026", "en", "2026-11-24"),
    ],
)
def test_a_line_under_the_headline_gives_the_day_without_an_invented_offset(line, lang, value):
    assert published(page("", f"<p>{line}</p>", lang)) == value


@pytest.mark.parametrize(
    ("content", "lang"),
    [("1405-09-03", "fa"), ("2569-11-24", "th"), ("24 novembre 2026", "fr"), ("2026年11月24日", "zh")],
)
def test_dates_of_other_calendars_and_with_names_of_months_are_read_in_metadata(content, lang):
    assert published(page(f'<meta name="pubdate" content="{content}">', "", lang)) == "2026-11-24"


def test_a_day_with_its_month_swapped_speaks_for_the_declared_one():
    html = page(ld(datePublished="2026-04-11T09:30:00+00:00"), "<p>11/4/2026</p>", "en-GB")
    found = lay_out_html(html).metadata.published
    assert [c.value for c in found] == ["2026-04-11T09:30:00+00:00"]
    assert swapped("2026-11-04T09:30") == "2026-04-11T09:30"


def test_a_paragraph_that_opens_with_the_day_gives_it():
    opening = "<p>24.11.2026 – " + "The council voted to rebuild the bridge. " * 8 + "</p>"
    assert published(page("", BODY + opening, "de")) == "2026-11-24"


def test_of_two_writings_the_more_exact_one_counts_and_a_midnight_least():
    ranks = [exactness(iso) for iso in ("2026-11-24", "2026-11-24T09:30", "2026-11-24T00:00:00+00:00",
                                        "2026-11-24T09:30:00+00:00")]  # fmt: skip
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)


def test_an_instant_in_utc_takes_the_zone_of_the_page_s_own_time_only_where_both_are_one_instant():
    pairs = [("json-ld", "2026-11-24T03:00:00+00:00"), ("near-time", "2026-11-23T20:00:00-07:00"),
             ("near-time", "2026-11-25T14:00:00+11:00")]  # fmt: skip
    assert local(pairs)[0] == ("json-ld", "2026-11-23T20:00:00-07:00")
    assert local([pairs[0], ("first-time", "2026-11-24T09:17:00")])[0] == pairs[0]
