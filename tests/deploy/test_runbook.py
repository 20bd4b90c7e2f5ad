"""The runbook has a section for everything that can happen."""

import ast
import re

import pytest

from schemas.reasons import REASONS
from worker.child import Exit
from worker.settings import Settings
from worker.transport.plan import plan


@pytest.fixture(scope="module")
def runbook(root):
    return (root / "docs" / "runbook.md").read_text("utf-8")


def test_every_dead_letter_reason_has_a_section(runbook):
    assert re.findall(r"(?m)^### `(\w+)`$", runbook) == list(REASONS)


def test_every_exit_code_has_a_section(runbook):
    assert re.findall(r"(?m)^### Exit code (\d+)$", runbook) == [str(int(code)) for code in Exit]


def test_every_log_event_is_named(root, runbook):
    named = set(re.findall(r"(?m)^\| `(\w+)` \|", runbook))
    assert named == {event for path in (root / "worker").rglob("*.py") for event in events_of(path)}


def events_of(path):
    """The first argument of every call of a log's method."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = ast.unparse(node.func)
            if re.fullmatch(r"(self\.)?_?log\.(debug|info|warning|error|exception)|write", called):
                yield node.args[0].value


@pytest.mark.parametrize("page", ["runbook.md", "operations.md"])
def test_every_setting_that_is_named_exists(root, page):
    settings = (root / "worker" / "settings.py").read_text("utf-8")
    text = (root / "docs" / page).read_text("utf-8")
    for group, name in re.findall(r"NEWSMILL_([A-Z]+)__([A-Z_]+[A-Z])", text):
        assert re.search(rf"(?m)^    {name.lower()}: ", settings), f"{group}__{name}"


@pytest.mark.parametrize("page", ["runbook.md", "operations.md", "metrics.md"])
def test_every_file_that_is_linked_exists(root, page):
    text = (root / "docs" / page).read_text("utf-8")
    for target in re.findall(r"\]\(([^)#]+)", text):
        assert (root / "docs" / target).exists(), target


def test_the_times_of_keeping_are_those_of_the_topics(root):
    text = (root / "docs" / "operations.md").read_text("utf-8")
    for topic in plan(Settings(), 1, 1):
        (kept,) = re.findall(rf"(?m)^\| `{re.escape(topic.name)}` \| ([^|]+) \|", text)
        policy = topic.settings["cleanup.policy"].value
        days = int(topic.settings["retention.ms"].value) // 86_400_000 if "retention.ms" in topic.settings else None
        assert kept.startswith(f"{days} days" if days else "for ever")
        assert ("compacted" in kept) == ("compact" in policy)
