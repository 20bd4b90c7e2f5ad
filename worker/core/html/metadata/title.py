"""The headline: what headings, structured data and the `<title>` offer, and how well they agree."""

import re
from typing import Final

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
    elements, blocks = scene.page.elements, scene.page.blocks
    found = []
    if scene.title >= 0:
        found.append(("h-in-title", scene.texts[scene.title]))
    levels: dict[str, list[int]] = {"h1": [], "h2": []}
    for i, element in enumerate(blocks.element):
        tag = elements.tag[element]
        if tag in levels and not scene.outside[element]:
            levels[tag].append(i)
            parent = elements.parent[element]
            if (scene.meaning[element] | scene.meaning[parent]) & HEADLINE and _TITLE_KEY.search(
                f"{elements.key[element]} {elements.key[parent]}"
            ):
                found.append(("headline-class", scene.texts[i]))
    if levels["h1"]:
        found.append(("first-h1", scene.texts[levels["h1"][0]]))
        if len(levels["h1"]) == 1:
            found.append(("only-h1", scene.texts[levels["h1"][0]]))
        before = [i for i in levels["h1"] if scene.first < 0 or i <= scene.first]
        if before:
            found.append(("h1-before-body", scene.texts[before[-1]]))
    if len(levels["h2"]) == 1:
        found.append(("only-h2", scene.texts[levels["h2"][0]]))
    before = [i for i in levels["h1"] + levels["h2"] if scene.first >= 0 and scene.first - 8 <= i <= scene.first]
    if before:
        found.append(("h-before-body", scene.texts[max(before)]))
    return found


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
    return [
        Ballot(pairs[0][1], pairs[0][0], _cues(scene, folded, [origin for origin, _ in pairs]))
        for folded, pairs in groups.items()
    ]


def _cues(scene: Scene, folded: str, origins: list[str]) -> list[str]:
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
    elif folded in title:
        told.append("in-title")
    if folded == fold_title(scene.meta("og:site_name")):
        told.append("site-name")
    told.append(f"agree-{min(len(set(origins)), 5)}")
    return told
