"""What one walk over an html page collects: its text as blocks, its elements, and what the metadata readers need."""

from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode


@dataclass(slots=True)
class Elements:
    """The block-level elements of a page as parallel lists, parents before children; element 0 is the root."""

    parent: list[int] = field(default_factory=lambda: [0])
    tag: list[str] = field(default_factory=lambda: ["html"])
    key: list[str] = field(default_factory=lambda: [""])
    """Class, id and semantic attributes joined by spaces: the words the author gave the element."""
    depth: list[int] = field(default_factory=lambda: [0])


@dataclass(slots=True)
class Blocks:
    """The blocks of a page as parallel lists; all counts are code points."""

    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    """Exclusive, without the line break behind the block."""
    element: list[int] = field(default_factory=list)
    """The nearest block-level element."""
    inline: list[str] = field(default_factory=list)
    """The key of the first inline element the block's text stands in, or the empty string."""
    link_chars: list[int] = field(default_factory=list)
    links: list[int] = field(default_factory=list)
    bold_chars: list[int] = field(default_factory=list)
    italic_chars: list[int] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    """`<br>` inside the block."""
    images: list[int] = field(default_factory=list)
    """Images, frames and videos since the block before."""
    rules: list[int] = field(default_factory=list)
    """`<hr>` since the block before."""


@dataclass(slots=True)
class Anchors:
    """The links of a page as parallel lists, each with the stretch of the page's text it covers (none for images)."""

    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    href: list[str] = field(default_factory=list)
    rel: list[str] = field(default_factory=list)
    key: list[str] = field(default_factory=list)
    element: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Shown:
    """An image, with the place in the text where it stands."""

    at: int
    src: str
    alt: str
    element: int


@dataclass(slots=True)
class Tagged:
    """An element that may say a date, a name or a headline: `<time>`, itemprop, property or a telling class."""

    name: str
    """The value of itemprop or property, `time` behind it for a `<time>`; may be empty."""
    value: str
    """`datetime`, `content` or the like; empty when only the text says it."""
    at: int
    end: int
    """With `at` the stretch of the page's text inside the element."""
    element: int
    key: str


@dataclass(slots=True)
class Page:
    """An html page, read once."""

    text: str = ""
    texts: list[str] = field(default_factory=list)
    """The text of every block; joined by line breaks they are the page's text."""
    blocks: Blocks = field(default_factory=Blocks)
    elements: Elements = field(default_factory=Elements)
    anchors: Anchors = field(default_factory=Anchors)
    pictures: list[Shown] = field(default_factory=list)
    tagged: list[Tagged] = field(default_factory=list)
    metas: list[tuple[str, str]] = field(default_factory=list)
    """Lower-cased name or property, content; in document order."""
    relations: list[tuple[str, str, str]] = field(default_factory=list)
    """`<link>`: rel, href, hreflang."""
    json_ld: list[str] = field(default_factory=list)
    scripts: list[LexborNode] = field(default_factory=list)
    """Other inline scripts; their text, which is long and rarely asked for, is read by `markup.states`."""
    noscript: list[str] = field(default_factory=list)
    title: str = ""
    """The `<title>` element's text."""
    language: str = ""
    """The `lang` of the root element."""
    hidden: int = 0
    """Elements left out because the markup hides them."""
    cut: bool = False
    """Whether the page was larger than the reader's bounds."""
    root: LexborNode | None = None
    """The parsed page, for a second look."""
    sees_hidden: bool = False
    """Whether the text has what the markup hides in it."""
