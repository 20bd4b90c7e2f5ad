"""The command line as a user calls it."""

import subprocess
import sys

from tests.kit.kafka import Corner


def newsmill(corner: Corner, *arguments: str, seconds: float = 90.0, **environment: str) -> subprocess.CompletedProcess:
    """`newsmill ARGUMENTS`, with the settings of the corner."""
    command = [sys.executable, "-c", "from worker.cli import main; main()", *arguments]
    return subprocess.run(
        command, env=corner.environment(**environment), capture_output=True, text=True, timeout=seconds, check=False
    )
