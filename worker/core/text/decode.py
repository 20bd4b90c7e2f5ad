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
EMBEDDED_PRIOR: Final = 1.0
"""Natural logarithm of odds: embedded stories are rarer among the labelled pages than a page that has one needs."""
_CHANGE_WEIGHT: Final = 0.7
"""How much the change head and the learned successions count beside the tags themselves; set by left-out pages."""
_CHANGE_PRIOR: Final = 0.5
"""Natural logarithm of odds added to every change: pages have more, and smaller, segments than the tagger believes."""


def state_scores(tagged: Tagged) -> npt.NDArray[np.float64]:
    """Units x STATES: log probabilities."""
    scores = tagged.tag[:, TAG_OF_STATE].astype(np.float64)
    sign = np.where(STORY_OF_STATE == 1, 1.0, -1.0) * _EITHER
    scores -= np.logaddexp(0.0, -(tagged.embedded[:, None] + EMBEDDED_PRIOR) * sign) * _EITHER
    return scores


def decode(
    scores: npt.NDArray[np.float64], change: npt.NDArray[np.floating], transition: npt.NDArray[np.floating]
) -> Ints:
    """The best states of the units, by each of several beliefs.

    `scores` are beliefs x units x STATES, `change` (beliefs x units) log-odds that a segment begins at a unit,
    `transition` log probabilities of the next state if so.
    """
    stay = -np.logaddexp(0.0, change) * _CHANGE_WEIGHT
    switch = -np.logaddexp(0.0, -change) * _CHANGE_WEIGHT + _CHANGE_PRIOR
    beliefs, units, states = scores.shape
    from_ = np.asarray(transition, dtype=np.float64) * _CHANGE_WEIGHT
    gain = np.ascontiguousarray((scores + switch[:, :, None]).transpose(1, 0, 2))
    staying = (stay - switch).T[:, :, None]  # how much better it is to stay than to come by a change that costs nothing
    ways = np.empty((states + 1, beliefs, states))  # the best of them is sought for all beliefs in one long row
    changed, stayed = ways[:states], ways[states]
    each = np.repeat(from_[:, None], beliefs, axis=1)
    best = np.empty_like(gain)
    best[0] = scores[:, 0]
    column = best.transpose(0, 2, 1)[:, :, :, None]
    for unit in range(1, units):
        np.add(each, column[unit - 1], out=changed)
        np.add(best[unit - 1], staying[unit], out=stayed)
        np.add(np.maximum.reduce(ways, axis=0), gain[unit], out=best[unit])
    kept = best[1:] == best[:-1] + staying[1:] + gain[1:]
    since = np.zeros(best.shape, dtype=np.int64)
    since[1:] = np.maximum.accumulate(np.where(kept, 0, np.arange(1, units)[:, None, None]), axis=0)
    return np.stack([_traced(best[:, belief], from_, since[:, belief]) for belief in range(beliefs)])


def _traced(best: npt.NDArray[np.float64], from_: npt.NDArray[np.float64], since: Ints) -> Ints:
    """The states of the likeliest way back; `since` says at which unit a state that a unit is in was last come into."""
    states = np.empty(len(best), dtype=np.int64)
    state, end = int(best[-1].argmax()), len(best)
    while end:
        start = int(since[end - 1, state])
        states[start:end] = state
        state, end = int((from_[:, state] + best[start - 1]).argmax()), start
    return states
