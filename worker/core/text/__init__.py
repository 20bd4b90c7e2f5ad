"""Raw text pages: one string in, a labelled partition of it out."""

from worker.core.model import Layout
from worker.core.text.words import Hashes


def lay_out_text(text: str, language: str | None = None, known: Hashes | None = None) -> Layout:
    """The segments of a raw text page; `language` (BCP 47) is a hint that helps with words and is never needed.

    `known` are sorted fingerprints of what other pages of the site print, too.
    """
    from worker.core.text.layout import lay_out  # noqa: PLC0415 - many modules, of which html pages need none

    return lay_out(text, language, known=known)
