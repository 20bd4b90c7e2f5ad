"""A topic in memory: the twin of the Kafka transport for tests, simulations and trials. Lists instead of brokers."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from worker.transport import Batch, Fenced, Output, Progress, Record, Unavailable


@dataclass
class MemoryBroker:
    """The pages topic and all that was committed to the others; shared by the members of a group."""

    partitions: int = 1
    topic: str = "news.pages"
    log: dict[int, list[Record]] = field(default_factory=lambda: defaultdict(list))
    committed: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    outputs: list[Output] = field(default_factory=list)
    members: "list[MemoryTransport]" = field(default_factory=list)
    generation: int = 0

    def produce(self, record: Output, partition: int = 0) -> None:
        """Add a page to the topic; its offset is its place in the partition."""
        stamp = -1 if record.timestamp_ms is None else record.timestamp_ms
        log = self.log[partition]
        log.append(Record(self.topic, partition, len(log), record.key, record.value, record.headers, stamp))

    def rebalance(self) -> None:
        """A new generation: partitions are dealt to the members anew, starting with the next in turn."""
        self.generation += 1

    def assigned(self, member: "MemoryTransport") -> list[int]:
        """The partitions of a member in this generation."""
        place = self.members.index(member)
        count = len(self.members)
        return [p for p in range(self.partitions) if (p + self.generation) % count == place]


class MemoryTransport:
    """See Transport."""

    def __init__(self, broker: MemoryBroker, batch_pages: int = 500) -> None:
        self._broker = broker
        self._pages = batch_pages
        self._positions: dict[int, int] | None = None
        self._generation = -1
        self._rebalances = 0
        broker.members.append(self)
        broker.rebalance()

    def poll(self) -> Batch:
        """Records of the next partition that has some; none right after a rebalance. Raises Unavailable once closed."""
        if self not in self._broker.members:
            raise Unavailable("the member has left")
        if self._generation != self._broker.generation or self._positions is None:
            self._place()
            return Batch()
        records: list[Record] = []
        for partition in self._positions:
            start = self._positions[partition]
            taken = self._broker.log[partition][start : start + self._pages - len(records)]
            self._positions[partition] = start + len(taken)
            records += taken
        return Batch(records, self._generation)

    def deliver(self, batch: Batch, outputs: Sequence[Output]) -> None:
        """Both or neither. Raises Fenced when the partitions were dealt anew since the batch was polled."""
        if batch.session != self._broker.generation or self not in self._broker.members:
            self._positions = None
            raise Fenced("the batch is of an older generation")
        self._broker.outputs += outputs
        for (_, partition), offset in batch.next_offsets().items():
            self._broker.committed[partition] = offset

    def give_back(self, batch: Batch) -> None:
        """Hand these records out again."""
        for record in reversed(batch.records):
            if self._positions is not None and record.partition in self._positions:
                self._positions[record.partition] = record.offset

    def progress(self) -> Progress:
        """Where it stands."""
        positions = self._positions or {}
        lag = {p: len(self._broker.log[p]) - at for p, at in positions.items()}
        return Progress(lag, self._rebalances, self._positions is not None)

    def drained(self) -> bool:
        """Whether everything assigned is committed."""
        current = self._generation == self._broker.generation and self._positions is not None
        return current and all(len(self._broker.log[p]) == self._broker.committed[p] for p in self._positions or ())

    def close(self) -> None:
        """Leave the group."""
        if self in self._broker.members:
            self._broker.members.remove(self)
            self._broker.rebalance()

    def _place(self) -> None:
        self._generation = self._broker.generation
        self._positions = {p: self._broker.committed[p] for p in self._broker.assigned(self)}
        self._rebalances += 1
