"""Html pages: markup in, the visible text in document order and a labelled partition of it out."""

from selectolax.lexbor import LexborHTMLParser

from worker.core.model import Layout
from worker.core.text import lay_out_text


def lay_out_html(html: str) -> Layout:
    """The visible text of an html page, its segments, and what the markup says beside it."""
    body = LexborHTMLParser(html).body
    return lay_out_text(body.text(separator="\n", strip=True) if body else "")
