"""A corner of a real broker for one test: its topics, pages in, records out as a reader downstream sees them."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import kafka
import orjson
from kafka.structs import TopicPartition

from worker.settings import Settings, Topics, load
from worker.transport.kafka.guards import NOTHING, NothingSerializer
from worker.transport.plan import plan
from worker.transport.topics import TopicAdmin

TEXT = (
    "The harbour reopened on Monday after the storm. Fishing boats left before dawn, and the market was busy by noon. "
    "Officials said repairs to the northern pier would take three more weeks, and that no one had been hurt."
)


@dataclass
class Corner:
    """Six topics of its own, and the settings of a worker on them."""

    bootstrap: str
    topics: Topics
    partitions: int = 2
    worker: dict[str, object] = field(default_factory=dict)
    limits: dict[str, object] = field(default_factory=dict)
    kafka: dict[str, object] = field(default_factory=dict)

    def settings(self, **worker: object) -> Settings:
        """Quick time-outs; `worker` on top."""
        kafka_settings = {
            "bootstrap_servers": self.bootstrap,
            "group_id": self.topics.pages,
            "session_timeout_seconds": 6.0,
            "transaction_timeout_seconds": 10.0,
            "request_timeout_seconds": 10.0,
            **self.kafka,
        }
        return load(
            instance="test",
            kafka=kafka_settings,
            topics=self.topics.model_dump(),
            worker={"processes": 1, "batch_pages": 50, "restart_backoff_seconds": 0.1, **self.worker, **worker},
            limits=self.limits,
            http={"port": 0, "host": "127.0.0.1", "linger_seconds": 0.0},
        )

    def create(self) -> "Corner":
        """Make the topics."""
        with TopicAdmin(self.settings().kafka) as admin:
            admin.create(plan(self.settings(), self.partitions, 1))
        return self

    def produce(self, values: Sequence[bytes | None], start: int = 0, **record: object) -> list[tuple[int, int]]:
        """Pages in, dealt to the partitions in turn; their (partition, offset)."""
        producer = kafka.KafkaProducer(
            bootstrap_servers=self.bootstrap,
            linger_ms=5,
            max_request_size=64_000_000,
            value_serializer=NothingSerializer(),
        )
        record.setdefault("key", b"key")
        futures = [
            producer.send(
                self.topics.pages,
                value=NOTHING if value is None else value,
                partition=(start + i) % self.partitions,
                **record,
            )
            for i, value in enumerate(values)
        ]
        producer.flush(30)
        done = [future.get(0) for future in futures]
        producer.close()
        return [(meta.partition, meta.offset) for meta in done]

    def read(self, topic: str, isolation: str = "read_committed") -> list:
        """Every record that a downstream reader sees now."""
        consumer = kafka.KafkaConsumer(
            bootstrap_servers=self.bootstrap, isolation_level=isolation, auto_offset_reset="earliest", group_id=None
        )
        try:
            return list(_read_all(consumer, topic))
        finally:
            consumer.close()

    def read_now(self, topic: str, seconds: float = 1.0) -> list:
        """What a downstream reader sees within so long, though an open transaction may hold it back."""
        consumer = kafka.KafkaConsumer(
            topic,
            bootstrap_servers=self.bootstrap,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            consumer_timeout_ms=int(seconds * 1000),
        )
        try:
            return list(consumer)
        finally:
            consumer.close()

    def committed(self) -> dict[int, int | None]:
        """The group's position per partition."""
        consumer = kafka.KafkaConsumer(bootstrap_servers=self.bootstrap, group_id=self.topics.pages)
        try:
            return {p: consumer.committed(TopicPartition(self.topics.pages, p)) for p in range(self.partitions)}
        finally:
            consumer.close(autocommit=False)

    def members(self) -> int:
        """Members of the worker's group."""
        with kafka.KafkaAdminClient(bootstrap_servers=self.bootstrap) as admin:
            [group] = admin.describe_groups([self.topics.pages]).values()
        return len(group["members"])

    def positions_out(self) -> list[tuple[int, int]]:
        """(partition, offset) of every metrics record, sorted: each input position should stand here once."""
        found = [orjson.loads(r.value)["position"] for r in self.read(self.topics.metrics)]
        return sorted((p["partition"], p["offset"]) for p in found)

    def wait_for(self, count: int, seconds: float = 60.0) -> None:
        """Until so many metrics records are visible."""
        deadline = time.monotonic() + seconds
        while (seen := len(self.read(self.topics.metrics))) < count:
            assert time.monotonic() < deadline, f"{seen} of {count} metrics records after {seconds} s"
            time.sleep(0.2)

    def environment(self, **more: str) -> dict[str, str]:
        """The settings as a process's environment."""
        settings = self.settings()
        groups: Mapping[str, object] = settings.model_dump(
            mode="json", exclude_none=True, exclude={"instance"}, exclude_unset=True
        )
        flat = {
            f"NEWSMILL_{group}__{name}".upper(): str(value)
            for group, values in groups.items()
            for name, value in values.items()
        }
        return {**os.environ, "NEWSMILL_INSTANCE": "test", "NEWSMILL_LOG__FORMAT": "json", **flat, **more}


def page(number: int, text: str = TEXT) -> bytes:
    """A page with an article, its url made from the number."""
    return orjson.dumps({"url": f"https://www.example.com/news/{number}", "text": f"Story {number}\n\n{text}"})


@contextmanager
def running(corner: Corner, *arguments: str, **environment: str) -> Iterator[subprocess.Popen]:
    """`newsmill run` as a process of its own, ended with its children however the test ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from worker.cli import main; main()", "run", *arguments],
        env=corner.environment(**environment),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
        process.stderr.close()


def ended(process: subprocess.Popen, seconds: float = 90.0) -> tuple[int, list[dict]]:
    """Exit code and log lines of a worker that ends by itself."""
    _, log = process.communicate(timeout=seconds)
    return process.returncode, [orjson.loads(line) for line in log.splitlines() if line.startswith("{")]


def last_words(process: subprocess.Popen) -> tuple[int, list[dict], str]:
    """Exit code, log lines and metrics of a worker that a fault ends, as a scraper reads them before it is gone.

    The worker must linger long enough: see LINGERING.
    """
    log: list[dict] = []
    for line in process.stderr:
        log += [orjson.loads(line)] if line.startswith("{") else []
        if log and log[-1]["event"] == "lingers":
            break
    port = next(line["http_port"] for line in log if line["event"] == "newsmill")
    text = ask(port, "/metrics")[1]
    process.send_signal(signal.SIGTERM)
    code, rest = ended(process)
    return code, log + rest, text


def stops(metrics: str) -> dict[str, int]:
    """How often which cause has ended the instance's workers, of those that ever did."""
    found = re.findall(r'(?m)^newsmill_stops_total\{cause="(\w+)"\} (\d+)', metrics)
    return {cause: int(times) for cause, times in found if times != "0"}


LINGERING = {"NEWSMILL_HTTP__LINGER_SECONDS": "60"}


def ask(port: int, path: str) -> tuple[int, str]:
    """GET from the worker's http server."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def _read_all(consumer: kafka.KafkaConsumer, topic: str) -> Iterator:
    partitions = [TopicPartition(topic, p) for p in sorted(consumer.partitions_for_topic(topic) or ())]
    if not partitions:
        return
    consumer.assign(partitions)
    ends = consumer.end_offsets(partitions)
    consumer.seek_to_beginning(*partitions)
    while any(consumer.position(p) < end for p, end in ends.items()):
        for records in consumer.poll(500).values():
            yield from records
