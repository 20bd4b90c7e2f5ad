"""What files give: pages as records for the pages topic, and problems that cost one page or one file."""

from dataclasses import dataclass

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class PageRecord:
    """One page as a record: what the core's envelope understands, from whatever file it came."""

    key: bytes | None
    """The page's url in UTF-8; None where the value does not tell it."""
    value: bytes
    headers: Headers
    origin: str
    """The file, and the line or the place in it: `pages.jsonl.gz:12`."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read; reading goes on behind it."""

    origin: str
    what: str


class NoInput(Exception):  # noqa: N818 - what is wrong is what was asked for
    """There is nothing to read where the user said; the message names the path."""
