"""The network that tells body from the rest: blocks in a row, with what stands around them and in their groups.

Trained by fitting/html. Nets that differ in their random start answer pages in doubt together, as their mean.
"""

import math
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from worker.core.html.features import Features
from worker.core.html.keys import Odds
from worker.core.model import RUNNING, Label

Array = NDArray[Any]

WEIGHTS: Final = Path(__file__).parent.parent / "weights" / "html.npz"
SHIFTS: Final = (1, 2, 3)
"""Blocks before and after a block that the network sees in each layer."""
LAYERS: Final = 2
_SURE_SHARE: Final = 0.85
_USUAL: Final = _SURE_SHARE / 2
_EDGE: Final = math.log(_USUAL / (1 - _USUAL))
_DOUBT: Final = 0.2
_LEAST_WEIGHT: Final = 15
"""A page is in doubt where the first net's logit of a block of so many characters is so near to the threshold: there
the other nets are asked too. Left out by site, with the nets before these, that was a quarter of the pages, and they
were as good as with all nets always: F1 .977 and .978, exact .486 and .492 (one page), strings .946 and .945."""
_LABELS_SHARE: Final = 0.2
"""Share of the label outputs in the logit of body: they were taught captions, adverts and legal text as such."""
_OWN_STORY: Final = np.array([label in RUNNING and label is not Label.EMBEDDED_BODY for label in Label])
_SUREST: Final = 8.0
"""Logit at which the label outputs are cut off."""
_LEAST_CHANCE: Final = 1e-9
_LEAST_F1: Final = 0.5
"""Expected F1 below which the threshold falls no further."""
_CLIP: Final = 4.0
"""Standard deviations at which a feature is cut off."""
_GROUPS: Final = 3
"""Kinds of groups whose means a block sees; the page's own mean is the same for all of its blocks."""


class Tagger:
    """Fitted nets with the scaling of their inputs and the token table."""

    def __init__(self, arrays: dict[str, Array]) -> None:
        self.mean, self.scale = arrays["mean"][:, None], 1.0 / arrays["std"][:, None]
        self.nets = []
        for number in range(int(arrays["nets"])):
            prefix = f"{number}:"
            self.nets.append(_Net({k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}))
        self.odds = Odds(dict(zip(arrays["tokens"].tolist(), arrays["odds"].tolist(), strict=True)))
        self.calibration: tuple[float, float] = tuple(arrays["calibration"].tolist())

    def answer(self, features: Features) -> tuple[Array, Array]:
        """Per block: the logit of being body, and the logits of every label."""
        rows = (features.columns - self.mean) * self.scale
        np.clip(rows, -_CLIP, _CLIP, out=rows)
        around = _Around(features)
        answer = self.nets[0].run(rows, around)
        near = np.abs(answer[:, 0] - _EDGE) < _DOUBT
        if (near & (features.weights >= _LEAST_WEIGHT)).any():
            answer = sum((net.run(rows, around) for net in self.nets[1:]), answer) / np.float32(len(self.nets))
        labels = answer[:, 1:]
        chance = np.exp(labels - labels.max(axis=1, keepdims=True))
        own = chance[:, _OWN_STORY].sum(axis=1)
        told = np.log((own + _LEAST_CHANCE) / (chance.sum(axis=1) - own + _LEAST_CHANCE))
        np.clip(told, -_SUREST, _SUREST, out=told)
        return (1 - _LABELS_SHARE) * answer[:, 0] + _LABELS_SHARE * told, labels


def threshold_of(p: Array, weights: Array) -> float:
    """The probability above which blocks of a page are body, from all its blocks' probabilities and lengths.

    The choice with the highest expected F1 holds all blocks above half of that F1: on a page of which the nets are sure
    that is nearly a half, and less where they are not. A little less than that choice was best, left out by site.
    """
    order = np.argsort(-p)
    weight = weights[order]
    told = np.cumsum(p[order] * weight)
    expected = 2 * told / (np.cumsum(weight) + told[-1] + 1e-9)
    return _SURE_SHARE / 2 * max(_LEAST_F1, float(expected.max()))


@cache
def fitted() -> Tagger:
    """The fitted tagger that ships with the package."""
    with np.load(WEIGHTS) as arrays:
        return Tagger({name: arrays[name] for name in arrays.files})


class _Around:
    """What is the same for all layers and nets: the blocks sorted by their groups, all kinds of groups in one."""

    def __init__(self, features: Features) -> None:
        self.weight = features.weights.astype(np.float32)
        self.mass = np.log1p(self.weight)[:, None]
        self.total = float(self.mass.sum()) + 1e-6
        n, at = len(self.weight), 0
        orders: list[Array] = []
        starts: list[Array] = []
        self.group: list[Array] = []
        for kind, group in enumerate(features.groups):
            orders.append(np.argsort(group, kind="stable"))
            ordered = group[orders[-1]]
            first = np.flatnonzero(ordered[1:] != ordered[:-1])
            starts += [np.array([kind * n]), first + (kind * n + 1)]
            self.group.append(group + at)
            at += len(first) + 1
        self.order, self.starts = np.concatenate(orders), np.concatenate(starts)
        self.scale = 1.0 / (self.sums(self.mass) + np.float32(1e-6))

    def sums(self, values: Array) -> Array:
        """One row a group, of all kinds: the sum of its blocks' rows."""
        return np.add.reduceat(values[self.order], self.starts, axis=0)


class _Net:
    """One net; what a layer multiplies with the same rows is one matrix."""

    def __init__(self, net: dict[str, Array]) -> None:
        self.into, self.into_b = np.ascontiguousarray(net["in"].T), net["in_b"][:, None]
        self.out, self.out_b = net["out"], net["out_b"]
        self.narrow, self.narrow_b, self.own, self.own_b, self.page = [], [], [], [], []
        for layer in range(LAYERS):
            self.narrow.append(np.hstack([net[f"narrow{layer}"], net[f"head{layer}"]]))
            self.narrow_b.append(np.hstack([net[f"narrow{layer}_b"], net[f"head{layer}_b"]]))
            near = net[f"around{layer}"]
            width = net[f"narrow{layer}"].shape[1]
            page = width * (2 * len(SHIFTS) + _GROUPS)
            self.own.append(np.vstack([net[f"own{layer}"], near[:page], near[page + 2 * width :]]))
            self.page.append(near[page : page + 2 * width])
            self.own_b.append(net[f"own{layer}_b"])

    def run(self, rows: Array, around: _Around) -> Array:
        """The logits of all heads, one row a block; `rows` has one column a block."""
        hidden = _relu(self.into @ rows + self.into_b).T
        n, wide = hidden.shape
        width = self.narrow[0].shape[1] - 1
        seen = np.zeros((n, len(self.own[0])), np.float32)
        for layer in range(LAYERS):
            seen[:, :wide] = hidden
            told = hidden @ self.narrow[layer] + self.narrow_b[layer]
            logit, narrow = told[:, width].copy(), _relu(told[:, :width])
            p = 1.0 / (1.0 + np.exp(-logit))
            share = p * around.weight
            total = float(share.sum())
            at = wide
            for by in SHIFTS:
                seen[by:, at : at + width] = narrow[:-by]
                seen[:-by, at + width : at + 2 * width] = narrow[by:]
                at += 2 * width
            chosen = share @ narrow / (total + 1e-6)
            told[:, width] = p
            told *= around.mass
            page = np.concatenate([told[:, :width].sum(axis=0) / around.total, chosen])
            sums = around.sums(np.column_stack([told, share]))
            means = sums[:, : width + 1] * around.scale
            shares = sums[:, width + 1] / (total + 1.0)
            above = (np.cumsum(share) - share) / (total + 1.0)
            last = at + _GROUPS * width
            seen[:, last : last + 4] = np.stack([p, logit / 4, above, 1 - above - share / (total + 1.0)], axis=1)
            for kind, group in enumerate(around.group):
                seen[:, at : at + width] = means[group, :width]
                seen[:, last + 4 + kind] = shares[group]
                seen[:, last + 4 + _GROUPS + kind] = means[group, width]
                at += width
            for by in (1, 2):
                near = last + 3 + 2 * _GROUPS + by
                seen[:, near] = 0
                seen[by:, near] = p[:-by]
                seen[:-by, near] += p[by:]
            hidden = _relu(seen @ self.own[layer] + (self.own_b[layer] + page @ self.page[layer]))
        answer: Array = hidden @ self.out + self.out_b
        return answer


def _relu(values: Array) -> Array:
    return np.maximum(values, 0, out=values)
