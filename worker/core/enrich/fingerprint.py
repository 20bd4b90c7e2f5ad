"""Fingerprints of a body: equal for equal stories, and near for near ones."""

import re
import unicodedata
from functools import lru_cache
from typing import Final, TypeAlias
from zlib import crc32

import numpy as np
import numpy.typing as npt

from worker.core.address import digest

Words: TypeAlias = npt.NDArray[np.uint64]

_GAPS: Final = re.compile(r"[\W_]+")


def fold_body(body: str) -> str:
    """What two printings of one story share: lower-case letters and digits, compatibility forms and spaces evened."""
    return _GAPS.sub(" ", unicodedata.normalize("NFKC", body).casefold()).strip()


def content_hash(folded: str) -> str:
    """BLAKE2b-128 of a folded body, hex."""
    return digest(folded)


def simhash(folded: str) -> str:
    """64-bit simhash over pairs of neighbouring words, hex: near-equal stories differ in few bits.

    Zeros for an empty body. Every pair counts as often as it occurs.
    """
    words = folded.split()
    if not words:
        return "0" * 16
    codes = np.fromiter(map(_code, words), dtype=np.uint64, count=len(words))
    with np.errstate(over="ignore"):
        pairs = _mix(codes[:-1] * np.uint64(0x9E3779B97F4A7C15) ^ codes[1:]) if len(words) > 1 else _mix(codes)
    bits = np.unpackbits(pairs.astype(">u8").view(np.uint8).reshape(-1, 8), axis=1)
    majority = bits.sum(axis=0, dtype=np.int64) * 2 > len(pairs)
    return np.packbits(majority).tobytes().hex()


@lru_cache(maxsize=65_536)
def _code(word: str) -> int:
    return crc32(word.encode("utf-8", "replace")) | len(word) << 32


def _mix(values: Words) -> Words:
    """The finalizer of SplitMix64: every bit of the input moves every bit of the output."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
