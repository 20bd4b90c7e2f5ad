"""For all tests."""

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long runs only where they are asked for by their mark."""
    if "soak" not in (config.option.markexpr or ""):
        skip = pytest.mark.skip(reason="long: make soak")
        for item in items:
            if item.get_closest_marker("soak"):
                item.add_marker(skip)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are told by their length: compressed ones hold the time, and processes must agree on the names of tests."""
    return f"{argname}:{len(val)}" if isinstance(val, bytes) else None
