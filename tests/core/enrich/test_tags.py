"""Tags: blocks cut into what a reader sees."""

import pytest

from tests.core.enrich.pages import BODY, article_of
from worker.core.enrich.tag_runs import Story
from worker.core.enrich.tags import tags_of

STORY = Story(
    "Climate change and the coal industry. Gas prices rise in South Dakota, says Kristi Example of Blue Energy. "
    "Money for banks and hiking kits near the survival camp.",
    ["en"],
)
BLOCKS = [
    ("Tags: climate, coal industry, gas", ["climate", "coal industry", "gas"]),
    ("Tags\n\nclimate\n\ncoal industry\n", ["climate", "coal industry"]),
    ("#climate #gas prices\n", ["climate", "gas prices"]),
    ("# Climate# Gas\n", ["Climate", "Gas"]),
    ("Filed under: Climate | Gas | Coal", ["Climate", "Gas", "Coal"]),
    ("Filed Under:\n\nClimate,\n\nGas,\n", ["Climate", "Gas"]),
    ("Topics: Study / Travel tips", ["Study", "Travel tips"]),
    ("Biology / Chemistry\n\nArt / Music\n", ["Biology / Chemistry", "Art / Music"]),
    ("• Climate\n• Gas\n", ["Climate", "Gas"]),
    ("Climate ChangeGas PricesBlue Energy", ["Climate Change", "Gas Prices", "Blue Energy"]),
    ("Topicsbanksmoney", ["banks", "money"]),
    ("Kristi Example South Dakota", ["Kristi Example", "South Dakota"]),
    ("Gas prices", ["Gas prices"]),
    ("coal industry coal industry jobs gas prices", ["coal industry", "coal industry jobs", "gas prices"]),
    ("關鍵字： 經濟 氣候 能源", ["經濟", "氣候", "能源"]),
    ("Tags:", []),
    ("", []),
]


@pytest.mark.parametrize(("block", "tags"), BLOCKS)
def test_a_block_is_cut_into_its_tags(block: str, tags: list[str]) -> None:
    assert tags_of(block, STORY) == tags


def test_a_menu_inside_a_run_is_no_tag() -> None:
    menu = "politics economy sports opinion culture science "
    assert tags_of(f"Tags: {menu}{menu}bridge Kristi Example", Story("Kristi Example on the bridge.", ["en"])) == [
        "bridge",
        "Kristi Example",
    ]


def test_equal_tags_are_shown_once_as_first_printed() -> None:
    article = article_of(("tags", "Tags: كوريا الشمالية، کوریا الشمالیة، Bridge, bridge\n"), ("body", BODY))
    assert article.tags == ("كوريا الشمالية", "Bridge")
