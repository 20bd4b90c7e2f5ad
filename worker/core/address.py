"""Urls and the ids made from them."""

import hashlib
from functools import lru_cache
from urllib.parse import urlsplit

from w3lib.url import canonicalize_url, url_query_cleaner

from schemas.messages import RawPage

_TRACKING = (
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "fbclid",
    "gclid",
    "igshid",
    "mc_cid",
    "mc_eid",
    "ref_src",
)


@lru_cache(maxsize=4096)
def host_of(url: str) -> str:
    """Lower-case host name without `www.`; `unknown` when there is none."""
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        host = ""
    return host or "unknown"


def canonical(url: str) -> str:
    """The url without fragment and tracking parameters, in canonical form; the url itself when it cannot be parsed."""
    try:
        return str(canonicalize_url(url_query_cleaner(url, _TRACKING, remove=True)))
    except ValueError:
        return url


def page_id_of(page: RawPage) -> str:
    """The crawler's id, or one made from the url: 128 bits, hex."""
    return page.id or digest(page.url)


def article_id_of(canonical_url: str, part_index: int) -> str:
    """Deterministic: the same story of the same page always has the same id (128 bits, hex)."""
    return digest(f"{canonical_url}#{part_index}")


def digest(text: str) -> str:
    """BLAKE2b-128 of a text's UTF-8 bytes, hex."""
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()
