"""The sums behind the live page: bounded in time and size, right across processes."""

from datetime import UTC, datetime

import pytest

from schemas.messages import PageMetrics
from schemas.reasons import Reason
from worker.core.model import Outcome, Rejection
from worker.live.board import Board
from worker.live.glimpse import Glimpse, SourceCounts
from worker.live.series import Gauge, Series
from worker.live.sources import KEPT, Health, Sources
from worker.tally import Standing, Tally, Trouble


def test_a_series_forgets_what_is_older_than_its_window():
    series = Series(step_seconds=5, steps=3)
    for at in (0, 5, 10, 15):
        series.add(at, {"pages": 10})
    assert series.per_second("pages", 19.0) == [2.0, 2.0, 2.0]
    assert series.times(19.0) == [0, 5, 10]
    assert series.per_second("pages", 100.0) == [0.0, 0.0, 0.0]
    assert series.total(100.0) == {}


def test_a_clock_that_is_set_back_adds_to_the_latest_step():
    series = Series(step_seconds=5, steps=3)
    series.add(10, {"pages": 1})
    series.add(2, {"pages": 1})
    assert series.total(10.0) == {"pages": 2}


def test_a_gauge_keeps_the_last_value_of_a_step_and_leaves_gaps():
    gauge = Gauge(step_seconds=5, steps=10)
    gauge.note(1, 7)
    gauge.note(4, 8)
    gauge.note(11, 9)
    assert gauge.values([0, 5, 10]) == [8, None, 9]


def fed(minutes: int, counts: SourceCounts, sources: Sources, start: int = 0) -> None:
    for minute in range(start, start + minutes):
        sources.add(minute * 60, {"site": counts})


@pytest.mark.parametrize(
    ("after", "health"),
    [
        (SourceCounts(10, 10, 9.0), Health.OK),
        (SourceCounts(10, 7, 6.3), Health.WORSE),
        (SourceCounts(10, 10, 6.0), Health.WORSE),
        (SourceCounts(10, 2, 1.8), Health.FAILING),
    ],
)
def test_a_source_is_judged_by_what_it_was_before(after, health):
    sources = Sources()
    fed(20, SourceCounts(10, 10, 9.0), sources)
    fed(20, after, sources, start=20)
    (state,) = sources.states(40 * 60)
    assert (state.health, state.pages) == (health, 140)


def test_of_a_source_with_few_pages_nothing_is_said():
    sources = Sources()
    sources.add(0, {"site": SourceCounts(9, 0, 0.0)})
    assert [state.health for state in sources.states(1)] == [Health.FEW]


def test_a_source_without_recent_pages_is_not_shown():
    sources = Sources()
    sources.add(0, {"site": SourceCounts(50, 50, 45.0)})
    assert sources.states(16 * 60) == []


def test_a_million_sources_cost_no_more_than_a_thousand():
    sources = Sources()
    for number in range(KEPT * 3):
        sources.add(number, {f"site-{number}": SourceCounts(20, 20, 18.0)})
    kept = sources.states(KEPT * 3)
    assert len(kept) <= KEPT
    assert f"site-{KEPT * 3 - 1}" in {state.host for state in kept}


def board() -> Board:
    return Board("newsmill-0", "0.1.0", 0.0)


def test_lag_is_the_sum_over_processes_and_its_time_that_of_the_slowest():
    state = board()
    state.add(0, Tally(lag={0: 5}, lag_seconds=3.0), 100.0)
    state.add(1, Tally(lag={1: 7}, lag_seconds=9.0), 100.0)
    assert state.state(102.0)["now"]["lag_records"] == 12
    assert state.state(102.0)["now"]["lag_seconds"] == 11.0


def test_nobody_is_behind_when_nothing_waits():
    state = board()
    state.add(0, Tally(lag={0: 5}, lag_seconds=3.0), 100.0)
    state.add(0, Standing({0: 0}, 1), 101.0)
    assert state.state(200.0)["now"]["lag_seconds"] == 0.0


def test_the_lag_of_a_process_that_ended_is_no_longer_counted():
    state = board()
    state.add(0, Tally(lag={0: 5}, lag_seconds=3.0), 100.0)
    state.forget(0)
    assert state.state(101.0)["now"]["lag_records"] == 0


def test_trouble_is_shown_until_the_next_batch():
    state = board()
    state.add(0, Trouble("Unavailable"), 100.0)
    assert state.state(100.0)["trouble"] == "Unavailable"
    state.add(0, Tally(pages=1, article_pages=1), 101.0)
    assert state.state(101.0)["trouble"] is None


def test_sources_are_counted_by_health():
    state = board()
    tally = Tally(pages=40, article_pages=20)
    tally.glimpse = Glimpse({"good": SourceCounts(20, 20, 18.0), "bad": SourceCounts(20, 0, 0.0)})
    state.add(0, tally, 100.0)
    assert state.sources(101.0) == {Health.FAILING: 1, Health.WORSE: 0, Health.OK: 1, Health.FEW: 0}


def test_a_glimpse_keeps_the_latest_few_and_counts_sources_with_a_host():
    glimpse = Glimpse()
    for number in range(30):
        host = "news.example" if number % 2 else "unknown"
        metrics = PageMetrics(
            page_id="1", host=host, outcome="rejected", bytes=1, processed_at=datetime.now(UTC), core_version="1"
        )
        glimpse.add(Outcome((), metrics, Rejection(Reason.EMPTY, f"number {number}")))
    assert glimpse.sources == {"news.example": SourceCounts(15, 0, 0.0)}
    assert [letter.detail for letter in glimpse.letters] == [f"number {number}" for number in range(18, 30)]
