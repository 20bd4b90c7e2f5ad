"""Pages -> rows of blocks of a fixed number, with group numbers that stay inside a page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

SIZE = 4096


@dataclass
class Sample:
    """One page as the network sees it."""

    rows: Any
    groups: tuple[Any, ...]
    weight: Any
    body: Any
    known: Any
    """Weight of a block in the loss; 0 where its label is unknown."""
    label: Any
    """Index of the label, -1 unknown."""


def batches(
    samples: Sequence[Sample], order: Sequence[int], size: int = SIZE
) -> Iterator[tuple[dict[str, Any], list[tuple[int, int, int]]]]:
    """Batches, with (sample, first row, rows) for what is in them; a page larger than a batch is cut off."""
    held: list[int] = []
    room = size
    for i in order:
        n = min(len(samples[i].weight), size)
        if n > room:
            yield _pack(samples, held, size)
            held, room = [], size
        held.append(i)
        room -= n
    if held:
        yield _pack(samples, held, size)


def _pack(
    samples: Sequence[Sample], held: Sequence[int], size: int
) -> tuple[dict[str, Any], list[tuple[int, int, int]]]:
    width = samples[held[0]].rows.shape[1]
    groups = len(samples[held[0]].groups)
    batch: dict[str, Any] = {
        "rows": np.zeros((size, width), np.float32),
        "page": np.full(size, len(held), np.int32),
        "groups": [np.full(size, size - 1, np.int32) for _ in range(groups)],
        "mass": np.zeros(size, np.float32),
        "weight": np.zeros(size, np.float32),
        "body": np.zeros(size, np.float32),
        "known": np.zeros(size, np.float32),
        "label": np.full(size, -1, np.int32),
        "known_label": np.zeros(size, np.float32),
    }
    at = 0
    places = []
    for number, i in enumerate(held):
        sample = samples[i]
        n = min(len(sample.weight), size)
        rows = slice(at, at + n)
        batch["rows"][rows] = sample.rows[:n]
        batch["page"][rows] = number
        for group, own in zip(batch["groups"], sample.groups, strict=True):
            group[rows] = own[:n] + at
        batch["weight"][rows] = sample.weight[:n]
        batch["mass"][rows] = np.log1p(sample.weight[:n])
        batch["body"][rows] = sample.body[:n] > 0.5
        batch["known"][rows] = sample.known[:n]
        batch["label"][rows] = sample.label[:n]
        batch["known_label"][rows] = np.log1p(sample.weight[:n]) / 4
        places.append((i, at, n))
        at += n
    batch["groups"] = tuple(batch["groups"])
    return batch, places
