"""Where words stand once cleaning has been over a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.core.clean import clean
from worker.core.clean.doubled import kept_once, once
from worker.core.clean.trail import follow

ONE = "The council of the small town agreed on Monday to repair the old bridge over the river. "
TWO = "Work on the bridge begins in spring, the mayor said, and it will last for half a year. "
SCRAPS = [
    ONE, TWO, "word", "Jose\u0301", "ma\u00adyor", "\u200bx", " ", "  ", "\n", " ,", "( ", " )", "،", "بعد", "é",
    "일본", "\u1112\u1161\u11ab", "\u00c5", "\u212b", "inter\u2010\nnational", "well\u2010known", "\ue000", "\u200d",
    "👩\u200d👩", "\ufeff", "。", "हिन्दी", "a\u0323\u0301",
]  # fmt: skip


def moved(printed, start, end):
    """What stood at [start, end) as it is published."""
    cleaned = clean(printed)
    trail = follow(printed, cleaned, kept_once(cleaned))
    assert trail is not None
    assert trail.text == once(cleaned)
    place = trail.place(start, end)
    return place and trail.text[place[0] : place[1]]


@pytest.mark.parametrize(
    ("before", "words", "behind", "published"),
    [
        ("  The ", "ma\u00adyor , Jose\u0301", " said", "mayor, José"),
        ("a\u200b ", " b  c ", " d", "b c"),
        ("the inter", "\u2010\nnational", " press", "national"),
        ("the ", "inter\u2010\nnational", " press", "international"),
        ("in ( ", "Rome", " )", "Rome"),
        ("a", "\u00ad \u200b", "b", None),
        (ONE + "He said ", "so", " twice. " + TWO, "so"),
        ("\u1112\u1161\u11ab ", "\u1112\u1161\u11ab", "", "한"),
    ],
)
def test_words_are_found_again(before, words, behind, published):
    printed = before + words + behind
    assert moved(printed, len(before), len(before) + len(words)) == published


def test_of_sentences_printed_twice_the_first_stays():
    printed = ONE + ONE + TWO
    assert moved(printed, 4, 11) == "council"
    assert moved(printed, len(ONE) + 4, len(ONE) + 11) is None
    assert moved(printed, 2 * len(ONE), 2 * len(ONE) + 4) == "Work"
    assert moved(printed, 0, len(printed)) == (ONE + TWO).strip()


def test_a_repaired_charset_leaves_no_trail():
    assert follow("cafÃ© au lait", "café au lait", [(0, 12)]) is None
    assert follow("a word more", "a word", [(0, 6)]) is None


@given(st.lists(st.sampled_from(SCRAPS), min_size=1, max_size=10), st.data())
def test_any_words_are_found_again(scraps, data):
    """But for white space, what stood between two scraps is there as cleaning leaves it."""
    first = data.draw(st.integers(0, len(scraps) - 1))
    beyond = data.draw(st.integers(first + 1, len(scraps)))
    start, words = len("".join(scraps[:first])), "".join(scraps[first:beyond])
    printed = "".join(scraps)
    cleaned = clean(printed)
    trail = follow(printed, cleaned, [(0, len(cleaned))])
    place = trail.place(start, start + len(words))
    found = cleaned[place[0] : place[1]] if place else ""
    assert bare(found) == bare(clean(words))


def bare(text):
    """Without white space, and without what depends on the scraps around: joiners, marks of a letter before."""
    return "".join(clean("x" + text).replace("\u200d", "").replace("\u2010", "").split())[1:]
