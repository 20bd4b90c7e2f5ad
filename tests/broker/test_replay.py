"""Dead letters back in: which, how often, and what they look like, on a real broker."""

import orjson
import pytest

from tests.kit.command import newsmill
from tests.kit.kafka import Corner, ended, page, running


@pytest.fixture
def corner(kafka, topic_names) -> Corner:
    made = Corner(kafka.bootstrap, topic_names, limits={"page_bytes": 180}).create()
    made.produce([page(2), page(3), b"{", None], headers=[("mine", b"1")])
    work(made)
    return made


def work(corner: Corner) -> None:
    with running(corner, "--stop-when-idle", "1") as process:
        code, log = ended(process)
    assert code == 0, log


def letters(corner: Corner) -> list[tuple[str, str]]:
    found = [dict(r.headers) for r in corner.read(corner.topics.dead_letters)]
    return sorted((h["newsmill.reason"].decode(), h["newsmill.attempt"].decode()) for h in found)


def test_letters_go_back_once_whatever_the_filters_and_come_back_with_their_attempt_raised(corner):
    """Looked at, one reason replayed, then all others; failed again; mended, and replayed to the end."""
    assert letters(corner) == [("not_json", "1"), ("null_value", "1"), ("too_large", "1"), ("too_large", "1")]
    dry = newsmill(corner, "replay", "--reason", "too_large")
    assert (dry.returncode, "2 would be replayed" in dry.stdout) == (0, True), dry.stderr
    assert len(corner.read(corner.topics.pages)) == 4
    some = newsmill(corner, "replay", "--reason", "too_large", "--host", "example.com", "--yes")
    assert "2 replayed into" in some.stdout, some.stdout + some.stderr
    rest = newsmill(corner, "replay", "--yes")
    assert "2 replayed into" in rest.stdout, rest.stdout + rest.stderr
    assert "0 replayed into" in newsmill(corner, "replay", "--yes").stdout
    again = corner.read(corner.topics.pages)[4:]
    assert sorted(r.value or b"" for r in again) == sorted(
        [b"", b"{", *(r.value for r in again if len(r.value or b"") > 9)]
    )
    assert {tuple(r.headers) for r in again} == {(("mine", b"1"), ("newsmill.attempt", b"2"))}
    work(corner)
    assert [letter for letter in letters(corner) if letter[1] == "2"] == [
        ("not_json", "2"), ("null_value", "2"), ("too_large", "2"), ("too_large", "2")
    ]  # fmt: skip
    newsmill(corner, "replay", "--reason", "too_large", "--yes")
    corner.limits = {}
    work(corner)
    articles = [orjson.loads(r.value)["url"][-1] for r in corner.read(corner.topics.articles)]
    assert sorted(articles) == ["2", "3"]
    audit = newsmill(corner, "audit", "--until", "end", "--strict")
    assert audit.returncode == 0, audit.stdout + audit.stderr
    assert "10 pages: 0 lost, 0 doubled" in audit.stdout
