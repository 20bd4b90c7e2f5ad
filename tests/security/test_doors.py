"""Who gets in, who does not, and how clearly that is said; with exactly the rights that the docs list."""

import os
import socket
import subprocess
import sys
import time
from types import SimpleNamespace

import kafka
import pytest
from kafka.errors import KafkaConnectionError
from kafka.net.transport import KafkaTCPTransport

from tests.kit.kafka import page
from tests.security.conftest import PASSWORD, RIGHTS, Fortress, acl, rights_of, token
from worker.settings import Kafka, Settings, SettingsError, load
from worker.transport import Output, Refused, TopicMissing, TransportError, Unavailable
from worker.transport.kafka import KafkaTransport, security

TOPICS = Settings().topics
RUN = [tuple(right) for command, *right in RIGHTS if command == "run"]


def put(fortress: Fortress) -> None:
    producer = kafka.KafkaProducer(bootstrap_servers=fortress.inside)
    producer.send(TOPICS.pages, value=page(int(time.time())), key=b"key")
    producer.flush(20)
    producer.close()


def deliver_one(settings: Kafka, seconds: float = 40.0) -> int:
    """A page read, an output to each topic, and the position, in one transaction; the number of pages."""
    transport = KafkaTransport(Settings(kafka=settings, instance="pod-0"), 0)
    try:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            batch = transport.poll()
            if batch.records:
                outputs = [Output(t, b"k", b"v") for t in (TOPICS.articles, TOPICS.metrics, TOPICS.dead_letters)]
                transport.deliver(batch, outputs)
                return len(batch.records)
        pytest.fail("nothing polled")
    finally:
        transport.close()


@pytest.mark.parametrize("door", ["scram", "bearer", "mutual"])
def test_a_worker_gets_in_with_exactly_the_rights_of_the_docs(fortress, door):
    fortress.grant(rights_of("run"))
    put(fortress)
    assert deliver_one(getattr(fortress, door)()) > 0


@pytest.mark.parametrize("missing", RUN, ids=lambda right: f"{right[3]} {right[1]}")
def test_one_right_fewer_is_refused_by_name(fortress, missing):
    fortress.grant([acl(*right) for right in RUN if right != missing])
    put(fortress)
    with pytest.raises((Refused, TopicMissing)) as refused:
        deliver_one(fortress.scram())
    resource, name = missing[:2]
    words = {"group": "group", "transactional_id": "ransactional"}
    assert words.get(resource, name) in str(refused.value).lower() or name in str(refused.value)


@pytest.mark.parametrize(
    ("door", "changed", "words"),
    [
        ("scram", {"sasl_username": "nobody"}, "credentials"),
        ("mutual", {"ssl_certfile": None, "ssl_keyfile": None}, ""),
        ("bearer", {"sasl_oauth_token_file": None, "sasl_oauth_token": token("newsmill", -60)}, "credentials"),
    ],
    ids=["user", "no certificate", "old token"],
)
def test_the_wrong_key_opens_nothing(fortress, door, changed, words):
    fortress.grant(rights_of("run"))
    with pytest.raises(TransportError) as error:
        deliver_one(getattr(fortress, door)(**changed), 20.0)
    assert isinstance(error.value, (Refused, Unavailable))
    assert words in str(error.value).lower()
    assert PASSWORD not in str(error.value)


def test_what_a_broker_says_before_it_closes_is_read():
    """Upstream still drops it: the refusal of a password that came in one read with the end of the connection."""
    security.connection(Kafka(), "test")
    near, far = socket.socketpair()
    near.setblocking(False)
    far.send(b"wrong password")
    far.close()
    half = SimpleNamespace(_sock=near)
    first, end = KafkaTCPTransport._sock_recv(half), KafkaTCPTransport._sock_recv(half)  # noqa: SLF001 - what is guarded
    near.close()
    assert first == (b"wrong password", None)
    assert isinstance(end[1], KafkaConnectionError)


def newsmill(fortress: Fortress, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """The command over SASL_SSL, its password in a file."""
    secret = fortress.folder / "password"
    secret.write_text(PASSWORD + "\n")
    chosen = fortress.scram().model_dump(exclude={"sasl_password"}, exclude_defaults=True)
    environment = {f"NEWSMILL_KAFKA__{name.upper()}": str(value) for name, value in chosen.items()}
    environment |= {"NEWSMILL_KAFKA__SASL_PASSWORD_FILE": str(secret), "NEWSMILL_HTTP__PORT": "0"}
    environment |= {"NEWSMILL_WORKER__PROCESSES": "1", "NEWSMILL_LOG__LEVEL": "debug", **more}
    return subprocess.run(
        [sys.executable, "-c", "from worker.cli import main; main()", *arguments],
        env={**os.environ, **environment}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_the_commands_work_with_their_rights_and_tell_no_secret(fortress):
    put(fortress)
    fortress.grant(rights_of("run"))
    worked = newsmill(fortress, "run", "--stop-when-idle", "1")
    fortress.grant(rights_of("audit"))
    audited = newsmill(fortress, "audit", "--json")
    fortress.grant(rights_of("replay"))
    replayed = newsmill(fortress, "replay", "--yes")
    fortress.grant([])
    refused = newsmill(fortress, "run", "--stop-when-idle", "1")
    assert worked.returncode == 0, worked.stderr[-2000:]
    assert '"pages": ' in audited.stdout, audited.stderr
    assert replayed.returncode == 0, replayed.stderr
    assert refused.returncode in {2, 5}, refused.stderr[-2000:]
    assert PASSWORD not in "".join(run.stdout + run.stderr for run in (worked, audited, replayed, refused))


SECRETS = {"sasl_password": PASSWORD, "ssl_password": PASSWORD, "sasl_oauth_token": PASSWORD}


def test_no_secret_shows_in_the_settings():
    """Neither in a `repr`, nor as text, nor in what a dump to JSON shows, nor in an error about another setting."""
    settings = load(kafka=SECRETS)
    assert PASSWORD not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    with pytest.raises(SettingsError) as error:
        load(kafka={**SECRETS, "session_timeout_seconds": -1})
    assert PASSWORD not in str(error.value)


def test_a_secret_comes_from_its_file(tmp_path, monkeypatch):
    (tmp_path / "secret").write_text(f"{PASSWORD}\n")
    monkeypatch.setenv("NEWSMILL_KAFKA__SASL_PASSWORD_FILE", str(tmp_path / "secret"))
    assert load().kafka.sasl_password.get_secret_value() == PASSWORD
    monkeypatch.setenv("NEWSMILL_KAFKA__SASL_PASSWORD_FILE", str(tmp_path / "missing"))
    with pytest.raises(SettingsError, match=r"SASL_PASSWORD_FILE=.*missing: No such file"):
        load()
