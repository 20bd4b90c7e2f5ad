"""Which dead letters are replayed, in what form, and that none is replayed twice."""

import random
from datetime import UTC, datetime

import pytest

from schemas.reasons import Reason
from worker.mill import Mill
from worker.outputs import attempt_of
from worker.replay import NOTE_BYTES, Mark, NoteTooLong, Replay, Wanted, open_letter, page_of
from worker.settings import Settings
from worker.transport import Output, Record, Unavailable

SETTINGS = Settings()


def letter(
    offset: int, value: bytes | None = None, at: datetime = datetime(2026, 11, 24, tzinfo=UTC), **page
) -> Record:
    """A dead letter as the worker writes it."""
    record = Record("news.pages", 0, offset, b"https://www.example.com/1", value, **page)
    made = Mill(SETTINGS, 0, clock=lambda: at).grind(record)[1]
    (output,) = (o for o in made if o.topic == SETTINGS.topics.dead_letters)
    return Record(output.topic, 0, offset, output.key, output.value, output.headers, 5)


class Lists:
    """The dead-letter topic as a list, and the pages that came back."""

    def __init__(self, records: list[Record], failing: int = 0) -> None:
        self.records, self.pages, self.marks = records, [], {}
        self._failing = failing

    def kept(self) -> dict[int, tuple[int, str]]:
        return self.marks

    def beginnings(self) -> dict[int, int]:
        return {0: self.records[0].offset}

    def letters(self, start):
        return (record for record in self.records if record.offset >= start[0])

    def deliver(self, pages: list[Output], kept) -> None:
        if self._failing:
            self._failing -= 1
            raise Unavailable("on purpose")
        self.pages += pages
        self.marks = dict(kept)


LETTERS = [letter(0), letter(1, b"{"), letter(3, b" "), letter(4), letter(6, b"{")]


def run(box: Lists, wanted: Wanted, **options: int) -> int:
    return Replay(box, wanted, **options).run("news.pages", 2, 1_000_000).wanted.total()


def test_each_letter_goes_back_once_whatever_the_filters():
    box = Lists(LETTERS)
    assert run(box, Wanted(frozenset({Reason.NOT_JSON}))) == 2
    assert run(box, Wanted(host="example.com"), limit=1) == 1
    assert run(box, Wanted()) == 2
    assert run(box, Wanted()) == 0
    assert sorted(page.value or b"" for page in box.pages) == [b"", b"", b" ", b"{", b"{"]
    assert box.marks == {0: (7, "")}


def test_a_replay_that_fails_goes_on_where_it_was():
    box = Lists(LETTERS, failing=1)
    with pytest.raises(Unavailable):
        run(box, Wanted())
    assert (box.pages, box.marks) == ([], {})
    assert run(box, Wanted()) == 5


def test_a_look_writes_nothing():
    box = Lists(LETTERS)
    assert Replay(box, Wanted()).survey().wanted.total() == 5
    assert (box.pages, box.marks) == ([], {})


def test_records_of_others_are_left_alone_for_good():
    box = Lists([Record("news.dead-letters", 0, 0, None, b"x", (("newsmill.reason", b"bug"),)), letter(1)])
    count = Replay(box, Wanted()).run("news.pages", 10, 1_000_000)
    assert (count.foreign, len(box.pages), box.marks[0][0]) == (1, 1, 2)


@pytest.mark.parametrize(
    ("wanted", "takes"),
    [
        (Wanted(frozenset({Reason.NULL_VALUE})), True),
        (Wanted(frozenset({Reason.BUG})), False),
        (Wanted(since=datetime(2026, 11, 24, tzinfo=UTC)), True),
        (Wanted(until=datetime(2026, 11, 24, tzinfo=UTC)), False),
        (Wanted(host="www.example.com"), False),
        (Wanted(worker_version="0.0.0"), False),
        (Wanted(attempts=1), True),
    ],
)
def test_filters(wanted, takes):
    assert wanted.takes(open_letter(letter(0))) is takes


def test_a_page_goes_back_as_it_came_with_one_attempt_more():
    """Key, value and its own headers; nothing of ours or of Kafka Connect's but the number of the attempt."""
    came = (("mine", None), ("newsmill.attempt", b"2"))
    back = page_of(open_letter(letter(0, b"{", headers=came)), "news.pages")
    assert (back.topic, back.key, back.value) == ("news.pages", b"https://www.example.com/1", b"{")
    assert back.headers == (("mine", None), ("newsmill.attempt", b"3"))
    assert attempt_of(back.headers) == 3


def test_a_mark_remembers_what_a_set_does():
    dice = random.Random(1)  # noqa: S311 - a seed that can be played again
    mark, done = Mark(), set()
    for _ in range(300):
        start = dice.randrange(400)
        end = start + dice.randrange(4)
        mark, done = mark.add(start, end), done | set(range(start, end))
        mark = Mark.read(mark.position, mark.note())
        assert all(mark.has(offset) == (offset in done) for offset in range(410))
    assert 0 in done
    assert mark.position == next(i for i in range(500) if i not in done)


def test_letters_that_retention_took_need_no_mark():
    mark = Mark(0, 0b1010_0100)
    assert Mark.read(mark.position, mark.note(), beginning=5) == Mark(6, 0b10)


def test_a_note_that_brokers_would_refuse_is_refused_before():
    dice = random.Random(1)  # noqa: S311 - a seed that can be played again
    with pytest.raises(NoteTooLong, match="strewn"):
        Mark(0, dice.getrandbits(8 * NOTE_BYTES) << 1).note()


def test_a_note_of_somebody_else_is_an_error():
    with pytest.raises(ValueError, match="none of ours"):
        Mark.read(3, "0000000")
