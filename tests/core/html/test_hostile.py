"""Hostile pages: bounded time and memory, and a partition of whatever text is left."""

import time

import pytest

from worker.core.html import lay_out_html

LIMIT_S = 20.0
"""Generous, for slow machines: most of these take under a second; what is quadratic takes minutes."""
STORY = "<p>" + "A sentence of a story that goes on. " * 12 + "</p>"
HOSTILE = {
    "nested": "<div>" * 200_000 + "x",
    "nested and closed": "<div>" * 100_000 + "x" + "</div>" * 100_000,
    "nested inline": "<b>" * 300_000 + "x",
    "50,000 attributes": "<p " + " ".join(f"a{i}='{i}'" for i in range(50_000)) + ">text</p>",
    "nothing closed": "<ul><li><p><b><i><a href=x>" * 20_000 + "hello",
    "null bytes": "<p>a\0b</p>\0" * 30_000,
    "entities": "&amp;&lt;&nbsp;&#x41;" * 60_000,
    "base64": "<img src='data:image/png;base64," + "A" * 2_000_000 + "'><p>hi</p>",
    "script like text": "<script>" + "<p>no text</p>" * 60_000 + "</script><p>hi there</p>",
    "quotes in a script": "<script>" + '"' * 500_000 + "</script><p>x</p>",
    "deep json": "<script type='application/ld+json'>" + "[" * 100_000 + "</script><p>x</p>",
    "cells": "<table>" + "<tr><td>a</td><td>b</td></tr>" * 20_000,
    "links": "<a href='/tag/x' rel=tag class=tag>x</a> " * 40_000,
    "one word": "<p>" + "a" * 2_000_000,
    "the same paragraph": "<article>" + STORY * 6_000,
    "dates": "<p>2020-01-01 10:00</p>" * 20_000,
    "long class": "<div class='" + "ab " * 100_000 + "'>x</div>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_take_bounded_time(name):
    begin = time.process_time()
    layout = lay_out_html(HOSTILE[name])
    assert time.process_time() - begin < LIMIT_S
    assert_partition(layout)


def assert_partition(layout):
    position = 0
    for segment in layout.segments:
        assert segment.start == position
        assert segment.end > segment.start
        position = segment.end
    assert position == len(layout.text)
