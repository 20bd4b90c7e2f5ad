"""Words of memory that the processes of a worker share, and that its next start finds again, however this one ended.

They lie in a mapped file: a word written is in the kernel's hands at once, so it outlives every process, also when all
are killed together, as a container is that runs out of memory. Only a machine that stops may lose the newest.
"""

import mmap
import os
import tempfile
import weakref
from contextlib import suppress
from multiprocessing import reduction
from pathlib import Path
from typing import Any, Final

_WORD: Final = 8


class Words:
    """`count` integers of 64 bits, zero at first, that travel to a spawned process as the same memory."""

    def __init__(self, count: int, fd: int | None = None) -> None:
        """Of an open file that is long enough, which is closed with these words; or of one that nobody finds again."""
        self._count = count
        self._fd = _nameless(count) if fd is None else fd
        weakref.finalize(self, os.close, self._fd)
        self.cells: memoryview[Any] = memoryview(mmap.mmap(self._fd, count * _WORD)).cast("q")

    def __reduce__(self) -> tuple[Any, ...]:
        return _received, (self._count, reduction.DupFd(self._fd))


def _received(count: int, duplicate: Any) -> Words:  # noqa: ANN401 - multiprocessing's handle
    return Words(count, duplicate.detach())


def _nameless(count: int) -> int:
    with tempfile.TemporaryFile() as file:
        file.truncate(count * _WORD)
        return os.dup(file.fileno())


def predecessor(path: Path) -> list[int]:
    """The words that the last worker kept there; none when there is no such file, or it is not ours."""
    try:
        with path.open("rb") as file:
            content = file.read() if os.fstat(file.fileno()).st_uid == os.geteuid() else b""
    except OSError:
        return []
    whole = len(content) - len(content) % _WORD
    return memoryview(content[:whole]).cast("q").tolist()


def begin(path: Path, count: int) -> Words:
    """Words kept at `path` from now on, in place of the predecessor's. Raises OSError.

    A new file under the old name: what is left of a predecessor goes on writing into its own.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f"{path.name}-{os.getpid()}")
    with suppress(FileNotFoundError):
        made.unlink()
    with made.open("x+b") as file:
        file.write(bytes(count * _WORD))
        file.flush()
        made.replace(path)
        return Words(count, os.dup(file.fileno()))
