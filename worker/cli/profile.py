"""`newsmill profile IN… --out FILE`: what the pages of each host have in common, from files, without Kafka."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from schemas.codec import encode
from schemas.messages import RawPage
from schemas.reasons import Reject
from schemas.site_profile import SiteProfile
from worker.cli.faults import told
from worker.cli.progress import Meter, meter
from worker.core import envelope
from worker.core.address import host_of
from worker.core.limits import Limits
from worker.core.pipeline import process
from worker.core.site_profile import grown, page_prints
from worker.inputs import Inputs, NoInput, PageRecord
from worker.settings import SettingsError, load


def command(
    inputs: Annotated[list[Path], typer.Argument(metavar="IN…", help="Files and folders of pages.")],
    out: Annotated[Path, typer.Option("--out", help="JSON lines, one profile a host; overwritten.")],
) -> None:
    """Build site profiles from the pages of JSON lines, WARC, html and text files (also .gz, .zst, folders).

    Pages count in the order they come, each story once. `newsmill extract` and `process` take the file by `--profiles`.
    """
    try:
        settings = load()
        limits = Limits(page_bytes=settings.limits.page_bytes)
        source = Inputs(inputs, settings.limits.page_bytes)
        profiles: dict[str, SiteProfile] = {}
        with out.open("ab"):  # what cannot be written is told before the work
            pass
        with meter(source.bytes_total) as shown:
            for page in _pages(source, limits, shown):
                _count(page, limits, profiles)
        out.write_bytes(b"".join(encode(profiles[host]) + b"\n" for host in sorted(profiles)))
    except (SettingsError, NoInput, OSError) as error:
        typer.echo(f"newsmill profile: {told(error)}", err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{len(profiles)} profiles in {out}, of {sum(profile.version for profile in profiles.values())} pages")


def _pages(source: Inputs, limits: Limits, shown: Meter) -> Iterator[RawPage]:
    for number, item in enumerate(source):
        shown.show(source.bytes_read, f"{number} pages")
        if not isinstance(item, PageRecord):
            shown.say(f"{item.origin}: {item.what}")
            continue
        try:
            yield envelope.read(item.key, item.value, item.headers, limits)
        except Reject as reject:
            shown.say(f"{item.origin}: {reject.reason}, {reject.detail}")


def _count(page: RawPage, limits: Limits, profiles: dict[str, SiteProfile]) -> None:
    """Add a page to the profile of its host, if it has a story that was not counted yet."""
    outcome = process(page, datetime.now(UTC), limits=limits)
    if outcome.articles:
        host = host_of(page.url)
        prints = page_prints(outcome.text, outcome.segments)
        profile = grown(profiles.get(host), host, page.url, prints, 1)
        if profile is not None:
            profiles[host] = profile
