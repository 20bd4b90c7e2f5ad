"""Quotations inside the body, with their speaker where the sentence makes it clear."""

import re
from functools import cache
from typing import Final

from schemas.messages import Quote, Role
from worker.core.enrich.context import Choice, Context
from worker.core.enrich.vocabulary import section

_PAIRS: Final = (("“", "”"), ("„", "“”"), ("«", "»"), ("»", "«"), ("「", "」"), ("『", "』"), ('"', '"'))
_QUOTED: Final = re.compile(
    "|".join(rf"{re.escape(a)}([^{re.escape(a + b)}]{{20,1000}})[{re.escape(b)}]" for a, b in _PAIRS)
)
_MARK: Final = re.compile('[“„«»「『"]')
_FEWEST_WORDS: Final = 4
"""Words below which quotation marks hold a name or a doubted word."""
_MOST: Final = 40
"""Quotations that are kept."""
_NAME: Final = r"(?:[^\W\d_a-zà-ÿа-яё][\w.'’-]*(?:\s+(?:[^\W\d_a-zà-ÿа-яё][\w.'’-]*|de|da|von|van|bin|al|el|la)){0,3})"


def quotes(context: Context) -> Choice[tuple[Quote, ...]]:
    """The quotations of the paragraphs, in order, and the pull quotes whole."""
    found: list[Quote] = []
    for paragraph in context.paragraphs:
        if len(found) >= _MOST:
            break
        if paragraph.role is Role.QUOTE:
            found.append(Quote(text=paragraph.text.strip('"“”„«»')))
            continue
        for match in _QUOTED.finditer(paragraph.text) if _MARK.search(paragraph.text) else ():
            text = next(group for group in match.groups() if group)
            if len(text.split()) >= _FEWEST_WORDS or not text.isascii():
                before, behind = paragraph.text[: match.start()], paragraph.text[match.end() :]
                found.append(Quote(text=text.strip(" ,"), speaker=_speaker(before, behind)))
    return Choice(tuple(dict.fromkeys(found[:_MOST])))


def _speaker(before: str, behind: str) -> str | None:
    """The name beside a verb of saying, directly behind the quotation or directly in front of it."""
    said = _said()
    after = re.match(
        rf"\W{{0,3}}(?:(?P<verb>{said})\s+(?P<name>{_NAME})|(?P<name2>{_NAME})\s+(?P<verb2>{said})\b)", behind
    )
    if after:
        return after["name"] or after["name2"]
    front = re.search(rf"(?P<name>{_NAME})\s+(?P<verb>{said})\W{{0,4}}$", before)
    return front["name"] if front else None


@cache
def _said() -> str:
    words = {word for words in section("quotes").values() for word in words.get("said", ())}
    return (
        "(?:" + "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) + ")" if words else r"(?!)"
    )
