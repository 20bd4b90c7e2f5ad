"""Where a stretch of a text as printed stands in the text as published, once cleaning has been over it."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from unicodedata import category, combining, normalize

_HYPHEN: Final = "\u2010"
"""The one visible character that cleaning takes away, where it cuts a word at a line's end."""


@dataclass(frozen=True, slots=True)
class Trail:
    """The characters that cleaning leaves alone, each by its place before and behind; both only grow."""

    before: Sequence[int]
    behind: Sequence[int]
    text: str
    """As published."""

    def place(self, start: int, end: int) -> tuple[int, int] | None:
        """Where what stood at [start, end) stands now, without white space at its ends; None when it is gone."""
        first, beyond = bisect_left(self.before, start), bisect_left(self.before, end)
        if first >= beyond:
            return None
        stop = self.behind[beyond - 1] + 1
        while stop < len(self.text) and combining(self.text[stop]):
            stop += 1
        return self.behind[first], stop


def follow(printed: str, cleaned: str, kept: Sequence[tuple[int, int]]) -> Trail | None:
    """The trail from `printed` to what is left of its cleaned form: the stretches of it that were `kept`, joined.

    None where more than white space and the unseen was changed, as by a repair of the charset.
    """
    before: list[int] = []
    behind: list[int] = []
    shift, stretches = 0, iter(kept)
    start, end = next(stretches, (0, 0))
    ahead = _letters(printed)
    for letter, at in _letters(cleaned):
        other, place = next(ahead, ("", 0))
        while other == _HYPHEN != letter:
            other, place = next(ahead, ("", 0))
        if other != letter:
            return None
        while at >= end and (stretch := next(stretches, None)):
            shift += stretch[0] - end
            start, end = stretch
        if start <= at < end:
            before.append(place)
            behind.append(at - shift - kept[0][0])
    if any(other != _HYPHEN for other, _ in ahead):
        return None
    return Trail(before, behind, "".join(cleaned[start:end] for start, end in kept))


def _letters(text: str) -> Iterator[tuple[str, int]]:
    """What no step of cleaning touches: each base character, decomposed, with its place."""
    for at, character in enumerate(text):
        if character.isascii():
            if character > " " and character != "\x7f":
                yield character, at
        elif not character.isspace() and category(character)[0] != "C":
            for part in normalize("NFD", character):
                if not combining(part):
                    yield part, at
