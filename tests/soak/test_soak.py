"""Every page once, whatever is done to the workers, the brokers and the network between them."""

import sys
import time

import pytest

from tests.soak.runner import Season
from tests.soak.schedule import Fault, Kind, draw
from tests.soak.stage import OUTCOMES, Stage
from tests.soak.table import slope


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_schedule(stage: Stage, seed: int, pytestconfig: pytest.Config):
    """A seed's schedule: nothing lost, nothing doubled, and the articles of a quiet run, to the byte."""
    option = pytestconfig.getoption
    if 0 < option("--minutes") < stage.minutes:
        pytest.skip("the time is over")
    season = stage.season()
    try:
        outcome = season.play(seed, option("--pages"), draw(seed, option("--bursts"), option("--pace")))
    except BaseException:
        stage.abandon()
        raise
    OUTCOMES.append(outcome)
    stage.note(outcome)
    assert outcome.right, outcome


@pytest.mark.broker
@pytest.mark.timeout(600)
def test_a_short_schedule(arena, tmp_path):
    """The same in short, in every test run: a process and a broker killed, the network cut, a worker that joins."""
    kinds = (Kind.KILL_CHILD, Kind.CUT_ALL, Kind.JOIN, Kind.KILL_TRANSACTION_COORDINATOR)
    with Season(arena, tmp_path) as season:
        outcome = season.play(0, 1_800, [[Fault(kind, 0.2, 1.0, 0.5)] for kind in kinds])
        assert outcome.right, outcome
        assert set(season.end()) == {0}


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_memory_stays_flat(arena, pytestconfig: pytest.Config):
    """Pages for minutes on end, no faults: the processes stop growing once they are warm."""
    minutes, pace = pytestconfig.getoption("--steady-minutes"), pytestconfig.getoption("--pace")
    with Season(arena, pytestconfig.getoption("--out") / "logs", pace) as season:
        outcomes, started = [], time.monotonic()
        while time.monotonic() - started < 60 * minutes or len(outcomes) < 6:
            outcomes.append(season.play(10_000 + len(outcomes), 6_000, [], poison=0, rich=0.3))
            assert outcomes[-1].right, outcomes[-1]
            told = " ".join(f"{bytes_ / 1e6:.1f}" for bytes_ in outcomes[-1].rss.values())
            sys.stdout.write(f"\n{(time.monotonic() - started) / 60:.1f} minutes: {told} MB\n")
            sys.stdout.flush()
        assert set(season.end()) == {0}
    warm = outcomes[len(outcomes) // 3 :]
    sizes = {pid: [o.rss[pid] / 1e6 for o in outcomes] for pid in outcomes[0].rss}  # a process that ended is a KeyError
    hours = [o.ended / 3600 for o in warm]
    grown = {pid: slope([*zip(hours, size[-len(warm) :], strict=True)]) for pid, size in sizes.items()}
    for pid, size in sizes.items():
        sys.stdout.write(f"\n{pid}: {grown[pid]:+.1f} MB an hour; {' '.join(f'{mb:.0f}' for mb in size)} MB\n")
    sys.stdout.write(f"over {sum(o.pages for o in outcomes)} pages in {(hours[-1] - hours[0]) * 60:.0f} warm minutes\n")
    assert grown
    assert max(grown.values()) < 60, grown
