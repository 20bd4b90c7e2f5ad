"""The results of schedules as text: one line each, and how long recovery took after each kind of fault.

`python -m tests.soak.table var/soak/results.jsonl` draws it from a file.
"""

import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, median

import orjson

from tests.soak.runner import Outcome


def table(outcomes: Sequence[Outcome]) -> str:
    """Markdown."""
    lines = ["| seed | pages | lost | doubled | out of place | bytes equal | seconds | faults |", "|---" * 8 + "|"]
    for o in outcomes:
        equal = "yes" if o.bytes_equal else "no"
        faults = ", ".join(o.faults) + (f" STUCK {o.stuck}" if o.stuck else "") + (f" {o.crashed}" if o.crashed else "")
        cells = (o.seed, o.pages, o.lost, o.doubled, o.out_of_place, equal, o.seconds, faults)
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join([*lines, "", totals(outcomes), memory(outcomes), "", recoveries(outcomes)])


def totals(outcomes: Sequence[Outcome]) -> str:
    """One line."""
    pages, lost, doubled = (sum(getattr(o, name) for o in outcomes) for name in ("pages", "lost", "doubled"))
    faults, wrong = sum(len(o.faults) for o in outcomes), [o.seed for o in outcomes if not o.right]
    peak = max((o.peak_rss for o in outcomes), default=0) / 1e6
    return (
        f"{len(outcomes)} schedules, {faults} faults, {pages} pages: {lost} lost, {doubled} doubled; "
        f"not right: {wrong or 'none'}; largest process {peak:.0f} MB"
    )


def memory(outcomes: Sequence[Outcome]) -> str:
    """How the processes that lived through several schedules grew, once warm."""
    sizes: dict[tuple[str, str], list[tuple[float, float]]] = defaultdict(list)
    for outcome in outcomes:
        for pid, size in outcome.rss.items():
            sizes[outcome.logs, pid].append((outcome.ended / 3600, size / 1e6))
    slopes = [slope(points[1:]) for points in sizes.values() if len(points) > 3 and points[-1][0] - points[1][0] > 0.15]
    if not slopes:
        return "no process lived for ten minutes"
    return f"{len(slopes)} long-lived processes: median {median(slopes):+.1f} MB an hour, worst {max(slopes):+.1f}"


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Of the straight line of least squares."""
    x, y = mean(at for at, _ in points), mean(value for _, value in points)
    return sum((at - x) * (value - y) for at, value in points) / sum((at - x) ** 2 for at, _ in points)


def recoveries(outcomes: Sequence[Outcome]) -> str:
    """Per kind of fault that stood alone, and for those that overlapped: count, median and worst seconds."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for outcome in outcomes:
        for kinds, took in outcome.recoveries:
            seconds["overlapping faults" if "+" in kinds else kinds].append(took)
    lines = ["| after | times | median s | worst s |", "|---" * 4 + "|"]
    lines += [f"| {k} | {len(v)} | {median(v):.1f} | {max(v):.1f} |" for k, v in sorted(seconds.items())]
    return "\n".join(lines)


def read(path: Path) -> list[Outcome]:
    """Outcomes of earlier runs."""
    return [Outcome(**orjson.loads(line)) for line in path.read_bytes().splitlines()]


if __name__ == "__main__":
    sys.stdout.write(table(read(Path(sys.argv[1]))) + "\n")
