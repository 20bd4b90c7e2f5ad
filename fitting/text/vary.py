"""Labelled pages made anew: another page's story in a page's furniture, short ones, interrupted ones, more teasers."""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pages import Page

from worker.core.lexicon import lexicons

Piece = tuple[str, int, str]
"""Label, article, text with the white space behind it."""
Cues = Mapping[str, Sequence[str]]
"""A language's cues by their kind."""
_RUNNING = ("body", "subheading", "quote")
_SHORTEST = 300
"""Code points of a second story's running text, at least, as in composed pages."""
_PAUSE = re.compile(r"\n+|(?<=[.!?…。！？।؟۔])\s+")
"""Where a story can be interrupted: behind a paragraph or a sentence."""
_STORY = ("title", "subtitle", "caption", "dateline", *_RUNNING)


def varied(pages: Sequence[Page], count: int, seed: int, *, interrupted: bool) -> list[Page]:
    """`count` pages with the furniture of one page and, mostly, the story of another one in its language.

    `interrupted` puts links, captions and the like into some stories, and short second stories behind some.
    """
    rng = random.Random(seed)  # noqa: S311 - which pages are made, not a secret
    cues = {lexicon.language: lexicon.cues for lexicon in lexicons()}
    made: list[Page] = []
    for _ in range(count):
        host = rng.choice(pages)
        others = [p for p in pages if p.language == host.language and p.site != host.site]
        told = cues.get(host.language, {})
        pieces = _vary(rng, host, others)
        if interrupted and others:
            pieces = _interrupted(rng, pieces, others, told, _gap(host.text))
        if others and rng.random() < 0.4:
            pieces = _with_teasers(rng, pieces, others, told.get("related", ()), _gap(host.text))
        text, segments = "", []
        for label, article, piece in pieces:
            if piece:
                segments.append((len(text), len(text) + len(piece), label, article))
                text += piece
        if text.strip():
            made.append(replace(host, id=f"v{len(made):04}", text=text, segments=tuple(segments)))
    return made


def _vary(rng: random.Random, host: Page, others: Sequence[Page]) -> list[Piece]:
    pieces = [(label, article, host.text[a:b]) for a, b, label, article in host.segments]
    gap = _gap(host.text)
    if others and rng.random() < 0.6:
        pieces = _with_story(rng, pieces, host, rng.choice(others), gap)
    if rng.random() < 0.25:
        pieces = _shortened(pieces, rng.choice((1, 1, 2, 3)), gap)
    elif rng.random() < 0.03:
        pieces = [p for p in pieces if p[1] or p[0] not in _RUNNING]
    pieces = _without_some(rng, pieces)
    return [(label, article, text if text[-1:].isspace() else text + gap) for label, article, text in pieces if text]


def _gap(text: str) -> str:
    return "\n\n" if text.count("\n\n") > 3 else "\n" if "\n" in text.strip() else " "


def _paragraphs(pieces: Sequence[Piece]) -> list[tuple[str, str]]:
    """Label and text of the main story's paragraphs."""
    return [
        (label, part.strip())
        for label, article, text in pieces
        if article == 0 and label in _RUNNING
        for part in re.split(r"\n+", text)
        if part.strip()
    ]


def _with_story(rng: random.Random, pieces: list[Piece], host: Page, guest: Page, gap: str) -> list[Piece]:
    old, new = (host.expected or {}).get("title") or "", (guest.expected or {}).get("title") or ""
    theirs = [(label, article, guest.text[a:b]) for a, b, label, article in guest.segments]
    story = _paragraphs(theirs)
    holes = [at for at, (label, article, _) in enumerate(pieces) if article == 0 and label in _RUNNING]
    if not old or not new or not story or not holes:
        return pieces
    extra = {
        label: [text for name, article, text in theirs if name == label and article == 0]
        for label in ("subtitle", "caption", "dateline")
    }
    cuts = sorted(rng.sample(range(len(story) + 1), min(len(holes) - 1, len(story) + 1)))
    cuts += [len(story)] * (len(holes) - 1 - len(cuts))
    shares = dict(zip(holes, zip([0, *cuts], [*cuts, len(story)], strict=True), strict=True))
    out: list[Piece] = []
    for at, (label, article, text) in enumerate(pieces):
        if at in shares:
            low, high = shares[at]
            out += [(name, 0, part + gap) for name, part in story[low:high]]
        elif article == 0 and label == "title":
            out.append((label, 0, new + text[len(text.rstrip()) :]))
        elif article == 0 and label in extra:
            if extra[label]:
                out.append((label, 0, extra[label][0].strip() + gap))
        else:
            out.append((label, article, text.replace(old, new)))
    return out


def _shortened(pieces: list[Piece], most: int, gap: str) -> list[Piece]:
    """Only the first paragraphs of the story."""
    out: list[Piece] = []
    told = 0
    for label, article, text in pieces:
        if article or label not in _RUNNING:
            out.append((label, article, text))
            continue
        parts = [part for part in re.split(r"\n+", text) if part.strip()]
        kept = parts[: max(0, most - told)]
        told += len(kept)
        if len(kept) == len(parts):
            out.append((label, article, text))
        elif kept:
            out.append((label, article, gap.join(part.strip() for part in kept) + gap))
    return out


def _without_some(rng: random.Random, pieces: list[Piece]) -> list[Piece]:
    """Some of the furniture gone: single pieces, or all of it before or behind the story."""
    story = [at for at, (label, article, _) in enumerate(pieces) if article == 0 and label in _STORY]
    first, last = (story[0], story[-1]) if story else (0, len(pieces))
    low, high = (first if rng.random() < 0.06 else 0), (last if rng.random() < 0.06 else len(pieces))
    return [
        piece
        for at, piece in enumerate(pieces)
        if piece[1] or (first <= at <= last and piece[0] in _STORY) or (low <= at <= high and rng.random() > 0.12)
    ]


def _interrupted(rng: random.Random, pieces: list[Piece], others: Sequence[Page], cues: Cues, gap: str) -> list[Piece]:
    """Some stories interrupted once or twice by what sites put into them; some with a short second one behind."""
    for _ in range(rng.choice((1, 1, 2)) if rng.random() < 0.35 else 0):
        places = [
            (at, match.end())
            for at, (label, article, text) in enumerate(pieces)
            if article == 0 and label == "body"
            for match in _PAUSE.finditer(text, 80, max(80, len(text) - 80))
        ]
        added = _interruption(rng, others, cues, gap)
        if not places or not added:
            continue
        at, cut = rng.choice(places)
        label, article, text = pieces[at]
        parts = [(label, article, text[:cut].rstrip() + gap), added, (label, article, text[cut:])]
        pieces = [*pieces[:at], *parts, *pieces[at + 1 :]]
    return _with_short_story(rng, pieces, rng.choice(others), gap) if rng.random() < 0.1 else pieces


def _interruption(rng: random.Random, others: Sequence[Page], cues: Cues, gap: str) -> Piece | None:
    """Links to other stories, mostly; a caption or the word above an advertisement."""
    kind = rng.random()
    if kind < 0.1 and cues.get("ads"):
        return "ads", 0, rng.choice(cues["ads"]) + gap
    if kind < 0.3:
        page = rng.choice(others)
        captions = [page.text[a:b].strip() for a, b, label, _ in page.segments if label == "caption"]
        return ("caption", 0, rng.choice(captions) + gap) if captions else None
    some = rng.sample(list(others), min(len(others), rng.choice((1, 1, 1, 2, 3))))
    heads = [title.strip() for page in some if (title := (page.expected or {}).get("title"))]
    if not heads:
        return None
    cue = rng.choice(cues["read_also"]) + rng.choice((": ", gap, " ")) if cues.get("read_also") else ""
    return "read_also", 0, (cue if rng.random() < 0.6 else "") + gap.join(heads) + gap


def _with_short_story(rng: random.Random, pieces: list[Piece], guest: Page, gap: str) -> list[Piece]:
    """A second story of two to four paragraphs, which is one and no teaser, behind the first."""
    theirs = [(label, article, guest.text[a:b]) for a, b, label, article in guest.segments]
    story = [part for label, part in _paragraphs(theirs) if label == "body"][: rng.randint(2, 4)]
    title = (guest.expected or {}).get("title")
    running = [at for at, (label, article, _) in enumerate(pieces) if article == 0 and label in _STORY]
    if not title or not running or len(story) < 2 or sum(map(len, story)) < _SHORTEST:
        return pieces
    number = max(article for _, article, _ in pieces) + 1
    last = running[-1] + 1
    while last < len(pieces) and pieces[last][0] in ("source", "tags", "byline") and rng.random() < 0.8:
        last += 1
    second = [("embedded_title", number, title.strip() + gap), ("embedded_body", number, gap.join(story) + gap)]
    return [*pieces[:last], *second, *pieces[last:]]


def _with_teasers(
    rng: random.Random, pieces: list[Piece], others: Sequence[Page], cues: Sequence[str], gap: str
) -> list[Piece]:
    """A list of other pages' headlines, with or without the beginnings of their stories, among the furniture."""
    items: list[str] = []
    long, first = rng.random() < 0.6, rng.random() < 0.3
    for page in rng.sample(list(others), min(len(others), rng.randint(2, 7))):
        title = (page.expected or {}).get("title")
        story = _paragraphs([(label, article, page.text[a:b]) for a, b, label, article in page.segments])
        if not title or not story:
            continue
        beginning = story[0][1]
        if len(beginning) > 320:
            beginning = beginning[: rng.randint(120, 300)].rsplit(" ", 1)[0] + rng.choice(("…", "...", " ..."))
        items.append(title.strip() + (gap + beginning if long else ""))
    if not items:
        return pieces
    heading = rng.choice(cues) + gap if cues and rng.random() < 0.5 else ""
    running = [at for at, (label, article, _) in enumerate(pieces) if article == 0 and label in _STORY]
    last = running[-1] + 1 if running else len(pieces)
    at = (running[0] if running else 0) if first else rng.randint(last, len(pieces)) if rng.random() < 0.5 else last
    return [*pieces[:at], ("related", 0, heading + gap.join(items) + gap), *pieces[at:]]
