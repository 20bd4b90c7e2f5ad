"""What the tests of deploy/ share: where it is."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).parents[2]


@pytest.fixture(scope="session")
def deploy(root: Path) -> Path:
    return root / "deploy"
