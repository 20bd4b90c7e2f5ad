"""How far long work has come: a bar on a terminal, a line now and then elsewhere. On standard error."""

import time
from types import TracebackType
from typing import Final, Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

_EVERY_SECONDS: Final = 5.0


class Meter(Protocol):
    """Shows how far the work is. Use as a context manager."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def show(self, done_bytes: int, words: str) -> None:
        """The work is at `done_bytes` of its total; `words` say the same in what the user counts."""

    def say(self, line: str) -> None:
        """A line that stays, above the bar where there is one."""


def meter(total_bytes: int) -> Meter:
    """The meter that suits where standard error goes."""
    console = Console(stderr=True, highlight=False, markup=False)
    return _Bar(console, total_bytes) if console.is_terminal else _Lines(console, total_bytes)


class _Bar:
    def __init__(self, console: Console, total_bytes: int) -> None:
        columns = (BarColumn(), DownloadColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
        self._progress = Progress(*columns, console=console, transient=True)
        self._task = self._progress.add_task("", total=total_bytes)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, done_bytes: int, words: str) -> None:
        self._progress.update(self._task, completed=done_bytes, description=words)

    def say(self, line: str) -> None:
        self._progress.console.print(line)


class _Lines:
    def __init__(self, console: Console, total_bytes: int) -> None:
        self._console = console
        self._total = max(total_bytes, 1)
        self._next = time.monotonic() + _EVERY_SECONDS

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def show(self, done_bytes: int, words: str) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _EVERY_SECONDS
            self._console.print(f"{min(done_bytes / self._total, 1):.0%}, {words}")

    def say(self, line: str) -> None:
        self._console.print(line, soft_wrap=True)
