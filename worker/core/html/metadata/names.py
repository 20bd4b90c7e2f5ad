"""Author names as pages write them -> clean names."""

import re
from functools import cache, lru_cache
from typing import Final

from worker.core.enrich.byline import lead_words, without_cue, without_role
from worker.core.enrich.fold import key
from worker.core.html.cues import cues_of
from worker.core.lexicon import section

_LEAD: Final = re.compile(
    r"^(?:(?:written|posted|published|reported|words|story|text|texte|report|review|article|submitted|created|added)\s+by|"
    r"by|von|par|por|da|di|av|af|door|przez|autor(?:in|es|a)?|authors?|auteur|autore|text|texte|verfasst von|"
    r"ein (?:kommentar|gastbeitrag|beitrag|artikel) von|(?:kommentar|gastbeitrag|beitrag|artikel) von|schrijver|"
    r"автор|текст|от|بقلم|كتب|كتبت|תוכן|作者|文|記者|记者|oleh|penulis|yazan|της|του|από)(?:\s*[:：/／=＝|｜]\s*|\s+)",
    re.IGNORECASE,
)
_CUT: Final = re.compile(
    r"\s*(?:[|•·»/(\[<–—:（［【＜]|\s-\s|,\s|\.\s*(?:$|Veröff|Publi)|\s(?:am|on|updated|posted|published|in|um|at)\s"
    r"|\s\(?\d|@|https?:).*$",
    re.IGNORECASE,
)
_MAIL: Final = re.compile(r"\[email[\s\u00a0]protected\]|<?\S+@\S+\.\w+>?")
_ALWAYS: Final = ("and", "und", "et", "with")
_JOINERS: Final = ("y", "e", "og", "och", "en", "ve", "и", "και", "و")
"""Words between two names, in any language, and where the page's own is not known."""
_DIGITS: Final = re.compile(r"\d")
_LEAD_TO: Final = re.compile(r"^(?:[^\W\d_]+\s+){0,3}?(?:by|par|por|durch|przez|oleh)\s*:?\s+(?=\S)", re.IGNORECASE)
"""A few words and a by: `Publié par`, `Photos by`."""
_LEAD_OF: Final = re.compile(
    r"^(?:[^\W\d_]+\s+){0,3}?(?:[a-zäöüß]+|(?i:artikel|beiträge?|gastbeiträge?|kommentare?|texte?|alles|mehr|bericht|"
    r"interview|kolumne|analyse|fotos?|blogbeitrag|posting))\s+vo[nm]\s*:?\s+(?=\S)"
)
"""The same with a word that is also part of names: `Mehr Artikel von`, but not `Anna von`."""
_BEHIND: Final = re.compile(r"(?:\s+(?:am|on|at|in|um|le|el|em|il|den|vom|w|в|for|von|by|zu))+$")
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
        "no author",
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
        "youtube",
        "profile",
        "website",
        "email",
        "impressum",
        "about",
    ]
)
_ACCOUNT: Final = re.compile(r"@|https?:|www\.|^[_\W]+$", re.IGNORECASE)
_EDGES: Final = " ,;:|-–—•·*\"'“”、，：/＝=｜"
MAX_WORDS: Final = 6
MAX_CHARS: Final = 45


@lru_cache(maxsize=2_000)
def clean_name(raw: str) -> str:
    """One name without cue, job title and account; the empty string when it is none."""
    name = _MAIL.sub(" ", raw) if "@" in raw or "protected]" in raw else raw
    name = without_lead(" ".join(name.split()).strip(_EDGES))
    name = _CUT.sub("", name).strip(" ,;:|-–—.\"'“”©→、，")
    name = _BEHIND.sub("", without_role(name)) if name else ""
    if not 2 <= len(name) <= MAX_CHARS or len(name.split()) > MAX_WORDS:
        return ""
    if _ACCOUNT.search(name) or name.casefold() in NOBODY or cues_of(name)[0] & ~_BYLINE:
        return ""
    return "" if _DIGITS.search(name) and (" " in name or not name[0].isalpha()) else name


_BYLINE: Final = 1 << 10


def without_lead(name: str) -> str:
    """The text behind the words that lead to a name: `By`, `Mehr Artikel von`, `作者：`."""
    for _ in range(2):
        name = _LEAD.sub("", name).strip(" ,;:|-–—")
    for lead in (_LEAD_TO, _LEAD_OF):
        name = lead.sub("", name, count=1)
    return without_cue(name) if name else name


def split_names(raw: str, language: str = "") -> list[str]:
    """The names of a list such as "Jo Doe, Ann Roe and Li Wei"; a single name stays whole.

    `language` (BCP 47) chooses the words that join two names.
    """
    raw = " ".join(raw.split())
    for _ in range(2):
        raw = _LEAD.sub("", raw)
    parts = [part for part in _splitter(language.partition("-")[0].lower()).split(raw) if part]
    if len(parts) > 1 and "," in raw and all(" " not in part and part.isascii() for part in parts):
        return [clean_name(raw)] if len(parts) == 2 else [n for n in map(clean_name, parts) if n]
    names = [name for name in map(clean_name, parts) if name]
    if names and "," in raw and " " in names[0]:  # what follows a whole name in one word is a place or a job
        names = [names[0], *(name for name in names[1:] if " " in name or name.upper() == name.lower())]
    return names


@cache
def _splitter(language: str) -> re.Pattern[str]:
    own = section("names").get(language, {}).get("joiners", _JOINERS)
    words = "|".join(re.escape(word) for word in dict.fromkeys((*_ALWAYS, *own)) if word[0].isalpha())
    return re.compile(rf"\s*(?:[;,،，、/&|]|・(?=.*[\u3040-\u9fff])|\s(?:{words})\s)\s*", re.IGNORECASE)


def fold_name(name: str) -> str:
    """What makes two spellings of a name the same."""
    return " ".join(re.findall(r"\w+", name.casefold()))


def leads_in(text: str) -> bool:
    """Whether a text begins with a word that leads to a name, in any language."""
    words = text.split(None, 4)[:4]
    return any(key(" ".join(words[:count])) in _leads() for count in range(len(words), 0, -1))


@cache
def _leads() -> frozenset[str]:
    return lead_words() - frozenset(map(key, _OTHERS))


_OTHERS: Final = (
    "foto", "fotos", "photo", "photos", "photos by", "art by", "фото", "تصوير", "about", "about the author", "über",
    "follow", "email", "more by", "more from", "with", "interview", "من", "theo",
)  # fmt: skip
"""Cues of bylines that lead to names of others, or to none."""


def listed(text: str, language: str) -> list[str]:
    """The names that a line lists behind its `By`, joined by commas and an `and`."""
    return split_names(_STOP.split(without_lead(text), maxsplit=1)[0], language)


_STOP: Final = re.compile(r"[|/•·:：–—(（]|\s-\s|\s{2}|\s?\d")


def behind_leads(text: str) -> list[str]:
    """What stands behind each cue with a colon inside a line: `24.11.2026 作者：王小明 来源：…` -> `王小明`."""
    cues = list(_LABEL.finditer(text))
    ends = [*(cue.start() for cue in cues[1:]), len(text)]
    return [
        _PART.split(text[cue.end() : end], 1)[0]
        for cue, end in zip(cues, ends, strict=False)
        if key(cue[1]) in _leads()
    ]


_LABEL: Final = re.compile(r"(?<![^\W\d_])([^\W\d_]{1,20}(?: [^\W\d_]{1,12})?)\s?[:：／]\s*(?=[^\W\d_])")
_PART: Final = re.compile(r"[|•·）)\]】]|\s{2,}|\s?\d")
