"""Programs that tests start, by name."""

import os
import shutil

import pytest


def program(name: str) -> str:
    """The program's path. Where it is missing the test is skipped with its name, and fails where CI=true."""
    path = shutil.which(name)
    if path is None:
        give_up = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        give_up(f"{name} is not installed; .ci/tools.sh installs what the tests need")
    return path
