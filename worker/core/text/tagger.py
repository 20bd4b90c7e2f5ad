"""The tagger: small convolutional networks over a page's units, in plain numpy, with their weights as data.

There are two nets, fitted on other mixtures of pages: where they differ, one of them is often far off, and their mean
is not. Every layer adds to what the layers before it knew: neighbours at growing distances, the most telling unit
before and behind, and the page as a whole. `fitting/text` fits the weights.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

TAGS: Final = (
    "title", "subtitle", "byline", "dateline", "date", "body", "subheading", "quote", "caption", "source", "tags",
    "read_also", "related", "navigation", "share", "comments", "ads", "legal", "other",
)  # fmt: skip
"""What a unit is by itself; whether a story is the page's main one or an embedded one is told apart beside it."""

DILATIONS: Final = (1, 2, 4, 8, 16, 1)
"""Units between the taps of each convolution."""
WEIGHTS: Final = Path(__file__).parent.parent / "weights" / "text.npz"

Floats: TypeAlias = npt.NDArray[np.float32]
UnitWords: TypeAlias = npt.NDArray[np.uint64]
"""Units x WORDS: hashes of a unit's first words and of its last ones, 0 where it has fewer."""
Weights: TypeAlias = Mapping[str, Any]
"""Arrays by name, one row a net (but `transition`, which is the decoder's); `vocabulary` are sorted hashes."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """What the tagger believes of each unit: natural logarithms of probabilities."""

    tag: Floats
    """Units x TAGS."""
    change: Floats
    """Log-odds that a segment begins at the unit."""
    embedded: Floats
    """Log-odds that a unit of a story belongs to an embedded one."""


@cache
def shipped_weights() -> Weights:
    """The weights that come with the package."""
    with np.load(WEIGHTS) as data:
        return {name: data[name] if name == "vocabulary" else data[name].astype(np.float32) for name in data.files}


def tag_units(rows: Floats, words: UnitWords, weights: Weights) -> Tagged:
    """Tag the units of a page from their feature rows and their words: what the nets believe on average."""
    x = np.clip((rows - _each(weights["mean"])) * _each(weights["scale"]), -4, 4)
    h = np.maximum(x @ weights["in_w"] + _meaning(words, weights) @ weights["word_w"] + _each(weights["in_b"]), 0)
    for layer, dilation in enumerate(DILATIONS):
        h = h + _convolved(_normed(h, weights, layer), dilation, layer, weights)
        if layer in (1, 4):
            h = h + _swept(h, layer, weights)
    out = _normed(h, weights, len(DILATIONS)) @ weights["out_w"] + _each(weights["out_b"])
    tag = _log_shares(_log_shares(out[:, :, : len(TAGS)]).mean(axis=0))
    return Tagged(tag, out[:, :, len(TAGS)].mean(axis=0), out[:, :, len(TAGS) + 1].mean(axis=0))


def _each(vectors: Floats) -> Floats:
    """One vector a net, for all units of that net."""
    return vectors[:, None]


def _log_shares(logits: Floats) -> Floats:
    logits = logits - logits.max(axis=-1, keepdims=True)
    result: Floats = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    return result


def _meaning(words: UnitWords, weights: Weights) -> Floats:
    """What the words of each unit say to each net: the mean of all that it knows, the first and the last."""
    return np.stack([_said(words, *net) for net in zip(weights["vocabulary"], weights["word_vectors"], strict=True)])


def _said(words: UnitWords, known: UnitWords, table: Floats) -> Floats:
    place = np.minimum(np.searchsorted(known, words), len(known) - 1)
    vectors = table[np.where(known[place] == words, place + 1, 0)]
    told = (vectors != 0).any(axis=2).sum(axis=1)
    mean = vectors.sum(axis=1) / np.maximum(told, 1)[:, None]
    result: Floats = np.concatenate((mean, vectors[:, 0], vectors[:, -1]), axis=1)
    return result


def _normed(h: Floats, weights: Weights, layer: int) -> Floats:
    centred = h - h.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + 1e-5)
    result: Floats = centred / deviation * _each(weights[f"norm{layer}_w"]) + _each(weights[f"norm{layer}_b"])
    return result


def _convolved(h: Floats, dilation: int, layer: int, weights: Weights) -> Floats:
    """Three taps: the unit itself and the ones `dilation` before and behind it."""
    before = np.zeros_like(h)
    behind = np.zeros_like(h)
    if h.shape[1] > dilation:
        before[:, dilation:] = h[:, :-dilation]
        behind[:, :-dilation] = h[:, dilation:]
    joined = np.concatenate((before, h, behind), axis=-1)
    inner = np.maximum(joined @ weights[f"conv{layer}_w"] + _each(weights[f"conv{layer}_b"]), 0)
    result: Floats = inner @ weights[f"mix{layer}_w"]
    return result


def _swept(h: Floats, layer: int, weights: Weights) -> Floats:
    """The strongest sign before each unit, behind it, and the mean of the page."""
    signs = h @ weights[f"sweep{layer}_w"]
    before = np.maximum.accumulate(signs, axis=1)
    behind = np.maximum.accumulate(signs[:, ::-1], axis=1)[:, ::-1]
    whole = np.broadcast_to(signs.mean(axis=1, keepdims=True), signs.shape)
    inner = np.maximum(np.concatenate((before, behind, whole), axis=-1), 0)
    result: Floats = inner @ weights[f"swept{layer}_w"]
    return result
