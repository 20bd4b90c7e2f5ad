"""`newsmill feed IN…`: pages from files into the pages topic."""

import time
from pathlib import Path
from typing import Annotated

import typer

from worker.cli.progress import Meter, meter
from worker.inputs import Inputs, NoInput, PageRecord
from worker.settings import Settings, SettingsError, load
from worker.transport import Refused, TopicMissing, TransportError
from worker.transport.kafka.feeder import Feeder
from worker.transport.topics import TopicAdmin


def command(
    inputs: Annotated[list[Path], typer.Argument(metavar="IN…", help="Files and folders of pages.")],
    topic: Annotated[str | None, typer.Option("--topic", help="Instead of NEWSMILL_TOPICS__PAGES.")] = None,
    rate: Annotated[float | None, typer.Option("--rate", min=0.001, help="Pages a second, at most.")] = None,
) -> None:
    """Write the pages of JSON lines, WARC, html and text files to the pages topic, keyed by url.

    Each also as .gz or .zst, and folders of them. A page that cannot be read is named, and the others go on.
    """
    try:
        settings = load()
        source = Inputs(inputs, settings.limits.page_bytes)
        name = topic or settings.topics.pages
        written, problems = _feed(source, settings, name, rate)
    except (SettingsError, NoInput) as error:
        raise _failed(error, 2) from None
    except TransportError as error:
        raise _failed(error, 1) from None
    typer.echo(f"{written} pages written to {name}, {problems} not")
    if problems:
        raise typer.Exit(1)


def _feed(source: Inputs, settings: Settings, topic: str, rate: float | None) -> tuple[int, int]:
    """How many pages are confirmed, and how many not: unreadable, or too large. Raises TransportError."""
    with TopicAdmin(settings.kafka) as admin:
        state = admin.states([topic]).get(topic)
    if state is None:
        raise TopicMissing(f"topic {topic} does not exist; make it with: newsmill topics create")
    if "max.message.bytes" not in state.settings:
        raise Refused(f"no right to see the settings of topic {topic} (DescribeConfigs)")
    with Feeder(settings.kafka, topic, state.record_bytes) as feeder, meter(source.bytes_total) as shown:
        unread = _send_all(source, feeder, shown, rate)
        feeder.finish()
        for origin, wrong in feeder.refused:
            shown.say(f"{origin}: {wrong}")
        return feeder.written, unread + len(feeder.refused)


def _send_all(source: Inputs, feeder: Feeder, shown: Meter, rate: float | None) -> int:
    """Number of pages that could not be read."""
    began, sent, unread = time.monotonic(), 0, 0
    for item in source:
        if isinstance(item, PageRecord):
            feeder.send(item.key, item.value, item.headers, item.origin)
            sent += 1
        else:
            shown.say(f"{item.origin}: {item.what}")
            unread += 1
        shown.show(source.bytes_read, f"{sent} pages, {sent / (time.monotonic() - began + 1e-9):.0f}/s")
        if rate:
            time.sleep(max(0.0, began + sent / rate - time.monotonic()))
    return unread


def _failed(error: Exception, code: int) -> typer.Exit:
    typer.echo(f"newsmill feed: {error}", err=True)
    return typer.Exit(code)
