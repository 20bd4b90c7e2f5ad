"""Fit the raw text tagger, or measure it left out by site. See fitting/README.md.

fit.py --labelled DIR [...] [--labels DIR --extraction DIR --flattener FILE] --tools DIR [--left-out] [--out FILE]
"""

import argparse
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from labels import flattener_at, load
from measure import measure
from net import fit
from pages import KINDS, Page, body_pages, composed, fold_of, load_module, read_labelled
from samples import MIXTURES, Pool, make_pool, transitions

from worker.core.text.tagger import Weights, ready


def fitted(pool: Pool, fold: int | None, epochs: int) -> Weights:
    """Weights fitted on every fold but one (None: on all), with the successions of states."""
    kept = pool.without(fold)
    others = [s for group in kept.varied.values() for s in group]
    nets = [
        fit(partial(kept.epoch, mixture), kept.everything(), others, epochs, seed)
        for seed, mixture in enumerate(MIXTURES)
    ]
    joined = {name: np.stack([net[name] for net in nets]) for name in nets[0]}
    return {**joined, "transition": transitions(kept.labelled["plain"] + kept.composed)}


def write(weights: Weights, path: Path) -> None:
    """Write weights as they ship: matrices (nets x rows x columns) in half precision."""
    small = {
        name: value.astype(np.float16) if value.dtype == np.float32 and value.ndim == 3 else value
        for name, value in weights.items()
    }
    np.savez_compressed(path, **small)


def pages_of(args: argparse.Namespace) -> tuple[list[Page], list[Page]]:
    """All labelled pages, each once, and the html pages of which only the body is known."""
    labelled = {page.id: page for folder in args.labelled for page in read_labelled(folder)}
    bodies: list[Page] = []
    if args.extraction:
        flattener = flattener_at(args.flattener)
        if args.labels:
            labelled |= {p.id: p for p in load(args.labels, args.extraction, flattener) if p.id not in labelled}
        bodies = [p for p in body_pages(args.extraction, flattener) if p.id not in labelled or not p.partial]
    return list(labelled.values()), bodies


def left_out(pool: Pool, args: argparse.Namespace) -> None:
    """Print the figures of every page, each by weights that have not seen its site."""
    rows: dict[str, list[dict[str, float | None]]] = {}
    tools = load_module(args.tools, "compose")
    for fold in range(5):
        weights = fitted(pool, fold, args.epochs)
        if args.folds:
            write(weights, Path(args.folds.format(fold)))
        held = [s for s in pool.labelled["plain"] if fold_of(s.page.site) == fold]
        for kind in KINDS:
            samples = [s for s in pool.labelled[kind] if fold_of(s.page.site) == fold]
            rows.setdefault(kind, []).extend(measure([s.page for s in samples], ready(weights), args.tools))
        pages = composed([s.page for s in held], 40, 11 + fold, tools)
        rows.setdefault("composed", []).extend(measure(pages, ready(weights), args.tools))
    for kind, figures in rows.items():
        print(kind, json.dumps(_means(figures)))


def _means(rows: Sequence[dict[str, float | None]]) -> dict[str, float]:
    out = {"pages": float(len(rows))}
    for key in rows[0]:
        values = [value for row in rows if (value := row[key]) is not None]
        out[key] = round(float(np.mean(values)), 4) if values else float("nan")
    return out


def build(args: argparse.Namespace) -> Pool:
    """Every page, read in every way it is fitted on."""
    labelled, bodies = pages_of(args)
    return make_pool(labelled, bodies, load_module(args.tools, "compose"), load_module(args.tools, "flatten").flatten)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labelled", nargs="+", type=Path, required=True)
    parser.add_argument("--labels", type=Path)
    parser.add_argument("--extraction", type=Path)
    parser.add_argument("--flattener", type=Path)
    parser.add_argument("--tools", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=16)
    parser.add_argument("--left-out", action="store_true")
    parser.add_argument("--folds", help="where --left-out writes each fold's weights, {} for the fold")
    parser.add_argument("--out", type=Path, default=Path("worker/core/weights/text.npz"))
    args = parser.parse_args()
    pool = build(args)
    if args.left_out:
        left_out(pool, args)
    else:
        write(fitted(pool, None, args.epochs), args.out)


if __name__ == "__main__":
    main()
