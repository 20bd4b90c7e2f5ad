"""The rights in the manifests are enough for each program and not for more: asked of a broker with access lists."""

import os
import re
import subprocess
import sys
import time

import kafka
import pytest
import yaml
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    KafkaAdminClient,
    ResourcePattern,
    ResourceType,
)

from tests.kit.kafka import page
from worker.child import Exit
from worker.local_broker import LocalKafka
from worker.local_broker.config import Security
from worker.settings import Settings, Topics
from worker.transport.plan import plan
from worker.transport.topics import TopicAdmin

pytestmark = pytest.mark.broker
NAMES = Topics()
PASSWORDS = {
    "admin": "all",
    "newsmill": "one",
    "newsmill-rollup": "two",
    "newsmill-profiler": "three",
    "newsmill-audit": "4",
    "newsmill-replay": "5",
}
AUTHORIZED = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": "User:ANONYMOUS;User:admin",
}
KINDS = {"topic": ResourceType.TOPIC, "group": ResourceType.GROUP, "transactionalId": ResourceType.TRANSACTIONAL_ID}
PATTERNS = {"literal": ACLResourcePatternType.LITERAL, "prefix": ACLResourcePatternType.PREFIXED}


def login(bootstrap, user):
    """A client's arguments."""
    return {
        "bootstrap_servers": bootstrap,
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": user,
        "sasl_plain_password": PASSWORDS[user],
    }


def spelled(operation):
    """DescribeConfigs -> DESCRIBE_CONFIGS."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", operation).upper()


def access_lists(deploy):
    """What Strimzi would make of the KafkaUsers."""
    users = yaml.safe_load_all((deploy / "kubernetes" / "components" / "strimzi" / "users.yaml").read_text())
    for user in users:
        for entry in user["spec"]["authorization"]["acls"]:
            resource = entry["resource"]
            pattern = ResourcePattern(KINDS[resource["type"]], resource["name"], PATTERNS[resource["patternType"]])
            for operation in entry["operations"]:
                who = f"User:{user['metadata']['name']}"
                yield ACL(who, "*", ACLOperation[spelled(operation)], ACLPermissionType.ALLOW, pattern)


@pytest.fixture(scope="module")
def bootstrap(deploy):
    """A broker with the topics, the users and their rights."""
    security = Security("SASL_PLAINTEXT", PASSWORDS)
    with LocalKafka(security=security, properties=AUTHORIZED) as broker:
        admin = KafkaAdminClient(**login(broker.bootstrap, "admin"))
        admin.create_acls(list(access_lists(deploy)))
        admin.close()
        settings = Settings(kafka=environment(broker.bootstrap, "admin"))
        with TopicAdmin(settings.kafka) as topics:
            topics.create(plan(settings, 2, 1))
        yield broker.bootstrap


def environment(bootstrap, user):
    """The group `kafka` of the settings."""
    return {
        "bootstrap_servers": bootstrap,
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_username": user,
        "sasl_password": PASSWORDS[user],
    }


def started(command, instance, kafka_settings, **more):
    variables = {f"NEWSMILL_KAFKA__{name.upper()}": value for name, value in kafka_settings.items()}
    variables |= {"NEWSMILL_INSTANCE": instance, "NEWSMILL_HTTP__PORT": "0", "NEWSMILL_WORKER__PROCESSES": "1"}
    variables["NEWSMILL_HTTP__LINGER_SECONDS"] = "0"
    code = f"import sys; sys.argv[1:] = {command!r}; from worker.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, **variables, **more}, stderr=subprocess.DEVNULL
    )


def put(bootstrap, numbers):
    producer = kafka.KafkaProducer(**login(bootstrap, "admin"))
    for number in numbers:
        producer.send(NAMES.pages, value=page(number), key=b"key")
    producer.flush(30)
    producer.close()


def count(bootstrap, topic):
    reader = kafka.KafkaConsumer(
        topic, **login(bootstrap, "admin"), auto_offset_reset="earliest", isolation_level="read_committed"
    )
    found = sum(len(records) for _ in range(4) for records in reader.poll(500).values())
    reader.close()
    return found


def test_worker_rollup_and_profiler_work_with_their_rights(bootstrap):
    collects = {"NEWSMILL_PROFILES__COLLECT": "true"}
    worker = started(["run"], "newsmill-0", environment(bootstrap, "newsmill"), **collects)
    rollup = started(
        ["rollup"], "newsmill-rollup-0", environment(bootstrap, "newsmill-rollup"), NEWSMILL_ROLLUP__WINDOW_SECONDS="1"
    )
    profiler = started(
        ["profiler"],
        "newsmill-profiler-0",
        environment(bootstrap, "newsmill-profiler"),
        NEWSMILL_PROFILES__WINDOW_SECONDS="1",
    )
    try:
        end = time.monotonic() + 120
        number = 0
        written = (NAMES.source_metrics, NAMES.site_profiles)
        while time.monotonic() < end and not all(count(bootstrap, topic) for topic in written):
            put(bootstrap, range(number, number + 10))
            number += 10
        assert worker.poll() is None
        assert rollup.poll() is None
        assert profiler.poll() is None
        assert all(count(bootstrap, topic) for topic in (NAMES.articles, *written))
    finally:
        for program in (worker, rollup, profiler):
            program.terminate()
        for program in (worker, rollup, profiler):
            assert program.wait(30) == Exit.CLEAN


def test_audit_and_replay_work_with_their_rights(bootstrap):
    producer = kafka.KafkaProducer(**login(bootstrap, "admin"))
    producer.send(NAMES.pages, value=b"{", key=b"key").get(30)
    producer.close()
    worker = started(["run", "--stop-when-idle", "1"], "newsmill-0", environment(bootstrap, "newsmill"))
    assert worker.wait(120) == Exit.CLEAN
    audit = started(["audit"], "audit", environment(bootstrap, "newsmill-audit"))
    assert audit.wait(120) == 0
    before = count(bootstrap, NAMES.pages)
    replay = started(["replay", "--yes"], "replay", environment(bootstrap, "newsmill-replay"))
    assert replay.wait(120) == 0
    assert count(bootstrap, NAMES.pages) == before + 1


def test_what_goes_beyond_the_rights_is_refused(bootstrap):
    beyond = {"NEWSMILL_TOPICS__PAGES": NAMES.articles, "NEWSMILL_TOPICS__ARTICLES": NAMES.pages}
    worker = started(["run"], "newsmill-0", environment(bootstrap, "newsmill"), **beyond)
    assert worker.wait(120) == Exit.REFUSED
