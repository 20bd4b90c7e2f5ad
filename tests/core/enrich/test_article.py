"""The whole article: dates, language, fingerprints, warnings, and laws over any segments."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.codec import encode
from schemas.messages import Precision, WarningCode
from schemas.reasons import Reject
from tests.core.enrich.pages import BODY, URL, article_of, articles_of, layout_of
from worker.core.clean import clean
from worker.core.enrich.fingerprint import fold_body, simhash
from worker.core.enrich.language import direction_of, tell_language
from worker.core.model import Candidate, Label, Metadata

WORD = re.compile(r"\w+")


def test_a_visible_date_is_as_precise_as_it_was_printed() -> None:
    article = article_of(("date", "5 May 2026 at 10:15\n"))
    assert article.published_at is not None
    assert (article.published_at.value, article.published_at.precision) == ("2026-05-05T10:15", Precision.MINUTE)
    assert article.published_at.origin == "text:date"
    assert article.modified_at is None


def test_an_update_is_no_publication() -> None:
    article = article_of(("date", "Published: 5 May 2026. Updated: 6 May 2026\n"))
    assert article.published_at is not None
    assert article.modified_at is not None
    assert (article.published_at.value, article.modified_at.value) == ("2026-05-05", "2026-05-06")


def test_an_instant_of_the_markup_wins_when_its_day_agrees() -> None:
    metadata = Metadata(published=(Candidate("2026-05-05T08:15:00Z", "json-ld", 0.9),))
    (article,) = articles_of(layout_of(("date", "5 May 2026\n"), ("body", BODY), metadata=metadata))
    assert article.published_at is not None
    assert (article.published_at.value, article.published_at.origin) == ("2026-05-05T08:15:00+00:00", "json-ld")


@pytest.mark.parametrize(("text", "day"), [("yesterday\n", "2026-11-23"), ("3 hours ago\n", "2026-11-24")])
def test_a_relative_date_is_resolved_against_fetched_at(text: str, day: str) -> None:
    article = article_of(("date", text))
    assert article.published_at is not None
    assert article.published_at.value == day


def test_a_day_in_the_address_is_better_than_none() -> None:
    article = article_of(("title", "Bridge\n"), url="https://example.org/2026/05/05/bridge")
    assert article.published_at is not None
    assert (article.published_at.value, article.published_at.origin) == ("2026-05-05", "url")


@pytest.mark.parametrize("text", ["1 January 1970\n", "5 May 2031\n"])
def test_an_impossible_date_is_none(text: str) -> None:
    assert article_of(("date", text)).published_at is None


def test_the_language_is_told_from_the_body() -> None:
    assert tell_language(BODY).code == "en"
    assert tell_language("وقالت الوزارة في بيان إن الجسر سيغلق ثلاثة أسابيع بسبب أعمال الصيانة.").code == "ar"
    assert tell_language("kurz", [("de-AT", "html")]).code == "de"
    assert tell_language("").code is None


def test_the_direction_is_that_of_the_script() -> None:
    assert direction_of("en", BODY) == "ltr"
    assert direction_of("en", "قالت الوزارة") == "rtl"
    assert direction_of("he", "") == "rtl"


def test_equal_stories_have_equal_hashes_and_near_ones_near_simhashes() -> None:
    one = article_of(("body", BODY * 8))
    other = article_of(("title", "A headline\n"), ("body", BODY.upper() * 8))
    near = int(simhash(fold_body(BODY * 8 + "One more sentence.")), 16)
    far = int(simhash(fold_body("Entirely different words stand in this other story of ours. " * 8)), 16)
    assert one.content_hash == other.content_hash
    assert (int(one.simhash, 16) ^ near).bit_count() <= 8 < (int(one.simhash, 16) ^ far).bit_count()


def test_paragraphs_printed_twice_in_a_row_are_kept_once_and_told() -> None:
    article = article_of(("body", "One and the same paragraph.\nOne and the same paragraph.\n" + BODY))
    assert article.body.count("One and the same") == 1
    assert WarningCode.DUPLICATED_TEXT in article.warnings


def test_a_cut_off_story_is_told() -> None:
    article = article_of(("body", BODY + "And then the mayor said that …\n"))
    assert article.truncated
    assert WarningCode.TRUNCATED in article.warnings


def test_a_quotation_has_its_speaker_where_that_is_clear() -> None:
    article = article_of(("body", "“We will build this bridge together”, said Jane Doe on Monday.\n" + BODY))
    assert [(quote.text, quote.speaker) for quote in article.quotes] == [
        ("We will build this bridge together", "Jane Doe")
    ]


def test_headlines_around_the_story_are_related() -> None:
    article = article_of(("body", BODY), ("read_also", "Read also: Another bridge falls down\n• A third one stands\n"))
    assert [related.headline for related in article.related] == ["Another bridge falls down", "A third one stands"]


def test_a_body_of_the_metadata_is_taken_when_there_is_no_other() -> None:
    layout = layout_of(("navigation", "Home\n"), metadata=Metadata(body=BODY))
    (article,) = articles_of(layout)
    assert article.body.startswith("The council")
    assert WarningCode.BODY_FROM_METADATA in article.warnings


def test_the_canonical_address_is_believed_on_the_same_host_only() -> None:
    here = Metadata(canonical_url=(Candidate("https://example.org/b", "link"),))
    there = Metadata(canonical_url=(Candidate("https://evil.example/b", "link"),))
    (one,) = articles_of(layout_of(("body", BODY), metadata=here))
    (two,) = articles_of(layout_of(("body", BODY), metadata=there))
    assert (one.canonical_url, two.canonical_url) == ("https://example.org/b", URL)


pieces = st.lists(
    st.tuples(
        st.sampled_from(sorted(Label)),
        st.one_of(
            st.text(min_size=1, max_size=60),
            st.sampled_from(
                [BODY, "By Jane Doe\n", "Tags: a b c\n", "Source: (X)\n", "5 May 2026\n", '"', ":", "#", "(", "—\n"]
            ),
        ),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pieces)
def test_any_segments_give_articles_that_invent_nothing(parts: list[tuple[str, str]]) -> None:
    layout = layout_of(*parts)
    try:
        articles = articles_of(layout)
    except Reject:
        return
    words = set(WORD.findall(clean(layout.text)))
    words |= {word for label, text in parts for line in text.splitlines() for word in WORD.findall(clean(line))}
    for article in articles:
        assert encode(article) == encode(articles_of(layout)[articles.index(article)])
        for text in (article.body, article.title or "", article.subtitle or "", *article.tags):
            assert all(any(word in whole for whole in words) for word in WORD.findall(text)), (text, layout.text)
