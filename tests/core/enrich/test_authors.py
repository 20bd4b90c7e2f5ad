"""Authors: names without what stands around them in a byline."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.enrich.pages import article_of
from worker.core.enrich.authors import clean_names

NAMES = [
    ("By Jane Doe", "en", ["Jane Doe"]),
    ("ByJane Doe\n", "en", ["Jane Doe"]),
    ("By JANE DOE and John Q. Public, Staff Writers", "en", ["JANE DOE", "John Q. Public"]),
    ("Posted by Jane Doe on 5 May 2020 at 10:15", "en", ["Jane Doe"]),
    ("Jane DoeReporter\n", "en", ["Jane Doe"]),
    ("Jane Doe, Example News, New York", "en", ["Jane Doe", "Example News"]),
    ("(Reporting by Jane Doe; Editing by John Public)", "en", ["Jane Doe", "John Public"]),
    ("Jane Doe@janedoe", "en", ["Jane Doe"]),
    ("@janedoe", "en", ["janedoe"]),
    ("About the author\n\nJane Doe\njane.doe@example.org", "en", ["Jane Doe"]),
    ("Von Erika Muster, Berlin", "de", ["Erika Muster"]),
    ("Eine Kolumne von Erika Muster", "de", ["Erika Muster"]),
    ("Artikel von: Von Erika Muster, dpa", "de", ["Erika Muster"]),
    ("Christoph von Muster", "de", ["Christoph von Muster"]),
    ("Par Jeanne Dupont et Jean Durand | Journaliste", "fr", ["Jeanne Dupont", "Jean Durand"]),
    ("Por Ana Pérez y Luis Gómez", "es", ["Ana Pérez", "Luis Gómez"]),
    ("كتب: أحمد سالم   ", "ar", ["أحمد سالم"]),
    ("Текст: Анна Иванова", "ru", ["Анна Иванова"]),
    ("홍길동 기자 hong@example.kr", "ko", ["홍길동"]),
    ("责任编辑：王小明", "zh", ["王小明"]),
    ("", "en", []),
    ("By", "en", []),
    ("5 May 2020", "en", []),
]


@pytest.mark.parametrize(("byline", "language", "names"), NAMES)
def test_a_byline_gives_its_names(byline: str, language: str, names: list[str]) -> None:
    assert [author.name for author in clean_names(byline, [language])] == names


@pytest.mark.parametrize(
    "name", ["Redaktion", "The Example Agency", "AFP", "Editorial Staff", "example.com", "Polizei Muster"]
)
def test_an_organisation_is_marked(name: str) -> None:
    (author,) = clean_names(name, ["en"])
    assert author.kind == "organization"


def test_an_organisation_gives_way_to_a_person() -> None:
    article = article_of(("byline", "By Example News\n"), ("byline", "Jane Doe\n"))
    assert [author.name for author in article.authors] == ["Jane Doe"]
    assert article.why["authors"] == "text:byline"


def test_a_name_of_the_address_is_no_person() -> None:
    (author,) = article_of(("byline", "Example Org\n")).authors
    assert author.kind == "organization"


@given(st.text(max_size=80))
def test_cleaning_names_never_raises_and_invents_nothing(text: str) -> None:
    for author in clean_names(text, ["en", "zh"]):
        assert author.name
