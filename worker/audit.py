"""The proof that every page came out once: what was read, compared with what was written, position by position.

A page that was read must have exactly one PageMetrics record. If that says `article`, the Article records of its
position must be as many as it says, each part once, and no dead letter; if it says `rejected`, exactly one dead letter
and no article. A million pages take 16 MB: counters in arrays, one cell an offset, no table of keys.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Protocol

import numpy as np
import orjson
from numpy.typing import NDArray

from worker.outputs import CONNECT
from worker.settings import Topics
from worker.transport import Headers, Record

_MASKED_PARTS: Final = 64
"""Articles of one page that are told apart by a bit each; those behind are only counted."""
_MOST: Final = 255
_SEEN: Final = 1
_ARTICLE: Final = 2
"""Bits of a cell's flags."""


class Kind(StrEnum):
    """What can be wrong with a position; REPLACED is not wrong: a compacted topic keeps the newest version alone."""

    LOST = "lost"
    DOUBLED = "doubled"
    OUT_OF_PLACE = "out_of_place"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Finding:
    """One position where the outputs are not as they must be."""

    kind: Kind
    partition: int
    offset: int
    what: str


@dataclass(slots=True)
class Row:
    """The verdict on one partition of the pages topic, `start` inclusive, `end` exclusive."""

    partition: int
    start: int
    end: int
    pages: int = 0
    articles: int = 0
    """Article records."""
    dead_letters: int = 0
    counts: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(Kind, 0))
    """Positions, per kind."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The audit's answer."""

    rows: Sequence[Row]
    findings: Sequence[Finding]
    """The first ones; `count` says how many there are in all."""
    unreadable: int
    """Output records without a position that can be read; they count as out of place."""
    foreign: int
    """Output records of pages of another topic; not judged."""

    def count(self, kind: Kind) -> int:
        """Positions with that finding, and for OUT_OF_PLACE also records without a position."""
        return sum(row.counts[kind] for row in self.rows) + (self.unreadable if kind is Kind.OUT_OF_PLACE else 0)

    @property
    def pages(self) -> int:
        """Pages read."""
        return sum(row.pages for row in self.rows)

    @property
    def right(self) -> bool:
        """Whether every page came out exactly once."""
        return not any(self.count(kind) for kind in (Kind.LOST, Kind.DOUBLED, Kind.OUT_OF_PLACE))


class Reader(Protocol):
    """What an audit asks of a transport; `transport.kafka.reader.TopicReader` answers for Kafka."""

    def beginnings(self, topic: str) -> dict[int, int]:
        """The oldest offset per partition."""

    def ends(self, topic: str) -> dict[int, int]:
        """One behind the newest offset per partition."""

    def committed(self, topic: str) -> dict[int, int]:
        """The group's positions."""

    def read(self, topic: str, until: Mapping[int, int], patience_seconds: float) -> Iterator[Record]:
        """Committed records up to `until`."""


def audit(
    reader: Reader, topics: Topics, patience_seconds: float, *, to_the_end: bool = False, compacted: bool = False
) -> Verdict:
    """Compare the pages up to the committed positions, or all there are now, with what came of them.

    Also right beside running workers: the committed positions are asked for first, then the outputs are read up to
    what stood in their topics afterwards, open transactions included, so that everything these positions promise is
    seen. `compacted`: older versions of an article may be gone. Raises TransportError.
    """
    starts = reader.beginnings(topics.pages)
    until = reader.ends(topics.pages) if to_the_end else starts | reader.committed(topics.pages)
    ledger = Ledger(topics.pages, {p: (start, max(start, until[p])) for p, start in starts.items()})
    outputs = (
        (topics.metrics, ledger.metrics),
        (topics.articles, ledger.article),
        (topics.dead_letters, ledger.dead_letter),
    )
    ends = {topic: reader.ends(topic) for topic, _ in outputs}
    for record in reader.read(topics.pages, until, patience_seconds):
        ledger.page(record)
    for topic, note in outputs:
        for record in reader.read(topic, ends[topic], patience_seconds):
            note(record)
    return ledger.verdict(compacted=compacted)


class Ledger:
    """Counts, per position of the pages topic, what was read and what was written. Outputs may come in any order."""

    def __init__(self, topic: str, spans: Mapping[int, tuple[int, int]]) -> None:
        """`spans`: per partition the offsets that are judged, from (inclusive) and to (exclusive)."""
        self._topic = topic
        self._cells = {partition: _Cells(*span) for partition, span in spans.items()}
        self._unreadable = 0
        self._foreign = 0

    def page(self, record: Record) -> None:
        """A page that stands in the topic."""
        cells = self._cells.get(record.partition)
        if cells is not None and (at := cells.place(record.offset)) is not None:
            cells.flags[at] |= _SEEN

    def metrics(self, record: Record) -> None:
        """A PageMetrics record."""
        found = self._find(record)
        if found is None:
            return
        cells, at, document = found
        cells.metrics[at] = min(_MOST, cells.metrics[at] + 1)
        if document.get("outcome") == "article":
            cells.flags[at] |= _ARTICLE
            cells.expected[at] = min(65_535, int(document.get("articles", 0)))

    def article(self, record: Record) -> None:
        """An Article record."""
        if record.value is None:  # a tombstone that somebody wrote to delete an article
            return
        found = self._find(record)
        if found is None:
            return
        cells, at, document = found
        cells.articles[at] = min(65_535, cells.articles[at] + 1)
        part = int(document.get("part_index", 0))
        if part < _MASKED_PARTS:
            bit = 1 << part
            cells.repeated[at] |= bool(cells.parts[at] & bit)
            cells.parts[at] |= bit

    def dead_letter(self, record: Record) -> None:
        """A dead letter; its position stands in Kafka Connect's headers."""
        position = _position_in(record.headers)
        found = self._cell(position) if position else None
        if position is None:
            self._unreadable += 1
        if found is not None:
            cells, at = found
            cells.dead[at] = min(_MOST, cells.dead[at] + 1)

    def verdict(self, examples: int = 20, *, compacted: bool = False) -> Verdict:
        """What all that was noted comes to, with the first `examples` findings."""
        findings: list[Finding] = []
        rows = [
            cells.judge(partition, findings, examples, compacted=compacted)
            for partition, cells in sorted(self._cells.items())
        ]
        return Verdict(rows, findings, self._unreadable, self._foreign)

    def _find(self, record: Record) -> "tuple[_Cells, int, dict[str, Any]] | None":
        try:
            document = orjson.loads(record.value or b"")
            where = document["position"]
            position = (str(where["topic"]), int(where["partition"]), int(where["offset"]))
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            self._unreadable += 1
            return None
        found = self._cell(position)
        return (*found, document) if found is not None else None

    def _cell(self, position: tuple[str, int, int]) -> "tuple[_Cells, int] | None":
        topic, partition, offset = position
        if topic != self._topic:
            self._foreign += 1
            return None
        cells = self._cells.get(partition)
        if cells is None:
            self._unreadable += 1
            return None
        at = cells.place(offset)
        return (cells, at) if at is not None else None


def _position_in(headers: Headers) -> tuple[str, int, int] | None:
    """The last ones count: a page may bring such headers of its own."""
    named = dict(headers)
    values = [named.get(CONNECT + name) for name in ("topic", "partition", "offset")]
    try:
        topic, partition, offset = ((value or b"").decode() for value in values)
        return topic, int(partition), int(offset)
    except ValueError:
        return None


class _Cells:
    """The counters of one partition, one cell an offset."""

    def __init__(self, start: int, end: int) -> None:
        self.start, self.end = start, end
        size = end - start
        self.flags, self.metrics, self.dead, self.repeated = (bytearray(size) for _ in range(4))
        self.expected, self.articles = array("H", bytes(2 * size)), array("H", bytes(2 * size))
        self.parts = array("Q", bytes(8 * size))

    def place(self, offset: int) -> int | None:
        """The cell of an offset; None when it is not judged: retention took it, or it is not yet committed."""
        return offset - self.start if self.start <= offset < self.end else None

    def judge(self, partition: int, findings: list[Finding], examples: int, *, compacted: bool) -> Row:
        """The partition's row; adds to `findings` while they are fewer than `examples`."""
        row = Row(partition, self.start, self.end)
        row.pages = int(np.count_nonzero(_view(self.flags) & _SEEN))
        row.articles, row.dead_letters = int(_view(self.articles).sum()), int(_view(self.dead).sum())
        judged: dict[Kind, NDArray[np.bool_]] = {kind: np.zeros(self.end - self.start, bool) for kind in Kind}
        for kind, what, wrong in self._faults(compacted=compacted):
            judged[kind] |= wrong
            first = np.flatnonzero(wrong)[: max(0, examples - len(findings))]
            findings += [Finding(kind, partition, self.start + int(at), what) for at in first]
        row.counts = {kind: int(np.count_nonzero(wrong)) for kind, wrong in judged.items()}
        return row

    def _faults(self, *, compacted: bool) -> Iterator[tuple[Kind, str, NDArray[np.bool_]]]:
        """Each way in which a position can be wrong, and where it is."""
        flags, metrics, dead = _view(self.flags), _view(self.metrics), _view(self.dead)
        expected, articles = _view(self.expected), _view(self.articles)
        seen, once = (flags & _SEEN) != 0, metrics > 0
        story, rejected = once & ((flags & _ARTICLE) != 0), once & ((flags & _ARTICLE) == 0)
        few = seen & story & (articles < expected)
        yield Kind.LOST, "no metrics record", seen & ~once
        yield (Kind.REPLACED if compacted else Kind.LOST), "an article is missing", few
        yield Kind.LOST, "no dead letter", seen & rejected & (dead == 0)
        yield Kind.DOUBLED, "more than one metrics record", seen & (metrics > 1)
        yield Kind.DOUBLED, "an article twice", seen & ((_view(self.repeated) != 0) | (story & (articles > expected)))
        yield Kind.DOUBLED, "more than one dead letter", seen & (dead > 1)
        yield Kind.OUT_OF_PLACE, "an article of a page that was rejected", seen & rejected & (articles > 0)
        yield Kind.OUT_OF_PLACE, "a dead letter of a page with articles", seen & story & (dead > 0)
        yield Kind.OUT_OF_PLACE, "output of an offset without a page", ~seen & (once | (dead > 0) | (articles > 0))


def _view(cells: "bytearray | array[int]") -> NDArray[np.integer[Any]]:
    kind = np.dtype(cells.typecode) if isinstance(cells, array) else np.dtype(np.uint8)
    return np.frombuffer(cells, kind)
