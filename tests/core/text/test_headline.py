"""The headline's own decision: what is scored, what is cut, and which numbers are the tagger's beliefs."""

from dataclasses import replace

import numpy as np
import pytest

from worker.core.model import Label
from worker.core.text.decode import STATES, state_scores
from worker.core.text.features import unit_features, unit_words
from worker.core.text.headline import HEADLINE, MOST_WORDS, STEP, headline_weights, stretch_scores
from worker.core.text.headline_columns import OF_TAGS, look_around
from worker.core.text.layout import decoded, lay_out
from worker.core.text.page import Reading, read_page
from worker.core.text.tagger import Tagged, shipped_weights, tag_units

TITLE = "Harbour council votes to reopen the northern lighthouse"
LEAD = (
    "The harbour council voted on Tuesday to reopen the northern lighthouse, which has been closed since the storm. "
    "Councillors said that visitors would be let in from May, and that the lamp itself would be lit again in autumn. "
    "The keeper, who has looked after the tower for thirty years, called the decision a relief for the whole town."
)
MENU = "Home News Sport Weather Culture Contact"


def read(text: str) -> tuple[Reading, Tagged, np.ndarray]:
    reading = read_page(text)
    tagged = tag_units(unit_features(reading)[0], unit_words(reading), shipped_weights())[0]
    return reading, tagged, decoded(state_scores(tagged), tagged, shipped_weights())


@pytest.mark.parametrize("gap", ["\n\n", " "])
def test_the_headline_is_found_in_lines_and_in_one_line(gap: str) -> None:
    text = gap.join((MENU, TITLE, "12 May 2024, 10:30", LEAD, "About us Privacy Terms"))
    found = [s for s in lay_out(text, "en").segments if s.why == HEADLINE]
    assert [text[s.start : s.end].strip() for s in found] == [TITLE]
    assert found[0].label is Label.TITLE


def test_a_stretch_is_worth_its_start_its_end_what_it_holds_and_its_length() -> None:
    reading, tagged, states = read(f"{MENU}\n\n{TITLE}\n\n{LEAD}")
    window = look_around(reading, tagged, states)
    assert window is not None
    weights = headline_weights()
    scores = stretch_scores(window, weights)
    gaps = window.gaps @ weights["gaps"][0] + (window.gaps @ weights["gaps"][1]) * window.flat[:, None]
    gaps += np.maximum(window.gaps @ weights["hidden_w"] + weights["hidden_b"], 0) @ weights["hidden_out"]
    words = (window.words @ weights["words"][0] + (window.words @ weights["words"][1]) * window.flat[:-1, None])[:, 0]
    for first, count in ((0, 1), (6, 8), (3, MOST_WORDS)):
        end = first + count
        telling = window.telling[end] - window.telling[first] + 1
        length = min((window.length[end] - window.length[first]) // STEP, len(weights["lengths"]) - 1)
        worth = gaps[first, 0] + gaps[end, 1] + gaps[first + 1 : end, 2].sum() + words[first:end].sum()
        worth += weights["lengths"][length] + weights["line"][0] * (window.edge[first] & window.edge[end])
        worth += weights["shared"][0] * (window.shared[end] - window.shared[first]) / telling
        worth += weights["shared"][1] * (window.topped[end] - window.topped[first]) / telling
        assert scores[first, count - 1] == pytest.approx(worth, abs=1e-3)
    assert np.isneginf(scores[-1, 1:]).all()


def test_the_named_numbers_and_no_others_follow_from_the_tagger() -> None:
    reading, tagged, states = read(f"{MENU}\n\n{TITLE}\n\n12 May 2024\n\n{LEAD}")
    one = look_around(reading, tagged, states)
    rng = np.random.default_rng(0)
    told = replace(
        tagged,
        tag=np.log(rng.dirichlet(np.ones(tagged.tag.shape[1]), len(states))),
        change=rng.normal(size=len(states)),
    )
    body = states == STATES.index(("body", 0))
    other = look_around(reading, told, np.where(body, states, rng.integers(0, 3, len(states))))
    assert one is not None
    assert other is not None
    for name in ("gaps", "words"):
        changed = np.flatnonzero((getattr(one, name) != getattr(other, name)).any(axis=0)).tolist()
        assert set(changed) <= set(OF_TAGS["all"][name])
        assert len(changed) > len(OF_TAGS["title"][name])


def test_the_segments_partition_a_page_whose_headline_sticks_to_its_neighbours() -> None:
    text = f"Home News Sport{TITLE}{LEAD}"
    segments = lay_out(text, "en").segments
    assert [s.start for s in segments] == [0, *(s.end for s in segments[:-1])]
    assert segments[-1].end == len(text)


def test_a_page_that_begins_with_its_story_is_not_looked_at() -> None:
    assert look_around(*read(f"{LEAD} {LEAD}")) is None
