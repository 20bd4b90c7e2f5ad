"""The sample pages that a newcomer sees first: invented, many languages, and everything that goes wrong in a crawl."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.reasons import Reason, Reject
from worker.core.envelope import read
from worker.core.pipeline import process
from worker.inputs import Inputs, PageRecord

SAMPLES = Path(__file__).parent.parent / "deploy" / "samples"
RECORDS = [item for item in Inputs([SAMPLES], 1_000_000) if isinstance(item, PageRecord)]
AT = datetime(2026, 11, 20, tzinfo=UTC)


def reason_of(record: PageRecord) -> Reason | None:
    try:
        outcome = process(read(record.key, record.value, record.headers), AT)
    except Reject as reject:
        return reject.reason
    return outcome.rejection.reason if outcome.rejection else None


def test_what_the_samples_show():
    assert len(RECORDS) >= 22
    languages = Counter(b'"language": "' in r.value and r.value.rpartition(b'"language": "')[2][:2] for r in RECORDS)
    assert languages[b"ar"] >= 5
    assert len(languages) > 8
    assert sum(b"<html" in r.value.lower() for r in RECORDS) >= 6
    assert sum(b'"body"' in r.value for r in RECORDS) == 2


def test_four_samples_fail_on_purpose_and_the_others_do_not():
    reasons = Counter(reason_of(record) for record in RECORDS)
    expected = {Reason.NOT_JSON, Reason.UNDECODABLE, Reason.EMPTY, Reason.BAD_STATUS}
    assert {reason for reason in reasons if reason is not None} == expected
    assert all(reasons[reason] == 1 for reason in expected)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.origin.rpartition(":")[2])
def test_every_sample_lies_on_an_invented_site(record):
    """No page of a real site is copied here: all lie in the domain kept free for examples."""
    assert record.key is None or b".example/" in record.key
