"""The pictures of a story: the shared one is known again where it stands in the story in another size."""

from datetime import UTC, datetime

import pytest

from schemas.messages import RawPage
from worker.core.html.metadata.same_picture import shows_same
from worker.core.model import Markup
from worker.core.pipeline import process

URL = "https://news.example.org/2026/01/02/a-bridge"
SENTENCE = "The council voted on Tuesday to rebuild the old bridge, which has been closed to traffic since the spring. "
UPLOADS = "https://news.example.org/wp-content/uploads/2026/01"
SHARED = f"{UPLOADS}/old-bridge.jpg"


def images(shared, *shown):
    """Address, caption and whether its place is told, of each image of a page's article."""
    figures = "".join(
        f"<p>{SENTENCE}This is part {number}.</p><figure><img src='{src}'><figcaption>{caption}</figcaption></figure>"
        for number, (src, caption) in enumerate(shown)
    )
    html = f"""<html lang="en"><head><title>A bridge</title><meta property="og:image" content="{shared}"></head><body>
    <article><h1>A bridge</h1><div class="entry-content">{figures}<p>{SENTENCE * 2}</p></div></article></body></html>"""
    outcome = process(RawPage(url=URL, html=html), datetime(2026, 1, 2, tzinfo=UTC), markup=Markup())
    return [(image.url, image.caption, image.at is not None) for image in outcome.articles[0].images]


@pytest.mark.parametrize("shown", [SHARED, "/wp-content/uploads/2026/01/old-bridge-1024x576.jpg", f"{SHARED}?w=620"])
def test_a_shared_picture_of_the_story_comes_once_with_its_caption_and_place(shown):
    other = f"{UPLOADS}/new-bridge.jpg"
    assert images(SHARED, (other, "Planned"), (shown, "The bridge in May")) == [
        (SHARED, "The bridge in May", True),
        (other, "Planned", True),
    ]


def test_a_shared_picture_that_is_not_in_the_story_stays_beside_those_that_are():
    assert images(SHARED, (f"{UPLOADS}/ferry.jpg", "The ferry")) == [
        (SHARED, None, False),
        (f"{UPLOADS}/ferry.jpg", "The ferry", True),
    ]


HOST = "https://img.example.org"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"{HOST}/a/bridge.jpg?w=1200", f"{HOST}/a/bridge.jpg?fit=578%2C385&strip=all"),
        (f"{HOST}/a/bridge-1024x723.jpg", f"{HOST}/a/bridge-1024x723-900x400.jpg"),
        (f"{HOST}/images/1200*675/bridge.jpg", f"{HOST}/images/652*367/bridge.jpg"),
        (f"{HOST}/x7Hc/w1200-h630-p-k/b.JPG", f"{HOST}/x7Hc/s320/b.JPG"),
        (f"{HOST}/files/styles/og/public/bridge.jpg?itok=a", f"{HOST}/files/bridge.jpg"),
        (f"{HOST}/resizer/aX=/1200x630/smart/p/VYWMZS2TVJDZXNRAAORWQYOAL4.jpg",
         f"{HOST}/resizer/zY=/800x0/smart/p/VYWMZS2TVJDZXNRAAORWQYOAL4.jpg"),
        (f"{HOST}/t_share/MTYxMjc3NzI4OTQ2MjAyNTg4/bridge.jpg", f"{HOST}/w_768/MTYxMjc3NzI4OTQ2MjAyNTg4/bridge.jpg"),
        ("https://cdn.example/c/w_750/https://img.example.org/a/bridge-750x450.jpg", f"{HOST}/a/bridge.jpg"),
        ("https://cdn.example/q/?url=https%3A%2F%2Fimg.example.org%2Fa%2Fbridge.jpg", f"{HOST}/a/bridge.jpg"),
        ("https://a.example/2026/01/the-old-bridge-in-may.jpg", "https://b.example/x/the-old-bridge-in-may.webp"),
    ],
)  # fmt: skip
def test_one_picture_is_known_again_in_other_sizes(one, other):
    assert shows_same(one, other)
    assert shows_same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (f"{HOST}/a/bridge-1.jpg", f"{HOST}/a/bridge-2.jpg"),
        (f"{HOST}/vi/q5Rk/maxresdefault.jpg", f"{HOST}/vi/w8Tn/maxresdefault.jpg"),
        (f"{HOST}/1161232231/960x0.jpg", f"{HOST}/511599904/960x0.jpg"),
        (f"{HOST}/articles/17/image.jpg", f"{HOST}/articles/18/image.jpg"),
        (f"{HOST}/2025/06/the-old-bridge-in-may.jpg", f"{HOST}/2026/01/the-old-bridge-in-may.jpg"),
        (f"{HOST}/image.php?src=/a.jpg&w=660", f"{HOST}/image.php?src=/b.jpg&w=660"),
        (f"{HOST}/content/19700232/data", f"{HOST}/content/19700232/data?w=3"),
        ("https://a.example/bridge.jpg", "https://b.example/bridge.jpg"),
        ("https://[", "https://[/"),
    ],
)
def test_pictures_are_not_taken_for_one_another(one, other):
    assert not shows_same(one, other)
