"""Compressed files as streams that notice when they are cut off."""

import gzip
import io
from typing import BinaryIO, Final, cast

import zstandard

_CHUNK: Final = 4096
"""Compressed bytes taken at a time: what they can unpack to is held in memory."""


def unpacked(suffix: str, raw: BinaryIO) -> BinaryIO:
    """What is in a file with that suffix. Reading raises OSError, EOFError or ZstdError where it is damaged."""
    if suffix == ".gz":
        return cast("BinaryIO", gzip.GzipFile(fileobj=raw))
    if suffix == ".zst":
        return io.BufferedReader(_Zstd(raw), 1 << 18)
    return raw


class _Zstd(io.RawIOBase):
    """Frames one behind the other. zstandard's own reader takes a cut-off frame for the end of the file."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._within = False
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # typeshed knows it as Buffer
        while not self._ready:
            chunk = self._raw.read(_CHUNK)
            if not chunk:
                if self._within:
                    raise EOFError("the file is cut off")
                return 0
            self._ready = memoryview(self._unpack(chunk))
        part = self._ready[: len(buffer)]
        buffer[: len(part)] = part
        self._ready = self._ready[len(part) :]
        return len(part)

    def _unpack(self, chunk: bytes) -> bytes:
        out = b""
        while chunk:
            out += self._frame.decompress(chunk)
            self._within = not self._frame.eof
            chunk = self._frame.unused_data if self._frame.eof else b""
            if self._frame.eof:
                self._frame = zstandard.ZstdDecompressor().decompressobj()
        return out
