"""Each command with exactly the rights that the docs list, and with one right fewer."""

import kafka
import pytest

from tests.kit.kafka import page
from tests.security.conftest import RIGHTS, acl, rights_of
from tests.security.test_doors import TOPICS, newsmill, put
from worker.mill import Mill
from worker.settings import Settings
from worker.transport import Record

COMMANDS = (
    ("topics", "create", "--mend", "--partitions", "1"),
    ("feed", "{file}"),
    ("run", "--stop-when-idle", "1"),
    ("audit",),
    ("replay", "--yes"),
    ("topics", "check"),
)
"""In an order in which each has something to do."""


def test_every_command_works_with_its_rights(fortress, tmp_path):
    file = tmp_path / "pages.jsonl"
    file.write_bytes(page(1))
    for command in COMMANDS:
        fortress.grant(rights_of(command[0]))
        done = newsmill(fortress, *(part.format(file=file) for part in command))
        assert done.returncode == 0, (command, done.stdout, done.stderr[-2000:])


def put_letter(fortress):
    """A dead letter, so that a replay has something to write."""
    _, outputs = Mill(Settings(), 0).grind(Record(TOPICS.pages, 0, 0, b"key", b"{"))
    producer = kafka.KafkaProducer(bootstrap_servers=fortress.inside)
    producer.send(TOPICS.dead_letters, value=b"{", key=b"key", headers=list(outputs[-1].headers))
    producer.flush(20)
    producer.close()


@pytest.mark.parametrize(
    ("command", "code", "missing"),
    [
        pytest.param(command, code, tuple(right), id=f"{command[0]} without {right[3]} {right[1]}")
        for command, code in ((("audit",), 2), (("replay", "--yes"), 1), (("feed", "{file}"), 1))
        for row, *right in RIGHTS
        if row == command[0]
    ],
)
def test_a_command_with_one_right_fewer_says_what_is_missing(fortress, tmp_path, command, code, missing):
    file = tmp_path / "pages.jsonl"
    file.write_bytes(page(1))
    fortress.grant([right for right in rights_of(command[0]) if right != acl(*missing)])
    put(fortress)
    put_letter(fortress)
    done = newsmill(fortress, *(part.format(file=file) for part in command))
    assert done.returncode == code, done.stdout + done.stderr
    resource, name = missing[:2]
    assert (
        name in done.stderr or {"group": "group", "transactional_id": "ransactional"}.get(resource, "?") in done.stderr
    )
