"""For all tests."""

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long runs only where they are asked for by their mark."""
    if "soak" not in (config.option.markexpr or ""):
        skip = pytest.mark.skip(reason="long: make soak")
        for item in items:
            if item.get_closest_marker("soak"):
                item.add_marker(skip)
