"""Newsmill's worker: a pure core that segments and cleans pages, and the edges that carry them."""

from importlib.metadata import version
from typing import Final

VERSION: Final = version("newsmill")
"""Version of the installed distribution."""
