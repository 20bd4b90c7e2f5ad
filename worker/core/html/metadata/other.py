"""Section, address, language, site, pictures, paywall: fields where the first source that speaks is the answer."""

import re
from typing import Any, Final

from worker.core.address import absolute
from worker.core.html.keys import CAPTION, WALL
from worker.core.html.metadata.same_picture import shows_same
from worker.core.html.metadata.scene import Scene
from worker.core.html.metadata.structured import text_of, types_of
from worker.core.model import Candidate, Picture

_URL: Final = re.compile(r"https?://[^\s/]+\S*$", re.IGNORECASE)
_MAX_PICTURES: Final = 20


def sections(scene: Scene) -> list[Candidate]:
    """The part of the site the story stands in."""
    found = [("json-ld", text_of(node.get("articleSection"))) for node in scene.structured.stories[:1]]
    found.append(("article:section", scene.meta("article:section", "og:article:section")))
    found.append(
        (
            "meta:section",
            scene.meta("section", "parsely-section", "cxenseparse:recs:category", "dc.subject", "category"),
        )
    )
    return [Candidate(value, origin) for origin, value in found if 0 < len(value) <= 80]


def addresses(scene: Scene) -> list[Candidate]:
    """The page's own canonical address, when it gives a whole one."""
    found = [("canonical", href.strip()) for rel, href, _ in scene.page.relations if "canonical" in rel.split()]
    found.append(("og:url", scene.meta("og:url")))
    return [Candidate(href, origin) for origin, href in found if _URL.match(href)]


def languages(scene: Scene) -> list[Candidate]:
    """Languages the markup declares."""
    found = [
        ("lang", scene.page.language),
        ("content-language", scene.meta("content-language", "language", "dc.language")),
    ]
    found += [("json-ld", text_of(node.get("inLanguage"))) for node in scene.structured.stories[:1]]
    found.append(("og:locale", scene.meta("og:locale").replace("_", "-")))
    return [Candidate(value, origin) for origin, value in found if 2 <= len(value) <= 35]


def site_names(scene: Scene) -> list[Candidate]:
    """What the site calls itself."""
    found = [("og:site_name", scene.meta("og:site_name"))]
    found += [("json-ld", text_of(node.get("publisher"))) for node in scene.structured.stories[:1]]
    found.append(("application-name", scene.meta("application-name", "apple-mobile-web-app-title")))
    return [Candidate(value, origin) for origin, value in found if 0 < len(value) <= 80]


def pictures(scene: Scene) -> list[Picture]:
    """The picture the page shares itself with, then those inside the story, with their captions.

    Where that picture stands in the story, too, be it in another size, it has the place and the caption it has there.
    """
    page = scene.page
    found: dict[str, Picture] = {}
    shared = scene.meta("og:image", "og:image:url", "twitter:image", "twitter:image:src")
    address = absolute(scene.url, shared)
    if shared:
        found[shared] = Picture(0, shared)
    captions = _captions(scene)
    if scene.first >= 0:
        start = page.blocks.start[max(0, min(scene.first, scene.title if scene.title >= 0 else scene.first))]
        end = page.blocks.end[scene.last]
        for shown in page.pictures:
            if start <= shown.at <= end + 1 and not scene.outside[shown.element]:
                caption = captions.get(_figure(scene, shown.element)) or None
                again = absolute(scene.url, shown.src) if address else None
                if address and again and shows_same(address, again):
                    known = found[shared]
                    found[shared] = Picture(known.at or shown.at, shared, known.caption or caption)
                else:
                    found.setdefault(shown.src, Picture(shown.at, shown.src, caption))
            if len(found) >= _MAX_PICTURES:
                break
    return list(found.values())


def _captions(scene: Scene) -> dict[int, str]:
    found: dict[int, str] = {}
    elements = scene.page.elements
    for i, element in enumerate(scene.page.blocks.element):
        figure = _figure(scene, element)
        if figure and (elements.tag[element] == "figcaption" or scene.meaning[element] & CAPTION):
            found.setdefault(figure, scene.texts[i])
    return found


def _figure(scene: Scene, element: int) -> int:
    elements = scene.page.elements
    for _ in range(4):
        if elements.tag[element] == "figure" or scene.meaning[element] & CAPTION:
            return element if elements.tag[element] == "figure" else elements.parent[element]
        element = elements.parent[element]
    return 0


def walled(scene: Scene) -> bool:
    """Whether the markup says that the story is not free to read."""
    for node in scene.structured.stories[:1]:
        if _says_no(node.get("isAccessibleForFree")):
            return True
        part: Any = node.get("hasPart")
        for entry in part if isinstance(part, list) else [part]:
            if isinstance(entry, dict) and types_of(entry) and _says_no(entry.get("isAccessibleForFree")):
                return True
    if scene.meta("article:content_tier").lower() in ("locked", "metered"):
        return True
    return any(said & WALL for said in scene.meaning)


def _says_no(value: object) -> bool:
    return value is False or (isinstance(value, str) and value.rsplit("/", 1)[-1].lower() in ("false", "no"))
