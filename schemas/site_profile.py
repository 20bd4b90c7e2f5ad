"""What the pages of one host have in common: the core's second input, and a message of a compacted topic."""

from pydantic import Field, model_validator

from schemas.base import SCHEMA_VERSION, Base64, Message


class PagePrints(Message):
    """Fingerprints of a page: hashes of runs of words, 8 bytes each, the lowest byte first, sorted."""

    body: Base64 = b""
    """Of the main story's text."""
    rest: Base64 = b""
    """Of everything else in the page."""


class SiteProfile(Message):
    """What the pages of one host have in common, as a value: the newest version of each host stays on its topic.

    Given the same profile, the same page has the same outcome.
    """

    schema_version: str = SCHEMA_VERSION
    host: str
    version: int = Field(ge=1)
    """Rises with every change of the host's profile."""
    pages: int = Field(ge=0)
    """Pages that were counted; halved, with all counts, when they are too many, so that a site may change its face."""
    prints: Base64
    """Fingerprints, 8 bytes each, the lowest byte first; those seen last at the end."""
    seen: Base64
    """In how many of the pages each of them was seen, 2 bytes each, the lowest byte first."""
    recent: Base64 = b""
    """Of each page counted last, so that no story counts twice: the fingerprint of its url and eight of its story."""

    @model_validator(mode="after")
    def _one_count_each(self) -> "SiteProfile":
        if len(self.prints) != 4 * len(self.seen) or len(self.prints) % 8 or len(self.recent) % 72:
            raise ValueError(
                "expected fingerprints of 8 bytes with a count of 2 bytes each, and 72 bytes a recent page"
            )
        return self
