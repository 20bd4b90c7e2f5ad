"""Lexicons: the words of each language as data, compiled once to what the stages look things up in."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

LEXICON_DIR: Final = Path(__file__).parent / "lexicons"

CUE_KINDS: Final = (
    "read_also", "related", "source", "tags", "share", "legal", "ads", "comments", "published", "updated", "byline",
    "caption", "subscribe", "newswires",
)  # fmt: skip
"""The kinds of cue that cut and label text; `dateline` and `relative_time` hold examples, not words."""


NETWORKS: Final = frozenset(
    (
        "facebook", "twitter", "x", "vk", "com", "telegram", "whatsapp", "linkedin", "pinterest", "reddit", "google",
        "email", "instagram", "messenger", "viber", "skype", "tumblr", "вконтакте", "одноклассники", "твитнуть",
    )
)  # fmt: skip
"""Words of the names of share buttons, in any language."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language's words as its file gives them."""

    language: str
    """BCP 47."""
    cues: Mapping[str, Sequence[str]]
    function: Sequence[str]
    """The most frequent words."""
    openers: Sequence[str] = ()
    """Words that open a sentence, for scripts without capital letters."""


@cache
def lexicons() -> tuple[Lexicon, ...]:
    """Every lexicon there is, by language code."""
    return tuple(_lexicon(language, data) for language, data in _files().items())


@cache
def section(name: str) -> Mapping[str, Mapping[str, Any]]:
    """Language -> that language's `[name]` table, languages in alphabetical order; those without one are absent."""
    return {language: data[name] for language, data in _files().items() if name in data}


@cache
def language_bits() -> Mapping[str, int]:
    """For each language with a lexicon its bit in a set of languages."""
    return {lexicon.language: 1 << at for at, lexicon in enumerate(lexicons())}


@cache
def _files() -> Mapping[str, Mapping[str, Any]]:
    """Language -> its file; parsed once, which takes longer than all else that is made of it."""
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(LEXICON_DIR.glob("*.toml"))}


def _lexicon(language: str, data: Mapping[str, Any]) -> Lexicon:
    words = data.get("words", {})
    return Lexicon(language, data.get("cues", {}), words.get("function", ()), words.get("openers", ()))
