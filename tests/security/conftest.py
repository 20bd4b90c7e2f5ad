"""A broker that lets nobody in without reason: TLS, mutual TLS, SCRAM, bearer tokens and access lists at once."""

import base64
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
import trustme
from cryptography.hazmat.primitives import serialization
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    KafkaAdminClient,
    ResourcePattern,
    ResourceType,
)

from worker.local_broker import LocalKafka, Security
from worker.local_broker.config import HOST, Node
from worker.local_broker.ports import free_nodes
from worker.settings import Kafka, Settings
from worker.transport.plan import plan
from worker.transport.topics import TopicAdmin

HERE = Path(__file__).parent
PASSWORD = "a-very-secret-password"  # noqa: S105 - a test's
USER = "User:newsmill"
ROW = re.compile(r"^\| (\w+) \| (\w+) \| `([\w.-]+)` \| (\w+) \| (\w+) \|$", re.MULTILINE)
RIGHTS = ROW.findall((HERE.parent.parent / "docs" / "security.md").read_text("utf-8"))
"""(command, resource, name, pattern, operation) of the table in docs/security.md."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents and "fortress" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.broker)


def acl(resource: str, name: str, pattern: str, operation: str) -> ACL:
    """One right of the worker's user."""
    spelled = re.sub(r"(?<!^)(?=[A-Z])", "_", operation).upper()
    where = ResourcePattern(ResourceType[resource.upper()], name, ACLResourcePatternType[pattern.upper()])
    return ACL(USER, "*", ACLOperation[spelled], ACLPermissionType.ALLOW, where)


def rights_of(*commands: str) -> list[ACL]:
    """All rights of these commands."""
    return [acl(*right) for command, *right in RIGHTS if command in commands]


@dataclass
class Fortress:
    """The broker, and what a client needs to get in."""

    broker: LocalKafka
    mutual_port: int
    folder: Path
    token: str

    @property
    def inside(self) -> str:
        """Where the test itself gets in, as a user who may do everything."""
        return f"{HOST}:{self.broker.nodes[0].internal_port}"

    def scram(self, **changed: object) -> Kafka:
        """SASL_SSL with a password."""
        login = {"sasl_mechanism": "SCRAM-SHA-512", "sasl_username": "newsmill", "sasl_password": PASSWORD}
        return self._settings(**{"security_protocol": "SASL_SSL", **login, **changed})

    def bearer(self, **changed: object) -> Kafka:
        """SASL_SSL with a token from a file."""
        (self.folder / "token").write_text(self.token)
        login = {"sasl_mechanism": "OAUTHBEARER", "sasl_oauth_token_file": self.folder / "token"}
        return self._settings(**{"security_protocol": "SASL_SSL", **login, **changed})

    def mutual(self, **changed: object) -> Kafka:
        """SSL with a certificate of the client's own."""
        mine = {"ssl_certfile": self.folder / "client.pem", "ssl_keyfile": self.folder / "client.key"}
        where = {"bootstrap_servers": f"{HOST}:{self.mutual_port}", "security_protocol": "SSL"}
        return self._settings(**{**where, **mine, **changed})

    def grant(self, rights: list[ACL]) -> None:
        """Exactly these rights from now on."""
        admin = KafkaAdminClient(bootstrap_servers=self.inside)
        try:
            admin.delete_acls([_any_of(acl(*right)) for _, *right in RIGHTS])
            if rights:
                admin.create_acls(rights)
        finally:
            admin.close()
        time.sleep(0.3)  # the authorizer hears of it with the next metadata

    def _settings(self, **changed: object) -> Kafka:
        common = {"bootstrap_servers": self.broker.bootstrap, "ssl_cafile": self.folder / "ca.pem"}
        quick = {"request_timeout_seconds": 8.0, "session_timeout_seconds": 6.0, "transaction_timeout_seconds": 10.0}
        return Kafka(**{**common, **quick, **changed})


def _any_of(right: ACL) -> ACLFilter:
    return ACLFilter(right.principal, right.host, right.operation, right.permission_type, right.resource_pattern)


@pytest.fixture(scope="module")
def fortress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fortress]:
    """A broker for the tests of one file: an audit finds what other files' tests have left in topics of that name."""
    folder = tmp_path_factory.mktemp("certificates")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    mine = authority.issue_cert("newsmill.example", common_name="newsmill")
    mine.private_key_pem.write_to_path(folder / "client.key")
    for pem in mine.cert_chain_pems:
        pem.write_to_path(folder / "client.pem", append=True)
    port = free_nodes(1)[0].client_port
    security = Security("SASL_SSL", {"newsmill": PASSWORD})
    with LocalKafka(
        security=security, properties=_properties(authority), node_properties=lambda node: _listeners(node, port)
    ) as broker:
        made = Fortress(broker, port, folder, token("newsmill"))
        with TopicAdmin(Kafka(bootstrap_servers=made.inside)) as admin:
            admin.create(plan(Settings(), 1, 1))
        yield made


def token(subject: str, seconds: int = 3600) -> str:
    """A JSON web token that nobody signed, as Kafka's own validator for trials takes it."""
    now = int(time.time())
    parts = ({"alg": "none"}, {"sub": subject, "iat": now, "exp": now + seconds})
    return ".".join(base64.urlsafe_b64encode(orjson.dumps(p)).decode().rstrip("=") for p in parts) + "."


def _properties(authority: trustme.CA) -> dict[str, str]:
    server = authority.issue_cert(HOST)
    key = serialization.load_pem_private_key(server.private_key_pem.bytes(), None)
    pkcs8 = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    oauth = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required"
    return {
        "ssl.keystore.type": "PEM",
        "ssl.keystore.certificate.chain": "".join(pem.bytes().decode() for pem in server.cert_chain_pems),
        "ssl.keystore.key": pkcs8.decode(),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.certificates": authority.cert_pem.bytes().decode(),
        "ssl.principal.mapping.rules": "RULE:^.*CN=([^,]+).*$/$1/,DEFAULT",
        "listener.name.mutual.ssl.client.auth": "required",
        "sasl.enabled.mechanisms": "SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
        "listener.name.client.oauthbearer.sasl.jaas.config": f'{oauth} unsecuredLoginStringClaim_sub="broker";',
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
    }


def _listeners(node: Node, mutual: int) -> dict[str, str]:
    names = {"CLIENT": node.client_port, "MUTUAL": mutual, "INTERNAL": node.internal_port}
    outside = ",".join(f"{name}://{HOST}:{port}" for name, port in names.items())
    return {
        "listeners": f"{outside},CONTROLLER://{HOST}:{node.controller_port}",
        "advertised.listeners": outside,
        "inter.broker.listener.name": "INTERNAL",
        "listener.security.protocol.map": "CLIENT:SASL_SSL,MUTUAL:SSL,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
    }
