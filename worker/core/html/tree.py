"""Facts of elements that follow from their ancestors: one pass over the elements, parents first."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from worker.core.html.keys import Odds
from worker.core.html.page import Elements

ANCESTORS: Final = (
    "article", "main", "aside", "footer", "header", "nav", "form", "figure", "table", "ul", "ol", "blockquote",
    "figcaption", "section", "button", "dl", "pre", "p",
)  # fmt: skip
_FLAG: Final = {tag: 1 << i for i, tag in enumerate(ANCESTORS)}
ARTICLE_BODY: Final = 1 << len(ANCESTORS)
"""Some ancestor has itemprop=articleBody."""
FLAGS: Final = len(ANCESTORS) + 1

PARTS: Final = frozenset(
    "p h1 h2 h3 h4 h5 h6 li ul ol dl dt dd table thead tbody tfoot tr td th caption blockquote pre figure figcaption "
    "center address details summary button label".split()
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
    above: NDArray[Any]
    """Columns: lowest, highest, sum of means, over the element and its ancestors."""
    depth: NDArray[Any]
    parent: NDArray[Any]


def climb(elements: Elements, odds: Odds) -> Tree:
    """The facts of all elements."""
    n = len(elements.tag)
    flags, container, article, signature = [0] * n, [0] * n, [0] * n, [0] * n
    own: list[tuple[float, float, float]] = [(0.0, 0.0, 0.0)] * n
    above: list[tuple[float, float, float]] = [(0.0, 0.0, 0.0)] * n
    signatures: dict[tuple[str, str, str, str], int] = {}
    articles = 0
    tags, keys, parents = elements.tag, elements.key, elements.parent
    bare = [key.translate(_NO_DIGITS) for key in keys]
    for i in range(1, n):
        tag, key, parent = tags[i], keys[i], parents[i]
        flags[i] = flags[parent] | _FLAG.get(tag, 0)
        if "articleBody" in key:
            flags[i] |= ARTICLE_BODY
        container[i] = container[parent] if tag in PARTS else i
        if tag == "article":
            articles += 1
            article[i] = articles
        else:
            article[i] = article[parent]
        signature[i] = signatures.setdefault((tag, bare[i], tags[parent], bare[parent]), len(signatures))
        if key:
            mean, low, high = own[i] = odds.of(bare[i])
            least, most, total = above[parent]
            above[i] = (least if least < low else low, most if most > high else high, total + mean)
        else:
            above[i] = above[parent]
    return Tree(
        np.array(flags),
        np.array(container),
        np.array(article),
        np.array(signature),
        np.array(own, dtype=np.float32).reshape(n, 3),
        np.array(above, dtype=np.float32).reshape(n, 3),
        np.array(elements.depth),
        np.array(parents),
    )
