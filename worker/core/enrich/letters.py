"""Folding a long text by one table: each code point by one look-up, whatever its class."""

import re
from collections.abc import Mapping
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

Table: TypeAlias = npt.NDArray[np.uint16]

_SIZE: Final = 0x10000
"""Code points of the basic plane: what a table speaks of."""
_NO_LETTER: Final = re.compile(r"[\W_]")
_GONE: Final = "\0"
"""Stands in a table for a code point that is left out."""


def table_of(alike: Mapping[int, str | None], dropped: str = "") -> Table:
    """A table that keeps letters and digits and makes a space of everything else.

    `alike` maps code points to the letter they are taken for, None for those left out; `dropped` are more of these.
    """
    table = np.frombuffer(_NO_LETTER.sub(" ", plane()).encode("utf-16-le"), dtype="<u2").copy()
    for code, letter in alike.items():
        table[code] = ord(letter or _GONE)
    table[list(map(ord, dropped))] = ord(_GONE)
    return table


def plane() -> str:
    """All code points of the basic plane, in order."""
    return np.arange(_SIZE, dtype="<u4").tobytes().decode("utf-32-le", "surrogatepass")


def look_up(text: str, table: Table) -> str | None:
    """The text with each of its code points as the table has it; None when some lie beyond the table."""
    codes = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype="<u2")
    if len(codes) != len(text):
        return None
    return table.take(codes).tobytes().decode("utf-16-le").replace(_GONE, "")
