"""The Java processes: formatting a data folder, and one running node."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Final

from worker.local_broker import die_with_parent
from worker.local_broker.errors import BrokerError
from worker.local_broker.jars import class_path, java

_STARTED: Final = b"Kafka Server started"
_POLL_S: Final = 0.05
_LOGGING: Final = (
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
    # several hundred lines of settings at each start, also of each internal client
    "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.config.AbstractConfig=warn",
)
_forker: Final = ThreadPoolExecutor(max_workers=1, thread_name_prefix="forker")
"""The thread that forks every node, and lives as long as this process: a node is killed when its forker ends."""


def format_command(properties: Path, cluster_id: str, arguments: Sequence[str]) -> list[str]:
    """The command that formats the data folder named in `properties` for the cluster of that id."""
    tool = ["kafka.tools.StorageTool", "format", "--ignore-formatted", "-t", cluster_id, "-c", str(properties)]
    return [str(java()), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", class_path(), *tool, *arguments]


def run_together(commands: Sequence[Sequence[str]]) -> None:
    """Run the commands at the same time until all have ended. Raises BrokerError with the words of one that failed."""
    running = [
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # noqa: S603 - our own java
        for command in commands
    ]
    said = [process.communicate()[0].decode("utf-8", "replace") for process in running]
    for process, words in zip(running, said, strict=True):
        if process.returncode != 0:
            raise BrokerError(f"Kafka could not format its data folder:\n{_last_lines(words)}")


class NodeProcess:
    """One node as an operating system process. It is started at once and dies with this process, however that ends."""

    def __init__(self, properties: Path, log: Path, heap_mb: int) -> None:
        """Start the node; its output is appended to `log`."""
        options = [f"-Xmx{heap_mb}m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError", *_LOGGING]
        command = [str(java()), *options, "-cp", class_path(), "kafka.Kafka", str(properties)]
        self._log = log
        with log.open("ab") as output:
            self._seen_from = output.tell()
            self._process = _forker.submit(_fork, command, output).result()

    @property
    def pid(self) -> int:
        """Its process id; it stays the same when the process has ended."""
        return self._process.pid

    def is_running(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    def wait_until_ready(self, deadline: float) -> None:
        """Wait for Kafka's word that it serves.

        `deadline` is a time of `time.monotonic()`. Raises BrokerError when it passes, or when the node ends before.
        """
        while not self._has_started():
            if not self.is_running():
                raise BrokerError(f"Kafka ended while it started (log: {self._log}):\n{_last_lines(self._words())}")
            if time.monotonic() > deadline:
                raise BrokerError(
                    f"Kafka did not become ready in time (log: {self._log}):\n{_last_lines(self._words())}"
                )
            time.sleep(_POLL_S)

    def end(self) -> None:
        """Ask it to end, without waiting."""
        if self.is_running():
            self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once, as a power cut would, and wait until it is gone."""
        if self.is_running():
            self._process.kill()
        self._process.wait()

    def wait(self, grace_s: float) -> None:
        """Wait for its end; after `grace_s` seconds it is killed. What is on disk stays whole either way."""
        try:
            self._process.wait(timeout=max(grace_s, 0.0))
        except subprocess.TimeoutExpired:
            self.kill()

    def _has_started(self) -> bool:
        return _STARTED in self._words().encode("utf-8", "replace")

    def _words(self) -> str:
        with self._log.open("rb") as file:
            file.seek(self._seen_from)
            return file.read().decode("utf-8", "replace")


def _fork(command: Sequence[str], output: IO[bytes]) -> subprocess.Popen[bytes]:
    """Its own session: a ctrl-c in the terminal goes to us alone, and we end the nodes in order."""
    guarded = [sys.executable, "-I", "-S", die_with_parent.__file__, str(os.getpid()), *command]
    return subprocess.Popen(  # noqa: S603 - our own java
        guarded, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
    )


def _last_lines(words: str, count: int = 8) -> str:
    """The lines that tell: errors and causes if there are any, else the last ones."""
    lines = words.splitlines()
    telling = [line for line in lines if "ERROR" in line or "Exception" in line or "Caused by" in line]
    return "\n".join(f"  {line[:300]}" for line in (telling or lines)[-count:])
