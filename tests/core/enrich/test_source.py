"""Source: the name in a source line, or an agency named elsewhere."""

import pytest

from schemas.messages import SourceKind
from tests.core.enrich.pages import BODY, article_of
from worker.core.enrich.source import kind_of, source_name

LINES = [
    ("Source: The Daily Example", "The Daily Example"),
    ("Source:\n\nExample\n", "Example"),
    ("(ANSA).\n", "ANSA"),
    ("--(Petra)", "Petra"),
    ("Par AFP", "AFP"),
    ("Af Ritzau", "Ritzau"),
    ("Quelle: Musterblatt, Berlin", "Musterblatt"),
    ('المصدر: "معاريف" ', "معاريف"),
    ("المصدر: (أبوظبي - البيان)", "البيان"),
    ("来源：示例网", "示例网"),
    ("This article originally appeared on Example Weekly.", "Example Weekly"),
    ("Wire news - EXAMPLE.am", "EXAMPLE.am"),
    ("© example-infocom, dpa:260401-99-123456/3", "dpa"),
    ("보기신문=홍길동 기자", "보기신문"),
    ("Source: Example.com More stories of today", "Example.com"),
]


@pytest.mark.parametrize(("line", "name"), LINES)
def test_a_source_line_gives_its_name(line: str, name: str) -> None:
    assert source_name(line) == name


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Reuters", SourceKind.AGENCY),
        ("example.com", SourceKind.SITE),
        ("صحيفة المثال", SourceKind.PAPER),
        ("Jane", SourceKind.OTHER),
    ],
)
def test_a_source_has_a_kind(name: str, kind: SourceKind) -> None:
    assert kind_of(name) is kind


@pytest.mark.parametrize(
    ("label", "text", "name"),
    [
        ("dateline", "LONDON (Reuters) - ", "Reuters"),
        ("dateline", "AUSTIN (KXYZ) — ", "KXYZ"),
        ("byline", "Reuters\n", "Reuters"),
        ("byline", "Jane Doe, Associated Press\n", "Associated Press"),
        ("byline", "By Jane Doe\n", None),
        ("source", "Sources\n", None),
        ("source", "717\n", None),
        ("source", "(dpa)\n", "dpa"),
        ("caption", "AUSTIN (KXYZ) -- A bridge\n", "KXYZ"),
        ("caption", "This post originally appeared on Example Weekly.\n", "Example Weekly"),
        ("caption", "Photo: Reuters\n", None),
        ("caption", "Af Ritzau\n", "Ritzau"),
        ("source", "example.com/Jane Doe\n\nNews\n\nBy AFP\n", "AFP"),
        ("source", "(AFP).\n\nharbour ferries\n", "AFP"),
    ],
)
def test_an_agency_is_found_without_a_source_line(label: str, text: str, name: str | None) -> None:
    source = article_of((label, text)).source
    assert (source and source.name) == name


@pytest.mark.parametrize(("cut", "head"), [("[", "부산=보기신문 홍길동 기자] "), ("(", "EFE).- ")])
def test_a_dateline_is_read_whole_where_its_bracket_was_told_apart(cut: str, head: str) -> None:
    source = article_of(("dateline", cut), ("body", head + BODY)).source
    assert source is not None
    assert source.name == {"[": "보기신문", "(": "EFE"}[cut]


def test_an_agency_signs_at_the_end() -> None:
    source = article_of(("body", BODY.rstrip() + " (dpa)")).source
    assert source is not None
    assert source.name == "dpa"


@pytest.mark.parametrize(("lead", "name"), [("LONDON (Reuters) - ", "Reuters"), ("The harbour (Reuters) ", None)])
def test_a_dateline_is_found_behind_a_subtitle(lead: str, name: str | None) -> None:
    lines = "Ferries sail at night\nThe board wants more of them\nSailors do not agree at all with what it says\n"
    source = article_of(("body", lines.rpartition("Sail")[0] + lead + BODY)).source
    assert (source and source.name) == name


def test_the_source_of_a_picture_is_not_the_story_s() -> None:
    """What stands behind a stroke in a caption's line is the picture's."""
    source = article_of(("caption", "The harbour / "), ("source", "Source: Stockpix\n"), ("body", BODY)).source
    assert source is None
    both = ("caption", "The harbour / "), ("source", "Source: Stockpix\n"), ("body", BODY), ("source", "Source: dpa\n")
    source = article_of(*both).source
    assert source is not None
    assert source.name == "dpa"


def test_a_source_inside_a_sentence_is_none() -> None:
    assert article_of(("body", "A source at the Reuters office said so. " + BODY)).source is None
