"""Fit the weights of metadata sources, html_votes.npz: `python -m fitting.html.fit_votes DATA OUT`."""

import argparse
from pathlib import Path

import numpy as np

from fitting.html.gold import Example, load
from fitting.html.votes import FIELDS, RIDGE, Choice, choices, fit
from worker.core.html.features import compute
from worker.core.html.metadata.scene import Scene, scene_of
from worker.core.html.metadata.vote import ONE
from worker.core.html.rules import decide
from worker.core.html.tagger import fitted


def scene(example: Example) -> Scene:
    """The page with the body that the shipped tagger gives it."""
    features = compute(example.page, fitted().odds)
    logits, _ = fitted().answer(features)
    draft = decide(example.page, features, 1 / (1 + np.exp(-logits)))
    body = [int(i) for i in np.flatnonzero(draft.chosen)]
    return scene_of(example.page, features.tree, features.texts, features.title, body, "")


def main() -> None:
    """Fit on all pages that have gold fields."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder with gold-*.jsonl and html/")
    parser.add_argument("out", type=Path, help="where the weights go")
    parser.add_argument("--cache", type=Path, default=Path("/tmp/newsmill-align.json"))  # noqa: S108 - a cache
    given = parser.parse_args()
    found: dict[str, list[Choice]] = {field: [] for field in FIELDS}
    for number, example in enumerate(load(given.data, given.cache)):
        wanted = [field for field, gold in FIELDS.items() if example.gold.get(gold)]
        if wanted and len(example.body):
            seen = scene(example)
            for field in wanted:
                found[field] += choices(field, number, seen, example.gold)
    arrays = {}
    for field, candidates in found.items():
        weights = fit(candidates, RIDGE[field], one=field in ONE)
        arrays[f"{field}:cues"] = np.array(list(weights))
        arrays[f"{field}:weights"] = np.array(list(weights.values()), np.float32)
        print(f"{field}: {len(candidates)} candidates, {sum(c.right for c in candidates)} right")
    np.savez_compressed(given.out, **arrays)


if __name__ == "__main__":
    main()
