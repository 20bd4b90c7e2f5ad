"""The quality gate: scores on the labelled development pages must not fall below their floors.

The pages are not part of the repository.  They are looked for beside the checkout (`../shared/dev`); where they are
absent these tests are skipped and say so.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

HOME = Path(__file__).parent.parent.parent
DEV = HOME.parent / "shared" / "dev"
FLOORS = tomllib.loads((Path(__file__).parent / "floors.toml").read_text("utf-8"))
NEWSMILL = [str(Path(sys.executable).parent / "newsmill"), "extract"]
FIGURE = re.compile(r"(\w+)=([\d.]+)")

pytestmark = [
    pytest.mark.quality,
    pytest.mark.skipif(not DEV.is_dir(), reason="no labelled development pages beside the checkout (../shared/dev)"),
]


def run(*command):
    done = subprocess.run(
        [sys.executable, *map(str, command)], capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def segment_scores(raw, gold):
    out = run(DEV / "score_segments.py", raw, gold, "--", *NEWSMILL)
    line = next(line for line in out.splitlines() if line.startswith("all"))
    return {name: float(value) for name, value in FIGURE.findall(line)}


def extraction_scores(name, mode):
    out = run(DEV / "extraction" / "score_extraction.py", "--set", name, "--mode", mode, "--", *NEWSMILL)
    rows = (line.split(" ", 1) for line in out.splitlines() if " " in line)
    return {f"{row.strip()}_{key}": float(value) for row, rest in rows for key, value in FIGURE.findall(rest)}


def below(figures, floors):
    """The figures that fell, with their floors."""
    return {
        name: (figures[name], floor)
        for name, floor in floors.items()
        if (figures[name] > floor if name == "contamination" else figures[name] < floor)
    }


def test_the_labelled_raw_pages():
    figures = segment_scores(DEV / "segmentation" / "raw", DEV / "segmentation" / "gold")
    assert below(figures, FLOORS["segments"]["plain"]) == {}


@pytest.mark.parametrize("kind", [kind for kind in FLOORS["segments"] if kind in {"space", "lines", "glue"}])
def test_flatter_copies_of_the_raw_pages(kind, tmp_path):
    home = DEV / "segmentation"
    run(DEV / "flatten.py", kind, home / "raw", home / "gold", tmp_path)
    assert below(segment_scores(tmp_path / "raw", tmp_path / "gold"), FLOORS["segments"][kind]) == {}


@pytest.mark.skipif("composed" not in FLOORS["segments"], reason="no floor yet")
def test_pages_with_an_embedded_story(tmp_path):
    home = DEV / "segmentation"
    run(DEV / "compose.py", home / "raw", home / "gold", tmp_path, "--count", "100")
    assert below(segment_scores(tmp_path / "raw", tmp_path / "gold"), FLOORS["segments"]["composed"]) == {}


def test_the_model_page(tmp_path):
    """An article without a headline, tag soup, a second story with a third glued in, and a list that is cut off."""
    for part in ("raw", "gold"):
        (tmp_path / part).mkdir()
    (tmp_path / "raw" / "000.txt").write_bytes((DEV / "seed" / "page.txt").read_bytes())
    (tmp_path / "gold" / "000.json").write_bytes((DEV / "seed" / "gold.json").read_bytes())
    figures = segment_scores(tmp_path / "raw", tmp_path / "gold")
    assert below(figures, FLOORS["segments"]["model_page"]) == {}


@pytest.mark.parametrize("name", FLOORS["extraction"])
def test_html_pages(name):
    figures = extraction_scores(name.removesuffix("_text"), "text" if name.endswith("_text") else "html")
    assert below(figures, FLOORS["extraction"][name]) == {}
