"""Laws of the raw text segmenter: segments partition any page, and the same page gives the same segments."""

import time
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.core.model import Label, Segment
from worker.core.text import lay_out_text

WORDS = (
    "Read also",
    "المصدر:",
    "Reuters",
    "said",
    "۱۲",
    "Tags",
    ".",
    "…",
    "\n",
    "\n\n",
    "  ",
    "“",
    ")",
    "日本",
    "12:30",
    "May 3, 2024",
)


def assert_partition(text: str, segments: Sequence[Segment]) -> None:
    position = 0
    for segment in segments:
        assert segment.start == position
        assert segment.end > segment.start
        position = segment.end
    assert position == len(text)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_partitioned(text: str) -> None:
    layout = lay_out_text(text)
    assert layout.text == text
    assert_partition(text, layout.segments)
    assert 0 <= layout.confidence <= 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=120).map(" ".join))
def test_pages_of_cues_dates_and_signs_are_partitioned_twice_the_same(text: str) -> None:
    first, second = lay_out_text(text), lay_out_text(text)
    assert_partition(text, first.segments)
    assert first == second


@pytest.mark.parametrize(
    "text",
    [
        "\ud800",
        "a\udfffb",
        "\x00\x01\x02",
        "\ufeff",
        "\u200b\u200b",
        "\U0001f600" * 50,
        "a",
        ".",
        "\n\na\n\n",
        "é" * 10,
        "\u0301\u0301",
    ],
    ids=repr,
)
def test_odd_pages_are_partitioned(text: str) -> None:
    assert_partition(text, lay_out_text(text).segments)


def test_a_blank_page_is_one_segment_and_an_empty_one_has_none() -> None:
    assert [s.label for s in lay_out_text(" \n\t ").segments] == [Label.OTHER]
    assert lay_out_text("").segments == []


def test_embedded_stories_are_numbered_in_page_order() -> None:
    text = "\n\n".join(
        f"Headline {n}\n\n" + f"The minister said on day {n} that all was well and went home. " * 8 for n in range(4)
    )
    numbers = [s.article for s in lay_out_text(text).segments if s.label in (Label.EMBEDDED_TITLE, Label.EMBEDDED_BODY)]
    assert numbers == sorted(numbers)


HOSTILE = {
    "one word": "a" * 1_000_000,
    "lines": "line of a page\n" * 66_000,
    "cues": "Read also Source: Tags المصدر إقرأ المزيد " * 24_000,
    "full stops": "." * 1_000_000,
    "brackets": "((((" * 250_000,
    "one sentence again and again": "The minister said that all was well. " * 27_000,
    "marks": "a\u0301" * 500_000,
    "digits": "12:30 1.1.2020 " * 66_000,
    "unspaced": "日本語" * 330_000,
    "addresses": "http://a.b/" + "c" * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_of_anything_is_partitioned_in_bounded_time(name: str) -> None:
    text = HOSTILE[name]
    begin = time.process_time()
    segments = lay_out_text(text).segments
    assert time.process_time() - begin < 60
    assert_partition(text, segments)


def test_time_grows_no_faster_than_the_page() -> None:
    page = "The minister said on Monday that the bridge will open in May.\n\nRead also: A bridge of sighs\n\n" * 400

    def seconds(text: str) -> float:
        begin = time.process_time()
        lay_out_text(text)
        return time.process_time() - begin

    seconds(page)
    once = max(seconds(page), 0.02)
    assert seconds(page * 8) < 8 * 3 * once
