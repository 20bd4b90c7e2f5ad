"""Files and folders of pages -> records, one at a time: memory is bounded by the largest page, not by the files.

| name ends with | what is in it |
|---|---|
| `.jsonl` `.ndjson` `.jl` | one page a line |
| `.json` | one page |
| `.warc` | an archive of a crawl |
| `.html` `.htm` `.xhtml`, `.txt` `.text` | one bare page |

Each also with `.gz` or `.zst` behind it. Folders are read with all below them, in the order of their names.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import zstandard

from worker.inputs.archive import read_archive
from worker.inputs.lines import read_lines, record_of
from worker.inputs.model import NoInput, PageRecord, Problem
from worker.inputs.packed import unpacked
from worker.inputs.urls import local_url, url_in_html

_LINES: Final = frozenset({".jsonl", ".ndjson", ".jl"})
_HTML: Final = frozenset({".html", ".htm", ".xhtml"})
_TEXT: Final = frozenset({".txt", ".text"})
_KINDS: Final = frozenset({*_LINES, ".json", ".warc", *_HTML, *_TEXT})
_PACKED: Final = frozenset({".gz", ".zst"})
_DAMAGE: Final = (OSError, EOFError, ValueError, zlib.error, zstandard.ZstdError)
"""What the readers raise over a file that cannot be opened, or is cut off or damaged inside."""


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file to read."""

    path: Path
    name: str
    """From the named folder's own name on, with `/` (`crawl/de/1.html`); the file's name when it was named itself."""
    size: int
    """Bytes on disk."""

    @property
    def kind(self) -> str:
        """The suffix that tells what is in it, lower case, compression left aside."""
        return _kind(self.path)


class Inputs:
    """The pages in files and folders. Iterate once; `bytes_read` of `bytes_total` tells how far it has come."""

    def __init__(self, paths: Sequence[Path], limit_bytes: int) -> None:
        """Find the files. `limit_bytes`: a larger page is a problem. Raises NoInput when a path holds none."""
        self.files: Final = [file for path in paths for file in _files_of(path)]
        self.bytes_total: Final = sum(file.size for file in self.files)
        self._limit = limit_bytes
        self._done = 0
        self._open: BinaryIO | None = None

    @property
    def bytes_read(self) -> int:
        """Bytes on disk that were read so far."""
        return self._done + (self._open.tell() if self._open else 0)

    def __iter__(self) -> Iterator[PageRecord | Problem]:
        for file in self.files:
            yield from self._pages_in(file)
            self._open = None
            self._done += file.size

    def _pages_in(self, file: PageFile) -> Iterator[PageRecord | Problem]:
        try:
            with file.path.open("rb") as raw:
                self._open = raw
                yield from _read(file, raw, self._limit)
        except _DAMAGE as error:
            self._open = None
            yield Problem(file.name, f"{type(error).__name__}: {error}")


def _files_of(path: Path) -> list[PageFile]:
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.is_file() and _kind(p) in _KINDS)
        if not found:
            raise NoInput(f"{path}: no pages in this folder; expected files that end with {_expected()}")
        above = path.resolve().name
        return [PageFile(p, f"{above}/{p.relative_to(path).as_posix()}", p.stat().st_size) for p in found]
    if not path.is_file():
        raise NoInput(f"{path}: no such file or folder")
    if _kind(path) not in _KINDS:
        raise NoInput(f"{path}: not a kind of file that holds pages; expected one that ends with {_expected()}")
    return [PageFile(path, path.name, path.stat().st_size)]


def _kind(path: Path) -> str:
    """`.warc` of `crawl.warc.gz`."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in _PACKED:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _expected() -> str:
    return f"{' '.join(sorted(_KINDS))}, also with .gz or .zst"


def _read(file: PageFile, raw: BinaryIO, limit_bytes: int) -> Iterator[PageRecord | Problem]:
    if file.kind == ".warc":
        return read_archive(raw, file.name, limit_bytes)
    stream = unpacked(file.path.suffix.lower(), raw)
    if file.kind in _LINES:
        return read_lines(stream, file.name, 2 * limit_bytes)
    return iter([_whole(file, stream.read(limit_bytes + 1), limit_bytes)])


def _whole(file: PageFile, content: bytes, limit_bytes: int) -> PageRecord | Problem:
    if len(content) > limit_bytes:
        return Problem(file.name, f"page larger than {limit_bytes} bytes")
    if file.kind == ".json":
        return record_of(content, file.name)
    is_html = file.kind in _HTML
    url = ((url_in_html(content) if is_html else None) or local_url(file.name)).encode()
    headers = (("url", url), ("content-type", b"text/html" if is_html else b"text/plain"))
    return PageRecord(url, content, headers, file.name)
