"""The Dockerfile, read: `make image` builds it and starts the result."""

import re
import shlex
from fnmatch import fnmatch
from pathlib import Path

import pytest

Instruction = tuple[str, str]


@pytest.fixture(scope="module")
def stages(deploy: Path) -> list[list[Instruction]]:
    """The instructions of each stage."""
    text = (deploy / "Dockerfile").read_text()
    text = re.sub(r"\\\n\s*", " ", re.sub(r"(?m)^#.*\n", "", text))
    found: list[list[Instruction]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        word, rest = line.split(maxsplit=1)
        if word == "FROM":
            found.append([])
        if found:
            found[-1].append((word, rest))
    return found


def only(stage: list[Instruction], word: str) -> str:
    (rest,) = [rest for name, rest in stage if name == word]
    return rest


def test_the_result_runs_as_a_numbered_user_that_is_not_root(stages):
    assert only(stages[-1], "USER") == "65532:65532"


def test_the_result_has_a_health_check_and_stops_on_sigterm(stages):
    assert "/healthz" in only(stages[-1], "HEALTHCHECK")
    assert only(stages[-1], "STOPSIGNAL") == "SIGTERM"


def test_nothing_is_installed_in_the_last_stage(stages):
    assert not [rest for word, rest in stages[-1] if word in ("RUN", "ADD")]


def test_everything_from_the_registry_is_locked_with_hashes(stages):
    installs = [rest for stage in stages for word, rest in stage if word == "RUN" and "pip" in rest]
    commands = [part for rest in installs for part in rest.split("&&") if " install " in part or " wheel " in part]
    assert len(commands) == 4
    for command in commands:
        assert "--require-hashes" in command or "--no-index" in command, command


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-otel.lock", "deploy/build.lock"])
def test_every_locked_requirement_has_a_version_and_a_hash(root, lock):
    text = re.sub(r"\\\n\s*", "", (root / lock).read_text())
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert lines
    for line in lines:
        assert re.match(r"[\w.-]+(\[[\w,]+\])?==\S+ ", line), line
        assert "--hash=sha256:" in line, line


def test_the_image_with_traces_has_the_same_packages_and_those_of_the_extra(root):
    plain, traced = (
        set(re.findall(r"(?m)^[\w.-]+==\S+", (root / name).read_text()))
        for name in ("requirements.lock", "requirements-otel.lock")
    )
    assert plain < traced
    assert {name.partition("==")[0] for name in traced - plain} >= {"opentelemetry-sdk", "protobuf"}


def test_every_copied_file_exists_and_is_part_of_the_context(root, stages):
    kept = [line[1:] for line in (root / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    sources = [
        source
        for stage in stages
        for word, rest in stage
        if word == "COPY" and not rest.startswith("--from")
        for source in shlex.split(rest)[:-1]
    ]
    assert sources
    for source in sources:
        assert (root / source).exists(), source
        assert any(fnmatch(source, pattern) for pattern in kept), source
