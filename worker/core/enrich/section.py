"""The section of the site the article stands in."""

from worker.core.clean import clean
from worker.core.enrich.context import Choice, Context, explain


def section(context: Context) -> Choice[str | None]:
    """The section that the markup names; None for plain text, where a section cannot be told from a menu."""
    candidates = context.metadata.section
    if not candidates:
        return Choice(None)
    return Choice(clean(candidates[0].value) or None, explain(candidates[0].origin, candidates[1:]))
