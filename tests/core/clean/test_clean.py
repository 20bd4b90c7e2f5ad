"""Cleaning: spaces and invisible characters change, letters never do."""

import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from worker.core.clean import STEPS, clean, clean_lines
from worker.core.clean.mojibake import repair_mojibake

CASES = [
    ("  two \t\n words ", "two words"),
    ("a\u200bb \ufeff c\u00ad d", "ab c d"),
    ("word\u00ad\nbreak", "wordbreak"),
    ("well-\nknown", "well- known"),
    ("e\u0301te\u0301", "été"),
    ("می\u200cخواهد", "می\u200cخواهد"),
    ("\u200cمی \u200c", "می"),
    ("The end .", "The end."),
    ("one , two", "one, two"),
    ("version .5 of it", "version .5 of it"),
    ("كورسك،وبريانسك", "كورسك، وبريانسك"),
    ("كورسك ، وبريانسك", "كورسك، وبريانسك"),
    ("ঘটে।হামলাকারী", "ঘটে। হামলাকারী"),
    ("Ah ! Vraiment ?", "Ah ! Vraiment ?"),
    ("( inside )", "(inside)"),
    ("\u202bשלום\u202c", "שלום"),
    ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "cleaned"), CASES)
def test_a_text_is_cleaned(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


marks = st.text(
    alphabet=st.sampled_from("aB é\u0301،؛.,!?()[]{}«» \n\t\u200b\u200c\u200d\u00ad\u2010-ا١।ক😀\ufeff\x00\x85"),
    max_size=40,
)


@settings(max_examples=600, deadline=None)
@given(st.one_of(st.text(max_size=80), marks))
@example("( )")
@example("a \u200c.")
@example("\u0301 \u200d.")
def test_cleaning_again_changes_nothing(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@settings(max_examples=1000, deadline=None)
@given(st.one_of(st.text(max_size=20), marks))
@example("one ,two")
def test_what_is_taken_for_clean_at_a_glance_is_changed_by_no_step(text: str) -> None:
    stepped = text
    for step in STEPS:
        stepped = step(stepped)
    assert clean(text) == stepped


def letters(words: str) -> list[str]:
    return re.findall(
        r"[^\W_]",
        unicodedata.normalize(
            "NFC",
            re.sub(
                r"[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u206f\u2010\ufeff\ufff9-\ufffb\s\u061c\u180e\ue000-\uf8ff]|[\U000e0000-\U000e007f]",
                "",
                words,
            ),
        ),
    )


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=80), marks))
def test_no_letter_is_changed(text: str) -> None:
    assert letters(clean(text)) == letters(text)


LINES = [
    ("\n  def f(a):\r\n      b ,  ( c )  \n\n\treturn\n \n", "  def f(a):\n      b ,  ( c )\n\n\treturn"),
    ("a\u2028b\x0cc\u00a0\u3000d", "a\nb\nc  d"),
    ("e\u0301\u200b\ufeff\x00 \u200c\n\u200b\nx-\u00ad\ny", "é\n\nx-\ny"),
    (" \n\t\n", ""),
]


@pytest.mark.parametrize(("text", "cleaned"), LINES)
def test_lines_that_were_meant_are_kept(text: str, cleaned: str) -> None:
    assert clean_lines(text) == cleaned


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=80), marks))
def test_lines_say_the_same_words_and_cleaning_them_again_changes_nothing(text: str) -> None:
    once = clean_lines(text)
    assert clean_lines(once) == once
    assert letters(clean(once)) == letters(clean(text))


def test_mojibake_is_repaired_when_certain() -> None:
    danish = "Mændene på øen sagde, at båden gik længe før storm."
    assert repair_mojibake(danish.encode().decode("latin-1")) == danish


@pytest.mark.parametrize("text", ["Âge", "naïve café", "São Paulo é à beira", "ÃO E ÕES", "Жизнь", "plain"])
def test_what_may_be_meant_is_left_alone(text: str) -> None:
    assert repair_mojibake(text) == text
