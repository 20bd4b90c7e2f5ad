"""What the tests of deploy/ share: where it is, and the tools they start."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).parents[2]


@pytest.fixture(scope="session")
def deploy(root: Path) -> Path:
    return root / "deploy"


@pytest.fixture(scope="session")
def tool() -> Callable[[str], str]:
    """The path of a program by its name; a test whose program is missing is skipped, and fails where CI=true."""

    def find(name: str) -> str:
        path = shutil.which(name)
        if path is None and os.environ.get("CI") == "true":
            pytest.fail(f"{name} is not installed; .ci/tools.sh installs what the tests need")
        if path is None:
            pytest.skip(f"{name} is not installed")
        return path

    return find
