"""The metrics as Prometheus reads them: sums over all processes, closed label sets, and no counter that ever falls."""

from collections import Counter

import pytest

from schemas.reasons import REASONS
from tests.kit.kafka import page
from tests.kit.loop import loop_over
from worker.live.sources import Health
from worker.observe import CAUSES, Metrics
from worker.settings import Settings
from worker.stopwatch import STAGES
from worker.tally import Overview, Standing, Tally, Trouble

PAGES = [(page(number), ()) for number in range(3)] + [(b"{", ()), (None, ())]


def metrics(**overview):
    known = {"processes": 2, "alive": 2, "settled": 2, "assigned": 4, "last_progress_seconds": 1.0, **overview}
    return Metrics(lambda: Overview(**known), lambda: dict.fromkeys(Health, 0))


def samples(made):
    """(name, labels) -> value."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in made.registry.collect()
        for sample in family.samples
    }


def value(made, name, **labels):
    return samples(made)[f"newsmill_{name}", frozenset(labels.items())]


def counters(made):
    families = [family for family in made.registry.collect() if family.type in {"counter", "histogram"}]
    return {(s.name, tuple(s.labels.items())): s.value for family in families for s in family.samples}


def reports_of(pages):
    said = []
    loop_over(pages, Settings(), said.append).run()
    return said


def test_what_a_batch_came_to_is_what_is_shown():
    made = metrics()
    for report in reports_of(PAGES):
        made.report(0, report)
    assert value(made, "pages_total", outcome="article") == 3
    assert value(made, "pages_total", outcome="rejected") == 2
    assert value(made, "articles_total", part="main") == 3
    assert value(made, "dead_letters_total", reason="not_json") == 1
    assert value(made, "dead_letters_total", reason="null_value") == 1
    assert value(made, "page_bytes_total") == sum(len(content or b"") for content, _ in PAGES)
    assert value(made, "output_bytes_total") > 0
    assert value(made, "batches_total") == value(made, "deliver_seconds_count") == 1
    assert value(made, "page_seconds_count") == 5
    assert value(made, "confidence_count") == 3
    assert value(made, "article_languages_total", language="en") == 3
    assert value(made, "label_characters_total", label="body") > 0
    assert value(made, "missing_fields_total", field="authors") == 3


def test_the_stages_hold_the_time_of_the_batch():
    made = metrics()
    for report in reports_of(PAGES):
        made.report(0, report)
    spent = {stage: value(made, "stage_seconds_total", stage=stage) for stage in STAGES}
    assert all(seconds > 0 for seconds in spent.values()), spent
    inside = sum(seconds for stage, seconds in spent.items() if stage != "poll")
    assert 0.5 * value(made, "batch_seconds_sum") < inside <= value(made, "batch_seconds_sum")
    pages = sum(seconds for stage, seconds in spent.items() if stage not in {"poll", "encode", "deliver"})
    assert pages == pytest.approx(value(made, "page_seconds_sum"), abs=1e-4)


def test_time_spent_on_nothing_and_on_batches_that_failed_counts_too():
    made = metrics()
    made.report(0, Standing({0: 0}, 1, {"poll": 2.0}))
    made.report(1, Standing({1: 0}, 1, {"poll": 1.5, "deliver": 0.5}))
    assert value(made, "stage_seconds_total", stage="poll") == 3.5
    assert value(made, "stage_seconds_total", stage="deliver") == 0.5


def test_no_counter_falls_when_a_process_ends_and_starts_anew():
    made = metrics()
    said = reports_of(PAGES)
    before = counters(made)
    for step in range(3):
        for report in [*said, Standing({0: 9}, step + 1, {"poll": 0.1}), Trouble("Unavailable")]:
            made.report(0, report)
        made.died(0, "signal")
        now = counters(made)
        assert all(now[name] >= before.get(name, 0) for name in before)
        before = now
    assert value(made, "restarts_total", cause="signal") == 3
    assert value(made, "pages_total", outcome="article") == 9
    assert value(made, "transport_errors_total") == 3


def test_rebalances_are_counted_from_nought_after_a_restart():
    made = metrics()
    made.report(0, Standing({0: 0}, 2))
    made.report(0, Standing({0: 0}, 2))
    made.died(0, "exit")
    made.report(0, Standing({0: 0}, 1))
    assert value(made, "rebalances_total") == 3


def test_lag_and_partitions_are_those_of_all_processes():
    made = metrics()
    made.report(0, Standing({0: 5, 1: 7}, 1))
    made.report(1, Standing({2: 1}, 1))
    assert [value(made, "lag_records", partition=str(p)) for p in range(3)] == [5, 7, 1]
    assert value(made, "assigned_partitions") == 3
    made.report(0, Standing({0: 4}, 2))  # one was taken away …
    made.report(1, Standing({2: 1, 1: 6}, 2))  # … and given to the other
    assert value(made, "lag_records", partition="1") == 6
    assert value(made, "assigned_partitions") == 3
    made.died(1, "exit")
    assert {dict(labels)["partition"] for name, labels in samples(made) if name == "newsmill_lag_records"} == {"0"}


def test_time_behind_is_that_of_the_slowest_and_nought_once_nothing_waits():
    made = metrics()
    made.report(0, Tally(pages=1, article_pages=1, lag_seconds=100.0))
    made.report(1, Tally(pages=1, article_pages=1, lag_seconds=5.0))
    made.report(0, Standing({0: 3}, 1))
    made.report(1, Standing({1: 3}, 1))
    assert 100 <= value(made, "lag_seconds") < 110
    made.report(0, Standing({0: 0}, 1))
    assert 5 <= value(made, "lag_seconds") < 15
    made.report(1, Standing({1: 0}, 1))
    assert value(made, "lag_seconds") == 0


def test_what_the_supervisor_sees_is_read_when_it_is_asked_for():
    made = metrics(in_flight_bytes=12_345, resident_bytes=99)
    assert value(made, "in_flight_bytes") == 12_345
    assert value(made, "resident_bytes") == 99
    assert value(made, "processes", state="alive") == 2
    assert value(made, "last_progress_timestamp_seconds") == pytest.approx(
        value(made, "started_timestamp_seconds"), abs=5
    )


def test_no_page_can_make_a_label():
    """A language that nobody knows is `other`, a cause is one of the list, and whole lists are there from the start."""
    made = metrics()
    names = set(samples(made))
    tally = Tally(pages=2, article_pages=2, languages=Counter({"xx-evil": 1, "unknown": 1}))
    made.report(0, tally)
    made.died(0, "something new")
    new = {labels for name, labels in set(samples(made)) - names if name != "newsmill_lag_records"}
    assert new == {frozenset({("language", "other")}), frozenset({("language", "unknown")})}
    shown = {dict(labels)["reason"] for name, labels in names if name == "newsmill_dead_letters_total"}
    assert shown == set(REASONS)
    assert {dict(labels)["cause"] for name, labels in names if name == "newsmill_restarts_total"} == set(CAUSES)
    assert {dict(labels)["stage"] for name, labels in names if name == "newsmill_stage_seconds_total"} == set(STAGES)
