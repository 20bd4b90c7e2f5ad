"""Author names as pages write them -> clean names."""

import re
from functools import lru_cache
from typing import Final

from worker.core.html.cues import cues_of

_LEAD: Final = re.compile(
    r"^(?:(?:written|posted|published|reported|words|story|text|texte|report|review|article|submitted|created|added)\s+by|"
    r"by|von|par|por|da|di|av|af|door|przez|autor(?:in|es|a)?|authors?|auteur|autore|text|texte|redaktion|verfasst von|"
    r"ein (?:kommentar|gastbeitrag|beitrag|artikel) von|(?:kommentar|gastbeitrag|beitrag|artikel) von|schrijver|"
    r"автор|текст|от|بقلم|كتب|كتبت|תוכן|作者|文|記者|记者|oleh|penulis|yazan|της|του|από)(?:\s*:\s*|\s+)",
    re.IGNORECASE,
)
_CUT: Final = re.compile(
    r"\s*(?:[|•·»/(\[<–—:]|\s-\s|,\s|\.\s*(?:$|Veröff|Publi)|\s(?:am|on|updated|posted|published|in|um|at)\s|@|https?:).*$",
    re.IGNORECASE,
)
_SPLIT: Final = re.compile(r"\s*(?:;|,|/|&|\||\s(?:and|und|et|y|e|og|och|en|with|ve|и|και|و)\s)\s*", re.IGNORECASE)
_DIGITS: Final = re.compile(r"\d")
_LEAD_TO: Final = re.compile(r"^(?:[^\W\d_]+\s+){0,3}(?:by|von|vom|par|por|durch|przez)\s*:?\s+(?=\S)", re.IGNORECASE)
"""A few words and a by: `Publié par`, `Mehr Artikel von`."""
NOBODY: Final = frozenset(
    [
        "admin",
        "administrator",
        "editor",
        "webmaster",
        "root",
        "author",
        "autor",
        "guest",
        "staff",
        "anonymous",
        "user",
        "unknown",
        "wordpress",
        "www",
        "kommentar",
        "kommentare",
        "login",
        "blog",
        "home",
        "share",
        "facebook",
        "twitter",
        "instagram",
        "profile",
        "website",
        "email",
        "impressum",
        "about",
    ]
)
_ACCOUNT: Final = re.compile(r"@|https?:|www\.|\.(?:com|de|org|net|at|ch|co|info|blog)\b|^[_\W]+$", re.IGNORECASE)
MAX_WORDS: Final = 5
MAX_CHARS: Final = 45


@lru_cache(maxsize=2_000)
def clean_name(raw: str) -> str:
    """One name without cue, job title and account; the empty string when it is none."""
    name = " ".join(raw.split()).strip(" ,;:|-–—•·*\"'“”")
    for _ in range(2):
        name = _LEAD.sub("", name).strip(" ,;:|-–—")
    name = _LEAD_TO.sub("", name)
    name = _CUT.sub("", name).strip(" ,;:|-–—.\"'“”©→")
    if not 2 <= len(name) <= MAX_CHARS or len(name.split()) > MAX_WORDS:
        return ""
    if _ACCOUNT.search(name) or _DIGITS.search(name) or name.casefold() in NOBODY or cues_of(name)[0]:
        return ""
    return name


def split_names(raw: str) -> list[str]:
    """The names of a list such as "Jo Doe, Ann Roe and Li Wei"; a single name stays whole."""
    raw = " ".join(raw.split())
    for _ in range(2):
        raw = _LEAD.sub("", raw)
    parts = [part for part in _SPLIT.split(raw) if part]
    if len(parts) > 1 and "," in raw and all(" " not in part for part in parts):
        return [clean_name(raw)] if len(parts) == 2 else [n for n in map(clean_name, parts) if n]
    return [name for name in map(clean_name, parts) if name]


def fold_name(name: str) -> str:
    """What makes two spellings of a name the same."""
    return " ".join(re.findall(r"\w+", name.casefold()))
