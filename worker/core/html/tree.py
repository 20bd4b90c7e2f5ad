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

PARTS: Final = frozenset(
    [
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "table",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "td",
        "th",
        "caption",
        "blockquote",
        "pre",
        "figure",
        "figcaption",
        "center",
        "address",
        "details",
        "summary",
        "button",
        "label",
    ]
)
"""Elements that are a part of something; the nearest ancestor that is none of these is a block's container."""
_NO_DIGITS: Final = str.maketrans("", "", "0123456789")


@dataclass(frozen=True, slots=True)
class Tree:
    """Arrays with one entry an element."""

    flags: NDArray[Any]
    container: NDArray[Any]
    article: NDArray[Any]
    """Running number of the nearest `<article>` ancestor; 0 outside of any."""
    signature: NDArray[Any]
    own: NDArray[Any]
    """Columns: mean, lowest, highest log odds of the element's own key."""
    meaning: list[int]
    """What the element's own key means, bits of `keys`."""
    above: NDArray[Any]
    """Columns: lowest, highest, sum of means, over the element and its ancestors."""
    depth: NDArray[Any]
    parent: NDArray[Any]


def climb(elements: Elements, odds: Odds) -> Tree:
    """The facts of all elements."""
    n = len(elements.tag)
    flags, container, article, signature = [0] * n, [0] * n, [0] * n, [0] * n
    said = [NOTHING]
    spoken, number = {"": 0}, [0] * n
    above: list[tuple[float, float, float]] = [(0.0, 0.0, 0.0)] * n
    signatures: dict[tuple[str, str], int] = {}
    articles = 0
    tags, parents, depth = elements.tag, elements.parent, elements.depth
    kinds = [0] * n
    for i in range(1, n):
        tag, key, parent = tags[i], elements.key[i].translate(_NO_DIGITS), parents[i]
        flag = flags[parent] | _FLAG.get(tag, 0)
        container[i] = container[parent] if tag in PARTS else i
        if tag == "article":
            articles += 1
            article[i] = articles
        else:
            article[i] = article[parent]
        kinds[i] = signatures.setdefault((tag, key), len(signatures))
        signature[i] = kinds[i] * 65_536 + kinds[parent]
        if key:
            at = spoken.get(key)
            if at is None:
                at = spoken[key] = len(said)
                said.append(odds.of(key))
            number[i] = at
            words = said[at]
            least, most, total = above[parent]
            mean, low, high, meaning = words
            above[i] = (low if low < least else least, high if high > most else most, total + mean)  # noqa: FURB136 - hot
            if meaning & _PLACES and depth[i] >= PAGE_DEPTH:
                flag |= COMMENTS if meaning & marks.COMMENTS else 0
                flag |= ASIDE if meaning & marks.ASIDE and tag != "article" else 0
            if "articleBody" in key:
                flag |= ARTICLE_BODY
        else:
            above[i] = above[parent]
        flags[i] = flag
    return Tree(
        np.array(flags),
        np.array(container),
        np.array(article),
        np.array(signature),
        np.array([words[:3] for words in said], dtype=np.float32)[number],
        [said[at].meaning for at in number],
        np.array(above, dtype=np.float32).reshape(n, 3),
        np.array(elements.depth),
        np.array(parents),
    )
