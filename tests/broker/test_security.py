"""Encrypted and authenticated, on a real broker: what is right works, and what is wrong is refused and said."""

import base64
import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.kit.command import newsmill
from tests.kit.kafka import Corner, ended, running
from worker.local_broker import LocalKafka, Security
from worker.settings import Kafka
from worker.transport import Refused, TransportError
from worker.transport.kafka.security import connection
from worker.transport.plan import plan
from worker.transport.topics import TopicAdmin

OAUTH_LOGIN = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;"


@dataclass
class Certificates:
    """An authority, and what it signed for `127.0.0.1`, for a strange host, and for a client."""

    folder: Path

    def __post_init__(self) -> None:
        self._openssl("req", "-x509", "-subj", "/CN=Test authority", *self._key("ca"), "-out", "ca.pem", "-days", "2")
        self.sign("broker", "IP:127.0.0.1")
        self.sign("client", "DNS:client.test")

    def sign(self, name: str, alternative: str) -> None:
        """Key, certificate, and both in one file `NAME-both.pem`, as a PEM key store wants it."""
        self._openssl("req", "-subj", f"/CN={name}", *self._key(name), "-out", f"{name}.csr")
        (self.folder / "ext").write_text(f"subjectAltName={alternative}\n")
        signer = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "ext")
        self._openssl("x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem", *signer)
        self.path(f"{name}-both.pem").write_text(
            self.path(f"{name}.key").read_text() + self.path(f"{name}.pem").read_text()
        )

    def path(self, name: str) -> Path:
        return self.folder / name

    def _key(self, name: str) -> tuple[str, ...]:
        return ("-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key")

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


def tls_properties(certificates: Certificates, keys: str = "broker") -> dict[str, str]:
    return {
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(certificates.path(f"{keys}-both.pem")),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(certificates.path("ca.pem")),
    }


@pytest.fixture(scope="module")
def sasl_ssl(certificates):
    properties = tls_properties(certificates) | {
        "sasl.enabled.mechanisms": "SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
        "listener.name.client.oauthbearer.sasl.jaas.config": OAUTH_LOGIN,
    }
    with LocalKafka(security=Security("SASL_SSL", {"newsmill": "right"}), properties=properties) as broker:
        yield broker


@pytest.fixture
def scram(sasl_ssl, certificates) -> dict[str, object]:
    return {
        "bootstrap_servers": sasl_ssl.bootstrap,
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_username": "newsmill",
        "sasl_password": "right",
        "ssl_cafile": certificates.path("ca.pem"),
        "request_timeout_seconds": 5.0,
    }


def nodes(settings: dict[str, object]) -> int:
    with TopicAdmin(Kafka(**settings), reach_seconds=5.0) as admin:
        return admin.nodes()


def test_the_whole_check_passes_over_tls_with_a_password_from_a_file(scram, topic_names, tmp_path):
    password = tmp_path / "password"
    password.write_text("right\n")
    corner = Corner(str(scram.pop("bootstrap_servers")), topic_names, kafka=scram).create()
    corner.kafka = {name: value for name, value in scram.items() if name != "sasl_password"}
    checked = newsmill(corner, "check", NEWSMILL_KAFKA__SASL_PASSWORD_FILE=str(password))
    assert (checked.returncode, "wrong" in checked.stdout) == (0, False), checked.stdout + checked.stderr


def test_a_wrong_password_is_refused_and_not_shown(scram):
    with pytest.raises(TransportError) as caught:
        nodes(scram | {"sasl_password": "wrong-and-secret"})
    assert "wrong-and-secret" not in str(caught.value)
    assert isinstance(caught.value, Refused), caught.value


def test_a_worker_with_a_wrong_password_ends_with_its_own_code(scram, topic_names):
    corner = Corner(
        str(scram.pop("bootstrap_servers")), topic_names, kafka=scram | {"sasl_password": "wrong-and-secret"}
    )
    with running(corner) as process:
        code, log = ended(process)
    assert (code, "wrong-and-secret" in str(log)) == (5, False), log


def test_an_authority_that_nobody_named_is_not_trusted(scram):
    with pytest.raises(Refused):
        nodes(scram | {"ssl_cafile": None})


def test_a_certificate_for_another_host_is_refused_unless_told_otherwise(certificates):
    certificates.sign("elsewhere", "DNS:elsewhere.test")
    with LocalKafka(security=Security("SSL"), properties=tls_properties(certificates, "elsewhere")) as broker:
        settings = {
            "bootstrap_servers": broker.bootstrap,
            "security_protocol": "SSL",
            "ssl_cafile": certificates.path("ca.pem"),
        }
        with pytest.raises(Refused):
            nodes(settings)
        assert nodes(settings | {"ssl_check_hostname": False}) == 1


def test_mutual_tls_wants_a_certificate_of_the_client(certificates):
    properties = tls_properties(certificates) | {"ssl.client.auth": "required"}
    with LocalKafka(security=Security("SSL"), properties=properties) as broker:
        settings = {
            "bootstrap_servers": broker.bootstrap,
            "security_protocol": "SSL",
            "ssl_cafile": certificates.path("ca.pem"),
        }
        with pytest.raises(TransportError):
            nodes(settings)
        own = {"ssl_certfile": certificates.path("client.pem"), "ssl_keyfile": certificates.path("client.key")}
        assert nodes(settings | own) == 1


def token(seconds: float) -> str:
    """An unsigned token, as Kafka's own validator for trials takes it."""
    now = time.time()
    parts = ({"alg": "none"}, {"sub": "newsmill", "iat": now, "exp": now + seconds})
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


def test_a_bearer_token_is_read_from_its_file_anew_for_each_connection(scram, tmp_path):
    file = tmp_path / "token"
    bearer = {name: value for name, value in scram.items() if not name.startswith("sasl")} | {
        "sasl_mechanism": "OAUTHBEARER",
        "sasl_oauth_token_file": file,
    }
    file.write_text("stale")
    with pytest.raises(TransportError):
        nodes(bearer)
    file.write_text(token(60))
    assert nodes(bearer) == 1


def test_no_secret_is_in_the_repr_of_what_is_handed_around(scram):
    settings = Kafka(**scram)
    assert "right" not in repr(settings)
    oauth = settings.model_copy(update={"sasl_mechanism": "OAUTHBEARER", "sasl_oauth_token": settings.sasl_password})
    assert "right" not in repr(connection(oauth, "c"))


def test_the_topics_are_made_over_tls(scram, topic_names):
    corner = Corner(str(scram.pop("bootstrap_servers")), topic_names, kafka=scram)
    with TopicAdmin(corner.settings().kafka) as admin:
        assert len(admin.create(plan(corner.settings(), 1, 1))) == 5
