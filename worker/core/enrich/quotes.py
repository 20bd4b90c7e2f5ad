"""Quotations inside the body, with their speaker where the sentence makes it clear."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from schemas.messages import Quote, Role
from worker.core.enrich.context import Choice, Context
from worker.core.lexicon import section

_PAIRS: Final = (("“", "”"), ("„", "“”"), ("«", "»"), ("»", "«"), ("「", "」"), ("『", "』"), ('"', '"'))
_QUOTED: Final = re.compile(
    "|".join(rf"{re.escape(a)}([^{re.escape(a + b)}]{{20,1000}})[{re.escape(b)}]" for a, b in _PAIRS)
)
_MARK: Final = re.compile('[“„«»「『"]')
_FEWEST_WORDS: Final = 4
"""Words below which quotation marks hold a name or a doubted word."""
_MOST: Final = 40
"""Quotations that are kept."""
_SIGNS: Final = 5
"""Signs that may stand between a verb of saying and the quotation."""
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
    patterns = said_patterns()
    after = patterns.behind.match(behind)
    if after:
        return after["name"] or after["name2"]
    front = patterns.in_front.search(before) if _ends_in_verb(before, patterns.verbs) else None
    return front["name"] if front else None


def _ends_in_verb(before: str, verbs: tuple[str, ...]) -> bool:
    """Whether a verb of saying stands at the end, but for a few signs."""
    end = len(before)
    while not before.endswith(verbs, 0, end):
        end -= 1
        if end < max(1, len(before) - _SIGNS) or before[end].isalnum():
            return False
    return True


@dataclass(frozen=True, slots=True)
class _Said:
    """The verbs of saying in all languages, and where a name stands beside one."""

    verbs: tuple[str, ...]
    behind: re.Pattern[str]
    in_front: re.Pattern[str]


@cache
def said_patterns() -> _Said:
    """What tells a quotation's speaker, compiled."""
    words = {word for words in section("quotes").values() for word in words.get("said", ())}
    verbs = tuple(sorted(words, key=len, reverse=True))
    said = "(?:" + "|".join(map(re.escape, verbs)) + ")" if verbs else r"(?!)"
    return _Said(
        verbs,
        re.compile(rf"\W{{0,3}}(?:(?P<verb>{said})\s+(?P<name>{_NAME})|(?P<name2>{_NAME})\s+(?P<verb2>{said})\b)"),
        re.compile(rf"(?P<name>{_NAME})\s+(?P<verb>{said})\W{{0,4}}$"),
    )
