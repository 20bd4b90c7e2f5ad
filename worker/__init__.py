"""Newsmill's worker: a pure core that segments and cleans pages, and the edges that carry them."""

import os
from importlib.metadata import version
from typing import Final

VERSION: Final = version("newsmill")
"""Version of the installed distribution."""

for _variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
"""Pages are spread over processes; threads of the matrix library on top of that only wait for each other (a page took
fifty times as long).  It reads these variables when numpy is first imported, so this stands before everything else."""
