"""Segments become stories with paragraphs."""

import pytest

from schemas.messages import Role
from schemas.reasons import Reject
from worker.core.assemble import assemble
from worker.core.model import Block, Label, Layout, Segment

WRAPPED = (
    "The council of the small town agreed on Monday to repair the old\n"
    "bridge over the river, which had been closed for three weeks as a\n"
    "measure of caution after the flood. Work on the bridge begins in\n"
    "spring, the mayor said, and it will last for half a year or more.\n"
    "\n"
    "Until then the ferry takes people across, as it did before there\n"
    "was a bridge at all, and the school bus makes a long way around.\n"
    "Nobody is happy with that, but nobody can change it either now.\n"
)


def texts(layout: Layout) -> list[str]:
    return [layout.text[span.start : span.end].strip() for span in assemble(layout)[0].paragraphs]


def test_lines_are_paragraphs() -> None:
    text = "One line of the story.\n\nAnother line of it.\n"
    assert texts(Layout(text, (Segment(0, len(text), Label.BODY),))) == [
        "One line of the story.",
        "Another line of it.",
    ]


def test_lines_wrapped_at_a_width_are_joined_to_paragraphs() -> None:
    first, second = texts(Layout(WRAPPED, (Segment(0, len(WRAPPED), Label.BODY),)))
    assert first.startswith("The council")
    assert second.startswith("Until then")


def test_paragraphs_cover_the_running_text() -> None:
    spans = assemble(Layout(WRAPPED, (Segment(0, len(WRAPPED), Label.BODY),)))[0].paragraphs
    assert "".join(WRAPPED[span.start : span.end] for span in spans).split() == WRAPPED.split()


def test_blocks_of_the_markup_are_paragraphs_with_their_roles() -> None:
    blocks = (Block(0, 5), Block(5, 10, Role.LIST_ITEM), Block(10, 15, Role.SUBHEADING, 2), Block(15, 20))
    layout = Layout(
        "aaaa bbbb cccc dddd ",
        (Segment(0, 8, Label.OTHER), Segment(8, 17, Label.BODY), Segment(17, 20, Label.OTHER)),
        blocks,
    )
    spans = assemble(layout)[0].paragraphs
    assert [(span.start, span.end, span.role, span.level) for span in spans] == [
        (8, 10, Role.LIST_ITEM, None),
        (10, 15, Role.SUBHEADING, 2),
        (15, 17, Role.PARAGRAPH, None),
    ]


@pytest.mark.parametrize(("text", "label"), [("  \n", Label.BODY), ("Home Politics Sport", Label.NAVIGATION)])
def test_a_page_without_a_story_is_rejected(text: str, label: Label) -> None:
    with pytest.raises(Reject):
        assemble(Layout(text, (Segment(0, len(text), label),)))
