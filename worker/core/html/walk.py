"""The walk over a parsed page with an explicit stack, so that depth cannot hurt."""

import re
from functools import lru_cache
from typing import Any, Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from worker.core.html.markup import MEDIA, NOTES, note_tagged
from worker.core.html.page import Blocks, Page, Tagged

MAX_NODES: Final = 400_000
"""Nodes visited at most; the largest of 687 real pages has 31,000."""
MAX_DEPTH: Final = 2_000
"""Elements deeper than this are skipped with all they hold."""
MAX_BLOCKS: Final = 20_000
"""Blocks kept at most; the largest of 687 real pages has 5,500."""
MAX_KEY: Final = 300
"""Code points of an element's key that are looked at."""
INLINE: Final = frozenset((
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "dfn", "em", "font", "i", "ins", "kbd",
    "label", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup",
    "time", "tt", "u", "var", "wbr", "amp-link",
))  # fmt: skip
BOLD: Final = frozenset(("b", "strong"))
ITALIC: Final = frozenset(("i", "em", "cite"))
UNSEEN: Final = frozenset((
    "script", "style", "noscript", "template", "svg", "iframe", "select", "textarea", "object", "embed", "canvas",
    "audio", "video", "map", "math", "datalist", "head", "meta", "link", "title", "base", "input", "img", "amp-img",
    "hr", "br", "source", "picture-source", "area", "frame", "frameset", "noframes",
))  # fmt: skip
NAMING: Final = frozenset(("class", "id", "itemprop", "role", "property", "data-testid", "data-component"))
HIDING: Final = frozenset((
    "sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "screen-reader", "screenreader", "tooltip",
    "hovercard", "rollover", "popover", "u-hidden", "is-hidden", "hidden", "element-invisible",
))  # fmt: skip
"""Class tokens that take text out of sight on inline elements."""
ZERO_WIDTH: Final = "\u200b\u200c\u200d\u2060\ufeff\u00ad \t\r\n"
_TELLING: Final = ("author", "autor", "byline", "date", "publi", "time", "name", "tag", "headline")
"""Words in keys of inline elements that may say who wrote the page and when."""
_FULL_NAME: Final = re.compile(r"fn\b")
"""The microformat's name of a person, at the end of a word."""
_FLOATING: Final = ("rollover", "tooltip", "popover", "hovercard")
_FLOATING_PARTS: Final = ("block", "content", "text", "inner", "body", "box", "card", "panel", "menu")
"""Beginnings and ends of the class tokens of what shows only under the pointer."""


_TEXT: Final = 0
_UNSEEN_KIND: Final = 1
_NOTHING: Final = 2
_PLAIN: Final = 3
_LINK: Final = 4
_BOLD: Final = 5
_ITALIC: Final = 6
_BLOCK: Final = 7
_PRE: Final = 8
_USUAL: Final = (
    "div", "p", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "header", "footer", "nav",
    "aside", "main", "figure", "figcaption", "table", "tbody", "thead", "tr", "td", "th", "form", "button",
    "blockquote", "dl", "dt", "dd", "picture", "option", "body", "center", "fieldset",
)  # fmt: skip
"""Blocks that need not be asked for their kind; they are four in five elements."""
_KINDS: Final[dict[str, int]] = {
    **dict.fromkeys(_USUAL, _BLOCK),
    **dict.fromkeys(INLINE, _PLAIN),
    **dict.fromkeys(BOLD, _BOLD),
    **dict.fromkeys(ITALIC, _ITALIC),
    **dict.fromkeys(UNSEEN, _UNSEEN_KIND),
    "a": _LINK,
    "-text": _TEXT,
    "-comment": _NOTHING,
    "head": _BLOCK,
    "pre": _PRE,
}
"""How the walk takes a node, by its tag; other tags are blocks, those with a hyphen plain inline elements."""
_KINDS_HIDDEN: Final[dict[str, int]] = {**_KINDS, "noscript": _BLOCK}
"""The same for a walk that sees hidden elements."""


def walked(tree: LexborHTMLParser, *, see_hidden: bool) -> Page:
    """What the walk collects, with or without `<noscript>` and the elements that the markup hides."""
    root = tree.root
    page = Page(root=root, sees_hidden=see_hidden)
    if root is not None:
        page.language = (root.attributes.get("lang") or root.attributes.get("xml:lang") or "").strip()
        _descend(page, root, see_hidden=see_hidden)
    text = page.text
    anchors = page.anchors
    for i, start in enumerate(anchors.start):
        while start < anchors.end[i] and text[start : start + 1].isspace():
            anchors.start[i] = start = start + 1  # noqa: PLW2901 - where the link's own text begins
    return page


def _kind_of(tag: str) -> int:
    """The kind of a node whose tag is not listed."""
    if tag[0] in "-!":
        return _NOTHING
    return _PLAIN if "-" in tag else _BLOCK


def _descend(page: Page, root: LexborNode, *, see_hidden: bool) -> None:  # noqa: C901, PLR0912, PLR0915 - the hot loop; calls cost more than lines
    kinds = _KINDS_HIDDEN if see_hidden else _KINDS
    elements, anchors = page.elements, page.anchors
    parents, tags, keys, depths = elements.parent, elements.tag, elements.key, elements.depth
    anchor_ends = anchors.end
    blocks: list[tuple[int, int, int, str, int, int, int, int, int, int, int]] = []
    texts: list[str] = []
    pieces: list[str] = []
    stack: list[tuple[LexborNode, int, int]] = []
    opened: list[tuple[int, Tagged]] = []
    element = owner = 0
    total = length = 0
    link_chars = links = bold_chars = italic_chars = breaks = images = rules = 0
    in_link = in_bold = in_italic = in_pre = 0
    break_run = next_run = next_rules = 0
    space = closing = False
    inline = gap = ""
    node = root.first_child
    visited = 0
    while True:
        if closing:
            closing = False
            if length:
                blocks.append(
                    (total, total + length, owner, inline, link_chars, links, bold_chars, italic_chars, breaks,
                     images, rules)
                )  # fmt: skip
                texts.append("".join(pieces))
                total += length + 1
                pieces = []
                length = 0
                inline = ""
                link_chars = links = bold_chars = italic_chars = breaks = images = 0
                rules, next_rules = next_rules, 0
                break_run, next_run = next_run, 0
                if len(blocks) > MAX_BLOCKS:
                    page.cut = True
                    break
        if node is None:
            if not stack:
                break
            node, kind, value = stack.pop()
            if kind >= _BLOCK:
                if kind == _PRE:
                    in_pre -= 1
                    break_run = 0
                closing = True
                owner = element
                space = False
                gap = ""
                element = value
            elif kind == _LINK:
                in_link -= 1
                anchor_ends[value] = total + length if length else max(anchors.start[value], total - 1)
            elif kind == _BOLD:
                in_bold -= 1
            elif kind == _ITALIC:
                in_italic -= 1
            if opened:
                while opened and opened[-1][0] >= len(stack):
                    opened.pop()[1].end = total + length - (length == 0)
            node = node.next
            continue
        visited += 1
        if visited > MAX_NODES:
            page.cut = True
            break
        tag = node.tag or "-comment"
        kind = kinds.get(tag, -1)
        if kind < 0:
            kind = _kind_of(tag)
        if kind == _TEXT:
            text = node.text_content or ""
            words = text.split()
            if not words or (len(text) < 4 and not text.strip(ZERO_WIDTH)):
                space = True
                if in_pre and not words:
                    gap += text
            else:
                if in_pre:
                    shown = text.strip()
                    at = text.index(shown)
                    gap += text[:at]
                    if not length:
                        gap = gap.rpartition("\n")[2]
                    pieces.append(gap)
                    length += len(gap)
                    gap = text[at + len(shown) :]
                else:
                    if length and (space or text[0].isspace()):
                        pieces.append(" ")
                        length += 1
                    shown = " ".join(words)
                pieces.append(shown)
                n = len(shown)
                length += n
                if in_link:
                    link_chars += n
                if in_bold:
                    bold_chars += n
                if in_italic:
                    italic_chars += n
                space = text[-1].isspace()
                break_run = 0
            node = node.next
            continue
        if kind <= _NOTHING:
            if kind == _UNSEEN_KIND:
                if tag == "br":
                    break_run += 1
                    if in_pre:
                        gap += "\n"
                        breaks += length > 0
                    elif break_run >= 2:
                        space = False
                        if length:
                            closing = True
                            owner = element
                            next_run = break_run
                    else:
                        space = True
                        breaks += length > 0
                elif tag == "hr":
                    space = False
                    break_run = 0
                    if length:
                        closing = True
                        owner = element
                        next_rules = 1
                    else:
                        rules += 1
                else:
                    if tag in MEDIA:
                        images += 1
                    note = NOTES.get(tag)
                    if note is not None:
                        note(page, node, total + length, element)
            node = node.next
            continue
        first = node.first_child
        attributes = node.attributes
        key = ""
        if attributes:
            key, hidden = look_at(attributes, inline=kind < _BLOCK)
            if hidden and not see_hidden:
                page.hidden += 1
                node = node.next
                continue
        if kind < _BLOCK:
            if attributes and (tag == "time" or (key and _is_telling(key))):
                tagged = note_tagged(page, tag, attributes, key, total + length, element)
                if first is not None:
                    opened.append((len(stack), tagged))
            if first is None or len(stack) > MAX_DEPTH:
                node = node.next
                continue
            if key and not length and not inline:
                inline = key
            value = 0
            if kind == _LINK:
                in_link += 1
                links += 1
                value = len(anchor_ends)
                anchors.start.append(total + length)
                anchor_ends.append(-1)
                anchors.href.append(attributes.get("href") or "")
                anchors.rel.append(attributes.get("rel") or "")
                anchors.key.append(key)
                anchors.element.append(element)
            elif kind == _BOLD:
                in_bold += 1
            elif kind == _ITALIC:
                in_italic += 1
            stack.append((node, kind, value))
        else:
            closing = True
            owner = element
            space = False
            gap = ""
            if first is None or len(stack) > MAX_DEPTH:
                node = node.next
                continue
            depths.append(depths[element] + 1)
            parents.append(element)
            keys.append(key)
            stack.append((node, kind, element))
            if kind == _PRE:
                in_pre += 1
            element = len(tags)
            tags.append(tag)
            if attributes and ("itemprop" in attributes or "property" in attributes):
                at = total + length + (length > 0)
                opened.append((len(stack) - 1, note_tagged(page, tag, attributes, key, at, owner)))
        node = first
    if length:
        blocks.append(
            (total, total + length, element, inline, link_chars, links, bold_chars, italic_chars, breaks, images, rules)
        )
        texts.append("".join(pieces))
    page.texts = texts
    page.text = "\n".join(texts)
    columns: Any = zip(*blocks, strict=True)
    page.blocks = Blocks(*map(list, columns)) if blocks else Blocks()


_NAMES: Final[dict[str, int]] = {**dict.fromkeys(NAMING, 1), "class": 2, "style": 3, "hidden": 4, "aria-hidden": 5}
"""What an attribute is to the walk, by its name; others are nothing to it."""


def look_at(attributes: dict[str, str | None], *, inline: bool) -> tuple[str, bool]:
    """An element's key, and whether the markup hides it."""
    if len(attributes) == 1 and (classes := attributes.get("class")):
        return classes[:MAX_KEY], inline and _floats(classes)  # as four in ten have it
    key, hidden = "", False
    for name, value in attributes.items():
        what = _NAMES.get(name, 0)
        if not what:
            continue
        if what <= 2:
            if value:
                key = f"{key} {value}" if key else value
                if inline and what == 2 and _floats(value):
                    hidden = True
        elif what == 3:
            if value is not None and ("none" in value or "hidden" in value) and _hides(value):
                hidden = True
        elif (what == 4 and value != "false") or (what == 5 and value == "true"):
            hidden = True
    return key[:MAX_KEY], hidden


def _hides(style: str) -> bool:
    folded = style.replace(" ", "").lower()
    return "display:none" in folded or "visibility:hidden" in folded


@lru_cache(maxsize=20_000)
def _floats(classes: str) -> bool:
    """Whether an inline element of these classes is out of sight until something happens."""
    folded = classes.lower()
    tokens = folded.split()
    if not HIDING.isdisjoint(tokens):
        return True
    if not any(word in folded for word in _FLOATING):
        return False
    return any(token.startswith(_FLOATING) and token.endswith(_FLOATING_PARTS) for token in tokens)


@lru_cache(maxsize=20_000)
def _is_telling(key: str) -> bool:
    folded = key.lower()
    if any(word in folded for word in _TELLING):
        return True
    return "fn" in folded and _FULL_NAME.search(folded) is not None
