"""The folder that `newsmill process` writes: three files of JSON lines, and how far they have come."""

import os
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

import orjson

from schemas.codec import dumps
from worker.outputs import CONNECT, OURS
from worker.settings import Topics
from worker.transport import Output

PROGRESS: Final = "progress.json"


class OtherInputs(Exception):  # noqa: N818 - what is wrong is what was asked for
    """The folder holds the results of other inputs."""


class OutFolder:
    """`articles.jsonl`, `metrics.jsonl` and `dead-letters.jsonl`, each record once, however often it is broken off.

    `save` notes the number of pages done and the sizes of the files; opening the folder again cuts the files back to
    that note, so that a half-written page is written anew. Use as a context manager.
    """

    def __init__(self, home: Path, topics: Topics, inputs: Sequence[tuple[str, int]]) -> None:
        """Open or make the folder for `inputs` (names and bytes). Raises OtherInputs, OSError."""
        home.mkdir(parents=True, exist_ok=True)
        self._home = home
        self._inputs = [list(item) for item in inputs]
        names = {topics.articles: "articles", topics.metrics: "metrics", topics.dead_letters: "dead-letters"}
        self._paths: Final = {topic: home / f"{name}.jsonl" for topic, name in names.items()}
        self._dead_letters = topics.dead_letters
        note = self._note()
        self.pages_done: int = note["pages"]
        """Pages that are whole in the files: skip as many of the inputs."""
        self._files: dict[str, BinaryIO] = {}
        for topic, path in self._paths.items():
            file = path.open("ab")
            file.truncate(note["bytes"].get(path.name, 0))
            file.seek(0, os.SEEK_END)
            self._files[topic] = file

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.close()

    def write(self, outputs: Sequence[Output]) -> None:
        """All records of one page."""
        for output in outputs:
            line = _dead_letter(output) if output.topic == self._dead_letters else output.value or b""
            self._files[output.topic].write(line + b"\n")
        self.pages_done += 1

    def save(self) -> None:
        """Everything written so far is on disk, and the note says so."""
        for file in self._files.values():
            file.flush()
            os.fsync(file.fileno())
        sizes = {self._paths[topic].name: file.tell() for topic, file in self._files.items()}
        fresh = self._home / f"{PROGRESS}.new"
        fresh.write_bytes(dumps({"inputs": self._inputs, "pages": self.pages_done, "bytes": sizes}))
        fresh.replace(self._home / PROGRESS)

    def _note(self) -> dict[str, Any]:
        path = self._home / PROGRESS
        if not path.exists():
            strangers = [p.name for p in self._paths.values() if p.exists() and p.stat().st_size]
            if strangers:
                raise OtherInputs(
                    f"{self._home} holds {', '.join(strangers)} without {PROGRESS}: choose another folder"
                )
            return {"pages": 0, "bytes": {}}
        note: dict[str, Any] = orjson.loads(path.read_bytes())
        if note["inputs"] != self._inputs:
            raise OtherInputs(f"{self._home} holds the results of other inputs: choose another folder")
        return note


def _dead_letter(output: Output) -> bytes:
    """A dead letter as a line: its headers as fields, key and value as base64."""
    ours = {
        name.removeprefix(OURS).replace("-", "_"): (value or b"").decode("utf-8", "replace")
        for name, value in output.headers
        if name.startswith(OURS)
    }
    kept = [
        [name, b64encode(value or b"").decode()]
        for name, value in output.headers
        if not name.startswith((OURS, CONNECT))
    ]
    content = {"key": output.key, "value": output.value}
    encoded = {name: None if part is None else b64encode(part).decode() for name, part in content.items()}
    return dumps({**ours, **encoded, "headers": kept})
