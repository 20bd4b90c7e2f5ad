"""The scorer's own figures for pages laid out with given weights, in process."""

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from pages import Page

from worker.core.text.layout import lay_out
from worker.core.text.tagger import Weights, shipped_weights
from worker.core.text.words import Hashes

__all__ = ["measure", "scorer", "shipped_weights"]
SEGMENT_FIGURES = ("body_f1", "contamination", "embedded_f1", "label_acc", "boundary_f1")
"""What segments alone decide; title, source and tags are made of them elsewhere."""


def scorer(tools: Path) -> Any:  # noqa: ANN401 - a module of functions
    """The functions of the development pages' scorer, which is a script that runs when imported whole."""
    source = (tools / "score_segments.py").read_text("utf-8").rstrip().removesuffix("main()")
    module = ModuleType("score_segments")
    exec(compile(source, "score_segments.py", "exec"), module.__dict__)  # noqa: S102 - the script is the scorer
    return module


def measure(
    pages: Sequence[Page], weights: Weights, tools: Path, known: Hashes | None = None
) -> list[dict[str, float | None]]:
    """The figures of each page, and the confidence that was given; `known` are fingerprints of other pages."""
    score = scorer(tools)
    rows = []
    for page in pages:
        layout = lay_out(page.text, None, weights, known)
        answer = {
            "segments": [
                {"start": s.start, "end": s.end, "label": str(s.label), "article": s.article} for s in layout.segments
            ]
        }
        gold = {
            "segments": [{"start": a, "end": b, "label": label, "article": art} for a, b, label, art in page.segments],
            "expected": page.expected,
        }
        if not score.is_partition(answer["segments"], len(page.text)):
            raise ValueError(f"{page.id}: segments are no partition of the text")
        figures = score.score(page.text, gold, answer)
        rows.append({**{name: figures[name] for name in SEGMENT_FIGURES}, "confidence": layout.confidence})
    return rows
