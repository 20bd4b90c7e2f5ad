"""Labelled pages for fitting the raw text segmenter: read, flattened, composed, and folded by site."""

import gzip
import json
import random
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

Flatten = Callable[[str, str], tuple[str, list[int]]]
KINDS = ("plain", "space", "lines", "glue")
FOLDS = 5


@dataclass(frozen=True)
class Page:
    """A page's text with what is known of it."""

    id: str
    site: str
    language: str
    text: str
    segments: tuple[tuple[int, int, str, int], ...] = ()
    """Start, end, label, article; empty when only parts are known."""
    known: tuple[tuple[int, int, bool], ...] = ()
    """Stretches that are (not) the story, of pages without segments."""
    partial: bool = False
    """Whether what `known` leaves out is unknown, rather than not the story."""
    expected: Any = None
    kind: str = "plain"
    raw: bool = False
    """Whether a scraper stored the text as it is; such pages count more than html pages that we flattened."""


def site_key(site: str) -> str:
    """One name for a site, however it is written."""
    host = re.sub(r"^(?:https?://)?(?:(?:www\d?|m|amp)\.)?", "", site.lower()).split("/")[0]
    match = re.match(r"[\w-]+(?:\.[\w-]+)*?\.(?:[a-z]{2,6})(?=[.-]|$)(?:\.[a-z]{2})?", host)
    return match[0] if match else host


def fold_of(site: str) -> int:
    """The fold that a site's pages belong to."""
    return zlib.crc32(site_key(site).encode()) % FOLDS


def read_labelled(folder: Path) -> list[Page]:
    """The pages of a folder with raw/, gold/ and index.jsonl."""
    index = {row["id"]: row for row in map(json.loads, (folder / "index.jsonl").read_text("utf-8").splitlines())}
    pages = []
    for path in sorted((folder / "gold").glob("*.json")):
        gold = json.loads(path.read_text("utf-8"))
        raw = folder / "raw" / f"{path.stem}.txt"
        if not raw.exists() or not gold.get("segments"):
            continue
        row = index.get(gold["id"], {})
        segments = tuple((s["start"], s["end"], s["label"], s.get("article", 0)) for s in gold["segments"])
        origin = re.match(r"(?:trafilatura-a|scrapinghub):(\w+)", row.get("origin", "") or gold.get("origin", ""))
        pages.append(
            Page(
                origin[1] if origin else gold["id"], row.get("site", gold["id"]), gold.get("language", ""),
                raw.read_bytes().decode("utf-8"), segments, expected=gold["expected"], raw=True,
            )
        )  # fmt: skip
    return pages


def body_pages(extraction: Path, flattener: Callable[..., str]) -> list[Page]:
    """The html pages of the extraction sets, flattened, with what is known to be the story or not."""
    pages = []
    for name in ("scrapinghub", "trafilatura-a"):
        rows = {}
        for line in (extraction / f"gold-{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            ways = random.Random(row["id"])  # noqa: S311 - how a page is flattened, not a secret
            html = gzip.decompress((extraction / row["html_path"]).read_bytes())
            row["text"] = flattener(html, bullets=ways.random() < 0.15, title=ways.random() < 0.5)
            row["site"] = row["url"] or row.get("file", "")
            rows[row["id"]] = row
        pages += [_body_page(row) for row in rows.values()]
        texts = extraction / f"text-{name}.jsonl.gz"
        if texts.exists():
            with gzip.open(texts, "rt", encoding="utf-8") as lines:
                pages += [_body_page({**rows[other["id"]], "text": other["text"]}) for other in map(json.loads, lines)]
    return [page for page in pages if any(good for _, _, good in page.known)]


def _body_page(row: dict[str, Any]) -> Page:
    text, gold = row["text"], row["gold"]
    finder = Finder(text)
    if "body" in gold:
        known = [(*span, True) for span in finder.all_of(re.split(r"\n+", gold["body"]))]
        return Page(row["id"], row["site"], row.get("lang") or "", text, known=tuple(known), expected=gold)
    known = [(*span, True) for span in finder.all_of(gold.get("with", ()))]
    known += [(*span, False) for span in finder.all_of(gold.get("without", ()))]
    return Page(row["id"], row["site"], row.get("lang") or "", text, known=tuple(known), partial=True, expected=gold)


class Finder:
    """Finds passages in a text by their letters and digits alone."""

    def __init__(self, text: str) -> None:
        self.where = [i for i, c in enumerate(text) if c.isalnum()]
        self.text = "".join(text[i].lower()[:1] for i in self.where)
        self.at = 0

    def all_of(self, passages: Iterable[str]) -> list[tuple[int, int]]:
        """Offsets of the passages found, each behind the last where possible; long ones also sentence by sentence."""
        found = []
        for passage in passages:
            span = self.one(passage)
            parts = [span] if span else [self.one(p) for p in re.split(r"(?<=[.!?…])\s+", passage) if len(p) > 20]
            found += [part for part in parts if part]
        return found

    def one(self, passage: str) -> tuple[int, int] | None:
        """Offsets of one passage."""
        key = "".join(c.lower()[:1] for c in passage if c.isalnum())
        if len(key) < 2:
            return None
        at = self.text.find(key, self.at)
        if at < 0 and len(key) > 15:
            at = self.text.find(key)
        if at < 0:
            return None
        self.at = at + len(key)
        return self.where[at], self.where[at + len(key) - 1] + 1


def flattened(page: Page, kind: str, flatten: Flatten) -> Page:
    """The page as another scraper would have stored it, its labels carried along."""
    if kind == "plain":
        return page
    text, new = flatten(page.text, kind)
    segments = [(new[a], new[b], label, article) for a, b, label, article in page.segments]
    known = [(new[a], new[b], good) for a, b, good in page.known]
    return replace(
        page, text=text, kind=kind,
        segments=tuple(s for s in segments if s[1] > s[0]), known=tuple(k for k in known if k[1] > k[0]),
    )  # fmt: skip


def composed(pages: Sequence[Page], count: int, seed: int, compose: ModuleType) -> list[Page]:
    """Pages with a second story, made of two pages of one language; `compose` is the module that makes them."""
    rng = random.Random(seed)  # noqa: S311 - which pages are made, not a secret
    hosts = [(_gold(p), [(label, art, p.text[a:b]) for a, b, label, art in p.segments]) for p in pages]
    made: list[Page] = []
    for _ in range(count * 20):
        if len(made) == count:
            break
        at = rng.randrange(len(hosts))
        host = hosts[at]
        guests = [h for h in hosts if h[0]["language"] == host[0]["language"] and h[0]["id"] != host[0]["id"]]
        done = compose.compose(rng, host, guests) if guests else None
        if done is None:
            continue
        text, segments = "", []
        for label, number, piece in done[0]:
            if piece:
                segments.append((len(text), len(text) + len(piece), label, number))
                text += piece
        made.append(replace(pages[at], id=f"c{len(made):04}", text=text, segments=tuple(segments)))
    return made


def _gold(page: Page) -> dict[str, Any]:
    return {"id": page.id, "language": page.language, "expected": page.expected}


def load_module(folder: Path, name: str) -> ModuleType:
    """A module of the development pages' tools."""
    sys.path.insert(0, str(folder))
    try:
        return __import__(name)
    finally:
        sys.path.pop(0)
