"""Markup -> Page: one parse and one walk, with bounds on what a hostile page can cost."""

import re
from typing import Final

import numpy as np
from selectolax.lexbor import LexborHTMLParser

from worker.core.html.page import Page
from worker.core.html.walk import walked

MAX_OPEN: Final = 3_000
"""Elements open at once at most, where the page is large; the deepest of 687 real pages has 60."""
_MANY_TAGS: Final = 12_000
_MANY_ATTRIBUTES: Final = 20_000
_OVERFULL: Final = re.compile(rb"<[a-zA-Z](?:[^<>=]{0,200}=){2000}[^<>]*>")
"""A tag with thousands of attributes; the parser compares each with each."""
_TAG: Final = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9-]*)")
_NEVER_OPEN: Final = frozenset(b"p li br img hr input meta link td tr th dt dd option source area col wbr".split())
"""Void elements, and those that the next of their kind ends."""
_FEW_CHARS: Final = 400
"""Visible characters below which hidden elements are looked at too."""


def cut_deep(markup: bytes) -> bytes:
    """The page up to where more than MAX_OPEN elements are open: the parser's time grows with depth times size.

    Pages with few tags are taken as they are, since even the worst nesting of those parses in half a second.
    """
    if _count(markup, "=") > _MANY_ATTRIBUTES:
        markup = _OVERFULL.sub(b"<div>", markup)
    if _count(markup, "<") < _MANY_TAGS:
        return markup
    depth = 0
    for tag in _TAG.finditer(markup):
        if tag[1]:
            depth = max(0, depth - 1)
        elif tag[2].lower() not in _NEVER_OPEN:
            depth += 1
            if depth > MAX_OPEN:
                return markup[: tag.start()]
    return markup


def _count(markup: bytes, sign: str) -> int:
    """How often an ASCII sign stands in the markup: twice as fast as asking the bytes."""
    return int(np.count_nonzero(np.frombuffer(markup, dtype=np.uint8) == ord(sign)))


def read(html: str) -> Page:
    """The page's blocks, elements and metadata markup; hidden elements are read only when nothing else has text."""
    markup = html.encode("utf-8", "ignore")
    shallow = cut_deep(markup)
    tree = LexborHTMLParser(shallow)
    page = walked(tree, see_hidden=False)
    page.cut = page.cut or len(shallow) < len(markup)
    if (page.hidden or page.noscript) and len(page.text) < _FEW_CHARS:
        whole = walked(tree, see_hidden=True)
        if len(whole.text) > len(page.text) + _FEW_CHARS:
            return whole
    return page
