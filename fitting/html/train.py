"""Fit the html tagger and write worker/core/weights/html.npz: `python -m fitting.html.train DATA OUT`."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from fitting.html import network
from fitting.html.batches import Sample, batches
from fitting.html.gold import Example, load, texts_of
from fitting.html.odds import counts_of, table_of, total
from fitting.html.scripts import CUES, carried, caseless, check_cues, unspaced
from fitting.html.segment_gold import carry, segment_labels
from worker.core.html.features import Features, compute
from worker.core.html.keys import Odds
from worker.core.model import Label

Array = NDArray[Any]
LABELS = list(Label)
EPOCHS = 22
RATE = 3e-3
DROP = 0.2
SCRIPTS = (None, caseless, unspaced)
SHARES = (0.7, 0.18, 0.12)
"""Scripts in which a page is seen, and how often."""
KEPT_CUES = 0.5
"""How often a page in another script keeps its cues: of many languages we have lexicons, of most not."""
_RUNNING = ("body", "subheading", "quote")


def prepare(data: Path, cache: Path, folders: list[Path]) -> tuple[list[Example], list[Any]]:
    """Pages and their label numbers (-1 unknown); segments labelled by hand also fill in unknown bodies."""
    examples = load(data, cache)
    gold = segment_labels(folders)
    labels = []
    for example in examples:
        numbers = np.full(len(example.body), -1, np.int32)
        if example.id in gold:
            for i, label in enumerate(carry(texts_of(example.page), *gold[example.id])):
                if label is not None:
                    numbers[i] = LABELS.index(Label(label))
                    if example.body[i] < 0 and label != "subtitle":
                        example.body[i] = label in _RUNNING
        labels.append(numbers)
    return examples, labels


def features_left_out(examples: list[Example], chosen: list[int]) -> tuple[list[dict[int, Features]], dict[str, float]]:
    """Features of the chosen pages in each script, with token tables that do not know the page's own site.

    Second, the whole table.
    """
    counts = {i: counts_of(examples[i]) for i in chosen}
    sums = total(counts.values())
    sites: dict[str, list[int]] = {}
    for i in chosen:
        sites.setdefault(examples[i].site, []).append(i)
    found: list[dict[int, Features]] = [{} for _ in SCRIPTS]
    for members in sites.values():
        odds = Odds(table_of(sums, total(counts[i] for i in members)))
        for features, script in zip(found, SCRIPTS, strict=True):
            for i in members:
                page = examples[i].page
                features[i] = compute(carried(page, script) if script else page, odds)
    for features in found[0].values():
        check_cues(features)
    return found, table_of(sums)


def sample_of(example: Example, features: Features, labels: Array, mean: Array, std: Array) -> Sample:
    """A page scaled for the network."""
    rows = np.clip((features.columns.T - mean) / std, -4, 4).astype(np.float32)
    part = 1 if example.set == "scrapinghub" else 2
    known = np.where(example.body >= 0, np.log1p(features.weights) / 4 * part, 0)
    return Sample(rows, features.groups, features.weights, example.body, known.astype(np.float32), labels)


def train(scripts: list[dict[int, Sample]], seed: int, epochs: int = EPOCHS) -> dict[str, Any]:
    """One net; `scripts` holds the pages once a script."""
    rng = np.random.default_rng(seed)
    index = sorted(scripts[0])
    steps = (sum(1 for _ in batches(scripts[0], index)) + 1) * epochs
    optimiser, step = network.trainer(steps, RATE, DROP)
    weights = network.init(jax.random.PRNGKey(seed), scripts[0][index[0]].rows.shape[1])
    state, key = optimiser.init(weights), jax.random.PRNGKey(seed + 99)
    for _ in range(epochs):
        samples = {i: _drawn(scripts, i, rng) for i in index}
        for batch, _places in batches(samples, rng.permutation(index)):
            key, sub = jax.random.split(key)
            weights, state, _ = step(weights, state, batch, sub)
    return {name: np.asarray(value) for name, value in weights.items()}


def _drawn(scripts: list[dict[int, Sample]], page: int, rng: np.random.Generator) -> Sample:
    """The page in one of the scripts."""
    script = int(rng.choice(len(scripts), p=SHARES))
    sample = scripts[script][page]
    if script and rng.random() < KEPT_CUES:
        rows = sample.rows.copy()
        rows[:, CUES] = scripts[0][page].rows[:, CUES]
        sample = replace(sample, rows=rows)
    return sample


def pack(
    nets: list[dict[str, Any]], mean: Array, std: Array, table: dict[str, float], calibration: tuple[float, float]
) -> dict[str, Any]:
    """The arrays that the tagger loads; group layers are narrowed to half floats only on disk."""
    arrays: dict[str, Any] = {
        "nets": np.array(len(nets)),
        "mean": mean.astype(np.float32),
        "std": std.astype(np.float32),
        "tokens": np.array(sorted(table)),
        "odds": np.array([table[token] for token in sorted(table)], np.float32),
        "calibration": np.array(calibration, np.float64),
    }
    for number, net in enumerate(nets):
        arrays.update({f"{number}:{name}": value.astype(np.float32) for name, value in net.items()})
    return arrays


def main() -> None:
    """Fit on all pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with gold-*.jsonl and html/")
    parser.add_argument("out", type=Path, help="where the weights go")
    parser.add_argument("--segments", type=Path, nargs="*", default=[], help="folders with hand-made segments")
    parser.add_argument("--cache", type=Path, default=Path("/tmp/newsmill-align.json"))  # noqa: S108 - a cache
    parser.add_argument("--nets", type=int, default=2)
    parser.add_argument("--calibration", type=float, nargs=2, default=(0.968, -1.889))
    given = parser.parse_args()
    examples, labels = prepare(given.data, given.cache, given.segments)
    chosen = [i for i, example in enumerate(examples) if len(example.body)]
    features, table = features_left_out(examples, chosen)
    rows = np.concatenate([features[0][i].columns.T for i in chosen])
    mean, std = rows.mean(axis=0), rows.std(axis=0) + 0.05
    scripts = [{i: sample_of(examples[i], seen[i], labels[i], mean, std) for i in chosen} for seen in features]
    nets = [train(scripts, seed) for seed in range(given.nets)]
    np.savez_compressed(given.out, **pack(nets, mean, std, table, tuple(given.calibration)))
    print(f"{len(chosen)} pages, {len(nets)} nets, {len(table)} tokens -> {given.out}")


if __name__ == "__main__":
    main()
