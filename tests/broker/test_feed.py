"""`newsmill feed` on a real broker: what is in the files is on the topic, each page once."""

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from kafka import KafkaConsumer, TopicPartition

from worker.inputs import Inputs
from worker.local_broker import LocalKafka
from worker.settings import Kafka, Limits, Settings
from worker.transport.plan import plan
from worker.transport.topics import TopicAdmin

LIMIT = 1_000_000


def newsmill_feed(kafka: LocalKafka, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NEWSMILL_KAFKA__BOOTSTRAP_SERVERS": kafka.bootstrap}
    command = [sys.executable, "-c", "from worker.cli import main; main()", "feed", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def everything_on(kafka: LocalKafka, topic: str) -> list[tuple[bytes | None, bytes, dict[str, bytes]]]:
    """Key, value and headers of every record, in no order."""
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap)
    try:
        parts = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic)]
        consumer.assign(parts)
        consumer.seek_to_beginning()
        left = sum(consumer.end_offsets(parts).values())
        found = []
        while len(found) < left:
            for records in consumer.poll(timeout_ms=1000).values():
                found += [(record.key, record.value, dict(record.headers)) for record in records]
        return found
    finally:
        consumer.close()


@pytest.fixture
def crawl(tmp_path) -> Path:
    """A folder with 300 JSON lines and an html page."""
    folder = tmp_path / "crawl"
    folder.mkdir()
    lines = [orjson.dumps({"url": f"https://example.com/{n}", "text": f"{n} " * 2000}) for n in range(300)]
    (folder / "pages.jsonl").write_bytes(b"\n".join(lines))
    (folder / "x.html").write_text("<p>Ein Satz.")
    return folder


def test_what_is_in_the_files_is_on_the_topic(kafka, topics, crawl):
    fed = newsmill_feed(kafka, crawl, "--topic", topics.pages)
    assert (fed.returncode, fed.stdout) == (0, f"301 pages written to {topics.pages}, 0 not\n")
    expected = [(page.key, page.value, dict(page.headers)) for page in Inputs([crawl], LIMIT)]
    assert sorted(everything_on(kafka, topics.pages), key=str) == sorted(expected, key=str)


def test_a_broken_file_costs_itself_and_the_exit_code(kafka, topics, crawl):
    (crawl / "broken.jsonl.gz").write_bytes(b"no gzip")
    fed = newsmill_feed(kafka, crawl, "--topic", topics.pages)
    assert (fed.returncode, fed.stdout) == (1, f"301 pages written to {topics.pages}, 1 not\n"), fed.stderr
    assert "crawl/broken.jsonl.gz: BadGzipFile" in fed.stderr


def test_a_rate_is_kept(kafka, topics, crawl):
    (crawl / "pages.jsonl").unlink()
    for number in range(20):
        (crawl / f"{number}.txt").write_text("x")
    fed = newsmill_feed(kafka, crawl, "--topic", topics.pages, "--rate", "20")
    assert fed.returncode == 0
    assert len(everything_on(kafka, topics.pages)) == 21


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("/no/such/folder",), 2, "/no/such/folder: no such file or folder"),
        ((__file__,), 2, "not a kind of file that holds pages"),
        (("CRAWL", "--topic", "nobody.made.this"), 1, "make it with: newsmill topics create"),
    ],
)
def test_wrong_use_is_told(kafka, crawl, arguments, code, words):
    fed = newsmill_feed(kafka, *(crawl if argument == "CRAWL" else argument for argument in arguments))
    assert fed.returncode == code
    assert words in fed.stderr


def test_a_page_larger_than_the_topic_takes_is_named_and_the_others_arrive(kafka, topic_names, tmp_path):
    small = Settings(kafka=Kafka(max_message_bytes=1), limits=Limits(page_bytes=1), topics=topic_names)
    with TopicAdmin(Kafka(bootstrap_servers=kafka.bootstrap)) as admin:
        admin.create(plan(small, 1, 1))
    for name, size in (("a", 10), ("b", 1_040_000), ("c", 1_060_000), ("d", 4_000_000), ("e", 10)):
        (tmp_path / f"{name}.txt").write_bytes(os.urandom(size))
    fed = newsmill_feed(kafka, tmp_path, "--topic", topic_names.pages)
    assert (fed.returncode, fed.stdout) == (1, f"3 pages written to {topic_names.pages}, 2 not\n"), fed.stderr
    assert [line.partition(":")[0][-5:] for line in fed.stderr.splitlines()] == ["c.txt", "d.txt"]
    assert sorted(len(value) for _, value, _ in everything_on(kafka, topic_names.pages)) == [10, 10, 1_040_000]
