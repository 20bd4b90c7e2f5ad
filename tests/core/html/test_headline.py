"""The headline among a page's headings: the site's name and a blog's day are none."""

import pytest

from worker.core.html import lay_out_html

BODY = "<p>" + "The council voted on Tuesday to rebuild the bridge, which has been closed since spring. " * 5 + "</p>"


@pytest.mark.parametrize(
    "headings",
    [
        '<h1><a href="https://harbour.example/">Harbour Days</a></h1><h2>Bridge to be rebuilt by autumn</h2>',
        (
            '<h1><a href="/">Harbour Days</a></h1>'
            '<h2><a href="https://harbour.example/bridge/">Bridge to be rebuilt by autumn</a></h2>'
        ),
        '<h2>Tuesday, 24 November 2026</h2><h3 class="post-title">Bridge to be rebuilt by autumn</h3>',
        "<h1>Bridge to be rebuilt by autumn</h1><h2>A smaller bridge</h2>",
    ],
)
def test_neither_the_site_s_name_nor_a_day_is_the_headline(headings):
    html = (
        "<html lang=en><head><title>Harbour Days » Bridge to be rebuilt by autumn</title>"
        '<link rel="canonical" href="https://harbour.example/bridge/"></head>'
        f"<body><div>{headings}</div><article>{BODY}{BODY}</article></body></html>"
    )
    assert lay_out_html(html).metadata.title[0].value == "Bridge to be rebuilt by autumn"
