"""The choice among readings of a page, and the decoding of several at once."""

from itertools import pairwise

import numpy as np
import pytest

from worker.core.text.choice import read_again
from worker.core.text.decode import STATES, decode, state_scores
from worker.core.text.page import read_page
from worker.core.text.tagger import TAGS, Tagged, shipped_weights

MAIN = STATES.index(("body", 0))
SECOND = STATES.index(("body", 1))
FERRY = "The ferry between the islands was stopped by the harbour master after a storm broke both of its anchors."
ANCHORS = "The harbour master said that the ferry needs new anchors before the storm season, which both islands fear."
ORCHARD = "Pruning apple trees during winter keeps orchards healthy, because growers remove branches carrying disease."


def belief(tags, embedded=-6.0, sure=0.9):
    """What a net believes that gives each unit a tag."""
    tag = np.full((len(tags), len(TAGS)), np.log((1 - sure) / (len(TAGS) - 1)), dtype=np.float32)
    tag[np.arange(len(tags)), [TAGS.index(name) for name in tags]] = np.log(sure)
    log_odds = np.broadcast_to(np.float32(embedded), len(tags)).astype(np.float32)
    change = np.array([3.0 if now != before else -3.0 for before, now in pairwise(["", *tags])], dtype=np.float32)
    return Tagged(tag, change, log_odds)


def page(*paragraphs):
    reading = read_page("\n\n".join(paragraphs))
    unit = np.searchsorted(np.cumsum([len(p) + 2 for p in paragraphs]), reading.units.start, "right")
    return reading, unit


def chosen(reading, beliefs):
    scores = state_scores(beliefs[0])
    transition = shipped_weights()["transition"]
    first = decode(scores[None], beliefs[0].change[None], transition)[0]
    return first, read_again(first, scores, beliefs, reading, transition)


def test_a_sure_page_is_not_read_again():
    reading, unit = page("Ferry stopped", FERRY, ANCHORS)
    tags = ["title" if at == 0 else "body" for at in unit]
    first, states = chosen(reading, [belief(tags, sure=0.99)])
    assert states is first


def test_a_net_that_sees_the_page_as_a_whole_is_heard():
    """On average the teaser is the story by a little; one net is sure of the paragraph behind the headline."""
    reading, unit = page("Ferry stopped", FERRY, ORCHARD)
    teaser = ["title" if at == 0 else "other" if at == 1 else "body" for at in unit]
    story = ["title" if at == 0 else "body" if at == 1 else "other" for at in unit]
    beliefs = [belief(teaser, sure=0.5), belief(teaser, sure=0.5), belief(story, sure=0.97)]
    first, states = chosen(reading, beliefs)
    assert (first[unit == 2] == MAIN).all()
    assert (states[unit == 1] == MAIN).all()
    assert not (states[unit == 2] == MAIN).any()


@pytest.mark.parametrize(("behind", "state"), [(ANCHORS, MAIN), (ORCHARD, SECOND)])
def test_a_second_story_is_given_up_only_where_it_shares_words_with_the_first(behind, state):
    reading, unit = page("Ferry stopped", FERRY, "Moreover", behind)
    tags = ["title" if at in (0, 2) else "body" for at in unit]
    embedded = np.where(unit >= 2, 0.3, -6.0)
    first, states = chosen(reading, [belief(tags, embedded), belief(tags, -6.0)])
    assert (first[unit == 3] == SECOND).all()
    assert (states[unit == 3] == state).all()


def test_beliefs_decoded_together_come_out_as_alone():
    rng = np.random.default_rng(7)
    scores, change = rng.normal(size=(4, 30, len(STATES))) * 3, rng.normal(size=(4, 30))
    transition = shipped_weights()["transition"]
    together = decode(scores, change, transition)
    alone = [decode(scores[at : at + 1], change[at : at + 1], transition)[0] for at in range(4)]
    assert (together == alone).all()
    assert len(np.unique(together, axis=0)) == 4
