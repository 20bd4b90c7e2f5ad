"""How many processes can work at once."""

import os


def usable_processors() -> int:
    """Processors this process may run on; where a system does not tell that (macOS, Windows), those there are."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1
