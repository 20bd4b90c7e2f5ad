"""Time is charged to the stage it was spent in, also when the stage fails; the core only says which one begins."""

from datetime import UTC, datetime

import pytest

from schemas.messages import RawPage
from worker.core.pipeline import process
from worker.mill import Mill
from worker.settings import Settings
from worker.stopwatch import STAGES, Stopwatch
from worker.transport import Record

AT = datetime(2026, 11, 24, tzinfo=UTC)
TEXT = "A first page\n\nIt has a line of text that is long enough to be a paragraph, and it ends in a full stop."


def watch_of(*readings):
    """A stopwatch whose clock shows these, in microseconds."""
    clock = iter(readings)
    return Stopwatch(lambda: next(clock) * 1000)


def test_a_stage_ends_where_the_next_begins():
    watch = watch_of(0, 5, 12, 20)
    watch.begin("decode")
    watch.begin("lay_out")
    watch.begin("decode")
    assert watch.end() == {"decode": 13, "lay_out": 7}


def test_time_outside_of_stages_is_nobodys():
    watch = watch_of(0, 5, 1000, 1001)
    for stage in ("poll", "deliver"):
        watch.begin(stage)
        watch.end()
    assert watch.take() == {"poll": 5e-6, "deliver": 1e-6}


def test_what_was_taken_is_not_taken_again():
    watch = watch_of(0, 5, 10, 12)
    watch.begin("poll")
    watch.end()
    assert watch.take() == {"poll": 5e-6}
    watch.begin("poll")
    watch.end()
    assert watch.take() == {"poll": 2e-6}
    assert watch.take() == {}


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ({"text": TEXT}, ["decode", "lay_out", "assemble", "enrich", "measure"]),
        ({"text": ""}, ["decode", "lay_out", "assemble", "measure"]),
        ({"html": "<p>404</p>", "status": 404}, ["decode", "measure"]),
    ],
)
def test_the_core_tells_which_stage_begins_also_of_a_page_it_rejects(page, told):
    begun = []
    process(RawPage(url="https://news.example/1", **page), AT, begin=begun.append)
    assert begun == told


@pytest.mark.parametrize("value", [b'{"url": "https://news.example/1", "text": "%s"}' % TEXT.encode(), b"{", None])
def test_the_stages_of_a_page_make_up_its_time(value):
    mill = Mill(Settings(), 0)
    outcome, _ = mill.grind(Record("news.pages", 0, 0, None, value))
    spent = dict(outcome.metrics.stage_microseconds)
    assert spent.pop("page") == sum(spent.values())
    whole = mill.watch.take()
    assert set(spent) < set(whole) <= set(STAGES)
    assert set(whole) - set(spent) == {"encode"}
