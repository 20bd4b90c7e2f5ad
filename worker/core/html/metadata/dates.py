"""When the page was published and changed: what markup and the text near the headline offer."""

import re
from typing import Any, Final

from worker.core.html.metadata.instants import iso_of
from worker.core.html.metadata.scene import Scene

_PUBLISHED: Final = (
    ("article:published_time", ("article:published_time", "og:article:published_time", "og:published_time", "article:published")),
    ("meta:date", ("date", "pubdate", "publishdate", "publish-date", "publish_date", "publication_date", "publicationdate",
                   "datepublished", "originalpublicationdate", "article_date_original", "published_date", "dat", "displaydate",
                   "cxenseparse:recs:publishtime", "cxenseparse:publishtime", "parsely-pub-date", "sailthru.date",
                   "iso-8601-publish-date", "lastpub", "timestamp", "rnews:datepublished", "news:publication_date",
                   "analyticsattributes.articledate", "bt:pubdate", "vr:published_time", "created", "article.published",
                   "article.created", "og:pubdate", "ptime", "eomportal-lastupdate", "citation_publication_date",
                   "citation_date", "content_create_date", "shareaholic:article_published_time")),
    ("dc.date", ("dc.date", "dc.date.issued", "dcterms.date", "dcterms.created", "dcterms.issued", "dc.date.created",
                 "dcterms.available", "dc.created", "dcterms.date.issued", "dc:date")),
)  # fmt: skip
_MODIFIED: Final = ("article:modified_time", "og:updated_time", "article:updated_time", "last-modified", "dcterms.modified",
                    "datemodified", "revised", "lastmod", "dc.date.modified", "modified_time")  # fmt: skip
_PUB_KEY: Final = re.compile(r"publi|posted|entry-date|post-date|article-date|created|erschien|veroeff", re.IGNORECASE)
_DATE_KEY: Final = re.compile(r"date|datum|time|fecha|zeit|meta|data\b", re.IGNORECASE)
_MOD_KEY: Final = re.compile(r"modif|updat|aktual|changed", re.IGNORECASE)
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_URL_DATE: Final = re.compile(r"[/_-]((?:19|20)\d\d)[/_-]?(0?[1-9]|1[0-2])[/_-]?(0?[1-9]|[12]\d|3[01])(?!\d)")
_STATE: Final = re.compile(
    r'\\?"(?:datePublished|publishedAt|published_at|publishDate|publish_date|pubDate|publicationDate|published|firstPublished|'
    r'published_time|date_published|dateCreated|publishedDate|createdAt|displayDate)\\?"\s*:\s*\\?"([^"\\]{8,40})'
)
_SHORT: Final = 200
_NEAR: Final = 6


def published(scene: Scene, find: Any) -> list[tuple[str, str]]:
    """(origin, ISO date) pairs; `find` reads dates in words out of a text: text -> list of ISO dates."""
    english = (scene.page.language or "en").lower().startswith("en-us")
    found = [
        *_structured(scene, "datePublished"),
        *_metas(scene),
        *_tagged(scene),
        *_visible(scene, find),
        *_elsewhere(scene),
    ]
    dated = [(origin, iso_of(raw, month_first=english)) for origin, raw in found]
    return [(origin, iso) for origin, iso in dated if iso]


def modified(scene: Scene) -> list[tuple[str, str]]:
    """(origin, ISO date) pairs, in order of trust."""
    found = _structured(scene, "dateModified")
    found += [(f"meta:{name}", value) for name in _MODIFIED for value in scene.metas.get(name, ())[:1]]
    found += [
        ("itemprop:dateModified", t.value) for t in scene.page.tagged if "datemodified" in t.name.lower() and t.value
    ]
    found += [
        ("time:updated", t.value) for t in scene.page.tagged if "time" in t.name and _MOD_KEY.search(t.key) and t.value
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
                if isinstance(value, str | int):
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
        if scene.outside[tagged.element] or _MOD_KEY.search(tagged.key) or "modif" in tagged.name.lower():
            continue
        text = tagged.value or scene.page.text[tagged.at : min(tagged.end, tagged.at + _SHORT)]
        name = tagged.name.lower()
        if "datepublished" in name or "datecreated" in name or "pubdate" in name:
            found.append(("itemprop", text))
        if "time" in name.split() and tagged.value:
            times += 1
            if times == 1:
                found.append(("first-time", tagged.value))
            near = _near(scene, scene.block_at(tagged.at))
            if near:
                found.append(("near-time", tagged.value))
            if _PUB_KEY.search(tagged.key):
                found.append(("published-time", tagged.value))
    return found


def _near(scene: Scene, block: int) -> bool:
    for anchor in (scene.title, scene.first):
        if anchor >= 0 and -3 <= block - anchor <= _NEAR:
            return True
    return False


def _visible(scene: Scene, find: Any) -> list[tuple[str, str]]:
    """Dates in short blocks that name a year."""
    elements, blocks = scene.page.elements, scene.page.blocks
    found: list[tuple[str, str]] = []
    shorts = 0
    for i, text in enumerate(scene.texts):
        element = blocks.element[i]
        if len(text) > _SHORT and i != scene.first or not _YEAR.search(text[:_SHORT]) or scene.outside[element] == 1:
            continue
        days = find(text[:_SHORT])
        if not days or "©" in text or "opyright" in text:
            continue
        iso = days[0]
        if scene.outside[element] == 2 or _MOD_KEY.search(text[:30]):
            continue
        shorts += 1
        if shorts == 1:
            found.append(("first-block", iso))
        if i > scene.title >= 0 and i - scene.title <= _NEAR:
            found.append(("after-title", iso))
        if scene.first >= 0 and 0 <= scene.first - i <= _NEAR:
            found.append(("before-body", iso))
        if scene.title >= 0 and 0 < scene.title - i <= 3:
            found.append(("before-title", iso))
        if i == scene.first and len(text) > _SHORT:
            found.append(("body-head", iso))
        if scene.last >= 0 and 0 < i - scene.last <= 3:
            found.append(("after-body", iso))
        key = f"{elements.key[element]} {blocks.inline[i]} {elements.key[elements.parent[element]]}"
        if _PUB_KEY.search(key):
            found.append(("published-class", iso))
        elif _DATE_KEY.search(key):
            found.append(("date-class", iso))
    return found


def _elsewhere(scene: Scene) -> list[tuple[str, str]]:
    found = []
    addresses = [
        scene.url,
        scene.meta("og:url"),
        *(href for rel, href, _ in scene.page.relations if rel == "canonical"),
    ]
    for address in addresses:
        match = _URL_DATE.search(address)
        if match:
            found.append(("url", f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}"))
            break
    state = next((m for script in scene.page.scripts if (m := _STATE.search(script[:200_000]))), None)
    if state:
        found.append(("state", state[1]))
    return found


def cues(scene: Scene, origins: list[str], day: str) -> list[str]:
    """What speaks for a day: its origins, and whether it is the page's day of change only."""
    told = list(origins)
    told.append(f"agree-{min(len(set(origins)), 6)}")
    changed = {iso[:10] for _, iso in modified(scene)}
    if day in changed:
        told.append("is-modified")
    return told
