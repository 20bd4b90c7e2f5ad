"""The model page, read as a careful reader does; and floors under the figures of labelled pages, which only rise."""

import json
import sys
from pathlib import Path

import pytest

HOME = Path(__file__).parents[3]
DEV = HOME.parent / "shared" / "dev"
FLOORS = json.loads((Path(__file__).parent / "floors.json").read_text("utf-8"))

pytestmark = [
    pytest.mark.quality,
    pytest.mark.skipif(not DEV.exists(), reason="the labelled development pages are not here"),
]


@pytest.fixture(scope="module")
def fitting():
    sys.path.insert(0, str(HOME / "fitting" / "text"))
    import measure  # noqa: PLC0415 - fitting is a folder of scripts, on the path only here
    import pages  # noqa: PLC0415

    yield measure, pages
    sys.path.remove(str(HOME / "fitting" / "text"))


def means(rows):
    kept = {name: [row[name] for row in rows if row[name] is not None] for name in rows[0]}
    return {name: sum(values) / len(values) for name, values in kept.items() if values}


def test_the_model_page_is_told_from_what_stands_around_it(fitting) -> None:
    measure, pages = fitting
    gold = json.loads((DEV / "seed" / "gold.json").read_text("utf-8"))
    text = (DEV / "seed" / "page.txt").read_bytes().decode("utf-8")
    segments = tuple((s["start"], s["end"], s["label"], s.get("article", 0)) for s in gold["segments"])
    page = pages.Page("seed", "seed", "ar", text, segments, expected=gold["expected"])
    (figures,) = measure.measure([page], measure.shipped_weights(), DEV)
    assert figures["body_f1"] >= 0.97
    assert figures["contamination"] <= 0.02


@pytest.mark.parametrize("kind", ["plain", "space", "lines", "glue"])
def test_labelled_pages_stay_above_the_floors(fitting, kind: str) -> None:
    measure, pages = fitting
    flatten = pages.load_module(DEV, "flatten").flatten
    labelled = [pages.flattened(page, kind, flatten) for page in pages.read_labelled(DEV / "segmentation")]
    figures = means(measure.measure(labelled, measure.shipped_weights(), DEV))
    floors = FLOORS[kind]
    assert {name: round(figures[name], 3) for name in floors if figures[name] < floors[name] - 0.002} == {}
