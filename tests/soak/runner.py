"""One schedule from its seed to its verdict."""

import os
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import kafka
from kafka.errors import KafkaError

from tests.soak.arena import Arena
from tests.soak.deeds import HOME_TEAM, Scene
from tests.soak.fleet import Fleet
from tests.soak.pages import Crop, Digest, quiet
from tests.soak.schedule import Burst
from worker.audit import Kind, Verdict, audit
from worker.settings import Settings, Topics
from worker.transport import Record
from worker.transport.kafka.reader import TopicReader
from worker.transport.plan import plan
from worker.transport.topics import TopicAdmin

PARTITIONS = 6
RECOVERY_SECONDS = 300.0
"""Without progress for so long after a burst, at a pace of 1: stuck. Long, for machines with other work to do."""
OPEN_SECONDS = 30.0
PATIENCE = {
    "NEWSMILL_KAFKA__SESSION_TIMEOUT_SECONDS": 4,
    "NEWSMILL_KAFKA__TRANSACTION_TIMEOUT_SECONDS": 6,
    "NEWSMILL_KAFKA__REQUEST_TIMEOUT_SECONDS": 8,
    "NEWSMILL_WORKER__CALL_SECONDS": 20,
}
"""Seconds, at a pace of 1."""
QUICK = {
    "NEWSMILL_WORKER__BATCH_PAGES": "200",
    "NEWSMILL_WORKER__BATCH_SECONDS": "2",
    "NEWSMILL_WORKER__RESTART_BACKOFF_SECONDS": "0.1",
    "NEWSMILL_WORKER__RESTART_BACKOFF_MAX_SECONDS": "1",
    "NEWSMILL_WORKER__RESTARTS_IN_A_ROW": "1000",
    "NEWSMILL_WORKER__STOP_SECONDS": "30",
    "NEWSMILL_WORKER__TEST_HOOK": "true",
    "NEWSMILL_HTTP__PORT": "0",
    "NEWSMILL_LOG__FORMAT": "json",
}


@dataclass
class Outcome:
    """What a schedule came to; the line of `var/soak/results.jsonl`."""

    seed: int
    pages: int
    faults: list[str] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0
    out_of_place: int = 0
    bytes_equal: bool = False
    recoveries: list[tuple[str, float]] = field(default_factory=list)
    """Kinds of the burst, and seconds from its first fault until every partition with pages left had moved."""
    stuck: str = ""
    crashed: dict[str, int] = field(default_factory=dict)
    peak_rss: int = 0
    rss: dict[str, int] = field(default_factory=dict)
    """Bytes per consumer process (by its id) at the end."""
    ended: float = 0.0
    """Time of day at the end, seconds since 1970."""
    played_seconds: float = 0.0
    seconds: float = 0.0
    """With the audit and the quiet run."""
    logs: str = ""
    findings: list[str] = field(default_factory=list)

    @property
    def right(self) -> bool:
        """Whether every page came out once, as in a quiet run, and nothing got stuck."""
        wrong = self.lost or self.doubled or self.out_of_place or self.stuck or self.crashed
        return not wrong and self.bytes_equal


class Season:
    """Topics and a fleet that live through several schedules, one after another, on a shared cluster."""

    def __init__(self, arena: Arena, logs: Path, pace: float = 1.0) -> None:
        """`pace`: workers are that many times as patient."""
        self._arena = arena
        self._pace = pace
        name = uuid.uuid4().hex[:8]
        kinds = ("pages", "articles", "metrics", "dead_letters", "source_metrics", "site_profiles")
        self._topics = Topics(**{kind: f"soak-{name}.{kind.replace('_', '-')}" for kind in kinds})
        self._settings = Settings(topics=self._topics)
        self._group = self._topics.pages
        self._logs = logs / name
        self._logs.mkdir(parents=True)
        self._fleet = Fleet(self._environment(), self._logs)
        self._crop = Crop(0, 0, PARTITIONS)
        self._produced = 0
        self._read: dict[str, dict[int, int]] = {}
        self.outcome = Outcome(0, 0)

    def __enter__(self) -> Self:
        with TopicAdmin(self._arena.settings(self._group)) as admin:
            admin.create(plan(self._settings, PARTITIONS, 3))
        for name, processes in HOME_TEAM.items():
            self._fleet.start(name, processes)
        return self

    def __exit__(self, *_: object) -> None:
        self._fleet.close()
        self._arena.heal()

    def end(self) -> list[int]:
        """All workers are asked to end; their exit codes."""
        return self._fleet.leave_all()

    def play(self, seed: int, pages: int, bursts: Sequence[Burst], **crop: float) -> Outcome:
        """The pages of a seed (`crop`: their kinds), the faults, and the verdict. The brokers are whole afterwards."""
        started = time.monotonic()
        pages -= pages % PARTITIONS
        self.outcome = Outcome(seed, pages, logs=str(self._logs))
        self._crop = Crop(seed, pages, PARTITIONS, self._crop.sown + self._crop.pages, **crop)
        self._produced = 0
        try:
            self._play(bursts)
        finally:
            self._arena.heal()
        self.outcome.peak_rss = self._fleet.peak_rss
        self.outcome.played_seconds = round(time.monotonic() - started, 1)
        self._judge()
        self.outcome.seconds = round(time.monotonic() - started, 1)
        return self.outcome

    def _play(self, bursts: Sequence[Burst]) -> None:
        scene = Scene(self._arena, self._fleet, self._topics, self._group, PARTITIONS)
        share = self._crop.pages // (len(bursts) + 1)
        self._produce(share)
        self._wait_until_moved(self._starts(), time.monotonic())
        for burst in bursts if not self.outcome.stuck else ():
            self._produce(share)
            self._suffer(scene, burst)
            self._fleet.note_memory()
            self.outcome.crashed |= self._fleet.crashed()
            if self.outcome.stuck or self.outcome.crashed:
                return
        self._produce(self._crop.pages - self._produced)
        self._wait_until_moved({p: end - 1 for p, end in self._ends().items()}, time.monotonic())
        self.outcome.rss = {str(pid): size for pid, size in self._fleet.note_memory().items()}
        self.outcome.ended = time.time()

    def _suffer(self, scene: Scene, burst: Burst) -> None:
        before = self._committed()
        since = time.monotonic()
        for fault in burst:
            time.sleep(fault.wait)
            scene.do(fault)
            self.outcome.faults.append(fault.kind.name.lower())
        seconds = self._wait_until_moved(before, since)
        self.outcome.recoveries.append(("+".join(f.kind.name.lower() for f in burst), round(seconds, 1)))

    def _produce(self, count: int) -> None:
        """The next pages, each to its partition in turn."""
        producer = kafka.KafkaProducer(
            bootstrap_servers=self._arena.direct, linger_ms=20, batch_size=262_144, acks="all", enable_idempotence=True
        )
        end = self._produced + count
        for r in self._crop.records(self._topics.pages, self._produced, end):
            producer.send(r.topic, value=r.value, key=r.key, headers=list(r.headers), partition=r.partition)
        producer.flush(240)  # a broker of the last burst may still be on its way back
        producer.close()
        self._produced = end

    def _starts(self) -> dict[int, int]:
        return dict.fromkeys(range(PARTITIONS), self._crop.sown // PARTITIONS)

    def _ends(self) -> dict[int, int]:
        starts = self._starts()
        return {p: starts[p] + len(range(p, self._produced, PARTITIONS)) for p in range(PARTITIONS)}

    def _committed(self) -> Mapping[int, int]:
        return self._arena.ask(lambda _: self._arena.committed(self._group, self._topics.pages))

    def _wait_until_moved(self, before: Mapping[int, int], since: float) -> float:
        """Until each partition with pages left has moved or is done; seconds since `since`."""
        ends = self._ends()
        while True:
            now = self._try_committed()
            if all(now.get(p, 0) > before.get(p, 0) or now.get(p, 0) >= end for p, end in ends.items()):
                return time.monotonic() - since
            if time.monotonic() - since > RECOVERY_SECONDS * self._pace:
                self.outcome.stuck = f"{dict(now)} after {dict(before)}, ends {ends}"
                return time.monotonic() - since
            time.sleep(0.1)

    def _try_committed(self) -> Mapping[int, int]:
        try:
            return self._arena.committed(self._group, self._topics.pages)
        except (KafkaError, OSError):
            return {}

    def _judge(self) -> None:
        with TopicReader(self._arena.settings(self._group)) as reader:
            window = _Window(reader, self._topics, self._starts(), self._read)
            # Of a fleet that is stuck, what it has not read yet is not lost.
            verdict = audit(window, self._topics, OPEN_SECONDS, to_the_end=not self.outcome.stuck)
        self._read = window.read_to
        self._note(verdict)
        self.outcome.bytes_equal = str(window.digest) == quiet(self._crop, self._settings)

    def _note(self, verdict: Verdict) -> None:
        out = self.outcome
        out.lost, out.doubled = verdict.count(Kind.LOST), verdict.count(Kind.DOUBLED)
        out.out_of_place = verdict.count(Kind.OUT_OF_PLACE)
        out.findings = [f"{f.kind} {f.partition}/{f.offset} {f.what}" for f in verdict.findings]
        if verdict.pages != self._crop.pages and not out.stuck:
            out.findings.append(f"{verdict.pages} pages in the topic, {self._crop.pages} made")
            out.stuck = "not all pages were produced"

    def _environment(self) -> dict[str, str]:
        topics = {f"NEWSMILL_TOPICS__{k.upper()}": v for k, v in self._topics.model_dump().items()}
        where = {"NEWSMILL_KAFKA__BOOTSTRAP_SERVERS": self._arena.bootstrap, "NEWSMILL_KAFKA__GROUP_ID": self._group}
        home = {"XDG_STATE_HOME": str(self._logs)}
        patience = {name: str(seconds * self._pace) for name, seconds in PATIENCE.items()}
        return {**_outer_environment(), **QUICK, **patience, **topics, **where, **home}


class _Window:
    """A reader of one schedule's part of the topics, which takes a digest of the articles on their way."""

    def __init__(
        self, reader: TopicReader, topics: Topics, starts: dict[int, int], read: dict[str, dict[int, int]]
    ) -> None:
        self._reader, self._topics = reader, topics
        self._starts = {**read, topics.pages: starts}
        self.read_to: dict[str, dict[int, int]] = {}
        self.digest = Digest()
        self.committed = reader.committed

    def beginnings(self, topic: str) -> dict[int, int]:
        return self._starts[topic]

    def ends(self, topic: str) -> dict[int, int]:
        self.read_to[topic] = self._reader.ends(topic)
        return self.read_to[topic]

    def read(self, topic: str, until: Mapping[int, int], patience_seconds: float) -> Iterator[Record]:
        for record in self._reader.read(topic, until, patience_seconds, self._starts.get(topic)):
            if topic == self._topics.articles:
                self.digest.add(record.value)
            yield record


def _outer_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("NEWSMILL_")}
