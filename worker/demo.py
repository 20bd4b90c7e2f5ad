"""The whole way of pages on one machine, shown: broker, topics, worker, feed, and the articles as they come out."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from schemas.codec import decode
from schemas.messages import Article, PageMetrics, Position
from worker.inputs import Inputs, PageRecord
from worker.local_broker import keeper
from worker.outputs import CONNECT, OURS
from worker.paths import default_data, state_dir
from worker.settings import DEFAULT_BROKER, Settings
from worker.transport import Record, TransportError
from worker.transport.kafka.reader import TopicReader

_SHOWN: Final = 40
"""Articles and rejections that are shown one by one; the rest is counted."""
_PATIENCE_SECONDS: Final = 120.0
"""Without any output for so long the demonstration has failed."""
_STOP_SECONDS: Final = 40.0


class DemoFailed(Exception):  # noqa: N818 - says what went wrong, in one line
    """The worker ended or stands still."""


@dataclass
class _Seen:
    """What has come out so far."""

    metrics: int = 0
    articles: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    expected_articles: int = 0
    expected_letters: int = 0

    def whole(self, fed: int) -> bool:
        """Whether each page has its metrics, and all articles and dead letters that those speak of are there."""
        return (
            self.metrics >= fed
            and sum(self.articles.values()) >= self.expected_articles
            and sum(self.reasons.values()) >= self.expected_letters
        )


class Demo:
    """One demonstration with the settings of the environment."""

    def __init__(self, settings: Settings, pages: Path) -> None:
        """Choose the pages, a file or a folder."""
        self._settings = settings
        self._pages = pages
        self._console = Console(highlight=False)
        self._home = state_dir() / "demo"
        self._seen = _Seen()
        self._before: dict[int, int] = {}
        """Per partition of the pages topic: where our pages begin; what others fed before is not counted."""

    def run(self, *, stay: bool) -> bool:
        """Show it; `stay` goes on until ctrl-c. Whether every page is accounted for.

        Raises DemoFailed, NoInput, BrokerError, TransportError.
        """
        pages = sum(isinstance(item, PageRecord) for item in Inputs([self._pages], self._settings.limits.page_bytes))
        self._home.mkdir(parents=True, exist_ok=True)
        with self._broker():
            self._command("topics", "create")
            with TopicReader(self._settings.kafka) as reader, self._worker() as worker:
                self._before = reader.ends(self._settings.topics.pages)
                records = reader.follow({topic: reader.ends(topic) for topic in self._outputs()})
                next(records)
                began = time.monotonic()
                self._say(f"[bold]Feeding[/] {pages} pages from {self._pages}")
                feeding = subprocess.Popen(_newsmill("feed", str(self._pages)), stdout=subprocess.DEVNULL)  # noqa: S603 - our own command
                whole = self._watch(records, worker, pages)
                seconds = time.monotonic() - began
                feeding.wait()
                self._summary(pages, seconds)
                if stay:
                    self._stay(records, worker)
        return whole

    def _outputs(self) -> tuple[str, str, str]:
        topics = self._settings.topics
        return topics.articles, topics.metrics, topics.dead_letters

    def _watch(self, records: Iterator[list[Record]], worker: "subprocess.Popen[bytes]", pages: int) -> bool:
        moved = time.monotonic()
        while not self._seen.whole(pages):
            polled = next(records)
            for record in polled:
                self._show(record)
            if polled:
                moved = time.monotonic()
            elif worker.poll() is not None:
                raise DemoFailed(f"the worker ended with exit code {worker.returncode}; see {self._log()}")
            elif time.monotonic() - moved > _PATIENCE_SECONDS:
                return False
        return True

    def _show(self, record: Record) -> None:
        articles, metrics, _ = self._outputs()
        shown = self._seen.metrics + sum(self._seen.reasons.values()) < _SHOWN
        if record.topic == metrics:
            self._count(decode(PageMetrics, record.value or b""))
        elif record.topic == articles:
            article = decode(Article, record.value or b"")
            if not self._is_ours(article.position):
                return
            self._seen.articles[article.part] += 1
            self._seen.languages[article.language or "unknown"] += 1
            if shown:
                self._say_article(article)
        else:
            self._show_rejection(dict(record.headers), shown=shown)

    def _count(self, told: PageMetrics) -> None:
        if self._is_ours(told.position):
            self._seen.metrics += 1
            self._seen.expected_articles += told.articles
            self._seen.expected_letters += told.outcome == "rejected"

    def _show_rejection(self, headers: Mapping[str, bytes | None], *, shown: bool) -> None:
        told = {name: (headers.get(f"{CONNECT}{name}") or b"").decode() for name in ("topic", "partition", "offset")}
        where = Position(topic=told["topic"], partition=int(told["partition"]), offset=int(told["offset"]))
        if not self._is_ours(where):
            return
        reason, detail = ((headers.get(f"{OURS}{name}") or b"").decode() for name in ("reason", "detail"))
        self._seen.reasons[reason] += 1
        if shown:
            self._console.print("[red]rejected[/]  ", end="")
            self._console.print(f"{reason}: {detail}", markup=False, overflow="ellipsis", no_wrap=True)

    def _is_ours(self, position: Position | None) -> bool:
        return position is not None and position.offset >= self._before.get(position.partition, 0)

    def _say_article(self, article: Article) -> None:
        title = article.title or f"(no title) {article.body[:60]}…"
        words = f"{article.language or '??':3} {article.word_count:5} words"
        self._console.print(f"[green]{article.part:8}[/]  {words}  ", end="")
        self._console.print(title, markup=False, overflow="ellipsis", no_wrap=True)

    def _summary(self, pages: int, seconds: float) -> None:
        seen = self._seen
        table = Table("", "count", title=f"{pages} pages in {seconds:.1f} s")
        rows = {"pages in": pages, "page metrics out": seen.metrics}
        rows |= {f"{part} articles": count for part, count in sorted(seen.articles.items(), reverse=True)}
        rows |= {f"dead letters: {reason}": count for reason, count in seen.reasons.most_common()}
        for name, count in rows.items():
            table.add_row(name, str(count))
        self._console.print(table)
        self._say("Languages: " + ", ".join(f"{name} {count}" for name, count in seen.languages.most_common()))
        self._say(
            f"\nWhere to look next:\n"
            f"  live page         http://127.0.0.1:{self._settings.http.port}/ (while the worker runs)\n"
            f"  worker's log      {self._log()}\n"
            f"  one page's why    newsmill inspect PAGE.html --out why.html\n"
            f"  your own pages    make run PAGES=folder-or-file\n"
            f"  your own Kafka    NEWSMILL_KAFKA__BOOTSTRAP_SERVERS=host:9092 newsmill check; newsmill run"
        )

    def _stay(self, records: Iterator[list[Record]], worker: "subprocess.Popen[bytes]") -> None:
        self._say("\nThe worker goes on: feed it more with `newsmill feed`; ctrl-c ends it.")
        try:
            while worker.poll() is None:
                for record in next(records):
                    self._show(record)
        except KeyboardInterrupt:
            self._say("Ending.")

    @contextmanager
    def _broker(self) -> Iterator[None]:
        """A broker that answers: the one of the settings, or a local one, ended again when we started it."""
        servers = self._settings.kafka.bootstrap_servers
        if servers != DEFAULT_BROKER or _answers(self._settings):
            self._say(f"[bold]Broker[/]  {servers}")
            yield
            return
        data = default_data(1)
        self._say(f"[bold]Broker[/]  starting a local Apache Kafka at {servers} (the first time it is downloaded)")
        keeper.start(1, int(servers.rpartition(":")[2]), data)
        try:
            yield
        finally:
            keeper.stop(data)

    @contextmanager
    def _worker(self) -> "Iterator[subprocess.Popen[bytes]]":
        """A worker beside us; it ends with us."""
        with self._log().open("wb") as log:
            worker = subprocess.Popen(_newsmill("run"), stdout=log, stderr=log, start_new_session=True)  # noqa: S603 - our own command
        self._say(f"[bold]Worker[/]  started, {self._settings.worker.processes} processes")
        try:
            yield worker
        finally:
            if worker.poll() is None:
                worker.send_signal(signal.SIGTERM)
            try:
                worker.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(worker.pid, signal.SIGKILL)
                worker.wait()

    def _log(self) -> Path:
        return self._home / "worker.log"

    def _command(self, *arguments: str) -> None:
        done = subprocess.run(_newsmill(*arguments), capture_output=True, text=True, check=False)  # noqa: S603 - our own command
        if done.returncode:
            raise DemoFailed(f"newsmill {' '.join(arguments)}: {done.stdout}{done.stderr}".strip())

    def _say(self, line: str) -> None:
        self._console.print(line)


def _answers(settings: Settings) -> bool:
    try:
        with TopicReader(settings.kafka):
            return True
    except TransportError:
        return False


def _newsmill(*arguments: str) -> list[str]:
    """The command of this very installation."""
    return [str(Path(sys.executable).parent / "newsmill"), *arguments]
