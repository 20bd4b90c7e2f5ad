"""The headline: what headings, structured data and the `<title>` offer, and how well they agree."""

import re
from bisect import bisect_left
from typing import Final

from worker.core.enrich.dates import find_dates
from worker.core.html.keys import HEADLINE
from worker.core.html.metadata.scene import Scene
from worker.core.html.metadata.structured import text_of
from worker.core.html.metadata.vote import Ballot, grouped

_SEPARATORS: Final = re.compile(r"\s+[|•·»«–—:/-]{1,2}\s+|\s*[|»«]\s*|(?<=\S):\s+")
_WORD: Final = re.compile(r"\w+")
_TITLE_KEY: Final = re.compile(
    r"(?:entry|post|article|story|page|news|content|single|beitrag)[_-]{0,2}(?:title|head)|headline", re.IGNORECASE
)
MAX_CHARS: Final = 300


def fold_title(title: str) -> str:
    """What makes two prints of a headline the same."""
    return " ".join(_WORD.findall(title.casefold()))


def offers(scene: Scene) -> list[tuple[str, str]]:
    """(origin, headline) pairs, as printed."""
    found = [*_headings(scene), *_structured(scene), *_metas(scene), *_title_element(scene)]
    return [(origin, text) for origin, text in found if 2 <= len(text) <= MAX_CHARS]


def _headings(scene: Scene) -> list[tuple[str, str]]:
    """Headings that may be the headline: neither a day, nor the site's name with its link to the first page."""
    found: list[tuple[str, int]] = []
    levels: dict[str, list[int]] = {"h1": [], "h2": []}
    own, elements = _addresses(scene), scene.page.elements
    for i, element in enumerate(scene.page.blocks.element):
        tag = elements.tag[element]
        if tag not in levels or scene.outside[element] or _is_date(scene.texts[i], scene.page.language):
            continue
        path = _linked_path(scene, i)
        if path in _HOME:
            found.append(("site-heading", i))
            continue
        if path is not None:
            found.append(("own-link" if path in own else "linked", i))
        levels[tag].append(i)
        if _is_headline_key(scene, element):
            found.append(("headline-class", i))
    if scene.title >= 0 and ("site-heading", scene.title) not in found:
        found.append(("h-in-title", scene.title))
    found += _placed(scene, levels)
    return [(origin, scene.texts[i]) for origin, i in found]


def _is_headline_key(scene: Scene, element: int) -> bool:
    parent, key = scene.page.elements.parent[element], scene.page.elements.key
    said = (scene.meaning[element] | scene.meaning[parent]) & HEADLINE
    return bool(said and _TITLE_KEY.search(f"{key[element]} {key[parent]}"))


def _placed(scene: Scene, levels: dict[str, list[int]]) -> list[tuple[str, int]]:
    """The headings that stand out by their place: the first, the only one, the last before the body."""
    found = []
    top = "h1" if levels["h1"] else "h2"
    if levels[top]:
        found.append((f"first-{top}", levels[top][0]))
        before = [i for i in levels[top] if scene.first < 0 or i <= scene.first]
        if before:
            found.append((f"{top}-before-body", before[-1]))
    found += [(f"only-{level}", places[0]) for level, places in levels.items() if len(places) == 1]
    before = [i for i in levels["h1"] + levels["h2"] if scene.first >= 0 and scene.first - 8 <= i <= scene.first]
    if before:
        found.append(("h-before-body", max(before)))
    return found


def _linked_path(scene: Scene, block: int) -> str | None:
    """The path that a block leads to which is a link as a whole."""
    anchors, blocks = scene.page.anchors, scene.page.blocks
    start, end = blocks.start[block], blocks.end[block]
    at = bisect_left(anchors.start, start)
    if (
        at < len(anchors.start)
        and anchors.start[at] < end
        and anchors.end[at] - anchors.start[at] > _WHOLE * (end - start)
    ):
        return _path(anchors.href[at])
    return None


_WHOLE: Final = 0.8


def _structured(scene: Scene) -> list[tuple[str, str]]:
    stories = scene.structured.stories[:1]
    found = [("json-ld", text_of(node.get("headline") or node.get("name"))) for node in stories]
    for tagged in scene.page.tagged:
        if "headline" in tagged.name.lower() and not scene.outside[tagged.element]:
            text = tagged.value or scene.page.text[tagged.at : tagged.end]
            found.append(("itemprop", " ".join(text.split())))
            break
    return found


def _metas(scene: Scene) -> list[tuple[str, str]]:
    names = (("og:title", ("og:title",)), ("twitter:title", ("twitter:title",)),
             ("dc.title", ("dc.title", "dcterms.title")),
             ("parsely", ("parsely-title", "sailthru.title")), ("meta:title", ("title", "headline")))  # fmt: skip
    found = []
    for origin, keys in names:
        value = scene.meta(*keys)
        if value:
            found.append((origin, value))
            parts = _SEPARATORS.split(value)
            if len(parts) > 1:
                found.append((f"{origin}-part", max(parts, key=len)))
    return found


def _title_element(scene: Scene) -> list[tuple[str, str]]:
    title = scene.page.title
    if not title:
        return []
    parts = [part for part in _SEPARATORS.split(title) if part]
    found = [("title", title)]
    if len(parts) > 1:
        found.append(("title-part", max(parts, key=len)))
        for separator in (" | ", " - ", " – ", " — ", " » ", " · "):
            head, cut, _ = title.rpartition(separator)
            if cut:
                found.append(("title-head", head.strip()))
                break
    return found


def ballots(scene: Scene) -> list[Ballot]:
    """Every headline on offer."""
    groups = grouped(offers(scene), fold_title)
    host = _host(scene)
    return [
        Ballot(pairs[0][1], pairs[0][0], _cues(scene, folded, [origin for origin, _ in pairs], host))
        for folded, pairs in groups.items()
    ]


_HOME: Final = frozenset(("", "/index.html", "/index.php", "/home", "#", "./"))


def _addresses(scene: Scene) -> set[str]:
    """The paths of the page itself."""
    own = {_path(href) for rel, href, _ in scene.page.relations if rel == "canonical"}
    return own | {_path(scene.meta("og:url")), _path(scene.url)}


_HOST_LETTERS: Final = 3


def _path(url: str) -> str:
    """The path of an address."""
    return re.sub(r"^(?:https?:)?//[^/]*", "", url).rstrip("/")


def _host(scene: Scene) -> str:
    """The letters of the page's host."""
    links = [href for rel, href, _ in scene.page.relations if rel == "canonical"]
    url = next((url for url in (scene.meta("og:url"), *links, scene.url) if "//" in url), "")
    return re.sub(r"[\W_]", "", url.partition("//")[2].partition("/")[0].casefold())


def _cues(scene: Scene, folded: str, origins: list[str], host: str) -> list[str]:
    """What speaks for and against a headline: its origins and its shape."""
    words = folded.split()
    told = list(origins)
    if len(words) <= 2:
        told.append("short")
    if len(words) > 22:
        told.append("long")
    title = fold_title(scene.page.title)
    if folded == title:
        told.append("is-title")
    elif folded and title.startswith(folded):
        told.append("starts-title")
    elif folded and title.endswith(folded):
        told.append("ends-title")
    elif folded in title:
        told.append("in-title")
    if folded == fold_title(scene.meta("og:site_name")):
        told.append("site-name")
    if len(folded) > _HOST_LETTERS and folded.replace(" ", "") in host:
        told.append("in-host")
    told.append(f"agree-{min(len(set(origins)), 5)}")
    return told


def _is_date(heading: str, language: str) -> bool:
    """Whether a heading says a day and hardly more: blogs set one above the entries of a day."""
    if len(heading) > _DATE_CHARS or not any(map(str.isdecimal, heading)):
        return False
    found = find_dates(heading, (language,) if language else ())
    return bool(found) and found[0].end - found[0].start > len(heading) / 2


_DATE_CHARS: Final = 40
