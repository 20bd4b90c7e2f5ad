"""Urls and the ids made from them."""

import hashlib
import re
from functools import lru_cache
from typing import Final
from urllib.parse import urljoin, urlsplit

from w3lib.url import canonicalize_url, safe_url_string, url_query_cleaner

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


_PATH: Final = r"/(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/)*(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*)?"
_BEHIND: Final = r"(?:\?[^\s#]+)?(?:#\S+)?"
_ROOTED: Final = re.compile(rf"/(?:[\w%+~-][\w.,%+~=@-]*/)*(?:[\w%+~-][\w.,%+~=@-]*)?{_BEHIND}", re.ASCII)
"""A path from a site's root in which nothing is to be resolved, with query and fragment."""
_ABSOLUTE: Final = re.compile(rf"https?://(?:[a-zA-Z0-9-]+\.)+[a-zA-Z0-9-]+(?::\d+)?/[^\s?#;]*{_BEHIND}", re.ASCII)
"""A url that means itself, wherever it stands."""
_PLAIN: Final = re.compile(rf"https?://(?:[a-z0-9](?:[a-z0-9-]{{0,61}}[a-z0-9])?\.)+[a-z]{{2,20}}{_PATH}")
"""A url that is in canonical form already."""
_LONGEST: Final = 8192
"""Code points of a link's address."""
_BROKEN: Final = dict.fromkeys(map(ord, "\t\r\n"))
_SAFE: Final = re.compile(r"(?:https?://[^\s/?#]|mailto:[^\s?])[!-~]*", re.ASCII)


@lru_cache(maxsize=4096)
def host_of(url: str) -> str:
    """Lower-case host name without `www.`; `unknown` when there is none."""
    try:
        host = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        host = ""
    return host or "unknown"


def absolute(base: str, href: str) -> str | None:
    """The http address that a page at `base` means by `href`; None when it is another kind of address, or none."""
    href = href.strip()
    if _ABSOLUTE.fullmatch(href):
        return href
    origin = _origin(base)
    if origin and _ROOTED.fullmatch(href):
        return origin + href
    try:
        url = urljoin(base, href)
    except ValueError:
        return None
    return url if url.startswith(("http://", "https://")) else None


def linked(base: str, href: str) -> str | None:
    """Where a link in a page at `base` leads: http, https or mailto, percent-encoded; None for any other address.

    Line breaks and tabs go first, as in browsers: scripts hide behind them.
    """
    href = href.translate(_BROKEN).strip()
    if len(href) > _LONGEST:
        return None
    try:
        url = str(safe_url_string(urljoin(base, href)))
    except ValueError:
        return None
    scheme, colon, rest = url.partition(":")
    url = scheme.lower() + colon + rest
    return url if len(url) <= _LONGEST and _SAFE.fullmatch(url) else None


@lru_cache(maxsize=64)
def _origin(url: str) -> str:
    """Scheme and host of a url; empty where they are unusual."""
    match = _PLAIN.match(url)
    return "/".join(match[0].split("/")[:3]) if match else ""


@lru_cache(maxsize=64)
def canonical(url: str) -> str:
    """The url without fragment and tracking parameters, in canonical form; the url itself when it cannot be parsed."""
    if _PLAIN.fullmatch(url):
        return url
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
