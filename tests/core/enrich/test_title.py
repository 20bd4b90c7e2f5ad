"""Title: the best printing of the headline, without the site's name."""

import pytest

from tests.core.enrich.pages import BODY, article_of, articles_of, layout_of
from worker.core.model import Candidate, Metadata

HEADLINE = "Council agrees to repair the old bridge"
CASES = [
    ([("title", f"{HEADLINE}\n")], HEADLINE),
    ([("title", f"{HEADLINE} | Example Times\n")], HEADLINE),
    ([("title", f"{HEADLINE} - News - Example Times\n"), ("navigation", f"Home\n{HEADLINE}\nPolitics\n")], HEADLINE),
    ([("title", f"{HEADLINE} - Example\n"), ("navigation", "Home\n"), ("title", f"{HEADLINE}\n")], HEADLINE),
    (
        [("title", "Bridge repaired - X\n"), ("navigation", "A\n"), ("title", "At last: Bridge repaired\n")],
        "At last: Bridge repaired",
    ),
    ([("title", f"{HEADLINE}\n"), ("other", "x\n"), ("title", "bridge\n")], HEADLINE),
    ([("title", f"{HEADLINE[:20]}...\n"), ("other", "x\n"), ("title", f"{HEADLINE}\n")], HEADLINE),
    ([("title", f"{HEADLINE}{HEADLINE}\n")], HEADLINE),
    ([("title", f"GMT {HEADLINE} ")], HEADLINE),
    ([("title", f"Photo: Jane Doe\n{HEADLINE}\n")], HEADLINE),
    ([("other", "x\n")], None),
]


@pytest.mark.parametrize(("pieces", "title"), CASES)
def test_the_headline_is_found_in_its_best_form(pieces: list[tuple[str, str]], title: str | None) -> None:
    assert article_of(*pieces).title == title


def test_a_title_of_the_markup_wins_and_the_losers_are_told() -> None:
    metadata = Metadata(title=(Candidate(HEADLINE, "h1", 0.9), Candidate("Example Times", "og:title", 0.2)))
    (article,) = articles_of(layout_of(("title", "x\n"), ("body", BODY), metadata=metadata))
    assert article.title == HEADLINE
    assert article.why["title"] == "h1; not og:title 'Example Times'"


def test_an_embedded_story_has_its_own_title() -> None:
    layout = layout_of(
        ("title", f"{HEADLINE}\n"), ("body", BODY), ("embedded_title", "Other news\n", 1), ("embedded_body", BODY, 1)
    )
    main, embedded = articles_of(layout)
    assert (main.title, embedded.title) == (HEADLINE, "Other news")
    assert (embedded.part, embedded.part_index) == ("embedded", 1)
    assert main.article_id != embedded.article_id
