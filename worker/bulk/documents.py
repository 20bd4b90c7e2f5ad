"""The folder of Markdown documents that `newsmill process --markdown` writes beside its records."""

from collections.abc import Sequence
from pathlib import Path

from schemas.codec import decode
from schemas.messages import Article
from worker.markdown import document
from worker.transport import Output


class Documents:
    """`7d/7d15d1….md`: one document a page with articles, named by its main article's id; the newest one stays."""

    def __init__(self, home: Path, topic: str) -> None:
        """Documents in `home`, made of the records for the articles' `topic`."""
        self._home = home
        self._topic = topic

    def write(self, outputs: Sequence[Output]) -> None:
        """The document of one page. Raises OSError."""
        articles = [decode(Article, output.value or b"") for output in outputs if output.topic == self._topic]
        if articles:
            name = articles[0].article_id
            path = self._home / name[:2] / f"{name}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(document(articles).encode())
