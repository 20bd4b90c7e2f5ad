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

from tests.kit.kafka import LINGERING, last_words, page, stops
from tests.security.conftest import PASSWORD, RIGHTS, Fortress, acl, rights_of, token
from worker.settings import Kafka, Settings, SettingsError, load
from worker.transport import Output, Refused, TopicMissing, TransportError, Unavailable
from worker.transport.kafka import KafkaTransport, security
from worker.transport.plan import TopicPlan
from worker.transport.topics import TopicAdmin

TOPICS = Settings().topics
WRONG = "a-wrong-and-secret-password"
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
        ("scram", {"sasl_password": WRONG}, "credentials"),
        ("scram", {"ssl_cafile": None}, "certificates"),
        ("scram", {"bootstrap_servers": "localhost"}, "certificates"),
        ("mutual", {"ssl_certfile": None, "ssl_keyfile": None}, ""),
        ("bearer", {"sasl_oauth_token_file": None, "sasl_oauth_token": token("newsmill", -60)}, "credentials"),
    ],
    ids=["user", "password", "unknown authority", "certificate of another host", "no certificate", "old token"],
)
def test_the_wrong_key_opens_nothing(fortress, door, changed, words):
    fortress.grant(rights_of("run"))
    with pytest.raises(TransportError) as error:
        deliver_one(getattr(fortress, door)(**_dialled(fortress, changed)), 20.0)
    assert isinstance(error.value, Refused if words else (Refused, Unavailable)), error.value
    assert words in str(error.value).lower()
    assert not [secret for secret in (PASSWORD, WRONG) if secret in str(error.value)]


def _dialled(fortress: Fortress, changed: dict[str, object]) -> dict[str, object]:
    """With the port behind a host that is dialled by another name than its certificate has."""
    if "bootstrap_servers" not in changed:
        return changed
    return changed | {"bootstrap_servers": f"{changed['bootstrap_servers']}:{fortress.broker.nodes[0].client_port}"}


def test_a_host_may_have_another_name_where_the_settings_say_so(fortress):
    named = _dialled(fortress, {"bootstrap_servers": "localhost", "ssl_check_hostname": False})
    with TopicAdmin(fortress.scram(**named)) as admin:
        assert admin.nodes() == 1


def test_a_bearer_token_is_read_from_its_file_anew_for_each_connection(fortress):
    fortress.grant(rights_of("run"))
    put(fortress)
    settings = fortress.bearer()
    settings.sasl_oauth_token_file.write_text("stale")
    with pytest.raises(TransportError):
        deliver_one(settings, 20.0)
    settings.sasl_oauth_token_file.write_text(fortress.token)
    assert deliver_one(settings) > 0


def test_the_check_passes_with_its_rights_and_the_topics_are_made_over_tls(fortress):
    fortress.grant(rights_of("run", "check"))
    checked = newsmill(fortress, "check")
    assert (checked.returncode, "wrong" in checked.stdout) == (0, False), checked.stdout + checked.stderr
    fortress.grant([acl("topic", "made-over-tls", "literal", right) for right in ("Create", "Describe")])
    with TopicAdmin(fortress.scram()) as admin:
        assert admin.create([TopicPlan("made-over-tls", 1, 1, {})]) == ["made-over-tls"]


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


def environment(fortress: Fortress, secret: str = PASSWORD) -> dict[str, str]:
    """Of the command over SASL_SSL, its password in a file."""
    file = fortress.folder / "password"
    file.write_text(f"{secret}\n")
    chosen = fortress.scram().model_dump(exclude={"sasl_password"}, exclude_defaults=True)
    settings = {f"NEWSMILL_KAFKA__{name.upper()}": str(value) for name, value in chosen.items()}
    settings |= {"NEWSMILL_KAFKA__SASL_PASSWORD_FILE": str(file), "NEWSMILL_HTTP__PORT": "0"}
    settings |= {
        "NEWSMILL_WORKER__PROCESSES": "1",
        "NEWSMILL_LOG__LEVEL": "debug",
        "NEWSMILL_HTTP__LINGER_SECONDS": "0",
    }
    return {**os.environ, **settings}


NEWSMILL = (sys.executable, "-c", "from worker.cli import main; main()")


def newsmill(fortress: Fortress, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, until it ends."""
    return subprocess.run(
        [*NEWSMILL, *arguments], env=environment(fortress), capture_output=True, text=True, timeout=120, check=False
    )


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


def test_a_worker_with_a_wrong_password_ends_with_its_own_code_and_cause_and_does_not_tell_it(fortress, tmp_path):
    settings = environment(fortress, WRONG) | LINGERING | {"XDG_STATE_HOME": str(tmp_path)}
    with subprocess.Popen([*NEWSMILL, "run"], env=settings, stderr=subprocess.PIPE, text=True) as process:
        code, log, metrics = last_words(process)
    assert (code, stops(metrics)) == (5, {"refused": 1}), log
    assert WRONG not in str(log)


SECRETS = {"sasl_password": PASSWORD, "ssl_password": PASSWORD, "sasl_oauth_token": PASSWORD}


def test_no_secret_shows_in_the_settings():
    """Neither in a `repr`, nor as text, nor in what a dump to JSON shows, nor in an error about another setting."""
    settings = load(kafka=SECRETS)
    assert PASSWORD not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    bearer = Kafka(security_protocol="SASL_SSL", sasl_mechanism="OAUTHBEARER", sasl_oauth_token=PASSWORD)
    assert PASSWORD not in repr(security.connection(bearer, "test"))
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
