"""Records that are gone and were passed over: said, and counted."""

from collections.abc import Callable

from worker.log import Log
from worker.tally import Report, Skipped
from worker.transport import Batch


def tell_skips(batch: Batch, log: Log, report: Callable[[Report], None]) -> None:
    """One warning for each partition in which something was passed over."""
    for skip in batch.skips:
        log.warning(
            "records_skipped",
            topic=skip.topic,
            partition=skip.partition,
            committed=skip.committed,
            goes_on=skip.goes_on,
            records=skip.records,
        )
        report(Skipped(skip.records))
