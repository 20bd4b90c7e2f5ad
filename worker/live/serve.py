"""The files of the live page and its data, by path. A closed list: no path reaches the file system."""

import time
from collections.abc import Callable
from dataclasses import asdict
from importlib.resources import files
from typing import Final

from schemas.codec import dumps
from worker.live.board import Board
from worker.tally import Overview

Answer = tuple[int, str, bytes]
"""Status, content type, body."""
_FILES: Final = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/live.css": ("live.css", "text/css; charset=utf-8"),
    "/live.js": ("live.js", "text/javascript; charset=utf-8"),
    "/uplot.css": ("uplot.css", "text/css; charset=utf-8"),
    "/uplot.js": ("uplot.js", "text/javascript; charset=utf-8"),
}


def routes(board: Board, overview: Callable[[], Overview]) -> dict[str, Callable[[], Answer]]:
    """What to answer, by path: the files, and everything they show as `/live.json`."""
    return {path: _file(*entry) for path, entry in _FILES.items()} | {"/live.json": lambda: _data(board, overview())}


def _file(name: str, content_type: str) -> Callable[[], Answer]:
    body = files(__package__).joinpath("assets", name).read_bytes()
    return lambda: (200, content_type, body)


def _data(board: Board, overview: Overview) -> Answer:
    return 200, "application/json", dumps(board.state(time.time()) | {"processes": asdict(overview)})
