"""Whether two addresses show one picture: servers and content systems cut it to many sizes, each under its own."""

import re
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

_EXTENSION: Final = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)\Z")
_SIZES_OF_NAME: Final = re.compile(r"(?:[-_.@]\d{2,4}x\d{2,4}(?:_c)?)+\Z")
"""`-1024x576`, as WordPress and others put it behind a file's name."""
_SIZE: Final = re.compile(r"[swh]\d{2,4}(?:-[swh]\d{2,4})*(?:-[a-z]{1,2})*|\d{1,4}[x*]\d{0,4}")
"""A folder that says a size: `690*460`, `1200x630`, `w1200-h630-p`, `s320`."""
_STYLE: Final = re.compile(r"/styles/[^/]+/(?:public|s3)/")
"""Where Drupal keeps the sizes it has cut."""
_MONTH: Final = re.compile(r"/((?:19|20)\d\d/\d\d)/")
_NUMBER: Final = re.compile(r"\d{5}")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_FEWEST_WORDS: Final = 4
_LONG: Final = 20
"""Letters and digits in one piece that nobody gives twice."""


class _Shown(NamedTuple):
    """What an address says of the picture, without its size; of a resizing server's, the address that it was given."""

    host: str
    folders: tuple[str, ...]
    name: str
    month: str
    """Year and month of a folder; empty without one."""
    is_file: bool


def shows_same(one: str, other: str) -> bool:
    """Whether both absolute addresses surely show the same picture; cheap, and rather no than yes.

    They do when they differ in sizes and in what stands behind a question mark alone, or when both have a name, or a
    folder with a name in it, that nobody gives twice; not when their folders say different months.
    """
    if one == other:
        return True
    a, b = _shown(one), _shown(other)
    if not (a.is_file and b.is_file and a.name == b.name):
        return False
    if a.host == b.host and a.folders == b.folders:
        return True
    if a.month and b.month and a.month != b.month:
        return False
    return _is_telling(a.name) or (a.folders[-1:] == b.folders[-1:] and any(map(_is_telling, a.folders[-1:])))


@lru_cache(maxsize=256)
def _shown(address: str) -> _Shown:
    decoded = unquote(address)
    inner = max(decoded.rfind("http://"), decoded.rfind("https://"), 0)
    try:
        parts = urlsplit(decoded[inner:])
    except ValueError:
        return _Shown("", (), "", "", is_file=False)
    path = _STYLE.sub("/", parts.path.casefold())
    *folders, name = path.split("/")
    stem = _EXTENSION.sub("", name)
    kept = tuple(folder for folder in folders if folder and not _SIZE.fullmatch(folder))
    month = _MONTH.search(path)
    return _Shown(parts.netloc, kept, _SIZES_OF_NAME.sub("", stem), month[1] if month else "", is_file=stem != name)


def _is_telling(name: str) -> bool:
    """Whether a name is one that nobody gives twice: a number, a digest, or a few words."""
    return bool(
        _NUMBER.search(name)
        or len(_WORD.findall(name)) >= _FEWEST_WORDS
        or any(len(piece) >= _LONG for piece in re.split(r"\W+", name))
    )
