"""Pages per second of one core, stage by stage: `make bench`, or `python -m tests.bench PAGES…` for your own pages.

CPU time, not wall time, since other work on the machine must not count; each page three times, the quickest counts.
"""

import sys
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean

from schemas.codec import encode
from schemas.reasons import Reject
from worker.core import envelope
from worker.core.assemble import assemble
from worker.core.decode import decode
from worker.core.enrich import enrich
from worker.core.limits import DEFAULT_LIMITS
from worker.core.pipeline import lay_out
from worker.inputs import Inputs, PageRecord

SAMPLES = Path(__file__).parent.parent / "deploy" / "samples" / "pages.jsonl"
AT = datetime(2026, 1, 2, tzinfo=UTC)
ROUNDS = 3


def grind(record):
    """Microseconds of CPU per stage, and the kind of page; raises Reject."""
    marks = [time.process_time_ns()]
    page = envelope.read(record.key, record.value, record.headers)
    marks.append(time.process_time_ns())
    content = decode(page, DEFAULT_LIMITS)
    marks.append(time.process_time_ns())
    layout = lay_out(content, page.language)
    marks.append(time.process_time_ns())
    stories = assemble(layout)
    marks.append(time.process_time_ns())
    articles = enrich(stories, layout, content, page, AT, None)
    marks.append(time.process_time_ns())
    for article in articles:
        encode(article)
    marks.append(time.process_time_ns())
    stages = ("envelope", "decode", "lay_out", "assemble", "enrich", "encode")
    return (
        content.kind,
        len(layout.text),
        {stage: (after - before) / 1000 for stage, before, after in zip(stages, marks, marks[1:], strict=False)},
    )


def main(paths):
    rows = defaultdict(list)
    for record in Inputs(paths or [SAMPLES], DEFAULT_LIMITS.page_bytes):
        if not isinstance(record, PageRecord):
            continue
        try:
            grind(record)
            runs = [grind(record) for _ in range(ROUNDS)]
        except Reject:
            continue
        kind, characters, times = min(runs, key=lambda run: sum(run[2].values()))
        rows[kind].append((characters, times))
    for kind, pages in rows.items():
        total = mean(sum(times.values()) for _, times in pages)
        size = mean(characters for characters, _ in pages)
        print(f"{kind}: {len(pages)} pages of {size:.0f} characters, {1e6 / total:.0f} pages/s on one core")
        for stage in pages[0][1]:
            part = mean(times[stage] for _, times in pages)
            print(f"  {stage:9} {part:8.0f} us  {100 * part / total:4.1f} %")


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
