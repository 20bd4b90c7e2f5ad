"""Where a page may be cut: at lines, sentences, cues, dates, repetitions, and where words stick together."""

import pytest

from worker.core.text.page import read_page
from worker.core.text.units import CUTS


def cuts(text: str) -> list[tuple[str, str]]:
    units = read_page(text).units
    return [(text[a:b].strip(), CUTS[kind]) for a, b, kind in zip(units.start, units.end, units.cut, strict=True)]


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("One line\nanother line", "another line"),
        ("It ended here. Then it began.", "Then it began."),
        ("It ended here.Then it began.", "Then it began."),
        ("Il dit: « fini. » Puis il partit.", "Puis il partit."),
        ("終わった。始まった。", "始まった。"),
        ("ঘটনা ঘটে।হামলাকারী পালিয়ে যায়", "হামলাকারী পালিয়ে যায়"),
        ("Artículo anteriorDos muertos", "Dos muertos"),
        ("Home | Sport", "Sport"),
    ],
)
def test_a_unit_begins(text: str, piece: str) -> None:
    assert piece in [unit for unit, _ in cuts(text)]


@pytest.mark.parametrize("text", ["Mr J. Smith went home.", "It cost 3.50 euros.", "an iPhone for all"])
def test_no_unit_begins_inside_names_and_numbers(text: str) -> None:
    assert len(cuts(text)) == 1


def test_a_headline_that_comes_again_is_cut_off_the_lead() -> None:
    headline = "Minister opens the longest bridge of the whole country"
    page = f"{headline}\n\n{headline} the minister said nothing"
    assert ("the minister said nothing", "repeat") in cuts(page)
