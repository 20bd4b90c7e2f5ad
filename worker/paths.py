"""Where jars and data lie: the XDG base directories, which belong to the machine and are no settings of Newsmill."""

import os
from pathlib import Path


def cache_dir() -> Path:
    """Folder for what can be downloaded again: `$XDG_CACHE_HOME/newsmill`, else `~/.cache/newsmill`."""
    return _xdg("XDG_CACHE_HOME", ".cache") / "newsmill"


def state_dir() -> Path:
    """Folder for what must outlive a restart: `$XDG_STATE_HOME/newsmill`, else `~/.local/state/newsmill`."""
    return _xdg("XDG_STATE_HOME", ".local/state") / "newsmill"


def default_data(nodes: int) -> Path:
    """Data folder of a local broker of `nodes` nodes; each size has its own, since data cannot change its size."""
    return state_dir() / ("broker" if nodes == 1 else f"broker-{nodes}")


def _xdg(variable: str, default: str) -> Path:
    """The standard says that a relative path in such a variable is to be ignored."""
    given = Path(os.environ.get(variable, ""))
    return given if given.is_absolute() else Path.home() / default
