"""The headline: the best printing of it, without the site's name, once."""

import re
from collections.abc import Sequence
from typing import Final

from worker.core.clean import clean
from worker.core.enrich.context import Choice, Context, explain
from worker.core.enrich.fold import key
from worker.core.model import Candidate, Label

_SITE_CUT: Final = re.compile(r"\s+[|•·»›–—-]\s+|\s*\|\s*")
_LONGEST: Final = 400
"""Code points beyond which a segment is no headline, but its first line may be."""


def title(context: Context) -> Choice[str | None]:
    """The story's headline; None when the page prints none and its metadata names none."""
    label = Label.TITLE if context.is_main else Label.EMBEDDED_TITLE
    printed = [clean(line) for text in context.texts(label) for line in text.splitlines()]
    printed = [once(line) for line in printed if line]
    candidates = [c for c in context.metadata.title if c.value.strip()]
    if candidates:
        return Choice(once(clean(candidates[0].value)), explain(candidates[0].origin, candidates[1:]))
    if not printed:
        return Choice(None, "no headline printed")
    chosen = best_printing(printed, context)
    losers = [Candidate(line, "text:title") for line in dict.fromkeys(printed) if line != chosen]
    return Choice(chosen, explain("text:title", losers))


def best_printing(printed: Sequence[str], context: Context) -> str:
    """Of several printings the one that the others hold most often; of equals the last, which is next to the body."""
    if len({key(line) for line in printed}) == 1:
        return without_site(printed[-1], context) if len(printed) == 1 else printed[-1]
    keys = [key(line) for line in printed]
    votes = [sum(mine in other for other in keys) for mine in keys]
    best = max(range(len(printed)), key=lambda at: (votes[at], at))
    return without_site(printed[best], context)


def without_site(line: str, context: Context) -> str:
    """The headline without ` | Site` behind it or in front of it, where the site's name can be told from it."""
    names = {key(name.value) for name in context.metadata.site_name}
    host = key(context.page.url.split("/")[2] if context.page.url.count("/") > 1 else "")
    parts = _SITE_CUT.split(line)
    if len(parts) < 2:
        return line
    for part, rest in ((parts[-1], line[: line.rfind(parts[-1])]), (parts[0], line[len(parts[0]) :])):
        folded = key(part)
        squeezed = folded.replace(" ", "")
        if folded and (folded in names or (len(squeezed) > 3 and squeezed in host.replace(" ", ""))):
            return clean(rest.strip(" |•·»›–—-"))
    if "|" in line and len(parts[-1]) < len(line) / 3:
        return clean(line[: line.rfind("|")])
    return line


def once(line: str) -> str:
    """A headline that is printed twice in a row, once."""
    half = len(line) // 2
    for cut in (half, half + 1):
        if len(line) > 20 and key(line[:cut]) == key(line[cut:]) and key(line[:cut]):
            return line[:cut].strip()
    return line
