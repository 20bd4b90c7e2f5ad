"""The files of the live page and its data, by path. A closed list: no path reaches the file system."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final

from schemas.codec import dumps
from worker.live.board import Board

_FILES: Final = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/live.css": ("live.css", "text/css; charset=utf-8"),
    "/live.js": ("live.js", "text/javascript; charset=utf-8"),
    "/uplot.css": ("uplot.css", "text/css; charset=utf-8"),
    "/uplot.js": ("uplot.js", "text/javascript; charset=utf-8"),
}
_HEADERS: Final = {
    # Headlines and addresses are hostile: were one ever not escaped, the browser would still run nothing.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A 200 answer."""

    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: _HEADERS)


def answer(path: str, board: Board, now: float) -> Answer | None:
    """What to send for `path` (without query) at the time `now`; None for a path that is not the live page's."""
    if path == "/live.json":
        return Answer("application/json", dumps(board.state(now)))
    if path not in _FILES:
        return None
    name, content_type = _FILES[path]
    return Answer(content_type, files(__package__).joinpath("assets", name).read_bytes())
