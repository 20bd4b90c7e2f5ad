"""`newsmill process IN… --out DIR`: the core over files, without Kafka."""

import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Final

import typer

from worker.bulk.folder import OtherInputs, OutFolder
from worker.bulk.pool import Pool
from worker.cli.progress import Meter, meter
from worker.inputs import Inputs, NoInput, PageRecord
from worker.profiles import NoProfiles, read_profiles
from worker.settings import Settings, SettingsError, load
from worker.transport import Record

_SAVE_SECONDS: Final = 2.0
_TOPIC: Final = "files"
"""The topic in the position of a page that came from a file; its offset is the page's number, from 0."""


def command(
    inputs: Annotated[list[Path], typer.Argument(metavar="IN…", help="Files and folders of pages.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for articles, metrics and dead letters.")],
    processes: Annotated[int | None, typer.Option(min=1, help="Processes.  [default: one a core]")] = None,
    profiles: Annotated[Path | None, typer.Option("--profiles", help="Site profiles, by `newsmill profile`.")] = None,
) -> None:
    """Turn JSON lines, WARC, html and text files (also .gz, .zst, folders) into articles, metrics and dead letters.

    Broken off, it goes on where it stopped when it is called again with the same inputs and folder.
    """
    try:
        settings = load(**({"worker": {"processes": processes}} if processes else {}))
        source = Inputs(inputs, settings.limits.page_bytes)
        given = [(file.name, file.size) for file in source.files]
        if profiles:
            given.append((profiles.name, len(read_profiles(profiles))))
        with OutFolder(out, settings.topics, given) as folder:
            counts = _process(source, folder, settings, profiles)
    except (SettingsError, NoInput, NoProfiles, OtherInputs, OSError) as error:
        typer.echo(f"newsmill process: {error}", err=True)
        raise typer.Exit(2) from None
    problems = counts.pop("problems")
    rejected = sum(counts.values()) - counts["article"]
    typer.echo(f"{folder.pages_done} pages in {out}: now {counts['article']} with articles, {rejected} rejected")
    for reason, count in counts.most_common():
        if reason != "article":
            typer.echo(f"  {reason}: {count}")
    if problems:
        typer.echo(f"{problems} could not be read", err=True)
        raise typer.Exit(1)


def _process(source: Inputs, folder: OutFolder, settings: Settings, profiles: Path | None) -> Counter[str]:
    """How many pages got an article, were rejected by reason, and could not be read (`problems`)."""
    counts: Counter[str] = Counter(problems=0, article=0)
    began = saved = time.monotonic()
    already = folder.pages_done
    with meter(source.bytes_total) as shown, Pool(settings, profiles) as pool:
        for _, ground in pool.grind(islice(_records(source, counts, shown), already, None)):
            folder.write(ground.outputs)
            counts[ground.reason or "article"] += 1
            if time.monotonic() - saved > _SAVE_SECONDS:
                folder.save()
                saved = time.monotonic()
            rate = (folder.pages_done - already) / (time.monotonic() - began + 1e-9)
            shown.show(source.bytes_read, f"{folder.pages_done} pages, {rate:.0f}/s")
        folder.save()
    return counts


def _records(source: Inputs, counts: Counter[str], shown: Meter) -> Iterator[Record]:
    number = 0
    for item in source:
        if isinstance(item, PageRecord):
            yield Record(_TOPIC, 0, number, item.key, item.value, item.headers)
            number += 1
        else:
            counts["problems"] += 1
            shown.say(f"{item.origin}: {item.what}")
