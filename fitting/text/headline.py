"""Fit the headline's own decision, or measure it left out by site. See fitting/README.md.

headline.py --labelled DIR [...] --tools DIR --nets PATTERN [--left-out] [--out FILE]

PATTERN names the tagger's weights by fold, such as `text_{}.npz`: what the tagger says of a page that it was fitted on
is surer than what it says of others, so every page is read by weights that have not seen its site.
"""

import argparse
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from measure import scorer
from pages import FOLDS, Page, flattened, fold_of, load_module, read_labelled

from worker.core.text.choice import read_again
from worker.core.text.decode import state_scores
from worker.core.text.features import unit_features, unit_words
from worker.core.text.headline import LENGTHS, MOST_WORDS, STEP, HeadlineWeights, best_stretch
from worker.core.text.headline_columns import MOST_BEFORE, MOST_BEHIND, OF_TAGS, Window, look_around
from worker.core.text.layout import decoded
from worker.core.text.page import read_page
from worker.core.text.rules import nudge
from worker.core.text.tagger import Weights, ready, tag_units

KINDS = ("plain", "space", "glue", "tight")
SIZE = MOST_BEFORE + MOST_BEHIND
HIDDEN = 16
EPOCHS = 20
BATCH = 96
RATE = 0.03
SHRINK = 1e-3
UNCASED = ("ar", "fa", "he", "hi", "ur", "gu")
"""Languages of which there are few pages, and whose headlines no capital tells: they count twice."""
FORGET = (("title", 0.35), ("all", 0.1))
"""Which of the tagger's beliefs are hidden, and from what share of a batch: it is not to be believed alone."""
Arrays = dict[str, Any]
Fold = Callable[[str | None], str]


@dataclass(frozen=True)
class Sample:
    """A page's window, and the stretches of its words (first, gap behind the last) that are its headline."""

    page: Page
    window: Window
    right: tuple[tuple[int, int], ...]


def tight(page: Page, flatten: Callable[[str, str], tuple[str, list[int]]]) -> Page:
    """The page in one line, what stands between headline and story gone, or some dates and authors before both."""
    page = flattened(page, "space", flatten)
    segments = page.segments
    titles = [at for at, (_, _, label, _) in enumerate(segments) if label == "title"]
    bodies = [at for at, (_, _, label, art) in enumerate(segments) if label == "body" and not art]
    story = next((at for at in bodies if titles and at > titles[-1]), None)
    if story is None or story - titles[-1] > 8:
        return page
    rng = random.Random(page.id)  # noqa: S311 - how a page is made, not a secret
    between = [s for s in segments[titles[-1] + 1 : story] if s[2] in ("date", "byline") and rng.random() < 0.7]
    order = [*segments[max(0, titles[-1] - 6) : titles[-1]], *between, segments[titles[-1]], *segments[story:]]
    text, moved = "", []
    for start, end, label, article in order:
        if piece := " ".join(page.text[start:end].split()):
            moved.append((len(text), len(text) + len(piece) + 1, label, article))
            text += f"{piece} "
    return replace(page, text=text, segments=tuple(moved), kind="tight")


def sample(page: Page, weights: Weights, fold: Fold) -> Sample | None:
    """The page as it is laid out by the tagger's weights up to the headline's decision."""
    reading = read_page(page.text)
    rows, _ = unit_features(reading)
    beliefs = tag_units(rows, unit_words(reading), weights)
    scores = state_scores(beliefs[0])
    nudge(scores, reading)
    states = read_again(decoded(scores, beliefs[0], weights), scores, beliefs, reading, weights["transition"])
    window = look_around(reading, beliefs[0], states)
    return Sample(page, window, _right(page, window, fold)) if window else None


def _right(page: Page, window: Window, fold: Fold) -> tuple[tuple[int, int], ...]:
    """Every printing of the headline in its best form; where there is none, the printing nearest to the story."""
    title = page.expected.get("title") or ""
    wanted = fold(title)
    found, printed = [], []
    for start, end in ((a, b) for a, b, label, _ in page.segments if label == "title"):
        first, behind = np.searchsorted(window.start, (start, end)).tolist()
        if behind <= first or (not first and start < window.start[0] - 3):
            continue
        printed.append((first, behind))
        for x in range(first, behind):
            for y in range(x + 1, behind + 1):
                low, high = int(window.start[x]), int(window.end[y - 1])
                if wanted and abs(high - low - len(title)) < 4 and fold(page.text[low:high]) == wanted:
                    found.append((x, y))
    return tuple((x, y) for x, y in found or printed[-1:] if y - x <= MOST_WORDS)


def packed(samples: Sequence[Sample]) -> Arrays:
    """The samples' windows, padded to one size."""
    count = len(samples)
    first = samples[0].window
    out: Arrays = {
        "gaps": np.zeros((count, SIZE + 1, first.gaps.shape[1]), np.float16),
        "words": np.zeros((count, SIZE, first.words.shape[1]), np.float16),
        "flat": np.zeros((count, SIZE + 1), np.bool_),
        "edge": np.zeros((count, SIZE + 1), np.bool_),
        "page": np.stack([s.window.page for s in samples]),
        "size": np.array([len(s.window.start) for s in samples]),
        "right": np.zeros((count, SIZE, MOST_WORDS), np.bool_),
        "none": np.array([not s.right for s in samples]),
        "weight": np.array([_weight(s.page) for s in samples], np.float32),
        **{name: np.zeros((count, SIZE + 1), np.int32) for name in ("length", "telling", "shared", "topped")},
    }
    for at, sample_ in enumerate(samples):
        window, size = sample_.window, len(sample_.window.start)
        for name in ("gaps", "flat", "edge", "length", "telling", "shared", "topped"):
            out[name][at, : size + 1] = getattr(window, name)
        for name in ("length", "telling", "shared", "topped"):
            out[name][at, size + 1 :] = getattr(window, name)[-1]
        out["words"][at, :size] = window.words
        for x, y in sample_.right:
            out["right"][at, x, y - x - 1] = True
    return out


def _weight(page: Page) -> float:
    rare = 2.0 if page.language in UNCASED else 1.0
    return rare * (2.0 if page.raw else 1.0) * (0.7 if page.kind == "tight" else 1.0)


def scores(p: Arrays, b: Arrays) -> tuple[Any, Any]:
    """`stretch_scores` for a batch, to be differentiated; and the scores of there being none."""
    gaps, words = b["gaps"].astype(jnp.float32), b["words"].astype(jnp.float32)
    of_gaps = gaps @ p["gaps"][0] + (gaps @ p["gaps"][1]) * b["flat"][..., None]
    of_gaps += jnp.maximum(gaps @ p["hidden_w"] + p["hidden_b"], 0) @ p["hidden_out"]
    of_words = (words @ p["words"][0] + (words @ p["words"][1]) * b["flat"][:, :-1, None])[..., 0]
    zero = jnp.zeros((len(gaps), 1))
    passed = jnp.concatenate((zero, jnp.cumsum(of_gaps[..., 2], 1)), 1)
    held = jnp.concatenate((zero, jnp.cumsum(of_words, 1)), 1)
    start = of_gaps[:, :SIZE, 0] - passed[:, 1 : SIZE + 1] - held[:, :SIZE]
    end = jnp.pad(of_gaps[..., 1] + passed[:, : SIZE + 1] + held, ((0, 0), (0, MOST_WORDS)))
    far = {
        name: jnp.pad(b[name], ((0, 0), (0, MOST_WORDS)), mode="edge")
        for name in ("length", "telling", "shared", "topped", "edge")
    }
    columns, lengths = [], []
    for words_in in range(1, MOST_WORDS + 1):
        to = slice(words_in, SIZE + words_in)
        telling = far["telling"][:, to] - b["telling"][:, :SIZE] + 1.0
        column = start + end[:, to] + p["line"][0] * (far["edge"][:, to] & b["edge"][:, :SIZE])
        column += p["shared"][0] * ((far["shared"][:, to] - b["shared"][:, :SIZE]) / telling)
        column += p["shared"][1] * ((far["topped"][:, to] - b["topped"][:, :SIZE]) / telling)
        columns.append(column)
        lengths.append(far["length"][:, to] - b["length"][:, :SIZE])
    out = jnp.stack(columns, 2) + p["lengths"][jnp.minimum(jnp.stack(lengths, 2) // STEP, LENGTHS - 1)]
    there = jnp.arange(SIZE)[:, None] + jnp.arange(1, MOST_WORDS + 1) <= b["size"][:, None, None]
    return jnp.where(there, out, -1e4), (b["page"] * p["page"]).sum(1)


def loss(p: Arrays, b: Arrays) -> Any:  # noqa: ANN401 - a traced array
    """Less the log probability of the right stretches among all; labels that cannot be reached are bounded."""
    stretches, none = scores(p, b)
    every = jnp.concatenate((stretches.reshape(len(none), -1), none[:, None]), 1)
    right = jnp.concatenate((b["right"].reshape(len(none), -1), b["none"][:, None]), 1)
    lost = jax.nn.logsumexp(every, 1) - jax.nn.logsumexp(jnp.where(right, every, -1e9), 1)
    size = sum((value**2).sum() for name, value in p.items() if name != "lengths")
    rough = 3 * (jnp.diff(p["lengths"]) ** 2).sum() + 0.1 * (p["lengths"] ** 2).sum()
    return (jnp.minimum(lost, 12.0) * b["weight"]).mean() + SHRINK * (size + rough)


def fit(data: Arrays, seed: int = 0) -> HeadlineWeights:
    """Weights for the packed samples."""
    rng = np.random.default_rng(seed)
    of_gaps, of_words = data["gaps"].shape[2], data["words"].shape[2]
    shapes = {
        "gaps": (2, of_gaps, 3), "words": (2, of_words, 1), "lengths": (LENGTHS,), "shared": (2,), "line": (1,),
        "page": (data["page"].shape[1],), "hidden_b": (HIDDEN,), "hidden_out": (HIDDEN, 3),
    }  # fmt: skip
    p: Arrays = {name: jnp.zeros(shape) for name, shape in shapes.items()}
    p["hidden_w"] = jnp.asarray(rng.normal(0, 0.15, (of_gaps, HIDDEN)), jnp.float32)
    mean = {name: jnp.zeros_like(value) for name, value in p.items()}
    square = dict(mean)
    gradient = jax.jit(jax.grad(loss))
    count = len(data["size"])
    steps = EPOCHS * (count // BATCH)
    for step in range(1, steps + 1):
        if step % (count // BATCH) == 1:
            order = rng.permutation(count)
        at = (step - 1) % (count // BATCH) * BATCH
        g = gradient(p, _forgetful({name: value[order[at : at + BATCH]] for name, value in data.items()}, rng))
        rate = RATE * 0.5 * (1 + np.cos(np.pi * step / steps))
        for name in p:
            mean[name] = 0.9 * mean[name] + 0.1 * g[name]
            square[name] = 0.99 * square[name] + 0.01 * g[name] ** 2
            p[name] -= rate * (mean[name] / (1 - 0.9**step)) / (jnp.sqrt(square[name] / (1 - 0.99**step)) + 1e-6)
    return {name: np.asarray(value, dtype=np.float32) for name, value in p.items()}


def _forgetful(b: Arrays, rng: np.random.Generator) -> Arrays:
    """The batch with some of the tagger's beliefs hidden from some of its pages."""
    b = {name: value.copy() if name in ("gaps", "words", "page") else value for name, value in b.items()}
    luck = rng.random(len(b["size"]))
    for what, share in FORGET:
        for name, columns in OF_TAGS[what].items():
            b[name][np.ix_(luck < share, *(range(n) for n in b[name].shape[1:-1]), columns)] = 0
    return b


def left_out(samples: Sequence[Sample], fold: Fold) -> None:
    """Print the share of pages with the right headline, or rightly none, by weights that have not seen their site."""
    right: dict[str, list[bool]] = {}
    for number in range(FOLDS):
        weights = fit(packed([s for s in samples if fold_of(s.page.site) != number]))
        for held in (s for s in samples if fold_of(s.page.site) == number):
            best = best_stretch(held.window, weights)
            given = best[:2] if best and best[2] > 0 else None
            ok = given in held.right if given else not held.right
            if given and not ok:
                text = held.page.text[held.window.start[given[0]] : held.window.end[given[1] - 1]]
                ok = fold(text) == fold(held.page.expected.get("title"))
            right.setdefault(held.page.kind, []).append(ok)
    for kind, oks in right.items():
        print(kind, len(oks), round(float(np.mean(oks)), 4))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labelled", nargs="+", type=Path, required=True)
    parser.add_argument("--tools", type=Path, required=True)
    parser.add_argument("--nets", required=True)
    parser.add_argument("--left-out", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("worker/core/weights/headline.npz"))
    args = parser.parse_args()
    nets = [ready(np.load(args.nets.format(fold))) for fold in range(FOLDS)]
    flatten, fold = load_module(args.tools, "flatten").flatten, scorer(args.tools).fold
    samples = []
    for page in {page.id: page for folder in args.labelled for page in read_labelled(folder)}.values():
        for kind in KINDS:
            way = tight(page, flatten) if kind == "tight" else flattened(page, kind, flatten)
            samples.append(sample(way, nets[fold_of(page.site)], fold))
    kept = [s for s in samples if s]
    if args.left_out:
        left_out(kept, fold)
    else:
        np.savez_compressed(args.out, **fit(packed(kept)))


if __name__ == "__main__":
    main()
