"""The enrichment's words: one section of every language's lexicon file."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _lexicons() -> Mapping[str, Mapping[str, Any]]:
    folder = files("worker.core") / "lexicons"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return {name.removesuffix(".toml"): tomllib.loads((folder / name).read_text("utf-8")) for name in names}


@cache
def section(name: str) -> Mapping[str, Mapping[str, Any]]:
    """Language -> that language's `[name]` table, languages in alphabetical order; those without one are absent."""
    return {language: lexicon[name] for language, lexicon in _lexicons().items() if name in lexicon}
