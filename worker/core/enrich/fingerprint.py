"""Fingerprints of a body: equal for equal stories, and near for near ones."""

import re
from functools import cache
from typing import Final, TypeAlias
from zlib import crc32

import numpy as np
import numpy.typing as npt

from worker.core.address import digest
from worker.core.enrich.fold import evened
from worker.core.enrich.letters import Table, look_up, table_of
from worker.core.text.words import mixed

Words: TypeAlias = npt.NDArray[np.uint64]

_GAPS: Final = re.compile(r"[\W_]+")


def fold_body(body: str) -> str:
    """What two printings of one story share: lower-case letters and digits, compatibility forms and spaces evened."""
    plain = evened(body).casefold()
    letters = look_up(plain, _table())
    return " ".join((_GAPS.sub(" ", plain) if letters is None else letters).split())


def content_hash(folded: str) -> str:
    """BLAKE2b-128 of a folded body, hex."""
    return digest(folded)


def simhash(folded: str) -> str:
    """64-bit simhash over pairs of neighbouring words of a folded body, hex: near-equal stories differ in few bits.

    Zeros for an empty body. Every pair counts as often as it occurs.
    """
    words = folded.split()
    if not words:
        return "0" * 16
    sums = np.fromiter(map(crc32, folded.encode("utf-8", "replace").split()), dtype=np.uint64, count=len(words))
    codes = sums | np.fromiter(map(len, words), dtype=np.uint64, count=len(words)) << np.uint64(32)
    pairs = mixed(codes[:-1] * np.uint64(0x9E3779B97F4A7C15) ^ codes[1:]) if len(words) > 1 else mixed(codes)
    bits = np.unpackbits(pairs.astype(">u8").view(np.uint8)).reshape(-1, 64)
    majority = bits.sum(axis=0, dtype=np.int32) * 2 > len(pairs)
    return np.packbits(majority).tobytes().hex()


@cache
def _table() -> Table:
    return table_of({})
