"""The dateline: place and agency in front of the story's first sentence."""

from worker.core.clean import clean
from worker.core.enrich.context import Choice, Context
from worker.core.model import Label


def dateline(context: Context) -> Choice[str | None]:
    """The first dateline, without the dash that ends it; None when there is none."""
    texts = [clean(text).strip(" -–—:،,.|") for text in context.texts(Label.DATELINE)]
    found = next((text for text in texts if text), None)
    return Choice(found, "text:dateline" if found else "")
