"""Why a page was rejected: the closed list of dead-letter reasons."""

from enum import StrEnum
from typing import Final


class Reason(StrEnum):
    """The one reason a page went to the dead letters; each has its own answer in docs/runbook.md."""

    NULL_VALUE = "null_value"
    """The record has no value (a tombstone)."""
    EMPTY = "empty"
    """Nothing visible is left: an empty value, an empty text, html without text."""
    NOT_JSON = "not_json"
    """The value should be JSON and does not parse."""
    INVALID_PAGE = "invalid_page"
    """The JSON is no RawPage: a field is missing, or has a wrong type or an impossible value."""
    NO_URL = "no_url"
    """No url in the value, the headers or the key."""
    UNKNOWN_CHARSET = "unknown_charset"
    """The page names a charset that does not exist, and its bytes are not valid UTF-8."""
    UNDECODABLE = "undecodable"
    """The bytes are no text in any charset that was named or found: binary rubbish, broken compression."""
    UNKNOWN_ENCODING = "unknown_encoding"
    """The header `content-encoding` names a compression that is not supported."""
    TOO_LARGE = "too_large"
    """The page, or what it decompresses to, is larger than the limit in force."""
    BAD_STATUS = "bad_status"
    """The crawler stored an http error page (status 400 and above)."""
    NOT_A_PAGE = "not_a_page"
    """The content type is neither html nor text: an image, a PDF, a feed."""
    NO_ARTICLE = "no_article"
    """The page has text but no story: a front page, a list, a login wall."""
    TIME_LIMIT = "time_limit"
    """The page took longer than the time limit."""
    MEMORY_LIMIT = "memory_limit"
    """The page needed more memory than the limit."""
    CRASHED = "crashed"
    """The page ended its worker process each time it was tried."""
    BUG = "bug"
    """Newsmill raised something it did not expect: our fault, please report it."""


REASONS: Final[tuple[Reason, ...]] = tuple(Reason)


class Reject(Exception):  # noqa: N818 - it is a verdict on a page, not an error of the program
    """Raised inside the core when a page cannot become articles; the pipeline turns it into a rejection."""

    def __init__(self, reason: Reason, detail: str) -> None:
        """`detail` says what was wrong in one line, without text of the page."""
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
