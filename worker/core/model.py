"""The data the stages of the core hand to each other. All offsets are code points into the page's text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal, NamedTuple

from schemas.messages import Article, Cell, Item, Mark, PageMetrics, Role, WarningCode
from schemas.reasons import Reason

CORE_VERSION: Final = "1"
"""Changes whenever the same page may give another article."""


class Label(StrEnum):
    """What a segment of a page is: a closed set."""

    TITLE = "title"
    SUBTITLE = "subtitle"
    BYLINE = "byline"
    DATELINE = "dateline"
    DATE = "date"
    BODY = "body"
    SUBHEADING = "subheading"
    QUOTE = "quote"
    CAPTION = "caption"
    SOURCE = "source"
    TAGS = "tags"
    READ_ALSO = "read_also"
    EMBEDDED_TITLE = "embedded_title"
    EMBEDDED_BODY = "embedded_body"
    RELATED = "related"
    NAVIGATION = "navigation"
    SHARE = "share"
    COMMENTS = "comments"
    ADS = "ads"
    LEGAL = "legal"
    OTHER = "other"


RUNNING: Final = frozenset({Label.BODY, Label.SUBHEADING, Label.QUOTE, Label.EMBEDDED_BODY})
"""Labels whose text becomes paragraphs of an article."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A labelled stretch of the page's text. The segments of a page partition its text, in order."""

    start: int
    end: int
    """Exclusive; the white space behind a segment belongs to it."""
    label: Label
    article: int = 0
    """0 the main story and the page's furniture, 1.. embedded stories in page order."""
    score: float = 1.0
    """How sure the label is, 0..1."""
    why: str = ""
    """The cue or feature that decided, such as `cue:ar:source` or `model:body`; never text of the page."""


@dataclass(frozen=True, slots=True)
class Content:
    """A page's content as decoded text, before it is laid out."""

    markup_or_text: str
    """Markup or plain text; lone surrogates replaced by U+FFFD one for one."""
    kind: Literal["html", "text"]
    charset: str | None = None
    """What the bytes were decoded with; None when the page came as text."""
    warnings: tuple[WarningCode, ...] = ()


class Block(NamedTuple):
    """A stretch of an html page's text between two block-level boundaries; blocks partition the visible text."""

    start: int
    end: int
    role: Role = Role.PARAGRAPH
    level: int | None = None
    """Heading level 1..6."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible value of a field, and the place that offers it (`json-ld`, `og:title`, `h1` …)."""

    value: str
    origin: str
    score: float = 0.5


class Link(NamedTuple):
    """An anchor in the text."""

    start: int
    end: int
    href: str


@dataclass(frozen=True, slots=True)
class Picture:
    """An image in the page, with the place in the text where it stands."""

    at: int
    src: str
    caption: str | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """What markup says beside the visible text, already weighed: best candidate first, the losers behind it."""

    title: Sequence[Candidate] = ()
    authors: Sequence[Candidate] = ()
    published: Sequence[Candidate] = ()
    modified: Sequence[Candidate] = ()
    tags: Sequence[Candidate] = ()
    section: Sequence[Candidate] = ()
    canonical_url: Sequence[Candidate] = ()
    language: Sequence[Candidate] = ()
    site_name: Sequence[Candidate] = ()
    images: Sequence[Picture] = ()
    paywall: bool = False
    body: str | None = None
    """An article body that exists only in metadata or a state blob."""


@dataclass(frozen=True, slots=True)
class Markup:
    """What paragraphs say of their markup where they are asked: places in lists and tables always, and these."""

    links: bool = False
    formatting: bool = False
    """Strong, emphasised and code."""


@dataclass(frozen=True, slots=True)
class Marked:
    """What a second look at an html page found; offsets are into the page's text."""

    marks: Sequence[Mark]
    """Sorted by `start`, outer before inner; each inside one block."""
    places: Sequence[tuple[int, Item | Cell | None]]
    """Where an item or a cell begins, or anything outside of them; sorted."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A page's text and its segments, whatever it came as."""

    text: str
    segments: Sequence[Segment]
    blocks: Sequence[Block] = ()
    """Html only."""
    links: Sequence[Link] = ()
    """Html only."""
    metadata: Metadata = field(default_factory=Metadata)
    confidence: float = 0.0
    """Calibrated share of pages with such a score whose body is right, 0..1."""
    marked: Marked | None = None
    """None where nobody asked, and for raw text."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text with its role; paragraphs of a story before cleaning."""

    start: int
    end: int
    role: Role = Role.PARAGRAPH
    level: int | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """The segments of one story, sorted by what they are for."""

    index: int
    """0 main, 1.. embedded."""
    paragraphs: Sequence[Span]
    by_label: Mapping[Label, Sequence[Segment]]
    """All segments of this story; for the main story also the page's furniture."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a page became no article."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything one page became. `rejection` is None exactly when there are articles."""

    articles: tuple[Article, ...]
    metrics: PageMetrics
    rejection: Rejection | None
    text: str = ""
    segments: tuple[Segment, ...] = ()
