"""Page metrics: what is counted of a page."""

from datetime import UTC, datetime

import pytest

from schemas.messages import RawPage
from worker.core.metrics import measure
from worker.core.model import Label, Layout, Segment

AT = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize("space", [" ", "\n", "\t", "\x1f", "\x85", "\u00a0", "\u2009", "\u2028", "\u3000"])
def test_space_of_any_kind_is_no_character_of_a_segment(space: str) -> None:
    text = f"one{space}two{space}{space}\U0001f600 three"
    layout = Layout(text, [Segment(0, 4, Label.TITLE), Segment(4, len(text), Label.BODY)])
    metrics = measure(RawPage(url="https://x.example/", text=text), None, layout, (), None, AT, None)
    assert metrics.label_characters == {"title": 3, "body": len("two\U0001f600three")}
    assert metrics.characters == len(text)
