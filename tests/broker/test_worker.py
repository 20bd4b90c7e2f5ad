"""The whole worker on a real Kafka: what goes in, what comes out, and how it ends."""

import gzip
import os
import signal
import time

import orjson
import pytest

from tests.kit.kafka import Corner, ask, ended, page, running, stops

RUBBISH = bytes(range(256)) * 8
BAD = {
    "null": (None, "null_value"),
    "empty": (b"", "empty"),
    "blank": (b" \n", "empty"),
    "not JSON": (b'{"url": "https://a.example/", "text": ', "not_json"),
    "JSON of another kind": (b"[1, 2]", "invalid_page"),
    "no url": (b'{"text": "a story"}', "no_url"),
    "wrong type": (b'{"url": "https://a.example/", "text": 5}', "invalid_page"),
    "two contents": (b'{"url": "https://a.example/", "text": "a", "html": "b"}', "invalid_page"),
    "unknown charset": (b'{"url": "https://a.example/", "charset": "klingon", "body": "/////w=="}', "unknown_charset"),
    "rubbish": (RUBBISH, "undecodable"),
    "no page": (b'{"url": "https://a.example/", "content_type": "image/png", "body": "iVBORw0KGgo="}', "not_a_page"),
    "error page": (b'{"url": "https://a.example/", "status": 404, "text": "gone"}', "bad_status"),
    "too large": (b'{"url": "https://a.example/", "text": "' + b"a " * 60_000 + b'"}', "too_large"),
}


@pytest.fixture
def corner(kafka, topic_names, tmp_path, monkeypatch) -> Corner:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return Corner(kafka.bootstrap, topic_names).create()


def run_until_idle(corner: Corner, **environment: str) -> list[dict]:
    with running(corner, "--stop-when-idle", "1", **environment) as process:
        code, log = ended(process)
    assert code == 0, log
    return log


def test_every_page_comes_out_once_and_every_bad_one_with_its_reason(corner):
    corner.limits = {"page_bytes": 100_000}
    good = corner.produce([page(n) for n in range(100)])
    stamp = int(time.time() * 1000) - 86_400_000
    bad = corner.produce(
        [value for value, _ in BAD.values()], headers=[("mine", b"1"), ("none", b"")], timestamp_ms=stamp
    )
    run_until_idle(corner)
    assert corner.positions_out() == sorted(good + bad)
    assert len({r.key for r in corner.read(corner.topics.articles)}) == 100
    letters = {letter_position(r): r for r in corner.read(corner.topics.dead_letters)}
    found = {name: header(letters[where], "newsmill.reason") for name, where in zip(BAD, bad, strict=True)}
    assert found == {name: reason for name, (_, reason) in BAD.items()}
    for where, (value, _) in zip(bad, BAD.values(), strict=True):
        letter = letters[where]
        assert (letter.key, letter.value, letter.timestamp, letter.headers[:2]) == (
            b"key",
            value,
            stamp,
            [("mine", b"1"), ("none", b"")],
        )


def test_a_record_without_key_value_and_header_value_is_kept_as_it_is(corner):
    where = corner.produce([None, b"\xff"], key=None, headers=[("a", b"b")])
    run_until_idle(corner)
    letters = {letter_position(r): r for r in corner.read(corner.topics.dead_letters)}
    assert [(letters[w].key, letters[w].value) for w in where] == [(None, None), (None, b"\xff")]


def test_compressed_and_bare_pages_are_read(corner):
    html = b"<html><body><h1>Headline of the day</h1><p>" + page(1)[60:] + b"</p></body></html>"
    corner.produce([gzip.compress(html)], headers=[("content-encoding", b"gzip"), ("url", b"https://a.example/1")])
    corner.produce(
        [html], key=b"https://a.example/2", headers=[("content-type", b"text/html"), ("traceparent", b"00-1")]
    )
    run_until_idle(corner)
    metrics = [orjson.loads(r.value) for r in corner.read(corner.topics.metrics)]
    assert {(m["url"], m["kind"]) for m in metrics} == {
        ("https://a.example/1", "html"),
        ("https://a.example/2", "html"),
    }
    assert any(("traceparent", b"00-1") in r.headers for r in corner.read(corner.topics.metrics))


def test_a_stop_is_graceful_and_the_next_start_goes_on(corner):
    corner.worker = {"processes": 2}
    with running(corner) as process:
        corner.produce([page(n) for n in range(60)])
        corner.wait_for(60)
        process.send_signal(signal.SIGTERM)
        code, log = ended(process, 30)
    assert code == 0, log
    assert corner.members() == 0
    corner.produce([page(n) for n in range(60, 80)])
    run_until_idle(corner)
    assert len(corner.positions_out()) == 80


def test_killed_between_delivery_and_commit_nothing_is_lost_or_doubled(corner):
    """The supervisor is killed again and again under load, with all its processes."""
    corner.produce([page(n) for n in range(400)])
    corner.worker = {"batch_pages": 20}
    for seconds in (3.0, 2.3, 2.6):
        with running(corner) as process:
            time.sleep(seconds)
            os.kill(process.pid, signal.SIGKILL)
            process.wait(10)
    run_until_idle(corner)
    positions = corner.positions_out()
    assert len(positions) == 400
    assert len(set(positions)) == 400


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        (b"exit", "crashed"),
        (b"hang", "time_limit"),
        (b"memory", "memory_limit"),
        (b"starve", "memory_limit"),
        (b"bug", "bug"),
    ],
)
def test_a_poison_page_is_dead_lettered_and_its_neighbours_come_out_once(corner, deed, reason):
    corner.limits = {"page_seconds": 4.0, "page_memory_bytes": 300_000_000}
    corner.worker = {"test_hook": True}
    corner.produce([page(n) for n in range(20)])
    [poison] = corner.produce([page(20)], headers=[("newsmill-test-hook", deed)])
    corner.produce([page(n) for n in range(21, 40)])
    log = run_until_idle(corner)
    [letter] = corner.read(corner.topics.dead_letters)
    assert (letter_position(letter), header(letter, "newsmill.reason")) == (poison, reason)
    positions = corner.positions_out()
    assert len(positions) == len(set(positions)) == 40
    tries = [line for line in log if line["event"] == "page_ended_its_process"]
    assert len(tries) == (0 if deed == b"bug" else 2)


def test_a_page_that_ends_the_whole_worker_is_dead_lettered_by_the_worker_that_is_started_for_it(corner):
    """As a container that runs out of memory is killed: nobody is left to tell the next start, but the last note."""
    corner.worker = {"test_hook": True}
    corner.produce([page(n) for n in range(10)])
    [poison] = corner.produce([page(10)], headers=[("newsmill-test-hook", b"exit all")])
    corner.produce([page(n) for n in range(11, 20)])
    for _ in range(2):
        with running(corner) as process:
            assert ended(process)[0] == -signal.SIGKILL
    with running(corner) as process:
        port = next(orjson.loads(line)["http_port"] for line in process.stderr if '"newsmill"' in line)
        corner.wait_for(20)
        assert stops(ask(port, "/metrics")[1]) == {"killed": 2}
        process.send_signal(signal.SIGTERM)
        assert ended(process)[0] == 0
    [letter] = corner.read(corner.topics.dead_letters)
    assert (letter_position(letter), header(letter, "newsmill.reason")) == (poison, "crashed")
    positions = corner.positions_out()
    assert len(positions) == len(set(positions)) == 20


def test_too_many_failures_of_our_own_stop_the_worker_before_they_are_delivered(corner):
    corner.limits = {"bad_in_a_row": 10}
    corner.worker = {"test_hook": True}
    corner.produce([page(n) for n in range(40)], headers=[("newsmill-test-hook", b"bug")])
    with running(corner) as process:
        code, log = ended(process)
    assert code == 3, log
    assert corner.read(corner.topics.dead_letters) == []


def test_health_and_metrics_answer_while_it_runs(corner):
    with running(corner) as process:
        port = next(orjson.loads(line)["http_port"] for line in process.stderr if '"newsmill"' in line)
        corner.produce([page(n) for n in range(10)] + [b"{"])
        corner.wait_for(11)
        deadline = time.monotonic() + 10
        while (ready := ask(port, "/readyz"))[0] != 200 and time.monotonic() < deadline:
            time.sleep(0.2)
        assert ready == (200, "ready\n")
        assert ask(port, "/healthz")[0] == 200
        assert ask(port, "/nothing")[0] == 404
        text = ask(port, "/metrics")[1]
        assert 'newsmill_pages_total{outcome="article"} 10.0' in text
        assert 'newsmill_dead_letters_total{reason="not_json"} 1.0' in text
        process.send_signal(signal.SIGINT)
        assert ended(process)[0] == 0


def test_a_missing_topic_ends_with_its_own_message(kafka, topic_names):
    with running(Corner(kafka.bootstrap, topic_names), NEWSMILL_HTTP__LINGER_SECONDS="0.5") as process:
        code, log = ended(process)
    assert code == 2
    assert [line["event"] for line in log][-2:] == ["lingers", "stopped"]
    assert any("newsmill topics create" in line.get("error", "") for line in log)


def letter_position(record) -> tuple[int, int]:
    return int(header(record, "__connect.errors.partition")), int(header(record, "__connect.errors.offset"))


def header(record, name: str) -> str:
    return dict(record.headers)[name].decode()
