"""The tagger: small convolutional networks over a page's units, in plain numpy, with their weights as data.

There are three nets, fitted on other mixtures of pages: where they differ, one of them is often far off, and their mean
is not; see also `choice`. Every layer adds to what the layers before it knew: neighbours at growing distances, the most
telling unit before and behind, and the page as a whole. `fitting/text` fits the weights.
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
Hashes: TypeAlias = npt.NDArray[np.uint64]
UnitWords: TypeAlias = Hashes
"""Units x WORDS: hashes of a unit's first words and of its last ones, 0 where it has fewer."""
Weights: TypeAlias = Mapping[str, Any]
"""Arrays by name, one row a net; but `vocabulary` and `word_vectors` are of all nets, see `ready`, and `transition` is
the decoder's."""


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
        return ready({name: data[name] for name in data.files})


def ready(fitted: Mapping[str, Any]) -> Weights:
    """Fitted weights as the tagger reads them.

    `vocabulary`, which has one row of sorted hashes a net, becomes the sorted hashes that any net knows, and
    `word_vectors` what all nets say of each of these (the first row: of other words), net behind net, and behind that
    which nets know it.
    """
    vocabulary = np.unique(fitted["vocabulary"])
    vectors = [_spread(*net, vocabulary) for net in zip(fitted["vocabulary"], fitted["word_vectors"], strict=True)]
    knows = [(said != 0).any(axis=1, keepdims=True) for said in vectors]
    weights = {name: value.astype(np.float32) for name, value in fitted.items() if name != "vocabulary"}
    return weights | {"vocabulary": vocabulary, "word_vectors": np.concatenate((*vectors, *knows), 1, dtype=np.float32)}


def _spread(known: Hashes, table: Floats, vocabulary: Hashes) -> Floats:
    """A net's word vectors in the rows of a larger vocabulary."""
    spread = np.zeros((len(vocabulary) + 1, table.shape[1]), dtype=np.float32)
    spread[np.searchsorted(vocabulary, known) + 1] = table[1:]
    return spread


def tag_units(rows: Floats, words: UnitWords, weights: Weights) -> list[Tagged]:
    """Tag the units of a page from their feature rows and their words.

    What the nets believe on average comes first, then what each of them believes alone.
    """
    x = (rows - _each(weights["mean"])) * _each(weights["scale"])
    np.maximum(np.minimum(x, 4, out=x), -4, out=x)
    h = x @ weights["in_w"]
    h += _meaning(words, weights) @ weights["word_w"]
    h += _each(weights["in_b"])
    np.maximum(h, 0, out=h)
    for layer, dilation in enumerate(DILATIONS):
        h += _convolved(_normed(h, weights, layer), dilation, layer, weights)
        if layer in (1, 4):
            h += _swept(h, layer, weights)
    out = _normed(h, weights, len(DILATIONS)) @ weights["out_w"] + _each(weights["out_b"])
    tags = _log_shares(out[:, :, : len(TAGS)])
    change, embedded = out[:, :, len(TAGS)], out[:, :, len(TAGS) + 1]
    mean = Tagged(_log_shares(tags.mean(axis=0)), change.mean(axis=0), embedded.mean(axis=0))
    return [mean, *map(Tagged, tags, change, embedded)]


def _each(vectors: Floats) -> Floats:
    """One vector a net, for all units of that net."""
    return vectors[:, None]


def _log_shares(logits: Floats) -> Floats:
    logits = logits - logits.max(axis=-1, keepdims=True)
    result: Floats = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    return result


def _meaning(words: UnitWords, weights: Weights) -> Floats:
    """What the words of each unit say to each net: the mean of all that it knows, the first and the last."""
    vocabulary = weights["vocabulary"]
    nets, size = len(weights["in_w"]), len(words)
    place = np.minimum(np.searchsorted(vocabulary, words), len(vocabulary) - 1)
    said = weights["word_vectors"][np.where(vocabulary[place] == words, place + 1, 0)]
    total = said.sum(axis=1)
    told = np.maximum(total[:, -nets:], 1)
    parts = (total[:, :-nets], said[:, 0, :-nets], said[:, -1, :-nets])
    meaning = np.stack([part.reshape(size, nets, -1) for part in parts], axis=2)
    meaning[:, :, 0] /= told[:, :, None]
    result: Floats = meaning.reshape(size, nets, -1).transpose(1, 0, 2)
    return result


def _normed(h: Floats, weights: Weights, layer: int) -> Floats:
    normed: Floats = h - h.mean(axis=-1, keepdims=True)
    variance = np.einsum("nuc,nuc->nu", normed, normed) / np.float32(h.shape[-1])
    normed /= np.sqrt(variance + np.float32(1e-5))[:, :, None]
    normed *= _each(weights[f"norm{layer}_w"])
    normed += _each(weights[f"norm{layer}_b"])
    return normed


def _convolved(h: Floats, dilation: int, layer: int, weights: Weights) -> Floats:
    """Three taps: the unit itself and the ones `dilation` before and behind it."""
    before, here, behind = _parts(weights[f"conv{layer}_w"], h.shape[-1])
    inner = h @ here
    inner[:, dilation:] += h[:, :-dilation] @ before
    inner[:, :-dilation] += h[:, dilation:] @ behind
    inner += _each(weights[f"conv{layer}_b"])
    result: Floats = np.maximum(inner, 0, out=inner) @ weights[f"mix{layer}_w"]
    return result


def _swept(h: Floats, layer: int, weights: Weights) -> Floats:
    """The strongest sign before each unit, behind it, and the mean of the page."""
    signs = h @ weights[f"sweep{layer}_w"]
    before, behind, whole = _parts(weights[f"swept{layer}_w"], signs.shape[-1])
    mean = np.maximum(signs.mean(axis=1, keepdims=True), 0)
    np.maximum(signs, 0, out=signs)
    result: Floats = _strongest(signs) @ before
    result += _strongest(signs[:, ::-1])[:, ::-1] @ behind
    result += mean @ whole
    return result


def _strongest(signs: Floats) -> Floats:
    """The strongest sign up to each unit: among 2, 4, 8 … units, which takes half the time of numpy's `accumulate`."""
    strongest = signs.copy()
    reach = 1
    while reach < signs.shape[1]:
        np.maximum(strongest[:, reach:], strongest[:, :-reach], out=strongest[:, reach:])
        reach *= 2
    return strongest


def _parts(matrices: Floats, rows: int) -> list[Floats]:
    """The matrices that apply to each of the parts, of so many columns, that would stand side by side."""
    return [matrices[:, start : start + rows] for start in range(0, matrices.shape[1], rows)]
