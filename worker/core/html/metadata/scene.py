"""What the readers of metadata look at: the page, its story's place, and its structured data."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Final

from worker.core.html.metadata.structured import Structured, structure
from worker.core.html.page import Page

_COMMENT: Final = re.compile(
    r"(?:^|[\s_-])(?:comments?|commentlist|respond|disqus|replies|kommentare?)(?:[\s_-]|$)", re.IGNORECASE
)
_ASIDE: Final = re.compile(
    r"related|sidebar|recent|popular|widget|teaser|carousel|recommend|footer|read-?more|more-?from", re.IGNORECASE
)
_STATES: Final = re.compile(
    r"comments?-(?:open|closed)|no-?comments|has-sidebar|\w*sidebar-\w+|\w+-sidebar\b|no-sidebar"
)


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
    url: str = ""
    _starts: list[int] = field(default_factory=list)

    def block_at(self, at: int) -> int:
        """The block that holds a place of the text."""
        return max(0, bisect_right(self._starts, at) - 1)

    def meta(self, *names: str) -> str:
        """The first non-empty content of the first name that has one."""
        for name in names:
            for value in self.metas.get(name, ()):
                if value.strip():
                    return " ".join(value.split())
        return ""


def scene_of(page: Page, texts: list[str], title: int, body: list[int], url: str) -> Scene:
    """The scene of a page whose body is the given blocks."""
    metas: dict[str, list[str]] = {}
    for name, content in page.metas:
        metas.setdefault(name, []).append(content)
    first, last = (body[0], body[-1]) if body else (-1, -1)
    structured = structure(page.json_ld, page.title)
    return Scene(page, title, first, last, texts, structured, metas, _outside(page, body), url, page.blocks.start)


def _outside(page: Page, body: list[int]) -> list[int]:
    """What holds the story is never outside, whatever its class says (`widget Blog`)."""
    elements = page.elements
    outside = [0] * len(elements.tag)
    holders = _holders(page, body)
    for i in range(1, len(outside)):
        if i in holders:
            continue
        known = outside[elements.parent[i]]
        if known:
            outside[i] = known
            continue
        key = elements.key[i]
        if not key or elements.depth[i] < 3:
            continue
        if _COMMENT.search(key) and not _STATES.search(key):
            outside[i] = 1
        elif elements.tag[i] != "article" and _ASIDE.search(key) and not _STATES.search(key):
            outside[i] = 2
    return outside


def _holders(page: Page, body: list[int]) -> set[int]:
    """The elements around the body's blocks, up to the root."""
    holders: set[int] = set()
    for block in body:
        element = page.elements.parent[page.blocks.element[block]]
        while element > 0 and element not in holders:
            holders.add(element)
            element = page.elements.parent[element]
    return holders
