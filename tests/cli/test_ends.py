"""How commands end when they are broken off, or when what they were given cannot be read or written."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = b'{"url":"https://news.example.org/a","text":"A bridge was closed. It is closed."}\n'
NEWSMILL = [sys.executable, "-c", "from worker.cli import main; main()"]


def shell(line, **files):
    """The line with `newsmill` in it, as a shell runs it."""
    command = line.replace("newsmill", '"$0" -c "from worker.cli import main; main()"', 1)
    return subprocess.run(["sh", "-c", command, sys.executable], input=PAGE, capture_output=True, check=False, **files)


@pytest.mark.parametrize("line", ["newsmill extract --processes 1 >/dev/full", "newsmill extract >/dev/full"])
def test_an_output_without_room_is_told(line):
    done = shell(line)
    assert (done.returncode, done.stderr) == (
        1, b"newsmill: cannot write to standard output: No space left on device\n"
    )  # fmt: skip


@pytest.mark.parametrize(("line", "answers"), [("newsmill extract <&-", 0), ("newsmill extract 2>&-", 1)])
def test_a_standard_file_that_is_closed_is_an_empty_one(line, answers):
    done = shell(line)
    assert (done.returncode, done.stderr, done.stdout.count(b"\n")) == (0, b"", answers)


def test_output_that_nobody_takes_goes_nowhere():
    done = shell("newsmill extract >&-")
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("options", [[], ["--processes", "1"]])
def test_ctrl_c_breaks_off_without_a_word(options):
    running = subprocess.Popen(
        [*NEWSMILL, "extract", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    running.stdin.write(PAGE)
    running.stdin.flush()
    assert running.stdout.readline()
    os.killpg(running.pid, signal.SIGINT)
    _, errors = running.communicate(timeout=60)
    assert (running.returncode, errors) == (130, b"")


def test_ctrl_c_while_a_command_is_loaded_breaks_off_without_a_word():
    """The signal comes in the first import of the command's own module."""
    code = (
        "import os, signal, sys\n"
        "sys.addaudithook(lambda event, told: event == 'import' and told[0] == 'typer' and"
        " os.kill(os.getpid(), signal.SIGINT))\n"
        "from worker.cli import main\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", code, "extract"], input=PAGE, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (130, b"")


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("newsmill process page.jsonl --out page.jsonl", b"newsmill process: page.jsonl: File exists\n"),
        ("newsmill profile page.jsonl --out .", b"newsmill profile: .: Is a directory\n"),
        ("newsmill profile page.jsonl --out no/where", b"newsmill profile: no/where: No such file or directory\n"),
    ],
)
def test_what_cannot_be_written_is_told_before_the_work(line, error, tmp_path):
    (tmp_path / "page.jsonl").write_bytes(PAGE)
    path = os.pathsep.join(filter(None, [str(Path.cwd()), os.environ.get("PYTHONPATH")]))
    done = shell(line, cwd=tmp_path, env={**os.environ, "PYTHONPATH": path})
    assert (done.returncode, done.stdout, done.stderr) == (2, b"", error)
