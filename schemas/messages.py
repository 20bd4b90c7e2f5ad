"""The messages on the topics, as frozen pydantic models.

`RawPage` comes in on `news.pages`; `Article`, `PageMetrics` and `DeadLetter` go out. Offsets are code points into the
page's text (for html: its visible text in document order), `start` inclusive, `end` exclusive. Times are RFC 3339.
Inside one major version fields are only added, and only optional ones; `tests/schemas` holds that.
"""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from schemas.base import SCHEMA_VERSION, Base64, Message
from schemas.reasons import Reason
from schemas.site_profile import PagePrints

URL: Final = re.compile(r"https?://[^\s/?#]+\S*\Z", re.IGNORECASE)


def _http_url(url: str) -> str:
    url = url.strip()
    if not URL.match(url):
        raise ValueError("expected an absolute http or https url")
    return url


HttpUrl = Annotated[str, Field(max_length=8192), AfterValidator(_http_url)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class RawPage(Message):
    """One page as a crawler stored it. Exactly one of `html`, `text`, `body` holds its content."""

    url: HttpUrl
    """The page's address, the one that answered (after redirects) when both are known."""
    html: str | None = None
    """Markup, already decoded to text by the crawler."""
    text: str | None = None
    """The page's visible text, markup gone: often one single line."""
    body: Base64 | None = None
    """The bytes of the http answer, base64 in JSON."""
    fetched_at: datetime | None = None
    """When the crawler fetched it; relative dates ("yesterday") are resolved against it."""
    content_type: str | None = None
    """The `Content-Type` of the http answer, with its charset parameter if it had one."""
    charset: str | None = None
    """The charset the crawler believes in; weaker than a byte order mark, stronger than the markup's own word."""
    status: int | None = Field(default=None, ge=100, le=599)
    """The http status."""
    http_headers: dict[str, str] | None = None
    """The http answer's headers."""
    source: str | None = None
    """The crawler's own name for the site."""
    language: str | None = None
    """A language hint, BCP 47."""
    id: str | None = None
    """The crawler's own id of the page, copied to the outputs as `page_id`."""

    @model_validator(mode="after")
    def _one_content(self) -> "RawPage":
        given = [name for name in ("html", "text", "body") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"expected exactly one of html, text, body; got {', '.join(given) or 'none'}")
        return self


class Position(Message):
    """Where a page stood in Kafka: provenance, copied into every output."""

    topic: str
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)


class Part(StrEnum):
    """Which story of the page an article is."""

    MAIN = "main"
    EMBEDDED = "embedded"


class SourceKind(StrEnum):
    """What kind of source the page names."""

    AGENCY = "agency"
    PAPER = "paper"
    SITE = "site"
    OTHER = "other"


class Source(Message):
    """The source or agency the page itself names."""

    name: str
    kind: SourceKind = SourceKind.OTHER


class AuthorKind(StrEnum):
    """Whether a byline names a person or an organisation."""

    PERSON = "person"
    ORGANIZATION = "organization"


class Author(Message):
    """One name of the byline, without its "By" and without job title."""

    name: str
    kind: AuthorKind = AuthorKind.PERSON


class Precision(StrEnum):
    """How exactly a date was given."""

    DAY = "day"
    MINUTE = "minute"
    SECOND = "second"


class Timestamp(Message):
    """A date the page gives: ISO 8601, only as precise as the page was, with its offset only where one was given."""

    value: str
    """`2026-11-24`, `2026-11-24T09:30`, `2026-11-24T09:30:00+02:00`."""
    precision: Precision
    words: str | None = None
    """The words or the metadata value it was read from."""
    origin: str | None = None
    """Where it stood: `text`, `json-ld`, `meta:article:published_time`, `time`, `url` …"""


class Role(StrEnum):
    """What a paragraph is in the structure of the article."""

    PARAGRAPH = "paragraph"
    SUBHEADING = "subheading"
    LIST_ITEM = "list_item"
    QUOTE = "quote"
    TABLE_ROW = "table_row"
    CODE = "code"


class MarkKind(StrEnum):
    """What the markup says of a stretch of a paragraph."""

    LINK = "link"
    STRONG = "strong"
    EMPHASIS = "emphasis"
    CODE = "code"


class Mark(Message):
    """A link or an emphasis in a paragraph; `start` and `end` are code points into the paragraph's own text."""

    kind: MarkKind
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    href: str | None = None
    """Where a link leads: absolute and percent-encoded, http, https or mailto."""


class Item(Message):
    """Which item of which list a paragraph is in, both counted from 1 on: lists on the page, items in their list."""

    list_number: int = Field(ge=1)
    depth: int = Field(ge=1)
    """1 in a list that stands in no other."""
    item: int = Field(ge=1)
    number: int | None = None
    """What a numbered list shows before the item."""


class Cell(Message):
    """Which cell of which table a paragraph is in, all counted from 1 on: tables on the page, rows in their table."""

    table: int = Field(ge=1)
    row: int = Field(ge=1)
    column: int = Field(ge=1)
    header: bool = False


class Paragraph(Message):
    """One cleaned paragraph and the place in the page's text it came from."""

    text: str
    """One line; of the role `code` with its lines and the spaces in them, as the markup gives them."""
    role: Role = Role.PARAGRAPH
    level: int | None = Field(default=None, ge=1, le=6)
    """Heading level of a subheading, where markup told it."""
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    marks: tuple[Mark, ...] | None = None
    """Links and emphasis, on request and from html alone; sorted by `start`, outer before inner."""
    item: Item | None = None
    """Of a list item, on request."""
    cell: Cell | None = None
    """Of a table row's paragraph, on request."""


class Quote(Message):
    """A quotation inside the article, with its speaker where the text makes it clear."""

    text: str
    speaker: str | None = None


class Image(Message):
    """An image of the article."""

    url: str
    caption: str | None = None
    at: int | None = Field(default=None, ge=0)
    """Where it stands in the page's text, on request and where it stands in the story."""


class Related(Message):
    """A pointer to another story."""

    headline: str
    url: str | None = None


class WarningCode(StrEnum):
    """Things a reader of an article should know about how it was made."""

    TRUNCATED = "truncated"
    PAYWALL = "paywall"
    MOJIBAKE_REPAIRED = "mojibake_repaired"
    REPLACEMENT_CHARACTERS = "replacement_characters"
    CHARSET_GUESSED = "charset_guessed"
    BODY_FROM_METADATA = "body_from_metadata"
    TITLE_FROM_METADATA = "title_from_metadata"
    LOW_CONFIDENCE = "low_confidence"
    DUPLICATED_TEXT = "duplicated_text"


class Article(Message):
    """One story of a page: the main one, or one that was embedded in it."""

    schema_version: str = SCHEMA_VERSION
    article_id: str
    """Deterministic: from the canonical url and the part; the key on the topic."""
    page_id: str
    """The crawler's id of the page, or one made from its url and content."""
    url: str
    """The page's, as it came."""
    canonical_url: str
    """What the page calls its own, when that is on the same host, else its url; without tracking parameters."""
    host: str
    """Of the url: lower case, without `www.`."""
    part: Part
    part_index: int = Field(default=0, ge=0)
    """0 for the main story, 1.. for embedded ones in page order."""
    title: str | None = None
    subtitle: str | None = None
    authors: tuple[Author, ...] = ()
    source: Source | None = None
    dateline: str | None = None
    """Place and agency in front of the first sentence, without the dash behind them."""
    published_at: Timestamp | None = None
    modified_at: Timestamp | None = None
    section: str | None = None
    """The part of the site that the story stands in."""
    language: str | None = None
    """BCP 47 primary tag; null when the text is too short to tell."""
    language_probability: Share = 0.0
    direction: Literal["ltr", "rtl"] = "ltr"
    """In which the body is written."""
    paragraphs: tuple[Paragraph, ...] = ()
    body: str
    """The paragraphs' texts joined by line breaks."""
    quotes: tuple[Quote, ...] = ()
    tags: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    related: tuple[Related, ...] = ()
    truncated: bool = False
    """Whether the story was cut off: by a paywall, an ellipsis, or inside a sentence."""
    word_count: int = Field(ge=0)
    """Stretches of the body between white space."""
    content_hash: str
    """BLAKE2b-128 of the folded body, hex: equal for equal stories."""
    simhash: str
    """64 bits, hex: near for near-equal stories."""
    confidence: Share
    """How sure Newsmill is of the body; calibrated: of pages with .9, nine in ten are right."""
    warnings: tuple[WarningCode, ...] = ()
    why: dict[str, str] = {}
    """Per field: which candidate won, and the losers."""
    core_version: str
    profile_version: int | None = None
    """Version of the site profile that the core was given; null without one."""
    fetched_at: datetime | None = None
    position: Position | None = None


class Rejection(Message):
    """Why a page became no article."""

    reason: Reason
    detail: str


class PageMetrics(Message):
    """One per page, article or not: what came in and what became of it."""

    schema_version: str = SCHEMA_VERSION
    page_id: str
    position: Position | None = None
    url: str | None = None
    host: str = "unknown"
    source: str | None = None
    kind: Literal["html", "text", "unknown"] = "unknown"
    outcome: Literal["article", "rejected"]
    rejection: Rejection | None = None
    language: str | None = None
    bytes: int = Field(ge=0)
    """Size of the record's value."""
    characters: int = Field(default=0, ge=0)
    """Code points of the (visible) text."""
    label_characters: dict[str, int] = {}
    """Non-space characters per segment label."""
    label_segments: dict[str, int] = {}
    """Segments per label."""
    boilerplate_share: Share = 0.0
    """Share of the non-space characters that went into no article."""
    articles: int = Field(default=0, ge=0)
    """Embedded ones included."""
    missing: tuple[str, ...] = ()
    """Fields of the main article that were not found."""
    confidence: Share = 0.0
    stage_microseconds: dict[str, int] = {}
    """Wall time per stage; filled at the edge, never by the pure core."""
    charset: str | None = None
    """What the bytes were decoded with; null when the page came as text."""
    warnings: tuple[WarningCode, ...] = ()
    processed_at: datetime
    core_version: str
    profile_version: int | None = None
    """As in the article."""
    prints: PagePrints | None = None
    """What a site profile is made of; only where the settings ask for it."""
    worker_version: str | None = None


class SourceMetrics(Message):
    """Sums over the pages of one source in one window of time; the roll-up consumer writes them.

    A window may come in several parts (late pages, another number of partitions): they are told apart by
    `partition` and `first_offset`, count different pages, and add up.
    """

    schema_version: str = SCHEMA_VERSION
    host: str
    window_start: datetime
    window_seconds: int = Field(ge=1)
    partition: int = Field(ge=0)
    """Of the metrics topic."""
    first_offset: int = Field(ge=0)
    last_offset: int = Field(ge=0)
    """Inclusive; the stretch of the partition that was looked at, other sources' pages between."""
    pages: int = Field(ge=0)
    article_pages: int = Field(ge=0)
    """Pages that became an article."""
    articles: int = Field(ge=0)
    """Embedded ones included."""
    bytes: int = Field(ge=0)
    confidence: Share = 0.0
    """Mean over the pages that became an article."""
    boilerplate_share: Share = 0.0
    """Mean, as before."""
    rejections: dict[str, int] = {}
    """Pages by dead-letter reason."""
    languages: dict[str, int] = {}
    missing: dict[str, int] = {}
    warnings: dict[str, int] = {}


class DeadLetter(Message):
    """Headers of a dead letter; its key, value, timestamp and other headers are the page's own, untouched."""

    reason: Reason
    detail: str
    topic: str
    partition: int
    offset: int
    attempt: int = Field(default=1, ge=1)
    host: str = "unknown"
    worker_version: str
    failed_at: datetime
