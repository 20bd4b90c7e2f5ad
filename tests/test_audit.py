"""The audit sees each way in which an output can be wrong, and none where nothing is."""

from datetime import UTC, datetime

import orjson
import pytest

from worker.audit import Finding, Kind, Ledger, Verdict, audit
from worker.mill import Mill
from worker.settings import Settings
from worker.transport import Output, Record

SETTINGS = Settings()
TOPICS = SETTINGS.topics
STORY = "Bridge opens after a long winter\n\n" + "The bridge over the river opened on Monday, the council said. " * 6


def page(offset: int, partition: int = 0, *, value: bytes | None = b"") -> Record:
    """A page with a story; with another value, one that is rejected."""
    story = orjson.dumps({"url": f"https://www.example.com/{partition}/{offset}", "text": STORY})
    return Record(TOPICS.pages, partition, offset, b"key", value if value != b"" else story)


class Lists:
    """Topics as lists: what an audit reads."""

    def __init__(self, pages: list[Record], outputs: list[Output], committed: int) -> None:
        self._pages, self._outputs, self._committed = pages, outputs, committed

    def beginnings(self, _: str) -> dict[int, int]:
        return {0: min(record.offset for record in self._pages)}

    def ends(self, topic: str) -> dict[int, int]:
        return {0: self._pages[-1].offset + 1 if topic == TOPICS.pages else len(self._outputs)}

    def committed(self, _: str) -> dict[int, int]:
        return {0: self._committed}

    def read(self, topic, until, patience_seconds):  # noqa: ARG002 - lists never wait
        if topic == TOPICS.pages:
            yield from (record for record in self._pages if record.offset < until[0])
            return
        for at, output in enumerate(self._outputs):
            if output.topic == topic:
                yield Record(topic, 0, at, output.key, output.value, output.headers)


PAGES = [page(3), page(4, value=None), page(5), page(7), page(8)]
"""Offset 6 is a gap, as a transaction's marker leaves it; 4 is rejected."""


def ground(pages: list[Record] = PAGES) -> list[Output]:
    mill = Mill(SETTINGS, 0, clock=lambda: datetime(2026, 11, 24, tzinfo=UTC))
    return [output for record in pages for output in mill.grind(record)[1]]


def judged(outputs: list[Output], committed: int = 9, **options: bool) -> Verdict:
    return audit(Lists(PAGES, outputs, committed), TOPICS, 1.0, **options)


def of(outputs: list[Output], topic: str, offset: int) -> Output:
    return next(output for output in outputs if output.topic == topic and at(output) == offset)


def at(output: Output) -> int:
    named = dict(output.headers).get("__connect.errors.offset")
    return int(named) if named else orjson.loads(output.value)["position"]["offset"]


def test_nothing_is_wrong_where_every_page_came_out_once():
    verdict = judged(ground())
    assert verdict.right
    assert (verdict.pages, verdict.findings) == (5, [])


@pytest.mark.parametrize(
    ("topic", "offset", "kind", "what"),
    [
        (TOPICS.metrics, 3, Kind.LOST, "no metrics record"),
        (TOPICS.articles, 5, Kind.LOST, "an article is missing"),
        (TOPICS.dead_letters, 4, Kind.LOST, "no dead letter"),
    ],
)
def test_a_missing_output_is_lost(topic, offset, kind, what):
    outputs = ground()
    outputs.remove(of(outputs, topic, offset))
    verdict = judged(outputs)
    assert not verdict.right
    assert Finding(kind, 0, offset, what) in verdict.findings


@pytest.mark.parametrize(
    ("topic", "offset", "what"),
    [
        (TOPICS.metrics, 7, "more than one metrics record"),
        (TOPICS.articles, 3, "an article twice"),
        (TOPICS.dead_letters, 4, "more than one dead letter"),
    ],
)
def test_an_output_twice_is_doubled(topic, offset, what):
    outputs = ground()
    verdict = judged([*outputs, of(outputs, topic, offset)])
    assert verdict.findings == [Finding(Kind.DOUBLED, 0, offset, what)]
    assert verdict.count(Kind.DOUBLED) == 1


def test_an_article_twice_and_another_lost_does_not_even_out():
    """Two parts of one page: the first written twice, the second never."""
    ledger = Ledger("p", {0: (0, 1)})
    ledger.page(Record("p", 0, 0))
    where = {"position": {"topic": "p", "partition": 0, "offset": 0}}
    ledger.metrics(Record("m", 0, 0, value=orjson.dumps({**where, "outcome": "article", "articles": 2})))
    for _ in range(2):
        ledger.article(Record("a", 0, 0, value=orjson.dumps({**where, "part_index": 0})))
    assert ledger.verdict().count(Kind.DOUBLED) == 1


def test_outputs_of_an_offset_without_a_page_are_out_of_place():
    verdict = judged([*ground(), *ground([page(6)])])
    assert verdict.count(Kind.OUT_OF_PLACE) == 1
    assert verdict.findings[0].offset == 6


def test_articles_of_a_rejected_page_and_a_dead_letter_of_a_good_one_are_out_of_place():
    story, rejected = ground([page(4)]), ground([page(5, value=None)])
    extra = [o for o in story if o.topic == TOPICS.articles] + [o for o in rejected if o.topic == TOPICS.dead_letters]
    verdict = judged([*ground(), *extra])
    assert verdict.count(Kind.OUT_OF_PLACE) == 2


def test_what_is_not_yet_committed_is_not_judged():
    """Beside a running worker: pages behind the committed position may have come out, or not."""
    half = [output for output in ground() if at(output) < 8]
    assert judged(half, committed=8).right
    assert not judged(half, committed=8, to_the_end=True).right


def test_a_compacted_topic_keeps_the_newest_article_alone():
    outputs = ground()
    outputs.remove(of(outputs, TOPICS.articles, 5))
    verdict = judged(outputs, compacted=True)
    assert verdict.right
    assert verdict.count(Kind.REPLACED) == 1


def test_outputs_of_other_topics_pages_are_not_judged():
    strange = orjson.dumps({"position": {"topic": "other", "partition": 0, "offset": 3}})
    verdict = judged([*ground(), Output(TOPICS.metrics, None, strange)])
    assert verdict.right
    assert verdict.foreign == 1


@pytest.mark.parametrize("value", [b"no json", b"{}", b"[]", b'{"position": null}', b'{"position": {"topic": 1}}'])
def test_an_output_without_a_position_is_out_of_place(value):
    assert judged([*ground(), Output(TOPICS.metrics, None, value)]).count(Kind.OUT_OF_PLACE) == 1


def test_headers_that_a_page_brought_along_do_not_hide_its_dead_letter():
    """A page may carry Connect's headers from an earlier life: ours stand behind and count."""
    forged = Record(TOPICS.pages, 0, 4, b"k", None, (("__connect.errors.offset", b"9"), ("newsmill.reason", b"x")))
    outputs = [output for output in ground() if at(output) != 4] + ground([forged])
    assert judged(outputs).right


def test_a_million_pages_take_bounded_memory():
    """Sixteen bytes an offset."""
    import tracemalloc  # noqa: PLC0415 - slows down what runs after it

    tracemalloc.start()
    try:
        ledger = Ledger("p", {0: (0, 1_000_000)})
        ledger.verdict()
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()
