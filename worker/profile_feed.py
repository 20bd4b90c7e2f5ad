"""The profiles that a consumer process has at hand: read from their topic at the start, caught up between batches.

They only help: while the topic cannot be read, pages are processed with what is there, and each says with which.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Protocol

from pydantic import ValidationError

from worker.log import Log
from worker.profiles import Profiles
from worker.transport import Record, Unavailable

_EVERY_SECONDS: Final = 5.0
_PAUSE_SECONDS: Final = 60.0
"""How long a topic that could not be read is left alone."""


class Table(Protocol):
    """A topic whose newest record of each key counts."""

    def changes(self) -> Iterable[Record]:
        """All records at the first call, then those that came since, without waiting. Raises TransportError."""

    def close(self) -> None:
        """Let go of it. Never raises."""


@dataclass
class ProfileFeed:
    """Keeps `profiles` as new as their topic."""

    profiles: Profiles
    open: Callable[[], Table]
    """Raises TransportError."""
    log: Log
    monotonic: Callable[[], float] = time.monotonic
    _table: Table | None = field(default=None, init=False)
    _next: float = field(default=0.0, init=False)

    def catch_up(self) -> None:
        """Read what came, now and then. Raises TransportError where the topic is missing or refused, else waits."""
        if self.monotonic() < self._next:
            return
        first = self._table is None
        try:
            if self._table is None:
                self._table = self.open()
            for record in self._table.changes():
                self._take(record)
        except Unavailable as error:
            self.log.warning("no_new_profiles", error=str(error), next_try_seconds=_PAUSE_SECONDS)
            self._next = self.monotonic() + _PAUSE_SECONDS
            if self._table is not None:
                self._table.close()
                self._table = None
            return
        self._next = self.monotonic() + _EVERY_SECONDS
        if first:
            self.log.info("profiles_read", hosts=len(self.profiles))

    def _take(self, record: Record) -> None:
        try:
            self.profiles.take(record.key, record.value)
        except ValidationError:
            self.log.warning("no_site_profile", partition=record.partition, offset=record.offset)
