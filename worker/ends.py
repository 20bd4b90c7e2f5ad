"""What ends a worker, counted over its runs.

What a process has counted is gone when it ends, and a run that ends in a second may never be scraped. So ends that
nobody asked for are counted where the next run of the same instance finds them (see `worker.kept`): it shows them from
its first moment on.
"""

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from worker.kept import Words


class Cause(StrEnum):
    """Why a worker ended unasked: a closed set, the values of a label."""

    REFUSED = "refused"
    """The brokers refuse: credentials or rights."""
    TOPIC_MISSING = "topic_missing"
    TOO_LARGE = "too_large"
    """A topic takes smaller records than the settings allow."""
    OFFSETS_GONE = "offsets_gone"
    """Committed positions were deleted by retention, and the settings say stop."""
    BAD_PAGES = "bad_pages"
    """Too many in a row, or too large a share."""
    FENCED = "fenced"
    """Another worker has the same name."""
    GAVE_UP = "gave_up"
    """A process ended too often in a row."""
    STOP_FAILED = "stop_failed"
    """Asked to stop, but a process failed at it, or took too long."""
    KILLED = "killed"
    """Supervisor and all, without a word; found by the next run."""


CAUSES: Final = tuple(Cause)
"""In the order in which they are kept."""
END_WORDS: Final = 1 + 2 * len(CAUSES)
"""The supervisor that runs, and for each cause how often and when last."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How often a cause has ended the instance's workers, and when last, in seconds since 1970 (0: never)."""

    times: int = 0
    last: int = 0


NEVER: Final[Mapping[Cause, Ended]] = dict.fromkeys(CAUSES, Ended())


class Ends:
    """The ends of one instance, in the words from `start` on or in some of its own."""

    def __init__(self, words: Words | None = None, start: int = 0) -> None:
        kept = words or Words(start + END_WORDS)
        self._words = kept.cells[start : start + END_WORDS]

    def begin(self) -> None:
        """A run begins; whoever began the last one and did not come to an end was killed."""
        before = self._words[0]
        if before and (before == os.getpid() or not _lives(before)):
            self.count(Cause.KILLED)
        self._words[0] = os.getpid()

    def finish(self) -> None:
        """The run comes to an end of its own, whatever its cause."""
        self._words[0] = 0

    def count(self, cause: Cause) -> None:
        """One more end, now."""
        at = 1 + 2 * CAUSES.index(cause)
        self._words[at] += 1
        self._words[at + 1] = int(time.time())

    def all(self) -> dict[Cause, Ended]:
        """Every cause, those included that never ended anything."""
        counts = self._words[1:].tolist()
        return {cause: Ended(*counts[2 * i : 2 * i + 2]) for i, cause in enumerate(CAUSES)}

    def any(self) -> bool:
        """Whether there is something to keep."""
        return any(self._words)


def _lives(pid: int) -> bool:
    with suppress(ProcessLookupError):
        try:
            os.kill(pid, 0)
        except PermissionError:
            return True
        return True
    return False
