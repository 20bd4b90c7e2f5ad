"""Development pages with their gold answers, as labels on the reader's blocks."""

import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from worker.core.html.page import Page
from worker.core.html.read import read

_TOKEN = re.compile(r"\w+")
_UNKNOWN = -1


@dataclass
class Example:
    """One labelled page."""

    id: str
    set: str
    site: str
    gold: dict[str, Any]
    html: str
    page: Page
    body: "np.ndarray[Any, Any]"
    """A value a block: 1 body, 0 not, -1 unknown."""


def load(folder: Path, cache: Path) -> list[Example]:
    """All pages of both sets; alignments of whole bodies are kept in `cache` (a json file outside the repository)."""
    sys.path.insert(0, str(folder))
    from common import decode_html, read_jsonl  # noqa: PLC0415 - the scorers' own decoding

    known = json.loads(cache.read_text()) if cache.exists() else {}
    examples = []
    for name in ("scrapinghub", "trafilatura-a"):
        for row in read_jsonl(folder / f"gold-{name}.jsonl"):
            html = decode_html(gzip.decompress((folder / row["html_path"]).read_bytes()))
            page = read(html)
            texts = texts_of(page)
            if "body" in row["gold"]:
                stamp = f"{row['id']}:{hash_of(texts)}"
                if stamp not in known:
                    known[stamp] = align(texts, row["gold"]["body"])
                body = np.array(known[stamp], dtype=np.int8)
            else:
                body = partial(texts, row["gold"]["with"], row["gold"]["without"])
            examples.append(Example(row["id"], name, site_of(row, page), row["gold"], html, page, body))
    cache.write_text(json.dumps(known))
    return examples


def hash_of(texts: Sequence[str]) -> str:
    """A stamp of a page's blocks, so that a changed reader is aligned anew."""
    import hashlib  # noqa: PLC0415

    return hashlib.blake2b("\n".join(texts).encode("utf-8", "replace"), digest_size=8).hexdigest()


def texts_of(page: Page) -> list[str]:
    """The text of every block."""
    return [page.text[a:b] for a, b in zip(page.blocks.start, page.blocks.end, strict=True)]


def site_of(row: dict[str, Any], page: Page) -> str:
    """The registered domain of a page, roughly: the last two labels, three behind co.uk and the like."""
    url = row["url"] or row.get("file", "")
    host = url.split("//")[-1].split("/")[0]
    if not row["url"]:
        links = [href for rel, href, _ in page.relations if rel == "canonical"]
        links += [value for name, value in page.metas if name == "og:url"]
        hosts = [link.split("//")[1].split("/")[0] for link in links if "//" in link]
        host = hosts[0] if hosts else host.split("-")[0].removesuffix(".html")
    labels = host.lower().split(":")[0].removeprefix("www.").split(".")
    keep = 3 if len(labels) > 2 and len(labels[-2]) <= 3 and len(labels[-1]) == 2 else 2
    return ".".join(labels[-keep:])


def align(texts: Sequence[str], gold: str) -> list[int]:
    """Which blocks are the body: those whose 4-grams are in the gold, then single flips while the page's F1 rises."""
    wanted = grams(_TOKEN.findall(gold))
    flat = " " + " ".join(_TOKEN.findall(gold)) + " "
    tokens = [_TOKEN.findall(text) for text in texts]
    cover = [_cover(toks, wanted, flat) for toks in tokens]
    chosen = [c >= 0.5 and len(toks) >= 4 for c, toks in zip(cover, tokens, strict=True)]
    sure = [i for i, c in enumerate(chosen) if c]
    for i, toks in enumerate(tokens):
        if 0 < len(toks) < 4 and cover[i] and sure and sure[0] - 2 <= i <= sure[-1] + 2:
            chosen[i] = True
    best = _score(tokens, chosen, wanted)
    for _ in range(2):
        for i in range(len(texts)):
            if not tokens[i] or (cover[i] == 0 and not chosen[i]):
                continue
            chosen[i] = not chosen[i]
            score = _score(tokens, chosen, wanted)
            if score > best + 1e-12:
                best = score
            else:
                chosen[i] = not chosen[i]
    return [int(c) for c in chosen]


def _cover(toks: Sequence[str], wanted: Counter[tuple[str, ...]], flat: str) -> float:
    if len(toks) < 4:
        return float(f" {' '.join(toks)} " in flat) if toks else 0.0
    own = grams(toks)
    return sum((own & wanted).values()) / sum(own.values())


def grams(toks: Sequence[str]) -> Counter[tuple[str, ...]]:
    """Multiset of 4-grams."""
    return Counter(tuple(toks[i : i + 4]) for i in range(max(1, len(toks) - 3)))


def _score(tokens: Sequence[Sequence[str]], chosen: Sequence[bool], wanted: Counter[tuple[str, ...]]) -> float:
    own = grams([t for toks, c in zip(tokens, chosen, strict=True) if c for t in toks])
    hit = sum((own & wanted).values())
    return 2 * hit / (sum(own.values()) + sum(wanted.values()))


def partial(texts: Sequence[str], inside: Sequence[str], outside: Sequence[str]) -> "np.ndarray[Any, Any]":
    """Blocks touched by strings that must be in the body 1, by strings that must not 0, the rest unknown."""
    labels = np.full(len(texts), _UNKNOWN, dtype=np.int8)
    flat = "\n".join(texts).replace("\n", " ")
    starts = np.cumsum([0] + [len(text) + 1 for text in texts])
    for value, strings in ((0, outside), (1, inside)):
        for string in strings:
            wanted = " ".join(string.split())
            for at in _places(flat, wanted):
                first = int(np.searchsorted(starts, at, "right")) - 1
                last = int(np.searchsorted(starts, at + len(wanted) - 1, "right")) - 1
                labels[first : last + 1] = value
    return labels


def _places(flat: str, wanted: str) -> Iterator[int]:
    at = flat.find(wanted)
    while at >= 0 and wanted:
        yield at
        at = flat.find(wanted, at + 1)


def folds_of(examples: Sequence[Example], count: int = 5) -> "np.ndarray[Any, Any]":
    """A fold a page, all pages of a site in one: by a hash of the site's name."""
    import hashlib  # noqa: PLC0415

    return np.array([int(hashlib.blake2b(e.site.encode(), digest_size=4).hexdigest(), 16) % count for e in examples])
