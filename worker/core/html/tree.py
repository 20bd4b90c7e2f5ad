"""Facts of elements that follow from their ancestors: one pass over the elements, parents first."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from worker.core.html import keys as marks
from worker.core.html.keys import NOTHING, Odds
from worker.core.html.page import Elements

ANCESTORS: Final = (
    "article", "main", "aside", "footer", "header", "nav", "form", "figure", "table", "ul", "ol", "blockquote",
    "figcaption", "section", "button", "dl", "pre", "p",
)  # fmt: skip
_FLAG: Final = {tag: 1 << i for i, tag in enumerate(ANCESTORS)}
ARTICLE_BODY: Final = 1 << len(ANCESTORS)
"""Some ancestor has itemprop=articleBody."""
COMMENTS: Final = 1 << (len(ANCESTORS) + 1)
"""Some ancestor's key names comments."""
ASIDE: Final = 1 << (len(ANCESTORS) + 2)
"""Some ancestor's key names other stories, a sidebar or a widget."""
FLAGS: Final = len(ANCESTORS) + 3

_PLACES: Final = marks.COMMENTS | marks.ASIDE
PAGE_DEPTH: Final = 3
"""Elements above this depth hold the page, whatever their classes say."""

PARTS: Final = frozenset((
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "dl", "dt", "dd", "table", "thead", "tbody", "tfoot",
    "tr", "td", "th", "caption", "blockquote", "pre", "figure", "figcaption", "center", "address", "details",
    "summary", "button", "label",
))  # fmt: skip
"""Elements that are a part of something; the nearest ancestor that is none of these is a block's container."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Arrays with one entry, or one column, an element."""

    flags: NDArray[Any]
    container: NDArray[Any]
    article: NDArray[Any]
    """Running number of the nearest `<article>` ancestor; 0 outside of any."""
    signature: NDArray[Any]
    own: NDArray[Any]
    """Rows: mean, lowest, highest log odds of the element's own key."""
    meaning: list[int]
    """What the element's own key means, bits of `keys`."""
    above: NDArray[Any]
    """Rows: lowest, highest, sum of means, over the element and its ancestors."""
    depth: NDArray[Any]
    parent: NDArray[Any]


def climb(elements: Elements, odds: Odds) -> Tree:
    """The facts of all elements."""
    n = len(elements.tag)
    flags, container, article, signature = [0] * n, [0] * n, [0] * n, [0] * n
    number, meanings, kinds = [0] * n, [0] * n, [0] * n
    said = [NOTHING]
    spoken: dict[str, int] = {"": 0}
    least, most, total = [0.0] * n, [0.0] * n, [0.0] * n
    signatures: dict[tuple[str, str], int] = {}
    articles = 0
    depths = elements.depth
    for i, (tag, raw, parent) in enumerate(zip(elements.tag, elements.key, elements.parent, strict=True)):
        if i == 0:
            continue
        flag = flags[parent] | _FLAG.get(tag, 0)
        container[i] = container[parent] if tag in PARTS else i
        article[i] = article[parent]
        if tag == "article":
            articles += 1
            article[i] = articles
        low, high, sum_ = least[parent], most[parent], total[parent]
        if raw:
            words = odds.without_digits(raw)
            key, mean, lowest, highest, meaning = words
            at = spoken.get(key, -1)
            if at < 0:
                at = spoken[key] = len(said)
                said.append(words)
            number[i] = at
            meanings[i] = meaning
            low = lowest if lowest < low else low  # noqa: FURB136 - hot
            high = highest if highest > high else high  # noqa: FURB136 - hot
            sum_ += mean
            if meaning & _PLACES and depths[i] >= PAGE_DEPTH:
                flag |= COMMENTS if meaning & marks.COMMENTS else 0
                flag |= ASIDE if meaning & marks.ASIDE and tag != "article" else 0
            if "articleBody" in key:
                flag |= ARTICLE_BODY
        else:
            key = ""
        least[i], most[i], total[i] = low, high, sum_
        kinds[i] = kind = signatures.setdefault((tag, key), len(signatures))
        signature[i] = kind * 65_536 + kinds[parent]
        flags[i] = flag
    return Tree(
        np.array(flags, dtype=np.int32),
        np.array(container),
        np.array(article),
        np.array(signature),
        np.array([words[1:4] for words in said], dtype=np.float32).T[:, number],
        meanings,
        np.array((least, most, total), dtype=np.float32),
        np.array(depths),
        np.array(elements.parent),
    )
