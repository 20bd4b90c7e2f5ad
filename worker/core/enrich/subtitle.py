"""The standfirst or kicker that is set apart from headline and body."""

from worker.core.clean import clean
from worker.core.enrich.context import Choice, Context
from worker.core.enrich.fold import key
from worker.core.model import Label


def subtitle(context: Context, title: str | None) -> Choice[str | None]:
    """The longest subtitle that does not repeat the headline; None when there is none."""
    texts = [clean(text) for text in context.texts(Label.SUBTITLE)]
    fresh = [text for text in texts if text and key(text) != key(title or "")]
    if not fresh:
        return Choice(None)
    return Choice(max(fresh, key=len), f"text:subtitle, 1 of {len(fresh)}")
