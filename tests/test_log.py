"""Logs: one line an event whatever a page holds, and what repeats is sampled."""

import json
import logging

import pytest

from tests.kit.kafka import page
from tests.kit.loop import loop_over
from worker import log as logs
from worker.log import Sampler
from worker.settings import Log, Settings


@pytest.fixture
def lines(capsys):
    """What has been logged, as JSON."""
    logs.configure(Log(format="json"))

    def read():
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    yield read
    logging.getLogger().handlers.clear()


def test_one_of_each_kind_in_a_while_and_the_rest_is_counted():
    now = [0.0]
    sampler = Sampler(10.0, lambda: now[0])
    assert [sampler.lets("a"), sampler.lets("a"), sampler.lets("b"), sampler.lets("a")] == [0, None, 0, None]
    now[0] = 10.0
    assert [sampler.lets("a"), sampler.lets("b"), sampler.lets("b")] == [2, 0, None]


def test_a_sampler_stays_small():
    sampler = Sampler(10.0, lambda: 0.0)
    for kind in range(5000):
        sampler.lets(kind)
    assert len(sampler._kinds) <= 1000  # noqa: SLF001 - its size is what is asked


def test_a_library_that_repeats_itself_is_one_line(lines):
    library = logging.getLogger("kafka.conn")
    for number in range(500):
        library.warning("connect attempt %d refused", number)
    library.error("gave up")
    assert [(line["event"], line["level"], line["message"]) for line in lines()] == [
        ("library", "warning", "connect attempt 0 refused"),
        ("library", "error", "gave up"),
    ]


def test_what_is_not_asked_for_is_not_logged(lines):
    logging.getLogger("kafka.conn").info("connected")
    logs.get().debug("batch")
    assert lines() == []


@pytest.mark.parametrize("hostile", ["a\nb", "\x1b[31mred", "x\u202egnp.exe", "one\u2028two", "\x00"])
def test_a_value_stays_on_its_line_and_cannot_colour_it(hostile, lines):
    logs.get(process=0).warning("page_rejected", detail=hostile)
    (line,) = lines()
    assert not any(ord(character) < 32 or character in "\u2028\u202e\x7f" for character in line["detail"])
    assert line["detail"] != hostile


def test_a_value_is_cut(lines):
    logs.get().warning("page_rejected", detail="x" * 100_000)
    assert len(lines()[0]["detail"]) == 501


def test_a_batch_is_one_event_and_shows_one_page_of_each_reason(lines):
    pages = [(b"{", ())] * 5 + [(None, ())] * 3 + [(page(1), ())]
    loop_over(pages, Settings()).run()
    batch, *rejected = lines()
    assert (batch["event"], batch["pages"], batch["articles"], batch["dead_letters"]) == ("batch", 9, 1, 8)
    assert [(line["event"], line["level"], line["reason"], line["offset"]) for line in rejected] == [
        ("page_rejected", "info", "not_json", 0),
        ("page_rejected", "info", "null_value", 5),
    ]


def test_text_of_a_page_is_not_logged(lines):
    word = "Unmistakable"
    broken = b'{"url": "https://news.example/1", "text": "Unmistakable words", '
    loop_over([(page(1, f"{word} words of a story. " * 9), ()), (broken, ())], Settings()).run()
    shown = lines()
    assert len(shown) == 2
    assert word not in json.dumps(shown)


def test_a_page_that_failed_through_our_fault_is_a_warning(lines, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("worker.core.pipeline.assemble", broken)
    loop_over([(page(1), ())], Settings()).run()
    rejected = lines()[-1]
    assert (rejected["level"], rejected["reason"]) == ("warning", "bug")
    assert rejected["detail"].startswith("ZeroDivisionError in test_log.py:")
