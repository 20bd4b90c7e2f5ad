"""A group of loops in one thread, and a seeded fate that interleaves, fails and kills them.

A step of one member (a poll, a page, a delivery) is where fate may act: it may raise what the brokers raise, end the
process, deal the partitions anew, or let the *others* take whole turns first, which is what a process that was frozen,
or a call that hangs, looks like to them. No threads, no time: a seed plays the same for ever.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson

from schemas.reasons import Reason
from tests.soak.pages import Digest
from worker.audit import Ledger, Verdict
from worker.core.model import Outcome
from worker.journal import Accused, Doing, Journal, Suspects
from worker.loop import Loop
from worker.mill import Mill
from worker.outputs import CONNECT, OURS
from worker.settings import Settings
from worker.transport import Batch, Output, Progress, Record, TransportError, Unavailable
from worker.transport.memory import MemoryBroker, MemoryTransport

SETTINGS = Settings(worker={"processes": 1, "batch_pages": 8, "batch_seconds": 5.0}, kafka={"outage_seconds": 1e9})
TOPICS = SETTINGS.topics
PARTITIONS = 3
_AT = datetime(2026, 11, 24, tzinfo=UTC)
_DEEPEST = 3
"""Members that wait inside a step of theirs while others take turns."""
Ground = tuple[Outcome, list[Output]]
Known = dict[tuple[Accused, int], Ground]
"""What a page becomes, by its position and how often it has ended a process; the same in all schedules."""


class Killed(BaseException):
    """The process is gone at this step: nothing of it runs any more, not even a `finally` that matters."""


@dataclass
class Fate:
    """What happens at a step, drawn from the seed; once `calm`, nothing does."""

    dice: random.Random
    severity: float
    others: Callable[[], None]
    rebalance: Callable[[], object]
    calm: bool = False
    seen: list[str] = field(default_factory=list)

    def step(self, name: str) -> None:
        """Raises Unavailable or Killed, moves partitions, or lets the others go first."""
        if self.calm or self.dice.random() > self.severity:
            return
        deed = self.dice.choice(("unavailable", "killed", "others", "others", "rebalance"))
        self.seen.append(f"{name}:{deed}")
        if deed == "unavailable":
            raise Unavailable("on purpose")
        if deed == "killed":
            raise Killed
        if deed == "rebalance":
            self.rebalance()
        else:
            self.others()


class Shaky:
    """A transport in memory whose every call has a before and an after at which fate may act."""

    def __init__(self, broker: MemoryBroker, fate: Fate) -> None:
        self._broker, self._fate = broker, fate
        self._inner = MemoryTransport(broker, SETTINGS.worker.batch_pages)

    def poll(self) -> Batch:
        self._at("poll")
        batch = self._inner.poll()
        self._at("polled")
        return batch

    def deliver(self, batch: Batch, outputs: Sequence[Output]) -> None:
        self._at("deliver")
        self._inner.deliver(batch, outputs)
        self._at("delivered")

    def give_back(self, batch: Batch) -> None:
        self._inner.give_back(batch)

    def progress(self) -> Progress:
        return self._inner.progress()

    def drained(self) -> bool:
        return self._inner.drained()

    def close(self) -> None:
        self._inner.close()

    def _at(self, name: str) -> None:
        """A failed call leaves no position behind: its client is made anew, as the contract says."""
        try:
            self._fate.step(name)
        except Unavailable:
            self._inner.close()
            self._inner = MemoryTransport(self._broker, SETTINGS.worker.batch_pages)
            raise


class Memory:
    """A mill that remembers what a page became, and where a process can die with the page in hand."""

    def __init__(self, suspects: Suspects, known: Known, fate: Fate) -> None:
        self._mill = Mill(SETTINGS, 0, suspects, lambda: _AT)
        self._suspects, self._known, self._fate = suspects, known, fate
        self._tries: dict[Accused, int] = {}
        self.stands_alone = self._mill.stands_alone

    def look_around(self) -> None:
        self._mill.look_around()
        self._tries = {page: suspect.tries for page, suspect in self._suspects.all().items()}

    def grind(self, record: Record) -> Ground:
        """Poison kills until the mill rejects it unseen, which depends on its tries alone."""
        if self._fate.dice.random() < 0.05 and not self._fate.calm:
            self._fate.seen.append("page:killed")
            raise Killed
        page = (record.partition, record.offset, record.timestamp_ms)
        tried = (page, self._tries.get(page, 0))
        if tried not in self._known:
            self._known[tried] = self._mill.grind(record)
        rejected = self._known[tried][0].rejection
        if record.key == b"poison" and (rejected is None or rejected.reason is not Reason.CRASHED):
            raise Killed
        return self._known[tried]


class Silence:
    """A log that nobody reads."""

    def info(self, *_: object, **__: object) -> None: ...

    warning = error = info


class Member:
    """One process: its loop, and the supervisor's part when it ends."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._journal = Journal()
        self.inside = False
        self._start()

    def turn(self) -> None:
        """One turn of its loop; a process that ends is started again at once."""
        self.inside = True
        try:
            self._loop._turn()  # noqa: SLF001 - one turn at a time, which `run` does not offer
        except (Killed, TransportError):
            self._bury()
        finally:
            self.inside = False

    def _bury(self) -> None:
        note = self._journal.read()
        if note.doing is Doing.PAGE:
            self._world.suspects.accuse((note.partition, note.offset, note.timestamp_ms), Reason.CRASHED)
        self._transport.close()
        self._journal.clear()
        self._start()

    def _start(self) -> None:
        world = self._world
        self._transport = Shaky(world.broker, world.fate)
        mill: Any = Memory(world.suspects, world.known, world.fate)
        silence: Any = Silence()
        self._loop = Loop(
            self._transport, mill, self._journal, lambda _: None, SETTINGS, silence, lambda: False,
            world.now, world.pass_time,
        )  # fmt: skip


class World:
    """Pages in memory, a group of members, and the seed's fate."""

    def __init__(self, seed: int, known: Known, pages: int = 40, members: int = 3) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - a seed that can be played again
        self.broker = MemoryBroker(partitions=PARTITIONS)
        self.suspects = Suspects()
        self.known = known
        self._time = 0.0
        self.fate = Fate(self.dice, self.dice.uniform(0.05, 0.5), self._others, self.broker.rebalance)
        for number in range(pages):
            self.broker.produce(_page(number), number % PARTITIONS)
        self.members = [Member(self) for _ in range(members)]

    def play(self, turns: int = 60) -> Verdict:
        """Storm, then calm until everything is through; what the audit says."""
        for _ in range(turns):
            self.dice.choice(self.members).turn()
        self.fate.calm = True
        for _ in range(400):
            if all(self.broker.committed[p] == len(self.broker.log[p]) for p in range(PARTITIONS)):
                break
            self.dice.choice(self.members).turn()
        return self._audit()

    def articles(self) -> str:
        """Digest of what was written."""
        return _digest(output for output in self.broker.outputs if output.topic == TOPICS.articles)

    def quiet_articles(self) -> str:
        """Digest of what an undisturbed run writes, without the pages that ended processes until they were given up."""
        letters = [dict(output.headers) for output in self.broker.outputs if output.topic == TOPICS.dead_letters]
        crashed = {_position(letter) for letter in letters if letter[f"{OURS}reason"] == Reason.CRASHED.encode()}
        return _digest(
            output
            for log in self.broker.log.values()
            for record in log
            if (record.partition, record.offset) not in crashed
            for output in _quiet(record.partition, record.offset, record.key, record.value)
        )

    def now(self) -> float:
        """Seconds; each look at the clock takes some, now and then a lot."""
        self._time += self.dice.expovariate(20.0)
        return self._time

    def pass_time(self, seconds: float) -> None:
        """Sleep: for ever enough, so that pauses end."""
        self._time += max(seconds, 1.0)

    def _others(self) -> None:
        waiting = sum(member.inside for member in self.members)
        idle = [member for member in self.members if not member.inside]
        if waiting < _DEEPEST and idle:
            for _ in range(self.dice.randrange(1, 5)):
                self.dice.choice(idle).turn()

    def _audit(self) -> Verdict:
        ledger = Ledger(TOPICS.pages, {p: (0, len(log)) for p, log in self.broker.log.items()})
        notes = {
            TOPICS.metrics: ledger.metrics,
            TOPICS.articles: ledger.article,
            TOPICS.dead_letters: ledger.dead_letter,
        }
        for log in self.broker.log.values():
            for record in log:
                ledger.page(record)
        for at, output in enumerate(self.broker.outputs):
            notes[output.topic](Record(output.topic, 0, at, output.key, output.value, output.headers))
        return ledger.verdict()


def _digest(articles: Iterable[Output]) -> str:
    digest = Digest()
    for output in articles:
        digest.add(output.value)
    return str(digest)


def _position(letter: dict[str, bytes | None]) -> tuple[int, ...]:
    return tuple(int(letter[f"{CONNECT}{name}"] or b"") for name in ("partition", "offset"))


@cache
def _quiet(*record: Any) -> list[Output]:
    """The articles of one page, ground by itself."""
    outputs = Mill(SETTINGS, 0, clock=lambda: _AT).grind(Record(TOPICS.pages, *record))[1]
    return [output for output in outputs if output.topic == TOPICS.articles]


def _page(number: int) -> Output:
    key = b"poison" if number == 17 else b"key"
    url = f"https://www.example.com/{number}"
    if number % 5:
        return Output(TOPICS.pages, key, orjson.dumps({"url": url, "html": "<p>Gone.</p>", "status": 404}))
    text = f"Story {number} of the day\n\n" + "The bridge over the river opened on Monday, the council said. " * 5
    return Output(TOPICS.pages, key, orjson.dumps({"url": url, "text": text}))
