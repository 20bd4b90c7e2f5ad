"""The runbook has a section for everything that can happen."""

import ast
import re

import pytest

from schemas.reasons import REASONS
from worker.child import Exit


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


def test_every_setting_it_names_exists(root, runbook):
    settings = (root / "worker" / "settings.py").read_text("utf-8")
    for group, name in re.findall(r"NEWSMILL_([A-Z]+)__([A-Z_]+)", runbook):
        assert re.search(rf"(?m)^    {name.lower()}: ", settings), f"{group}__{name}"
