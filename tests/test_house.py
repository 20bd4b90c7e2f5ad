"""The house rules that a machine can hold: imports point one way, and each outside thing has one door."""

import ast
from pathlib import Path

import pytest

HOME = Path(__file__).parent.parent
MODULES = sorted([*(HOME / "schemas").rglob("*.py"), *(HOME / "worker").rglob("*.py")])
SOURCES = sorted([*MODULES, *(HOME / "tests").rglob("*.py"), *(HOME / "fitting").rglob("*.py")])

LAYERS = (
    ("schemas",),
    ("worker.core",),
    ("worker.transport", "worker.observe"),
    ("worker.loop",),
    ("worker.supervisor",),
    ("worker.cli",),
)
"""Lower layers first; a module may import from its own layer and below."""
DOORS = {
    "kafka": ("worker/transport/",),
    "prometheus_client": ("worker/observe", "worker/health"),
    "typer": ("worker/cli/",),
    "selectolax": ("worker/core/html/",),
    "opentelemetry": ("worker/otel.py",),
}
"""Outside package -> where it may be imported."""
PURE = (
    "kafka",
    "prometheus_client",
    "structlog",
    "logging",
    "random",
    "socket",
    "subprocess",
    "threading",
    "os",
    "time",
)
"""Modules that the core must not know."""


def name_of(path):
    return ".".join(path.relative_to(HOME).with_suffix("").parts).removesuffix(".__init__")


def imports(path):
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layer_of(name):
    for depth, prefixes in enumerate(LAYERS):
        if any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes):
            return depth
    return None


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_one_way(path):
    own = layer_of(name_of(path))
    if own is None:
        return
    above = [name for name in imports(path) if (layer_of(name) or 0) > own]
    assert above == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_each_outside_package_has_one_door(path):
    place = path.relative_to(HOME).as_posix()
    strangers = [
        name for name in imports(path) if (doors := DOORS.get(name.split(".")[0])) and not place.startswith(doors)
    ]
    assert strangers == []


@pytest.mark.parametrize("path", [p for p in MODULES if name_of(p).startswith("worker.core")], ids=name_of)
def test_the_core_is_pure(path):
    """No Kafka, clock, environment, log or random number below worker/core."""
    assert [name for name in imports(path) if name.split(".")[0] in PURE] == []
    calls = [ast.unparse(n.func) for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call)]
    assert [call for call in calls if call in {"datetime.now", "datetime.today", "date.today", "open", "print"}] == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_the_environment_is_read_in_the_settings_alone(path):
    text = path.read_text("utf-8")
    if path.relative_to(HOME).as_posix() in {"worker/settings.py", "worker/paths.py", "worker/__init__.py"}:
        return
    assert "os.environ" not in text
    assert "getenv" not in text


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_file_is_longer_than_400_lines(path):
    assert len(path.read_text("utf-8").splitlines()) <= 400


def test_no_room_is_called_utils():
    assert [p for p in SOURCES if p.stem in {"utils", "util", "helpers", "common", "misc"}] == []
