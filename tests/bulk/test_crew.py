"""Copies of a process answer lines in their order, each once, and never outlive it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from worker.bulk.crew import CopyEnded, Crew


def reading_end(content):
    """A pipe that holds `content` and nothing behind it."""
    here, there = os.pipe()
    os.write(there, content)
    os.close(there)
    return here


def slow_then_quick(line):
    time.sleep(0.2 if line == b"slow" else 0)
    return line, os.getpid()


def test_answers_keep_the_order_of_the_lines():
    lines = [b"first", b"slow", *(b"quick %d" % n for n in range(30))]
    answers = list(Crew(slow_then_quick, 3).answers(reading_end(b"\n".join(lines))))
    assert [line for line, _ in answers] == lines
    assert len({process for _, process in answers}) > 2


def test_blank_lines_are_no_lines_and_one_line_needs_no_copy():
    assert list(Crew(slow_then_quick, 2).answers(reading_end(b"\n \nalone\n\n"))) == [(b"alone", os.getpid())]


def test_an_answer_is_there_before_the_next_line_comes():
    here, there = os.pipe()
    answers = Crew(slow_then_quick, 2).answers(here)
    for line in (b"one", b"two", b"three"):
        os.write(there, line + b"\n")
        assert next(answers)[0] == line


def test_lines_longer_than_a_pipe_holds_come_whole():
    program = "import os, sys\nfrom worker.bulk.crew import Crew\nprint(*Crew(len, 2).answers(0))"
    lines = b"\n".join([b"x" * 3_000_000, b"y" * 2_000_000, b"z"])
    done = subprocess.run([sys.executable, "-c", program], input=lines, capture_output=True, check=True)
    assert done.stdout.split() == [b"3000000", b"2000000", b"1"]


def test_a_copy_that_ends_is_told():
    def end(line):
        if line == b"end":
            os._exit(9)
        return line

    answers = Crew(end, 2).answers(reading_end(b"one\nend\n"))
    assert next(answers) == b"one"
    with pytest.raises(CopyEnded):
        next(answers)


def test_copies_end_when_their_process_is_killed():
    program = (
        "import os\nfrom worker.bulk.crew import Crew\n"
        "for process in Crew(lambda line: os.getpid(), 2).answers(0): print(process, flush=True)"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    process.stdin.write(b"one\ntwo\nthree\n")
    process.stdin.flush()
    copies = {int(process.stdout.readline()) for _ in range(3)} - {process.pid}
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert copies
    ends = time.monotonic() + 60
    while any(is_alive(copy) for copy in copies) and time.monotonic() < ends:
        time.sleep(0.02)
    assert not any(is_alive(copy) for copy in copies)


def is_alive(process):
    """Whether a process runs; one that ended and was not waited for does not."""
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text("utf-8")
    except FileNotFoundError:
        return False
