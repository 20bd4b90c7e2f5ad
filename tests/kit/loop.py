"""A loop of a consumer process over a topic in memory, run in the test's own process until everything is through."""

from collections.abc import Callable, Sequence

from worker import log as logs
from worker.journal import Journal
from worker.loop import Loop
from worker.mill import Mill
from worker.settings import Settings
from worker.spans import spans_of
from worker.tally import Report
from worker.transport import Headers, Output
from worker.transport.memory import MemoryBroker, MemoryTransport

Page = tuple[bytes | None, Headers]
SLOT = 3


def loop_over(
    pages: Sequence[Page],
    settings: Settings,
    report: Callable[[Report], None] = lambda _: None,
    transport: type[MemoryTransport] = MemoryTransport,
) -> Loop:
    """Ready to run; it stops once all these pages are committed."""
    broker = MemoryBroker()
    for value, headers in pages:
        broker.produce(Output(broker.topic, b"key", value, headers))
    mill, log = Mill(settings, SLOT), logs.get(process=SLOT)
    return Loop(
        transport(broker),
        mill,
        Journal(),
        report,
        settings,
        log,
        lambda: broker.committed[0] == len(pages),
        watch=mill.watch,
        spans=spans_of(settings, SLOT, log),
    )
