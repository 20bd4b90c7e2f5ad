"""Options of `make soak` (SOAK_ARGS="--schedules 20"), the cluster, and the table at the end."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.soak.arena import Arena
from tests.soak.stage import OUTCOMES, Stage
from tests.soak.table import table


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("soak", "chaos and soak runs")
    group.addoption("--schedules", type=int, default=20, help="Number of schedules (20).")
    group.addoption("--seed", type=int, default=1, help="Seed of the first; the others follow (1).")
    group.addoption("--pages", type=int, default=6_000, help="Pages a schedule (6000).")
    group.addoption("--bursts", type=int, default=3, help="Bursts of one to three faults a schedule (3).")
    group.addoption("--season", type=int, default=10, help="Schedules that one fleet lives through (10).")
    group.addoption("--pace", type=float, default=1.0, help="Time-outs and faults so much longer: busy machines (1).")
    group.addoption("--minutes", type=float, default=0.0, help="Start no schedule after so long (0: no limit).")
    group.addoption("--steady-minutes", type=float, default=5.0, help="Length of the run that measures memory (5).")
    group.addoption("--out", type=Path, default=Path("var/soak"), help="Folder of results.jsonl and the logs.")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        option = metafunc.config.getoption
        first, asked = option("--seed", 1), "soak" in (metafunc.config.option.markexpr or "")
        metafunc.parametrize("seed", range(first, first + (option("--schedules", 1) if asked else 1)))


@pytest.fixture(scope="session")
def arena() -> Iterator[Arena]:
    with Arena() as made:
        yield made


@pytest.fixture(scope="session")
def stage(arena: Arena, pytestconfig: pytest.Config) -> Iterator[Stage]:
    option = pytestconfig.getoption
    made = Stage(arena, option("--out"), option("--season"), option("--pace"))
    try:
        yield made
        made.end()
    finally:
        made.abandon()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if OUTCOMES:
        terminalreporter.section("chaos")
        terminalreporter.write_line(table(OUTCOMES))
