"""Fingerprints: the same words have the same ones wherever they stand, and what is known loses as running text."""

import numpy as np
import pytest

from worker.core.text import lay_out_text
from worker.core.text.letters import read_letters
from worker.core.text.prints import MIN_LETTERS, MIN_WORDS, WINDOW, prints_of
from worker.core.text.shared import DOUBT, doubts
from worker.core.text.words import read_words

MENU = "Harbour Tides Ferries Fishing Weather Market prices Letters Jobs Contact Archive Subscriptions Imprint"
STORY = "The council of the island voted on Tuesday for a second pier, which is to be finished within three years."
CHINESE = "岛上的议会星期二投票决定修建第二座码头,预计三年内完工,费用由省政府和渡轮公司共同承担。"


def hashes(text: str) -> set[int]:
    return set(prints_of(text).hash.tolist())


def known(*texts: str) -> np.typing.NDArray[np.uint64]:
    return np.unique(np.concatenate([prints_of(text).hash for text in texts]))


@pytest.mark.parametrize("text", [MENU, STORY, CHINESE])
def test_a_text_has_its_fingerprints_wherever_it_stands(text: str) -> None:
    assert hashes(text) <= hashes(f"Before. {text} Behind.")
    assert hashes(text)


def test_case_line_breaks_and_signs_do_not_matter() -> None:
    assert hashes(MENU.replace(" ", "\n| ").upper()) == hashes(MENU)


@pytest.mark.parametrize("text", ["", "one", "one two three four", "a b c d e f g", "1 2 3 4 5 6 7"])
def test_a_run_that_is_too_short_has_none(text: str) -> None:
    assert hashes(text) == set()
    assert len(text.split()) < MIN_WORDS or len(text.replace(" ", "")) < MIN_LETTERS


@pytest.mark.parametrize("text", [MENU, STORY, CHINESE])
def test_what_is_kept_covers_all_of_a_text_that_stands_in_another(text: str) -> None:
    prints = prints_of(f"{text} {text[::-1]} {text}")
    kept = np.unique(prints.hash[prints.kept()])
    assert len(kept) < len(prints.hash) / 2
    whole = prints_of(f"Another page. {text} It goes on.")
    place = f"Another page. {text} It goes on.".index(text)
    edge = WINDOW + MIN_WORDS
    words = read_words(read_letters(text)).start
    inner = slice(place + int(words[edge]), place + int(words[-edge])) if len(words) > 2 * edge else slice(0, 0)
    covered = whole.covered(kept)
    letters = np.array([c.isalnum() for c in f"Another page. {text} It goes on."])
    assert covered[inner][letters[inner]].all()


def test_doubt_grows_from_half_of_a_stretch_to_all_of_it() -> None:
    text = f"{MENU}\n{STORY}\n{MENU} {STORY}"
    letters = read_letters(text)
    starts = np.array([0, len(MENU) + 1, len(MENU) + len(STORY) + 2])
    nowhere = np.zeros(3, dtype=bool)
    menu, story, both = doubts(letters, read_words(letters), starts, known(MENU), nowhere).tolist()
    assert (menu, story) == (DOUBT, 0)
    assert 0 <= both < DOUBT / 2


def test_the_lead_of_a_story_is_not_doubted_because_other_pages_print_it_as_a_teaser() -> None:
    rest = "Work begins in April, said the mayor, and whoever has a boat in the old harbour must move it by then."
    text = f"{MENU}\n{STORY}\n{rest}\n{MENU}"
    letters = read_letters(text)
    starts = np.array([0, len(MENU) + 1, len(MENU) + len(STORY) + 2, len(MENU) + len(STORY) + len(rest) + 3])
    running = np.array([False, True, True, True])
    told = doubts(letters, read_words(letters), starts, known(MENU, STORY), running)
    assert (told > 0).tolist() == [True, False, False, True]
    text = text.replace(STORY, STORY * 6)
    letters = read_letters(text)
    starts[2:] += 5 * len(STORY)
    assert doubts(letters, read_words(letters), starts, known(MENU, STORY), running)[1] > 0


def test_a_known_notice_is_no_story_where_it_was_doubtful_and_a_story_stays_one() -> None:
    """A page whose every line is known keeps its story: what is known is doubted, never deleted."""
    second = STORY.replace("island", "town").replace("pier", "school")
    page = f"Second pier for the island\n\n{STORY}\n\n{second}\n\n{MENU}"
    plain, doubted = lay_out_text(page), lay_out_text(page, None, known(page))
    assert [s.label for s in plain.segments if s.label == "body"]
    assert [s.label for s in doubted.segments if s.label == "body"]


def test_nothing_known_changes_nothing() -> None:
    page = f"Second pier for the island\n\n{STORY}\n\n{MENU}"
    assert lay_out_text(page, None, known("")) == lay_out_text(page)
