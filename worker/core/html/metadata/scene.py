"""What the readers of metadata look at: the page, its story's place, and its structured data."""

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final

from worker.core.html import keys
from worker.core.html.metadata.links import telling
from worker.core.html.metadata.structured import Structured, structure
from worker.core.html.page import Page
from worker.core.html.tree import PAGE_DEPTH, Tree

COMMENTS: Final = 1
ASIDE: Final = 2
"""Values of Scene.outside."""


@dataclass(slots=True)
class Scene:
    """A page with its decided body."""

    page: Page
    title: int
    """Block of the headline, -1 for none."""
    first: int
    """First block of the body; -1 when there is none."""
    last: int
    texts: list[str]
    structured: Structured
    metas: dict[str, list[str]]
    """Name or property -> contents, in document order."""
    outside: list[int]
    """Per element: 1 inside comments, 2 inside asides and lists of other stories, 0 else."""
    meaning: list[int]
    """Per element: what its own key means, bits of `keys`."""
    people_links: frozenset[int] = frozenset()
    """Numbers of the links whose address may lead to a person."""
    tag_links: frozenset[int] = frozenset()
    """Numbers of the links whose address may lead to a tag."""
    url: str = ""
    _starts: list[int] = field(default_factory=list)

    def block_at(self, at: int) -> int:
        """The block that holds a place of the text."""
        return max(0, bisect_right(self._starts, at) - 1)

    def near(self) -> list[int]:
        """The blocks around the headline and both ends of the body, where bylines and dates stand."""
        n = len(self.texts)
        wanted: set[int] = set()
        for place, before, after in ((self.title, 8, 9), (self.first, 8, 4), (self.last, 3, 9)):
            if place >= 0:
                wanted.update(range(max(0, place - before), min(n, place + after)))
        return sorted(wanted) if wanted else list(range(min(n, 60)))

    def meta(self, *names: str) -> str:
        """The first non-empty content of the first name that has one."""
        for name in names:
            for value in self.metas.get(name, ()):
                if value.strip():
                    return " ".join(value.split())
        return ""


def scene_of(page: Page, tree: Tree, texts: list[str], title: int, body: list[int], url: str) -> Scene:
    """The scene of a page whose body is the given blocks."""
    metas: dict[str, list[str]] = {}
    for name, content in page.metas:
        metas.setdefault(name, []).append(content)
    first, last = (body[0], body[-1]) if body else (-1, -1)
    outside = _outside(page, tree.meaning, body)
    structured = structure(page.json_ld, page.title)
    people, tags = map(frozenset, telling(page.anchors.href))
    return Scene(
        page, title, first, last, texts, structured, metas, outside, tree.meaning, people, tags, url, page.blocks.start
    )


def _outside(page: Page, meaning: list[int], body: list[int]) -> list[int]:
    """What holds the story is never outside, whatever its class says (`widget Blog`)."""
    elements = page.elements
    outside = [0] * len(elements.tag)
    holders = _holders(page, body)
    for i, (parent, said) in enumerate(zip(elements.parent, meaning, strict=True)):
        if i == 0 or i in holders:
            continue
        place = outside[parent]
        if place:
            outside[i] = place
        elif said & _PLACES and elements.depth[i] >= PAGE_DEPTH:
            if said & keys.COMMENTS:
                outside[i] = COMMENTS
            elif elements.tag[i] != "article":
                outside[i] = ASIDE
    return outside


_PLACES: Final = keys.COMMENTS | keys.ASIDE


def _holders(page: Page, body: list[int]) -> set[int]:
    """The elements around the body's blocks, up to the root."""
    holders: set[int] = set()
    for block in body:
        element = page.elements.parent[page.blocks.element[block]]
        while element > 0 and element not in holders:
            holders.add(element)
            element = page.elements.parent[element]
    return holders
