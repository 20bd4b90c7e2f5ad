"""Every page once, whatever is done to the workers, the brokers and the network between them."""

import pytest

from tests.soak.runner import Season
from tests.soak.schedule import Fault, Kind, draw
from tests.soak.stage import OUTCOMES, Stage


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_schedule(stage: Stage, seed: int, pytestconfig: pytest.Config):
    """A seed's schedule: nothing lost, nothing doubled, and the articles of a quiet run, to the byte."""
    option = pytestconfig.getoption
    if 0 < option("--minutes") < stage.minutes:
        pytest.skip("the time is over")
    season = stage.season()
    try:
        outcome = season.play(seed, option("--pages"), draw(seed, option("--bursts")))
    except BaseException:
        stage.abandon()
        raise
    OUTCOMES.append(outcome)
    stage.note(outcome)
    assert outcome.right, outcome


@pytest.mark.broker
@pytest.mark.timeout(300)
def test_a_short_schedule(arena, tmp_path):
    """The same in short, in every test run: a process and a broker killed, the network cut, a worker that joins."""
    kinds = (Kind.KILL_CHILD, Kind.CUT_ALL, Kind.JOIN, Kind.KILL_TRANSACTION_COORDINATOR)
    with Season(arena, tmp_path) as season:
        outcome = season.play(0, 1_800, [[Fault(kind, 0.2, 1.0, 0.5)] for kind in kinds])
        assert outcome.right, outcome
        assert set(season.end()) == {0}
