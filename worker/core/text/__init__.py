"""Raw text pages: one string in, a labelled partition of it out."""

from worker.core.model import Layout


def lay_out_text(text: str, language: str | None = None) -> Layout:
    """The segments of a raw text page; `language` (BCP 47) is a hint that helps with words and is never needed."""
    from worker.core.text.layout import lay_out  # noqa: PLC0415 - many modules, of which html pages need none

    return lay_out(text, language)
