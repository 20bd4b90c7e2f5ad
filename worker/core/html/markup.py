"""What elements without text of their own say: metas, links, scripts, pictures."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from selectolax.lexbor import LexborNode

from worker.core.html.page import Page, Shown, Tagged

MEDIA: Final = frozenset(("img", "amp-img", "iframe", "video", "object", "embed", "amp-iframe", "amp-video"))
"""Elements that show something that is no text."""
_LEAST_SCRIPT: Final = 400
"""Code points from which on a script or noscript may hold a story."""


def note_tagged(page: Page, tag: str, attributes: Mapping[str, str | None], key: str, at: int, element: int) -> Tagged:
    """Remember an element that may say a date, an author or a headline; its end is not known yet."""
    value = attributes.get("datetime") or attributes.get("content") or attributes.get("title") or ""
    name = attributes.get("itemprop") or attributes.get("property") or ""
    if tag == "time":
        name = f"{name} time:pubdate" if "pubdate" in attributes else f"{name} time"
    tagged = Tagged(name.strip(), value, at, at, element, key)
    page.tagged.append(tagged)
    return tagged


def _meta(page: Page, node: LexborNode, at: int, element: int) -> None:
    given = node.attributes
    name = given.get("property") or given.get("name") or given.get("itemprop") or given.get("http-equiv")
    content = given.get("content")
    if name and content:
        page.metas.append((name.strip().lower(), content))
        prop = given.get("itemprop")
        if prop:
            page.tagged.append(Tagged(prop, content, at, at, element, ""))


def _link(page: Page, node: LexborNode, at: int, element: int) -> None:  # noqa: ARG001 - one of several notes
    given = node.attributes
    relation, href = given.get("rel"), given.get("href")
    if relation and href:
        page.relations.append((relation.lower(), href, given.get("hreflang") or ""))


def _script(page: Page, node: LexborNode, at: int, element: int) -> None:  # noqa: ARG001 - one of several notes
    given = node.attributes
    if "ld+json" in (given.get("type") or "").lower():
        page.json_ld.append(node.text(deep=True))
    elif "src" not in given:
        page.scripts.append(node)


def states(page: Page) -> Iterator[str]:
    """The inline scripts that may hold state, in document order."""
    return (text for node in page.scripts if len(text := node.text(deep=True)) >= _LEAST_SCRIPT)


def _noscript(page: Page, node: LexborNode, at: int, element: int) -> None:  # noqa: ARG001 - one of several notes
    text = node.text(deep=True)
    if len(text) >= _LEAST_SCRIPT:
        page.noscript.append(text)


def _title(page: Page, node: LexborNode, at: int, element: int) -> None:  # noqa: ARG001 - one of several notes
    page.title = page.title or " ".join(node.text(deep=True).split())


def _image(page: Page, node: LexborNode, at: int, element: int) -> None:
    given = node.attributes
    for name in ("src", "data-src", "data-original", "data-lazy-src"):
        source = given.get(name)
        if source and not source.startswith("data:"):
            page.pictures.append(Shown(at, source[:2048], given.get("alt") or "", element))
            return


Note = Callable[[Page, LexborNode, int, int], None]
NOTES: Final[Mapping[str, Note]] = {
    "meta": _meta,
    "link": _link,
    "script": _script,
    "noscript": _noscript,
    "title": _title,
    "img": _image,
    "amp-img": _image,
}
"""Tag -> what is kept of such an element, given the place in the text and the enclosing element."""
