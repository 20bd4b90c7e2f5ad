"""Text that a page prints twice is published once."""

from hypothesis import given
from hypothesis import strategies as st

from worker.core.clean.doubled import once, seen_before

ONE = "The council of the small town agreed on Monday to repair the old bridge over the river. "
TWO = "Work on the bridge begins in spring, the mayor said, and it will last for half a year. "


def test_sentences_printed_twice_in_a_row_stand_once() -> None:
    assert once(ONE + ONE + TWO) == (ONE + TWO).strip()
    assert once(ONE + TWO + ONE + TWO) == (ONE + TWO).strip()
    assert once(ONE + TWO) == ONE + TWO


def test_a_short_repetition_may_be_meant() -> None:
    text = ONE + "No. No. No. " + TWO
    assert once(text) == text


def test_a_repetition_elsewhere_is_left_to_the_reader() -> None:
    assert once(ONE + TWO + ONE) == ONE + TWO + ONE


def test_a_long_paragraph_is_seen_once() -> None:
    seen: set[str] = set()
    assert [seen_before(text, seen) for text in (ONE, TWO, ONE, "Short.", "Short.")] == [
        False,
        False,
        True,
        False,
        False,
    ]


@given(st.lists(st.sampled_from([ONE, TWO, "No. ", "Yes! ", "。"]), max_size=12).map("".join))
def test_once_is_idempotent_and_adds_nothing(text: str) -> None:
    assert once(once(text)) == once(text)
    assert len(once(text)) <= len(text)
