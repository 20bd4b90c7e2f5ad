"""Cleaning: one step a file, applied in order to every published text. Letters are never changed."""

from collections.abc import Callable
from typing import Final

from worker.core.clean.spacing import collapse_spaces

STEPS: Final[tuple[Callable[[str], str], ...]] = (collapse_spaces,)


def clean(text: str) -> str:
    """The text as published; cleaning it again changes nothing."""
    for step in STEPS:
        text = step(text)
    return text
