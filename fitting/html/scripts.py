"""The labelled pages carried over to scripts they are not written in, so that nets do not lean on capitals and spaces.

Nearly all labelled html pages are in Latin letters. Carried over are the letters alone: markup, digits and layout stay.
"""

import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import numpy as np

from worker.core.html.cues import CATEGORIES
from worker.core.html.features import Features
from worker.core.html.page import Page

_LETTERS: Final = 0x915
"""The first of 36 letters of a script without capitals."""
_SIGNS: Final = 0x4E00
"""The first of the signs of a script without spaces."""
_SIGN_KINDS: Final = 8_000
_LETTERS_A_SIGN: Final = 3
_WIDE_MARKS: Final = {".": "。", ",": "、", "!": "！", "?": "？", ":": "："}
CUES: Final = slice(33, 33 + 2 * len(CATEGORIES) + 2)
"""The rows of `Features.columns` that say which cue phrases a block is or begins with."""


def caseless(text: str) -> str:
    """Every letter as one of a script that has no capitals."""
    return "".join(
        chr(_LETTERS + (ord(c.lower()) - 97) % 26 if c.isascii() else _LETTERS + 26 + ord(c.lower()[0]) % 10)
        if c.isalpha()
        else c
        for c in text
    )


def unspaced(text: str) -> str:
    """Every three letters of a word as one sign, words without spaces between them, with wide marks."""
    pieces: list[str] = []
    word = ""
    for at, sign in enumerate(f"{text} "):
        if sign.isalpha():
            word += sign.lower()
            continue
        for start in range(0, len(word), _LETTERS_A_SIGN):
            part = word[start : start + _LETTERS_A_SIGN].encode("utf-8", "replace")
            pieces.append(chr(_SIGNS + zlib.crc32(part) % _SIGN_KINDS))
        word = ""
        if sign != " ":
            number = sign in ".,:" and text[at + 1 : at + 2].isdigit()
            pieces.append(sign if number else _WIDE_MARKS.get(sign, sign))
    return "".join(pieces)


def carried(page: Page, script: Callable[[str], str]) -> Page:
    """The page with its texts, title and metas in another script; a block that would be empty keeps a dot."""
    texts = [script(text) or "·" for text in page.texts]
    ends = np.cumsum([len(text) + 1 for text in texts]) - 1
    starts = [0, *(int(end) + 1 for end in ends[:-1])]
    shrunk = [len(new) / len(old) for new, old in zip(texts, page.texts, strict=True)]

    def scaled(counts: list[int]) -> list[int]:
        return [round(count * by) for count, by in zip(counts, shrunk, strict=True)]

    blocks = replace(
        page.blocks,
        start=starts[: len(texts)],
        end=ends.tolist(),
        link_chars=scaled(page.blocks.link_chars),
        bold_chars=scaled(page.blocks.bold_chars),
        italic_chars=scaled(page.blocks.italic_chars),
    )
    metas = [(name, script(value)) for name, value in page.metas]
    return replace(page, text="\n".join(texts), texts=texts, blocks=blocks, title=script(page.title), metas=metas)


def check_cues(features: Features) -> None:
    """Raise ValueError where the rows `CUES` are not those of the page's cues."""
    said = [
        np.array(column)[None, :] >> np.arange(len(CATEGORIES))[:, None] & 1 for column in np.array(features.cues).T
    ]
    known: Any = features.columns[CUES.start : CUES.stop - 2]
    if not np.array_equal(known, np.concatenate(said)):
        raise ValueError(f"rows {CUES.start} to {CUES.stop} are not the cues")
