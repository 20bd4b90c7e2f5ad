"""The way of a raw text page: read, features, tags, states, headline, pieces, segments. Long ones go by in windows."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from worker.core.model import Label, Layout, Segment
from worker.core.text.choice import read_again
from worker.core.text.confidence import page_confidence
from worker.core.text.decode import STATES, STORY_OF_STATE, TAG_OF_STATE, decode, state_scores
from worker.core.text.features import unit_features, unit_words
from worker.core.text.headline import headline_weights
from worker.core.text.headline_cut import set_headline
from worker.core.text.letters import Ints
from worker.core.text.page import read_page
from worker.core.text.rules import nudge, nudge_repeated
from worker.core.text.stories import pieces_of, segments_of
from worker.core.text.tag_lists import with_tag_lists
from worker.core.text.tagger import Tagged, Weights, shipped_weights, tag_units
from worker.core.text.words import Hashes

_WINDOW: Final = 200_000
"""Code points laid out at once: fifty times a usual page, so that time and memory stay linear."""
_BODY: Final = STATES.index(("body", 0))
_PUSHES: Final = 2
_PUSH: Final = 2.0
"""Natural logarithm of odds added to the story, up to so many times, where no unit is decided to be one."""
_MARGIN: Final = 2_000
"""Code points before a window's end in which a line break or space is looked for."""


def lay_out(text: str, language: str | None, weights: Weights | None = None, known: Hashes | None = None) -> Layout:
    """The segments of a raw text page, and how sure they are. `language` is a hint (BCP 47); never needed.

    `known` are sorted fingerprints of what other pages of the site print, too.
    """
    if not text.strip():
        return Layout(text, [Segment(0, len(text), Label.OTHER, why="rule:blank")] if text else [])
    segments: list[Segment] = []
    sure: list[float] = []
    for start, end in _windows(text):
        part, confidence = _lay_out_window(text[start:end], language, weights or shipped_weights(), start, known)
        stories = max((segment.article for segment in segments), default=0)
        segments += _renumbered(part, stories) if stories else part
        sure.append(confidence)
    return Layout(text, segments, confidence=min(sure))


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """Cuts of the text at line breaks or spaces where there are any."""
    start = 0
    while len(text) - start > _WINDOW:
        end = start + _WINDOW
        low = end - _MARGIN
        cut = max(text.rfind("\n", low, end), text.rfind(" ", low, end) if "\n" not in text[low:end] else -1)
        yield start, (cut + 1 if cut >= 0 else end)
        start = cut + 1 if cut >= 0 else end
    yield start, len(text)


def _lay_out_window(
    text: str, language: str | None, weights: Weights, offset: int, known: Hashes | None
) -> tuple[list[Segment], float]:
    if not text.strip():
        return [Segment(offset, offset + len(text), Label.OTHER, why="rule:blank")], 1.0
    reading = read_page(text, language)
    rows, _ = unit_features(reading)
    beliefs = tag_units(rows, unit_words(reading), weights)
    tagged = beliefs[0]
    scores = state_scores(tagged)
    nudge(scores, reading)
    if known is not None:
        nudge_repeated(scores, reading, known)
    states = read_again(decoded(scores, tagged, weights), scores, beliefs, reading, weights["transition"])
    laid = set_headline(reading, tagged, states, headline_weights())
    reading, tagged, states = laid.reading, laid.tagged, laid.states
    belief = np.exp(tagged.tag[np.arange(len(states)), TAG_OF_STATE[states]])
    pieces = pieces_of(states, reading, laid.headline)
    confidence = page_confidence(tagged, states, STORY_OF_STATE[states], reading)
    segments = with_tag_lists(segments_of(pieces, reading, belief), reading, tagged)
    return _shifted(segments, offset) if offset else segments, confidence


def decoded(scores: npt.NDArray[np.float64], tagged: Tagged, weights: Weights) -> Ints:
    """The states of the units; a page whose story loses everywhere by a little is given it all the same."""
    states = _decoded_once(scores, tagged, weights)
    for _ in range(_PUSHES):
        if (states == _BODY).any():
            break
        scores[:, _BODY] += _PUSH
        states = _decoded_once(scores, tagged, weights)
    return states


def _decoded_once(scores: npt.NDArray[np.float64], tagged: Tagged, weights: Weights) -> Ints:
    states: Ints = decode(scores[None], tagged.change[None], weights["transition"])[0]
    return states


def _shifted(segments: list[Segment], offset: int) -> list[Segment]:
    return [Segment(s.start + offset, s.end + offset, s.label, s.article, s.score, s.why) for s in segments]


def _renumbered(segments: list[Segment], stories: int) -> list[Segment]:
    return [Segment(s.start, s.end, s.label, s.article + stories if s.article else 0, s.score, s.why) for s in segments]
