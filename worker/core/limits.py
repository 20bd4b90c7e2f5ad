"""What a page may cost before it is refused."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes above which a page is refused; the edges fill them from the settings."""

    page_bytes: int = 20_000_000
    """Of a page's content, after decompression."""


DEFAULT_LIMITS = Limits()
