"""Hand-made segments of a page's flattened text, carried over to the reader's blocks."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

_TOKEN = re.compile(r"\w+")
_SHORT_TOKENS = 4
_SHORT_JUMP = 400


def segment_labels(folders: Sequence[Path]) -> dict[str, tuple[str, list[dict[str, object]]]]:
    """Page id -> flattened text and gold segments, for html pages that were labelled as text."""
    found = {}
    for folder in folders:
        for line in (folder / "index.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            name, _, page = str(row.get("origin", "")).partition(":")
            gold = folder / "gold" / f"{row['id']}.json"
            if name in ("trafilatura-a", "scrapinghub") and gold.exists():
                raw = (folder / "raw" / f"{row['id']}.txt").read_text("utf-8")
                found[page.split(" ")[0]] = (raw, json.loads(gold.read_text("utf-8"))["segments"])
    return found


def carry(texts: Sequence[str], raw: str, segments: Sequence[dict[str, object]]) -> list[str | None]:
    """A label a block: that of the place in `raw` where the block's words stand, in order; None when not found."""
    spans = [(m.start(), m.group()) for m in _TOKEN.finditer(raw)]
    flat = " " + " ".join(word for _, word in spans) + " "
    starts, at = [], 1
    for _, word in spans:
        starts.append(at)
        at += len(word) + 1
    where = dict(zip(starts, (pos for pos, _ in spans), strict=True))
    labels: list[str | None] = []
    cursor = 0
    for text in texts:
        words = _TOKEN.findall(text)
        wanted = f" {' '.join(words)} "
        limit = cursor + (_SHORT_JUMP if len(words) < _SHORT_TOKENS else len(flat)) + len(wanted)
        found = flat.find(wanted, cursor, limit) if words else -1
        if found < 0 and len(words) >= 2 * _SHORT_TOKENS:
            found = flat.find(wanted)
        if found < 0:
            labels.append(None)
            continue
        cursor = max(cursor, found + len(wanted) - 1)
        first = where[found + 1]
        labels.append(_label_at(segments, first, first + len(text)))
    return labels


def _label_at(segments: Sequence[dict[str, object]], start: int, end: int) -> str:
    """The label that covers most of the stretch; a second story's labels are the embedded ones."""
    best, most = "other", 0
    for segment in segments:
        shared = min(end, int(str(segment["end"]))) - max(start, int(str(segment["start"])))
        if shared > most:
            most, best = shared, str(segment["label"])
            if segment.get("article"):
                best = "embedded_title" if best in ("title", "embedded_title") else "embedded_body"
    return best
