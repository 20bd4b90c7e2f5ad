"""Logs: JSON in containers and pipes, readable in a terminal. Never text of a page; one line whatever a url holds."""

import logging
import math
import re
import sys
import time
from collections.abc import Callable, Hashable
from typing import Any, Final, cast

import structlog

from worker.settings import Log as LogSettings

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_LONGEST: Final = 500
_LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40}

Log = structlog.typing.FilteringBoundLogger


def configure(settings: LogSettings) -> None:
    """Set up the logs of this process; once, at its start. Libraries' warnings come out the same way."""
    readable = settings.format == "text" or (settings.format == "auto" and sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _sanitised,
    ]
    last: Any = structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, last],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[settings.level]),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # asked anew: who runs us may have moved it
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[_Forward(logging.WARNING)], level=logging.WARNING, force=True)


def get(**context: Any) -> Log:  # noqa: ANN401 - values of the log's fields
    """A log whose every line carries `context`."""
    return cast("Log", structlog.get_logger().bind(**context))


def sanitise(text: str) -> str:
    """`text` on one line: control and direction characters shown as escapes, and cut at 500 characters."""
    shown = _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "…"


def _sanitised(_: Any, __: str, event: Any) -> Any:  # noqa: ANN401 - structlog's processor
    return {name: sanitise(value) if isinstance(value, str) else value for name, value in event.items()}


class Sampler:
    """Lets one of each kind through in a while, so that what happens a thousand times a second is one line."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        """`seconds` from one that is let through to the next."""
        self._seconds = seconds
        self._clock = clock
        self._kinds: dict[Hashable, tuple[float, int]] = {}

    def lets(self, kind: Hashable) -> int | None:
        """How many of the kind were withheld since the last one, if this one may pass; None if it may not."""
        now = self._clock()
        since, withheld = self._kinds.get(kind, (-math.inf, 0))
        if now - since < self._seconds:
            self._kinds[kind] = since, withheld + 1
            return None
        if len(self._kinds) >= _KINDS:
            self._kinds.clear()
        self._kinds[kind] = now, 0
        return withheld


_KINDS: Final = 1000
"""Kinds that a sampler remembers; then it begins anew."""
_LIBRARY_SECONDS: Final = 10.0
"""Between two lines from the same line of a library's code."""


class _Forward(logging.Handler):
    """Lines of libraries (kafka-python above all) as lines of ours, sampled: they repeat while brokers are away."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self._sampler = Sampler(_LIBRARY_SECONDS)

    def emit(self, record: logging.LogRecord) -> None:
        """One line, without trace."""
        withheld = self._sampler.lets((record.pathname, record.lineno))
        if withheld is None:
            return
        level = record.levelname.lower()
        write = getattr(get(), level if level in {"warning", "error", "critical"} else "info")
        write("library", logger=record.name, message=record.getMessage(), withheld=withheld)
