"""From what the tagger believes of each unit to one consistent reading of the page: the likeliest states."""

from typing import Final

import numpy as np
import numpy.typing as npt

from worker.core.text.letters import Ints
from worker.core.text.tagger import TAGS, Tagged

STORY: Final = ("title", "body", "subheading", "quote")
"""Tags that a page's main story and its embedded ones both have."""
STATES: Final = (*((tag, 0) for tag in TAGS), *((tag, 1) for tag in STORY))
"""What a unit can be: a tag, and for a story's parts whether the story is an embedded one."""
TAG_OF_STATE: Final = np.array([TAGS.index(tag) for tag, _ in STATES])
STORY_OF_STATE: Final = np.array([story for _, story in STATES])
_EITHER: Final = np.array([tag in STORY for tag, _ in STATES])
_EMBEDDED_PRIOR: Final = 1.0
"""Natural logarithm of odds: embedded stories are rarer among the labelled pages than a page that has one needs."""
_CHANGE_WEIGHT: Final = 0.7
"""How much the change head and the learned successions count beside the tags themselves; set by left-out pages."""
_CHANGE_PRIOR: Final = 0.5
"""Natural logarithm of odds added to every change: pages have more, and smaller, segments than the tagger believes."""


def state_scores(tagged: Tagged) -> npt.NDArray[np.float64]:
    """Units x STATES: log probabilities."""
    scores = tagged.tag[:, TAG_OF_STATE].astype(np.float64)
    sign = np.where(STORY_OF_STATE == 1, 1.0, -1.0) * _EITHER
    scores -= np.logaddexp(0.0, -(tagged.embedded[:, None] + _EMBEDDED_PRIOR) * sign) * _EITHER
    return scores


def decode(
    scores: npt.NDArray[np.float64], change: npt.NDArray[np.floating], transition: npt.NDArray[np.floating]
) -> Ints:
    """The best state of each unit.

    `change` are log-odds that a segment begins at a unit, `transition` log probabilities of the next state if so.
    """
    stay = (-np.logaddexp(0.0, change) * _CHANGE_WEIGHT).tolist()
    switch = (-np.logaddexp(0.0, -change) * _CHANGE_WEIGHT + _CHANGE_PRIOR).tolist()
    into = np.ascontiguousarray(np.asarray(transition, dtype=np.float64).T) * _CHANGE_WEIGHT
    best = np.empty_like(scores)
    best[0] = now = scores[0]
    moved, stayed = np.empty_like(into), np.empty_like(now)
    for unit in range(1, len(scores)):
        np.add(now, stay[unit], out=stayed)
        np.add(into, now, out=moved)
        now = np.maximum.reduce(moved, axis=1, out=best[unit])
        now += switch[unit]
        np.maximum(now, stayed, out=now)
        now += scores[unit]
    states = np.empty(len(scores), dtype=np.int64)
    states[-1] = state = int(now.argmax())
    for unit in range(len(scores) - 1, 0, -1):
        before = best[unit - 1]
        reached = into[state] + before
        origin = int(reached.argmax())
        if reached[origin] + switch[unit] > before[state] + stay[unit]:
            state = origin
        states[unit - 1] = state
    return states
