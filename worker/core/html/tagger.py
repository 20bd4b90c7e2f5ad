"""The network that tells body from the rest: blocks in a row, with what stands around them and in their groups.

Trained by fitting/html. Several nets that differ in their random start are run, and their answers averaged.
"""

from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from worker.core.html.features import Features
from worker.core.html.keys import Odds

Array = NDArray[Any]

WEIGHTS: Final = Path(__file__).parent.parent / "weights" / "html.npz"
SHIFTS: Final = (1, 2, 3)
"""Blocks before and after a block that the network sees in each layer."""
LAYERS: Final = 2
_CLIP: Final = 4.0
"""Standard deviations at which a feature is cut off."""


class Tagger:
    """Fitted nets with the scaling of their inputs and the token table."""

    def __init__(self, arrays: dict[str, Array]) -> None:
        self.mean, self.scale = arrays["mean"], 1.0 / arrays["std"]
        self.nets = []
        for number in range(int(arrays["nets"])):
            prefix = f"{number}:"
            self.nets.append({k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)})
        self.odds = Odds(dict(zip(arrays["tokens"].tolist(), arrays["odds"].tolist(), strict=True)))
        self.calibration: tuple[float, float] = tuple(arrays["calibration"].tolist())

    def answer(self, features: Features) -> tuple[Array, Array]:
        """Per block: the logit of being body, and the logits of every label."""
        rows = np.clip((features.rows - self.mean) * self.scale, -_CLIP, _CLIP)
        averages = [_Average(group, np.log1p(features.weights)) for group in features.groups]
        averages.append(_Average(np.zeros(len(rows), np.int64), np.log1p(features.weights)))
        outputs = [_run(net, rows, averages, features.weights) for net in self.nets]
        mean = sum(outputs[1:], outputs[0]) / len(outputs)
        return mean[:, 0], mean[:, 1:]


@cache
def fitted() -> Tagger:
    """The fitted tagger that ships with the package."""
    with np.load(WEIGHTS) as arrays:
        return Tagger({name: arrays[name] for name in arrays.files})


class _Average:
    """Weighted means and sums over groups of blocks, as sums over runs after sorting by group."""

    def __init__(self, group: Array, mass: Array) -> None:
        self.group = group
        self.order = np.argsort(group, kind="stable")
        ordered = group[self.order]
        self.starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
        self.mass = mass.astype(np.float32)[:, None]
        self.scale = 1.0 / (self.sums(self.mass) + 1e-6)

    def sums(self, values: Array) -> Array:
        """One row a group."""
        return np.add.reduceat(values[self.order], self.starts, axis=0)

    def mean(self, values: Array) -> Array:
        """One row a block: the mean of its group."""
        return (self.sums(values * self.mass) * self.scale)[self.group]

    def share(self, values: Array) -> Array:
        """One value a block: the sum of its group."""
        return self.sums(values)[self.group]


def _run(net: dict[str, Array], rows: Array, averages: list[_Average], weight: Array) -> Array:
    hidden = _relu(rows @ net["in"] + net["in_b"])
    for layer in range(LAYERS):
        logit = (hidden @ net[f"head{layer}"] + net[f"head{layer}_b"])[:, 0]
        narrow = _relu(hidden @ net[f"narrow{layer}"] + net[f"narrow{layer}_b"])
        p = 1.0 / (1.0 + np.exp(-logit))
        told = p * weight
        context = [_shifted(narrow, by * sign) for by in SHIFTS for sign in (1, -1)]
        context += [average.mean(narrow) for average in averages]
        context.append(np.broadcast_to(told @ narrow / (told.sum() + 1e-6), narrow.shape))
        around = np.concatenate([*context, _scalars(logit, p, told, averages[:-1])], axis=1).astype(np.float32)
        hidden = _relu(hidden @ net[f"own{layer}"] + around @ net[f"around{layer}"] + net[f"own{layer}_b"])
    answer: Array = hidden @ net["out"] + net["out_b"]
    return answer


def _scalars(logit: Array, p: Array, told: Array, averages: list[_Average]) -> Array:
    """What the answers so far say about a block's surroundings."""
    total = told.sum() + 1.0
    above = (np.cumsum(told) - told) / total
    column = p[:, None]
    around = [(_shifted(column, by) + _shifted(column, -by))[:, 0] for by in (1, 2)]
    shares = [average.share(told[:, None])[:, 0] / total for average in averages]
    means = [average.mean(column)[:, 0] for average in averages]
    return np.stack([p, logit / 4, above, 1 - above - told / total, *shares, *means, *around], axis=1)


def _shifted(values: Array, by: int) -> Array:
    out = np.zeros_like(values)
    if abs(by) < len(values):
        if by > 0:
            out[by:] = values[:-by]
        else:
            out[:by] = values[-by:]
    return out


def _relu(values: Array) -> Array:
    return np.maximum(values, 0, out=values)
