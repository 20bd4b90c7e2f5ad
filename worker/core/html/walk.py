"""The walk over a parsed page with an explicit stack, so that depth cannot hurt."""

import re
from functools import lru_cache
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from worker.core.html.markup import MEDIA, NOTES, note_tagged
from worker.core.html.page import Anchor, Page, Tagged

MAX_NODES: Final = 400_000
"""Nodes visited at most; the largest of 687 real pages has 31,000."""
MAX_DEPTH: Final = 2_000
"""Elements deeper than this are skipped with all they hold."""
MAX_BLOCKS: Final = 20_000
"""Blocks kept at most; the largest of 687 real pages has 5,500."""
MAX_KEY: Final = 300
"""Code points of an element's key that are looked at."""
INLINE: Final = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "nobr",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
        "amp-link",
    ]
)
BOLD: Final = frozenset(("b", "strong"))
ITALIC: Final = frozenset(("i", "em", "cite"))
UNSEEN: Final = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "iframe",
        "select",
        "textarea",
        "object",
        "embed",
        "canvas",
        "audio",
        "video",
        "map",
        "math",
        "datalist",
        "head",
        "meta",
        "link",
        "title",
        "base",
        "input",
        "img",
        "amp-img",
        "hr",
        "br",
        "source",
        "picture-source",
        "area",
        "frame",
        "frameset",
        "noframes",
    ]
)
NAMING: Final = frozenset(("class", "id", "itemprop", "role", "property", "data-testid", "data-component"))
HIDING: Final = frozenset(
    [
        "sr-only",
        "visually-hidden",
        "visuallyhidden",
        "screen-reader-text",
        "screen-reader",
        "screenreader",
        "tooltip",
        "hovercard",
        "rollover",
        "popover",
        "u-hidden",
        "is-hidden",
        "hidden",
        "element-invisible",
    ]
)
"""Class tokens that take text out of sight on inline elements."""
_ZERO_WIDTH: Final = "\u200b\u200c\u200d\u2060\ufeff\u00ad \t\r\n"
_TELLING: Final = re.compile(r"author|autor|byline|date|publi|time|fn\b|name|tag|headline", re.IGNORECASE)
"""Keys of inline elements that may say who wrote the page and when."""
_FLOATING: Final = ("rollover", "tooltip", "popover", "hovercard")
_FLOATING_PARTS: Final = ("block", "content", "text", "inner", "body", "box", "card", "panel", "menu")
"""Beginnings and ends of the class tokens of what shows only under the pointer."""


class Walk:
    """The state of one walk; `page` fills as it goes."""

    def __init__(self, page: Page, *, see_hidden: bool) -> None:
        self.page = page
        self.see_hidden = see_hidden
        self.texts: list[str] = []
        self.total = 0
        self.pieces: list[str] = []
        self.length = 0
        self.space = False
        self.element = 0
        self.inline = ""
        self.link_chars = self.links = self.bold_chars = self.italic_chars = self.breaks = 0
        self.in_link = self.in_bold = self.in_italic = self.in_pre = 0
        self.break_run = self.images = self.rules = 0
        self.open: list[tuple[int, Tagged]] = []

    def add(self, text: str) -> None:
        """One text node."""
        words = text.split()
        if not words or (len(text) < 4 and not text.strip(_ZERO_WIDTH)):
            self.space = True
            return
        if self.length and (self.space or text[0].isspace()):
            self.pieces.append(" ")
            self.length += 1
        shown = " ".join(words) if not self.in_pre else text.strip()
        self.pieces.append(shown)
        n = len(shown)
        self.length += n
        if self.in_link:
            self.link_chars += n
        if self.in_bold:
            self.bold_chars += n
        if self.in_italic:
            self.italic_chars += n
        self.space = text[-1].isspace()
        self.break_run = 0

    def flush(self) -> None:
        """End the block under way, if it has text."""
        self.space = False
        self.break_run = 0
        if not self.length:
            return
        blocks = self.page.blocks
        blocks.start.append(self.total)
        blocks.end.append(self.total + self.length)
        blocks.element.append(self.element)
        blocks.inline.append(self.inline)
        blocks.link_chars.append(self.link_chars)
        blocks.links.append(self.links)
        blocks.bold_chars.append(self.bold_chars)
        blocks.italic_chars.append(self.italic_chars)
        blocks.breaks.append(self.breaks)
        blocks.images.append(self.images)
        blocks.rules.append(self.rules)
        self.texts.append("".join(self.pieces))
        self.total += self.length + 1
        self.pieces = []
        self.length = 0
        self.inline = ""
        self.link_chars = self.links = self.bold_chars = self.italic_chars = self.breaks = self.images = self.rules = 0

    def line_break(self) -> None:
        """A `<br>`: white space; two in a row end the block."""
        self.break_run += 1
        run = self.break_run
        if run >= 2:
            self.flush()
            self.break_run = run
        elif self.in_pre and self.length:
            self.pieces.append("\n")
            self.length += 1
        else:
            self.space = True
        self.breaks += bool(self.length)


def walked(tree: LexborHTMLParser, *, see_hidden: bool) -> Page:
    """What the walk collects, with or without `<noscript>` and the elements that the markup hides."""
    page = Page()
    walk = Walk(page, see_hidden=see_hidden)
    root = tree.root
    if root is not None:
        page.language = (root.attributes.get("lang") or root.attributes.get("xml:lang") or "").strip()
        _descend(walk, root)
    walk.flush()
    page.text = "\n".join(walk.texts)
    for anchor in page.anchors:
        if page.text[anchor.start : anchor.start + 1] in (" ", "\n"):
            anchor.start = min(anchor.start + 1, anchor.end)
    return page


def _descend(walk: Walk, root: LexborNode) -> None:  # noqa: C901, PLR0912, PLR0915 - the hot loop; calls cost more than lines
    page, elements = walk.page, walk.page.elements
    stack: list[tuple[LexborNode, int, int]] = []
    node, visited = root.first_child, 0
    add, starts = walk.add, page.blocks.start
    entered = ("head", "noscript") if walk.see_hidden else ("head",)
    while True:
        if node is None:
            if not stack:
                return
            node, kind, value = stack.pop()
            if kind == _BLOCK:
                if walk.length:
                    walk.flush()
                walk.space = False
                walk.element = value
            else:
                _leave(walk, kind, value)
            while walk.open and walk.open[-1][0] >= len(stack):
                walk.open.pop()[1].end = walk.total + walk.length - (walk.length == 0)
            node = node.next
            continue
        visited += 1
        if visited > MAX_NODES or len(starts) > MAX_BLOCKS:
            page.cut = True
            return
        tag = node.tag
        if tag == "-text":
            add(node.text_content or "")
            node = node.next
            continue
        if tag is None or tag[0] in "-!" or (tag in UNSEEN and tag not in entered):
            if tag in UNSEEN:
                _unseen(walk, tag, node)
            node = node.next
            continue
        first = node.first_child
        attributes = node.attributes
        inline = tag in INLINE or "-" in tag
        key = ""
        if attributes:
            key, hidden = _look(attributes, inline=inline)
            if hidden and not walk.see_hidden:
                page.hidden += 1
                node = node.next
                continue
        if inline:
            if attributes and (tag == "time" or (key and _is_telling(key))):
                _tag(walk, tag, attributes, key, len(stack) if first is not None else -1)
            if first is None or len(stack) > MAX_DEPTH:
                node = node.next
                continue
            stack.append((node, *_enter_inline(walk, tag, attributes, key)))
        else:
            if walk.length:
                walk.flush()
            walk.space = False
            if first is None or len(stack) > MAX_DEPTH:
                node = node.next
                continue
            index = len(elements.tag)
            elements.parent.append(walk.element)
            elements.tag.append(tag)
            elements.key.append(key)
            elements.depth.append(elements.depth[walk.element] + 1)
            if attributes and ("itemprop" in attributes or "property" in attributes):
                _tag(walk, tag, attributes, key, len(stack))
            stack.append((node, _BLOCK if tag != "pre" else _PRE, walk.element))
            if tag == "pre":
                walk.in_pre += 1
            walk.element = index
        node = first


_BLOCK: Final = 0
_LINK: Final = 1
_BOLD: Final = 2
_ITALIC: Final = 3
_PLAIN: Final = 4
_PRE: Final = 5


def _enter_inline(walk: Walk, tag: str, attributes: dict[str, str | None], key: str) -> tuple[int, int]:
    """Note that an inline element begins; answers what `_leave` needs to end it."""
    if key and not walk.length and not walk.inline:
        walk.inline = key
    if tag == "a":
        walk.in_link += 1
        walk.links += 1
        at = walk.total + walk.length
        anchors = walk.page.anchors
        anchors.append(Anchor(at, -1, attributes.get("href") or "", attributes.get("rel") or "", key, walk.element))
        return _LINK, len(anchors) - 1
    if tag in BOLD:
        walk.in_bold += 1
        return _BOLD, 0
    if tag in ITALIC:
        walk.in_italic += 1
        return _ITALIC, 0
    return _PLAIN, 0


def _tag(walk: Walk, tag: str, attributes: dict[str, str | None], key: str, depth: int) -> None:
    """Note a telling element; `depth` is that of the stack below it, -1 when it is empty."""
    tagged = note_tagged(walk.page, tag, attributes, key, walk.total + walk.length, walk.element)
    if depth >= 0:
        walk.open.append((depth, tagged))


def _unseen(walk: Walk, tag: str, node: LexborNode) -> None:
    """An element that has no text of its own."""
    if tag == "br":
        walk.line_break()
    elif tag == "hr":
        walk.flush()
        walk.rules += 1
    elif tag in MEDIA:
        walk.images += 1
    note = NOTES.get(tag)
    if note:
        note(walk.page, node, walk.total + walk.length, walk.element)


def _leave(walk: Walk, kind: int, value: int) -> None:
    """Note that an inline or preformatted element ends."""
    if kind == _LINK:
        walk.in_link -= 1
        anchor = walk.page.anchors[value]
        anchor.end = walk.total + walk.length
        if not walk.length:
            anchor.end = max(anchor.start, anchor.end - 1)
    elif kind == _BOLD:
        walk.in_bold -= 1
    elif kind == _ITALIC:
        walk.in_italic -= 1
    elif kind == _PRE:
        walk.flush()
        walk.in_pre -= 1
        walk.element = value


def _look(attributes: dict[str, str | None], *, inline: bool) -> tuple[str, bool]:
    """An element's key, and whether the markup hides it."""
    key, hidden = "", False
    for name, value in attributes.items():
        if name in NAMING:
            if value:
                key = f"{key} {value}" if key else value
                if inline and name == "class":
                    hidden = hidden or _floats(value)
        elif name == "style":
            hidden = hidden or (value is not None and ("none" in value or "hidden" in value) and _hides(value))
        elif name == "hidden":
            hidden = hidden or value != "false"
        elif name == "aria-hidden":
            hidden = hidden or value == "true"
    return key[:MAX_KEY], hidden


def _hides(style: str) -> bool:
    folded = style.replace(" ", "").lower()
    return "display:none" in folded or "visibility:hidden" in folded


@lru_cache(maxsize=20_000)
def _floats(classes: str) -> bool:
    """Whether an inline element of these classes is out of sight until something happens."""
    tokens = classes.lower().split()
    if not HIDING.isdisjoint(tokens):
        return True
    return any(token.startswith(_FLOATING) and token.endswith(_FLOATING_PARTS) for token in tokens)


@lru_cache(maxsize=20_000)
def _is_telling(key: str) -> bool:
    return _TELLING.search(key) is not None
