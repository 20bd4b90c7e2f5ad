"""`newsmill process IN… --out DIR`: the core over files, without Kafka."""

import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from worker.bulk.documents import Documents
from worker.bulk.folder import OtherInputs, OutFolder
from worker.bulk.pool import Pool
from worker.cli.faults import told
from worker.cli.progress import Meter, meter
from worker.inputs import Inputs, NoInput, PageRecord
from worker.profiles import NoProfiles, read_profiles
from worker.settings import SettingsError, load
from worker.transport import Record

_SAVE_SECONDS: Final = 2.0
_TOPIC: Final = "files"
"""The topic in the position of a page that came from a file; its offset is the page's number, from 0."""


def command(  # noqa: PLR0913, PLR0917 - the options of the command line
    inputs: Annotated[list[Path], typer.Argument(metavar="IN…", help="Files and folders of pages.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for articles, metrics and dead letters.")],
    processes: Annotated[int | None, typer.Option(min=1, help="Processes.  [default: one a core]")] = None,
    profiles: Annotated[Path | None, typer.Option("--profiles", help="Site profiles, by `newsmill profile`.")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Also write each page as Markdown.")] = False,  # noqa: FBT002 - a flag of the command line
    links: Annotated[bool, typer.Option("--links", help="Keep the links in the paragraphs of html pages.")] = False,  # noqa: FBT002 - a flag of the command line
    formatting: Annotated[bool, typer.Option("--formatting", help="Keep strong, emphasised and code there.")] = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Turn JSON lines, WARC, html and text files (also .gz, .zst, folders) into articles, metrics and dead letters.

    With --markdown also into documents, OUT/markdown/7d/7d15….md: the stories of a page, named by its main article.
    Broken off, it goes on where it stopped when it is called again with the same inputs and folder.
    """
    asked = {"structure": markdown, "links": links, "formatting": formatting}
    groups: dict[str, dict[str, Any]] = {"articles": {name: True for name, is_asked in asked.items() if is_asked}}
    if processes:
        groups["worker"] = {"processes": processes}
    try:
        settings = load(**groups)
        source = Inputs(inputs, settings.limits.page_bytes)
        given = [(file.name, file.size) for file in source.files]
        if profiles:
            given.append((profiles.name, len(read_profiles(profiles))))
        documents = Documents(out / "markdown", settings.topics.articles) if markdown else None
        with OutFolder(out, settings.topics, given) as folder, Pool(settings, profiles) as pool:
            counts = _process(source, folder, documents, pool)
    except (SettingsError, NoInput, NoProfiles, OtherInputs, OSError) as error:
        typer.echo(f"newsmill process: {told(error)}", err=True)
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


def _process(source: Inputs, folder: OutFolder, documents: Documents | None, pool: Pool) -> Counter[str]:
    """How many pages got an article, were rejected by reason, and could not be read (`problems`)."""
    counts: Counter[str] = Counter(problems=0, article=0)
    began = saved = time.monotonic()
    already = folder.pages_done
    with meter(source.bytes_total) as shown:
        for _, ground in pool.grind(islice(_records(source, counts, shown), already, None)):
            if documents is not None:
                documents.write(ground.outputs)
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
