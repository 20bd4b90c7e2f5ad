"""Cleaning: one step a file, applied in order to every published text. Letters are never changed."""

from collections.abc import Callable
from typing import Final

from worker.core.clean.compose import compose
from worker.core.clean.hyphens import join_hyphens
from worker.core.clean.invisible import drop_invisible
from worker.core.clean.spacing import collapse_spaces, space_marks, tighten_brackets

STEPS: Final[tuple[Callable[[str], str], ...]] = (
    join_hyphens,  # needs the line breaks and the soft hyphens
    collapse_spaces,
    drop_invisible,  # behind the line breaks, which it would take for controls
    compose,  # behind the joiners that keep marks apart
    space_marks,
    tighten_brackets,
)


def clean(text: str) -> str:
    """The text as published; cleaning it again changes nothing."""
    for step in STEPS:
        text = step(text)
    return text
