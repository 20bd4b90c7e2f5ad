"""Measure what the other pages of a site are worth: each page with the fingerprints that the others of its site share.

others.py --labelled DIR [...] [--labels DIR --extraction DIR --flattener FILE] --tools DIR --folds text_{}.npz

A fold's file holds weights that have not seen its sites (`fit.py --left-out --folds`); without one a fold is left out.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from fit import pages_of
from measure import measure
from pages import Page, fold_of, site_key

from worker.core.text.prints import prints_of
from worker.core.text.tagger import ready
from worker.core.text.words import Hashes

FIGURES = ("body_f1", "contamination", "label_acc", "boundary_f1")


def shared_by(pages: Sequence[Page], least: int) -> Hashes:
    """Fingerprints that so many of the pages have, sorted."""
    counts: Counter[int] = Counter()
    for page in pages:
        prints = prints_of(page.text)
        counts.update(np.unique(prints.hash[prints.kept()]).tolist())
    return np.array(sorted(print_ for print_, count in counts.items() if count >= least), dtype=np.uint64)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labelled", nargs="+", type=Path, required=True)
    parser.add_argument("--labels", type=Path)
    parser.add_argument("--extraction", type=Path)
    parser.add_argument("--flattener", type=Path)
    parser.add_argument("--tools", type=Path, required=True)
    parser.add_argument("--folds", required=True)
    args = parser.parse_args()
    labelled, others = pages_of(args)
    sites: dict[str, dict[str, Page]] = defaultdict(dict)
    for page in [*others, *labelled]:
        sites[site_key(page.site)][page.id] = page
    rows: dict[tuple[int, int], list[tuple[dict[str, float | None], dict[str, float | None]]]] = defaultdict(list)
    for page in labelled:
        path = Path(args.folds.format(fold_of(page.site)))
        rest = [other for name, other in sites[site_key(page.site)].items() if name != page.id]
        if not rest or not path.exists():
            continue
        weights = ready(np.load(path))
        (without,) = measure([page], weights, args.tools)
        for least in (1, 2, 3):
            if len(rest) >= least:
                (given,) = measure([page], weights, args.tools, shared_by(rest, least))
                rows[min(len(rest), 5), least].append((without, given))
    for (count, least), pairs in sorted(rows.items()):
        print(f"{count} other pages{' and more' if count == 5 else ''}, known from {least} on: {len(pairs)} pages")
        for name in FIGURES:
            before, after = (np.mean([pair[at][name] for pair in pairs]) for at in (0, 1))
            print(f"  {name:14} {before:.4f} -> {after:.4f}")


if __name__ == "__main__":
    main()
