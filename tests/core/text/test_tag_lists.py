"""Lists of tags by rules: where they are found, where they end, and what is none."""

import numpy as np
import pytest

from worker.core.model import Label, Segment
from worker.core.text.page import read_page
from worker.core.text.tag_lists import with_tag_lists
from worker.core.text.tagger import TAGS, Tagged

HEAD = "Mayor opens the harbour bridge\n\n"
STORY = (
    "The mayor of Tallinn opened the new harbour bridge on Friday. It is open to walkers and cyclists at all hours. "
    "Estonia paid for the bridge, which took three years to build, and the port of Tallinn gave the ground for it.\n\n"
)


def tags_of(behind, guess=Label.OTHER, belief=0.01):
    """The texts of the tags of a page whose part behind the story the tagger takes for `guess`."""
    text = HEAD + STORY + behind
    reading = read_page(text, "en")
    units = len(reading.units.start)
    tag = np.full((units, len(TAGS)), np.log(0.001))
    tag[:, TAGS.index("navigation")] = np.log(0.5)
    tag[:, TAGS.index("tags")] = np.log(belief)
    zeros = np.zeros(units)
    tagged = Tagged(tag, zeros, zeros)
    body, rest = len(HEAD), len(HEAD + STORY)
    segments = [Segment(0, body, Label.TITLE), Segment(body, rest, Label.BODY), Segment(rest, len(text), guess)]
    found = with_tag_lists(segments, reading, tagged)
    assert [s.start for s in found] == [0, *(s.end for s in found)][:-1]
    assert found[-1].end == len(text)
    return [text[s.start : s.end].strip() for s in found if s.label is Label.TAGS]


@pytest.mark.parametrize(
    ("behind", "found"),
    [
        ("Keyword:\u00a0harbour, bridges, Estonia,,\n\nMost read\n", "Keyword:\u00a0harbour, bridges, Estonia,,"),
        ("Tags\n\nTallinn\n\nEstonia\n\nShare\n\nHome\n", "Tags\n\nTallinn\n\nEstonia"),
        ("#tallinn #harbour\n\nMost read\n", "#tallinn #harbour"),
        ("Tags: Ports, Tallinn | Permanent address.\n", "Tags: Ports, Tallinn"),
        ("Tags\n\nTallinn\n\nNothing found yet?\n", "Tags\n\nTallinn"),
        ("Filed under: Ports, Bridges | Leave a comment\n", "Filed under: Ports, Bridges"),
    ],
)
def test_a_list_behind_a_heading_or_of_hashtags_is_tags(behind, found):
    assert tags_of(behind) == [found]


@pytest.mark.parametrize("behind", ["Support our work\n\nDonate here\n", "Tags are what we say on Monday to Friday.\n"])
def test_furniture_that_the_tagger_takes_for_tags_is_given_back(behind):
    assert tags_of(behind, guess=Label.TAGS, belief=0.4) == []


def test_a_run_of_names_of_the_story_needs_the_tagger_to_lean_to_tags():
    assert tags_of("Tallinn\n\nEstonia\n\nAdvertisement\n", belief=0.4) == ["Tallinn\n\nEstonia"]
    assert tags_of("Tallinn\n\nEstonia\n\nAdvertisement\n", belief=0.01) == []


@pytest.mark.parametrize(("belief", "found"), [(0.8, ["Ports, Sweden"]), (0.4, [])])
def test_words_that_the_story_does_not_hold_are_tags_where_the_tagger_is_sure(belief, found):
    assert tags_of("Ports, Sweden\n", guess=Label.TAGS, belief=belief) == found


@pytest.mark.parametrize(("belief", "found"), [(0.5, ["Tallinn, Ports"]), (0.4, [])])
def test_a_list_that_nothing_but_the_tagger_tells_needs_it_to_be_sure(belief, found):
    assert tags_of("Tallinn, Ports\n", guess=Label.TAGS, belief=belief) == found


def test_the_agency_above_a_list_is_no_tag():
    assert tags_of("AFP\n\nTallinn\n\nEstonia\n", guess=Label.TAGS, belief=0.8) == ["Tallinn\n\nEstonia"]
    assert tags_of("AFP\n", guess=Label.TAGS, belief=0.8) == []


@pytest.mark.parametrize(("label", "found"), [("Bridge", "Tags\n\nTallinn"), ("Sports", "Tags\n\nTallinn\n\nBridge")])
def test_the_label_of_the_teasers_below_a_list_is_no_tag(label, found):
    teasers = f"Bridge\n\nSailors sleep on deck while all their ferries wait\n\n{label}\n\nA runner wins once more\n"
    assert tags_of(f"Tags\n\nTallinn\n\n{teasers}") == [found]


_PLENTY = (
    "Stories that people liked this week and what else the editors chose to print below it for whoever still reads"
)


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("Tags: Tallinn, Estonia, harbour bridge", "Tags: Tallinn, Estonia, harbour bridge"),
        ("Tags: Tallinn, Ports, Estonia,,", "Tags: Tallinn, Ports, Estonia"),
        ("Tags Tallinn Estonia", "Tags Tallinn Estonia"),
        ("We have tags Tallinn Estonia", None),
    ],
)
def test_a_list_in_a_long_line_ends_with_its_commas_and_the_story_s_names(tags, found):
    assert tags_of(f"Thanks from all of us {tags} {_PLENTY}\n") == ([found] if found else [])


def test_a_heading_of_tags_inside_the_story_leads_none():
    text = f"A {STORY[4:-2]} Tags Tallinn Estonia harbour bridge on Friday. It is open. {STORY}"
    assert tags_of(text, guess=Label.BODY) == []


def test_what_is_given_back_as_no_list_is_no_source():
    text = HEAD + STORY + "Support our work\n"
    reading = read_page(text, "en")
    tag = np.full((len(reading.units.start), len(TAGS)), np.log(0.001))
    for label, belief in {"tags": 0.4, "source": 0.3, "share": 0.2}.items():
        tag[:, TAGS.index(label)] = np.log(belief)
    zeros = np.zeros(len(tag))
    body, rest = len(HEAD), len(HEAD + STORY)
    segments = [Segment(0, body, Label.TITLE), Segment(body, rest, Label.BODY), Segment(rest, len(text), Label.TAGS)]
    assert with_tag_lists(segments, reading, Tagged(tag, zeros, zeros))[-1].label is Label.SHARE
