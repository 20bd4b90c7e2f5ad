"""Varied pages: made of labelled ones, and as wholly labelled as these."""

import sys
from pathlib import Path

import pytest

HOME = Path(__file__).parents[2]
STORIES = {
    "harbour": (
        "Ferry stopped",
        ["A storm broke the anchors of the ferry. ", "Nobody was hurt, the master said. "] * 3,
    ),
    "orchard": ("Pruning helps", ["Growers cut their apple trees in winter. ", "Disease is carried off with it. "] * 3),
    "library": ("Shelves are empty", ["Readers took home all the novels. ", "The town will buy new ones in May. "] * 3),
}


@pytest.fixture(scope="module")
def fitting():
    sys.path.insert(0, str(HOME / "fitting" / "text"))
    import pages  # noqa: PLC0415 - fitting is a folder of scripts, on the path only here
    import vary  # noqa: PLC0415

    yield pages, vary
    sys.path.remove(str(HOME / "fitting" / "text"))


@pytest.fixture(scope="module")
def labelled(fitting):
    pages, _ = fitting
    made = []
    for name, (title, story) in STORIES.items():
        pieces = [("navigation", f"{name} home sport weather\n\n"), ("title", f"{title}\n\n")]
        pieces += [("body", part * 6 + "\n\n") for part in story]
        pieces += [("caption", f"Photo of the {name}\n\n"), ("legal", f"© {name} 2026")]
        text, segments = "", []
        for label, piece in pieces:
            segments.append((len(text), len(text) + len(piece), label, 0))
            text += piece
        made.append(pages.Page(name, f"{name}.example", "en", text, tuple(segments), expected={"title": title}))
    return made


@pytest.mark.parametrize("interrupted", [False, True])
def test_segments_partition_the_page(fitting, labelled, interrupted):
    _, vary = fitting
    for page in vary.varied(labelled, 120, 1, interrupted=interrupted):
        edges = [edge for start, end, _, _ in page.segments for edge in (start, end)]
        assert edges[0] == 0
        assert edges[-1] == len(page.text)
        assert edges[1:-1:2] == edges[2:-1:2]


def test_a_page_takes_another_ones_story_with_its_headline(fitting, labelled):
    _, vary = fitting
    pages = vary.varied(labelled, 120, 1, interrupted=False)
    told = [(p, [p.text[a:b] for a, b, label, _ in p.segments if label == "body"]) for p in pages]
    moved = [p for p, body in told if p.site == "harbour.example" and any("apple trees" in part for part in body)]
    assert moved
    for page in moved:
        titles = [page.text[a:b].strip() for a, b, label, _ in page.segments if label == "title"]
        assert titles in ([], ["Pruning helps"])


@pytest.mark.parametrize("label", ["read_also", "embedded_body"])
def test_only_interrupted_pages_have_links_in_their_story_and_short_second_ones(fitting, labelled, label):
    _, vary = fitting
    has = {
        way: any(
            piece[2] == label for page in vary.varied(labelled, 120, 1, interrupted=way) for piece in page.segments
        )
        for way in (True, False)
    }
    assert has == {True: True, False: False}
