"""Addresses: what a link means, whichever way it is worked out."""

from urllib.parse import urljoin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.core.address import absolute

BASES = ("https://harbourpost.example/news/ferry?page=2", "http://localhost/a/", "https://a.b.example/")
PARTS = [
    "http://", "https://", "HTTP://", "/", "//", "a", "B.c", "..", ".", "?", "#", "a=b", "&", "%20", "+", "~", "-", ";",
    ":", "@", "x.example", " ", "\t", "é", "[", "]", ":80", "=", "|", "\\", "(", "\x85", "\u2028", "\x00",
]  # fmt: skip


@settings(max_examples=1000, deadline=None)
@given(st.sampled_from(BASES), st.lists(st.sampled_from(PARTS), max_size=8).map("".join))
def test_a_link_means_what_the_standard_says(base: str, href: str) -> None:
    try:
        meant = urljoin(base, href.strip())
    except ValueError:
        meant = ""
    assert absolute(base, href) == (meant if meant.startswith(("http://", "https://")) else None)


@pytest.mark.parametrize("href", ["https://x.example/a/b.html?c=d&e=%20#f", "http://x.example:8080/é/a,1,b.read"])
def test_a_whole_address_means_itself(href: str) -> None:
    assert absolute(BASES[0], href) == href
