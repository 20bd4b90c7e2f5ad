"""The url of a page that does not bring one.

An html file is asked for the address it gives itself: the first `<link rel=canonical>` or `og:url`. All others get
`http://localhost/` and their path from the named folder on, or their `id`.
"""

import re
from html import unescape
from typing import Final
from urllib.parse import quote

from schemas.messages import URL

_LOOKED_AT: Final = 300_000
"""Bytes; `<head>` is rarely longer, even with styles in it."""
_TAG: Final = re.compile(rb"<(?:link|meta)\b[^>]{1,4000}>", re.IGNORECASE)
_SAYS_OWN_ADDRESS: Final = re.compile(
    rb"""\brel\s*=\s*["']?canonical\b|\bproperty\s*=\s*["']?og:url\b""", re.IGNORECASE
)
_ADDRESS: Final = re.compile(rb"""\b(?:href|content)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)


def local_url(name: str) -> str:
    """An address for a page that has none; the same for the same name."""
    return f"http://localhost/{quote(name, safe='/', errors='replace')}"


def url_in_html(markup: bytes) -> str | None:
    """The absolute http address that the page gives itself; None when it gives none."""
    for tag in _TAG.findall(markup, 0, _LOOKED_AT):
        address = _ADDRESS.search(tag) if _SAYS_OWN_ADDRESS.search(tag) else None
        if address:
            url = unescape(next(part for part in address.groups() if part is not None).decode("utf-8", "replace"))
            if URL.match(url.strip()):
                return url.strip()
    return None
