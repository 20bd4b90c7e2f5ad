"""When the page was published and changed: what markup and the text near the headline offer."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from worker.core.html.cues import CATEGORIES, cues_of
from worker.core.html.keys import DATE, MODIFIED, PUBLISHED, meaning
from worker.core.html.markup import states
from worker.core.html.metadata.instants import iso_of
from worker.core.html.metadata.scene import COMMENTS, Scene
from worker.core.html.metadata.vote import Ballot, grouped

_PUBLISHED: Final = (
    ("article:published_time", ("article:published_time", "og:article:published_time", "og:published_time",
                                "article:published")),
    ("meta:date", ("date", "pubdate", "publishdate", "publish-date", "publish_date", "publication_date",
                   "publicationdate",
                   "datepublished", "originalpublicationdate", "article_date_original", "published_date", "dat",
                   "displaydate",
                   "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "parsely-pub-date", "sailthru.date",
                   "iso-8601-publish-date", "lastpub", "timestamp", "rnews:datepublished", "news:publication_date",
                   "analyticsattributes.articledate", "bt:pubdate", "vr:published_time", "created", "article.published",
                   "article.created", "og:pubdate", "ptime", "eomportal-lastupdate", "citation_publication_date",
                   "citation_date", "content_create_date", "shareaholic:article_published_time")),
    ("dc.date", ("dc.date", "dc.date.issued", "dcterms.date", "dcterms.created", "dcterms.issued", "dc.date.created",
                 "dcterms.available", "dc.created", "dcterms.date.issued", "dc:date")),
)  # fmt: skip
_MODIFIED: Final = ("article:modified_time", "og:updated_time", "article:updated_time", "last-modified",
                    "dcterms.modified",
                    "datemodified", "revised", "lastmod", "dc.date.modified", "modified_time")  # fmt: skip
_YEAR: Final = re.compile(r"(?:19|20)\d\d(?!\d)|\d[./-] ?\d\d?[./-] ?\d\d(?!\d)|[٠-٩۰-۹०-९]{4}|\d{4}年|25\d\d")
"""A year, or a date with a short one, may stand here."""
_DIGITS: Final = re.compile(r"\d\d")
"""Cheaper than a year, and in every date."""
_URL_DATE: Final = re.compile(r"[/_-]((?:19|20)\d\d)[/_-]?(0?[1-9]|1[0-2])[/_-]?(0?[1-9]|[12]\d|3[01])(?!\d)")
_STATE: Final = re.compile(
    r'\\?"(?:datePublished|publishedAt|published_at|publishDate|publish_date|pubDate|publicationDate|published|'
    r"firstPublished|"
    r'published_time|date_published|dateCreated|publishedDate|createdAt|displayDate)\\?"\s*:\s*\\?"([^"\\]{8,40})'
)
_SHORT: Final = 200
_LINE: Final = 110
"""Code points up to which a block with a date is a line about the page, not a sentence of it."""
_DECLARED: Final = frozenset(("json-ld", "article:published_time", "itemprop", "json-ld-page"))
"""Origins beside which nobody needs to search the scripts."""
_TOLD: Final = _DECLARED | {"meta:date", "dc.date"}
_MOST_STATE: Final = 200_000
"""Code points of a script that are searched."""
_OPENERS: Final = 4
_OPENING: Final = 40
"""Paragraphs behind the first one that may open with the day, and the code points it stands in."""
_MOST_LINES: Final = 8
"""Lines with dates that are read; a list of other stories has many more."""
_PUBLISHED_CUE: Final = 1 << CATEGORIES.index("published")
_UPDATED_CUE: Final = 1 << CATEGORIES.index("updated")
Find = Callable[[str], list[str]]
"""Reads dates in words: a text -> ISO dates."""
_NEAR: Final = 6


def published(scene: Scene, find: Find) -> list[tuple[str, str]]:
    """(origin, ISO date) pairs; `find` reads dates in words out of a text: text -> list of ISO dates."""
    english = (scene.page.language or "en").lower().startswith("en-us")
    found = [
        *_structured(scene, "datePublished"),
        *_metas(scene),
        *_tagged(scene),
        *_visible(scene, find),
        *_address(scene),
    ]
    if not any(origin in _DECLARED for origin, _ in found):
        found += _state(scene)
    dated = [(origin, iso_of(raw, month_first=english) or _in_words(raw, find)) for origin, raw in found]
    return [(origin, iso) for origin, iso in dated if iso]


def _in_words(raw: str, find: Find) -> str | None:
    """The first date of a value that is no date of markup: of another calendar, or with a month's name."""
    return next(iter(find(raw[:_SHORT])), None)


def modified(scene: Scene) -> list[tuple[str, str]]:
    """(origin, ISO date) pairs, in order of trust."""
    found = _structured(scene, "dateModified")
    found += [(f"meta:{name}", value) for name in _MODIFIED for value in scene.metas.get(name, ())[:1]]
    found += [
        ("itemprop:dateModified", t.value) for t in scene.page.tagged if "datemodified" in t.name.lower() and t.value
    ]
    found += [
        ("time:updated", t.value)
        for t in scene.page.tagged
        if "time" in t.name and meaning(t.key) & MODIFIED and t.value
    ]
    dated = [(origin, iso_of(raw)) for origin, raw in found]
    return [(origin, iso) for origin, iso in dated if iso]


def _structured(scene: Scene, field: str) -> list[tuple[str, str]]:
    found = []
    for origin, nodes in (("json-ld", scene.structured.stories[:1]), ("json-ld-page", scene.structured.pages[:1])):
        for node in nodes:
            for name in (field, "dateCreated" if field == "datePublished" else field):
                value = node.get(name)
                value = value[0] if isinstance(value, list) and value else value
                value = value.get("@value") if isinstance(value, dict) else value
                if isinstance(value, str | int | float):
                    found.append((origin if name == field else f"{origin}-created", str(value)))
    return found


def _metas(scene: Scene) -> list[tuple[str, str]]:
    return [
        (origin, value)
        for origin, names in _PUBLISHED
        for name in names
        for value in scene.metas.get(name, ())[:1]
        if value
    ]


def _tagged(scene: Scene) -> list[tuple[str, str]]:
    found, times = [], 0
    for tagged in scene.page.tagged:
        outside = scene.outside[tagged.element]
        if outside == COMMENTS or meaning(tagged.key) & MODIFIED or "modif" in tagged.name.lower():
            continue
        beside = "-aside" if outside else ""
        text = tagged.value or scene.page.text[tagged.at : min(tagged.end, tagged.at + _SHORT)]
        name = tagged.name.lower()
        if "datepublished" in name or "datecreated" in name or "pubdate" in name:
            found.append((f"itemprop{beside}", text))
        if "time" in name.split() and tagged.value:
            times += 1
            if times == 1:
                found.append((f"first-time{beside}", tagged.value))
            if _near(scene, scene.block_at(tagged.at)):
                found.append((f"near-time{beside}", tagged.value))
            if meaning(tagged.key) & PUBLISHED:
                found.append((f"published-time{beside}", tagged.value))
    return found


def _near(scene: Scene, block: int) -> bool:
    return any(anchor >= 0 and -3 <= block - anchor <= _NEAR for anchor in (scene.title, scene.first))


def _visible(scene: Scene, find: Find) -> list[tuple[str, str]]:
    """Dates that short blocks, and the head of the body, name with their year."""
    elements, blocks = scene.page.elements, scene.page.blocks
    found: list[tuple[str, str]] = []
    lines, near = 0, set(scene.near())
    for i, text in enumerate(scene.texts):
        if (lines >= _MOST_LINES or len(text) > _LINE) and i not in near:
            continue
        outside = scene.outside[blocks.element[i]]
        head = text[:_SHORT]
        if outside == COMMENTS or not (_DIGITS.search(head) and _YEAR.search(head)):
            continue
        if len(text) > _SHORT and i != scene.first:
            if 0 <= scene.first < i <= scene.first + _OPENERS:
                found += [("opens-paragraph", day) for day in find(text[:_OPENING])[:1]]
            continue
        days = find(head)
        if not days or "©" in text or "opyright" in text or cues_of(text)[1] & _UPDATED_CUE:
            continue
        element = blocks.element[i]
        said = scene.meaning[element] | scene.meaning[elements.parent[element]] | meaning(blocks.inline[i])
        if len(text) > _LINE or i == scene.title or elements.tag[blocks.element[i]] == "h1":
            found += [("in-sentence", days[0])] if _near(scene, i) else []
            continue
        lines += 1
        beside = "-aside" if outside else ""
        found += [(f"{origin}{beside}", days[0]) for origin in _places(scene, i, said, first=lines == 1)]
        if cues_of(text)[1] & _PUBLISHED_CUE:
            found.append(("published-cue", days[0]))
    return found


def _places(scene: Scene, i: int, said: int, *, first: bool) -> list[str]:
    """What the place and the class of a line with a date say."""
    places = ["first-line"] if first else []
    if i > scene.title >= 0 and i - scene.title <= _NEAR:
        places.append("after-title")
        if i - scene.title <= 2:
            places.append("right-after-title")
    if scene.first >= 0 and 0 <= scene.first - i <= _NEAR:
        places.append("before-body")
    if scene.title >= 0 and 0 < scene.title - i <= 3:
        places.append("before-title")
    if i == scene.first:
        places.append("body-head")
    if scene.last >= 0 and 0 < i - scene.last <= 3:
        places.append("after-body")
    elif i > scene.last >= 0:
        places.append("far-behind")
    if said & PUBLISHED:
        places.append("published-class")
    elif said & DATE:
        places.append("date-class")
    return places


def _address(scene: Scene) -> list[tuple[str, str]]:
    """The day in the page's address."""
    links = [href for rel, href, _ in scene.page.relations if rel == "canonical"]
    for address in (scene.url, scene.meta("og:url"), *links):
        match = _URL_DATE.search(address)
        if match:
            return [("url", f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}")]
    return []


def _state(scene: Scene) -> list[tuple[str, str]]:
    """The first date of publication that a script's state holds."""
    found = next((m for script in states(scene.page) if (m := _STATE.search(script[:_MOST_STATE]))), None)
    return [("state", found[1])] if found else []


def ballots(scene: Scene, find: Find) -> list[Ballot]:
    """Every day on offer, in its most exact writing."""
    changed = {iso[:10] for _, iso in modified(scene)}
    days = grouped(local(published(scene, find)), lambda iso: iso[:10])
    declared = {day for day, pairs in days.items() if any(origin in _TOLD for origin, _ in pairs)}
    for day in [day for day in days if day not in declared and swapped(day) in declared]:
        days[swapped(day)] += [(origin, swapped(iso)) for origin, iso in days.pop(day)]
    found = []
    for day, pairs in days.items():
        origins = list(dict.fromkeys(origin for origin, _ in pairs))
        origin, iso = max(pairs, key=lambda pair: exactness(pair[1]))
        told = [*origins, f"agree-{min(len(origins), 6)}"]
        if day in changed:
            told.append("is-modified")
        if declared:
            told.append("against-declared" if day not in declared else "declared" if len(declared) == 1 else "disputed")
        found.append(Ballot(iso, origin, told))
    if len(found) == 1:
        found = [replace(found[0], cues=[*found[0].cues, "only"])]
    return found


def exactness(iso: str) -> float:
    """0 a day, 1 a time, 2 a time with its offset, a midnight less; of equals the first wins, in the order of trust."""
    if len(iso) == _DAY:
        return 0
    return (2 if _has_offset(iso) else 1) - 0.5 * (iso[_DAY : _DAY + 6] == "T00:00")


_DAY: Final = 10


def _has_offset(iso: str) -> bool:
    return len(iso) > _DAY and iso[-6] in "+-"


def swapped(iso: str) -> str:
    """The same with day and month changed for each other."""
    return f"{iso[:5]}{iso[8:10]}-{iso[5:7]}{iso[10:]}"


def local(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The instants that are given in UTC, where the page tells the same one in its own time on the day beside it."""
    times = [datetime.fromisoformat(iso) for _, iso in pairs if len(iso) > _DAY and exactness(iso) not in (0.5, 1.5)]
    own = [time for time in times if time.utcoffset() != _ZERO]
    return [(origin, _own_time(iso, own) if own and iso.endswith("+00:00") else iso) for origin, iso in pairs]


def _own_time(iso: str, own: list[datetime]) -> str:
    instant = datetime.fromisoformat(iso)
    zones = set()
    for time in own:
        ahead = time.replace(tzinfo=UTC) - instant
        whole = abs(ahead) <= _FARTHEST and ahead % _QUARTER == _ZERO and time.date() != instant.date()
        if whole and time.utcoffset() in (None, ahead):
            zones.add(ahead)
    return instant.astimezone(timezone(zones.pop())).isoformat() if len(zones) == 1 else iso


_ZERO: Final = timedelta(0)
_QUARTER: Final = timedelta(minutes=15)
_FARTHEST: Final = timedelta(hours=14)
