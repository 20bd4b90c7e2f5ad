"""Labels of html pages as offsets without text: stored from labelled pages, and joined with the pages again.

    labels.py store LABELLED_FOLDER [...] --into fitting/labels
    labels.py check fitting/labels --extraction DIR --flattener FILE
    labels.py restore fitting/labels --into FOLDER --extraction DIR --flattener FILE

The text of a page is what the flattener makes of the html page; its sha256 is kept, and a page that changed is refused.
"""

import argparse
import gzip
import hashlib
import importlib.util
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pages import Page

Flattener = Callable[..., str]


def sha(text: str) -> str:
    """The fingerprint of a page's text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def offsets_of(text: str, phrase: str, segments: list[dict[str, Any]], label: str) -> list[int] | None:
    """Where a phrase stands: in a segment of the label if it can be, else anywhere; white space may differ."""
    pattern = re.compile(r"\s+".join(re.escape(word) for word in phrase.split()))
    for segment in segments:
        if segment["label"] == label and (match := pattern.search(text, segment["start"], segment["end"])):
            return [match.start(), match.end()]
    match = pattern.search(text)
    return [match.start(), match.end()] if match else None


def stored(row: dict[str, Any], gold: dict[str, Any], text: str) -> dict[str, Any]:
    """A page's labels without its text."""
    segments, expected = gold["segments"], gold["expected"]
    places = {  # where each stands in the text
        name: offsets_of(text, expected[name], segments, name) if expected[name] else None
        for name in ("title", "source")
    }
    tags = [offsets_of(text, tag, segments, "tags") for tag in expected["tags"]]
    return {
        "id": row["key"], "set": row["set"], "site": row["site"], "language": gold.get("language") or row["language"],
        "options": row["opts"], "sha256": sha(text),
        "segments": [[s["start"], s["end"], s["label"], s.get("article", 0)] for s in segments],
        **places, "tags": [tag for tag in tags if tag],
    }  # fmt: skip


def store(folders: list[Path], into: Path) -> int:
    """Write one file a labelled page; returns how many."""
    into.mkdir(parents=True, exist_ok=True)
    count = 0
    for folder in folders:
        for row in map(json.loads, (folder / "index.jsonl").read_text("utf-8").splitlines()):
            gold_path, raw_path = folder / "gold" / f"{row['id']}.json", folder / "raw" / f"{row['id']}.txt"
            if not gold_path.exists():
                continue
            gold, text = json.loads(gold_path.read_text("utf-8")), raw_path.read_bytes().decode("utf-8")
            if sha(text) != row["sha256"]:
                print(f"{row['id']}: the text is not the one that was labelled")
                continue
            line = json.dumps(stored(row, gold, text), ensure_ascii=False, separators=(",", ":"))
            (into / f"{row['key']}.json").write_text(line + "\n", "utf-8")
            count += 1
    return count


def load(labels: Path, extraction: Path, flattener: Flattener) -> Iterator[Page]:
    """The labelled pages with their texts, rebuilt from the html pages; raises ValueError for a page that changed."""
    paths = {}
    for name in ("scrapinghub", "trafilatura-a"):
        for line in (extraction / f"gold-{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            paths[name, row["id"]] = extraction / row["html_path"]
    for path in sorted(labels.glob("*.json")):
        row = json.loads(path.read_text("utf-8"))
        text = flattener(gzip.decompress(paths[row["set"], row["id"]].read_bytes()), **row["options"])
        if sha(text) != row["sha256"]:
            raise ValueError(f"{path.name}: the page's text is not the one that was labelled")
        segments = tuple((a, b, label, article) for a, b, label, article in row["segments"])
        yield Page(
            row["id"], row["site"], row["language"], text, segments,
            expected={
                "title": _phrase(text, row["title"]), "source": _phrase(text, row["source"]),
                "tags": [_phrase(text, tag) for tag in row["tags"]],
            },
        )  # fmt: skip


def restore(labels: Path, into: Path, extraction: Path, flattener: Flattener) -> int:
    """Write the labelled pages as the folder (raw/, gold/, index.jsonl) they were stored from; returns how many."""
    rows = []
    for part in ("raw", "gold"):
        (into / part).mkdir(parents=True, exist_ok=True)
    for page in load(labels, extraction, flattener):
        row = json.loads((labels / f"{page.id}.json").read_text("utf-8"))
        names = ("start", "end", "label", "article")
        segments = [dict(zip(names, segment, strict=True)) for segment in page.segments]
        gold = {"id": page.id, "language": page.language, "segments": segments, "expected": page.expected}
        (into / "raw" / f"{page.id}.txt").write_bytes(page.text.encode("utf-8"))
        (into / "gold" / f"{page.id}.json").write_text(json.dumps(gold, ensure_ascii=False), "utf-8")
        rows.append({"id": page.id, "site": page.site, "origin": f"{row['set']}:{page.id}"})
    (into / "index.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return len(rows)


def _phrase(text: str, place: list[int] | None) -> str | None:
    return " ".join(text[place[0] : place[1]].split()) if place else None


def flattener_at(path: Path) -> Flattener:
    """The flattener with which the pages were made: the function `h2t` of a file."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    flattener: Flattener = module.h2t
    return flattener


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["store", "check", "restore"])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--into", type=Path, default=Path("fitting/labels"))
    parser.add_argument("--extraction", type=Path)
    parser.add_argument("--flattener", type=Path)
    args = parser.parse_args()
    if args.action == "store":
        print(f"{store(args.folders, args.into)} pages stored")
    elif args.action == "restore":
        done = restore(args.folders[0], args.into, args.extraction, flattener_at(args.flattener))
        print(f"{done} pages restored")
    else:
        count = sum(1 for _ in load(args.folders[0], args.extraction, flattener_at(args.flattener)))
        print(f"{count} pages rebuilt, every text the one that was labelled")


if __name__ == "__main__":
    main()
