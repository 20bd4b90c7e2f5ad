"""What the nodes of a local cluster are told: ports, and their `server.properties`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

HOST: Final = "127.0.0.1"
"""A local broker never listens to other machines."""

SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
_SCRAM: Final = ("SCRAM-SHA-256", "SCRAM-SHA-512")
_SCRAM_LOGIN: Final = "org.apache.kafka.common.security.scram.ScramLoginModule required;"

_QUICK_FAIL_OVER: Final = {
    # Kafka's defaults leave a partition without leader for 10-13 s when a node dies: too long to wait for in a test.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "controller.quorum.election.timeout.ms": "500",
    "controller.quorum.fetch.timeout.ms": "1000",
}
_SMALL: Final = {
    # One machine, few clients: fewer internal partitions start and fail over sooner, and the log cleaner does not
    # reserve 128 MB of a heap that has 384.
    "offsets.topic.num.partitions": "8",
    "transaction.state.log.num.partitions": "8",
    "share.coordinator.state.topic.num.partitions": "2",
    "log.cleaner.dedupe.buffer.size": "16777216",
    "group.initial.rebalance.delay.ms": "0",
}
_STRICT: Final = {
    # A misspelt topic must fail, not come into being with one partition and the wrong clean-up.
    "auto.create.topics.enable": "false",
}


@dataclass(frozen=True, slots=True)
class Node:
    """One process of the cluster, broker and controller in one, and the ports it listens on."""

    id: int
    """From 1."""
    client_port: int
    controller_port: int
    internal_port: int
    """Between brokers; used only where clients must encrypt or authenticate."""


@dataclass(frozen=True, slots=True)
class Security:
    """How clients reach the brokers; brokers among themselves always speak plainly on 127.0.0.1."""

    protocol: SecurityProtocol = "PLAINTEXT"
    scram_users: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Name -> password of the users made when the data folder is formatted."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A local cluster before it runs."""

    nodes: Sequence[Node]
    security: Security = field(default_factory=Security)
    properties: Mapping[str, str] = field(default_factory=dict)
    """More lines for every `server.properties` (keystores, an authorizer …); they win over ours."""
    node_properties: Callable[[Node], Mapping[str, str]] | None = None
    """And for one node's alone, once its ports are known (a proxy's address to advertise …); they win over all."""

    @property
    def bootstrap(self) -> str:
        """The clients' bootstrap servers: `host:port`, comma between."""
        return ",".join(f"{HOST}:{node.client_port}" for node in self.nodes)

    @property
    def ports(self) -> list[int]:
        """Every port that the nodes will listen on."""
        inner = [] if self.security.protocol == "PLAINTEXT" else [node.internal_port for node in self.nodes]
        return [port for node in self.nodes for port in (node.client_port, node.controller_port)] + inner


def nodes_from(port: int, count: int) -> list[Node]:
    """Nodes whose ports follow each other from `port`: a pair for each, client first; the internal ones behind."""
    return [Node(i + 1, port + 2 * i, port + 2 * i + 1, port + 2 * count + i) for i in range(count)]


def server_properties(cluster: Cluster, node: Node, data: Path) -> dict[str, str]:
    """The properties of one node that keeps its log in `data`."""
    return {
        **_identity(cluster, node, data),
        **_listeners(cluster.security, node),
        **_replication(len(cluster.nodes)),
        **_QUICK_FAIL_OVER,
        **_SMALL,
        **_STRICT,
        **_scram(cluster.security),
        **cluster.properties,
        **(cluster.node_properties(node) if cluster.node_properties else {}),
    }


def write_properties(properties: Mapping[str, str], path: Path) -> None:
    """Write a Java properties file, readable for its owner only: it may name passwords."""
    path.touch(mode=0o600)
    path.write_text("".join(f"{key}={_escaped(value)}\n" for key, value in properties.items()), encoding="ascii")


def scram_arguments(security: Security) -> list[str]:
    """Arguments of Kafka's format command that make the users."""
    return [
        argument
        for name, password in security.scram_users.items()
        for mechanism in _SCRAM
        for argument in ("--add-scram", f"{mechanism}=[name={name},password={password}]")
    ]


def _identity(cluster: Cluster, node: Node, data: Path) -> dict[str, str]:
    voters = ",".join(f"{other.id}@{HOST}:{other.controller_port}" for other in cluster.nodes)
    return {
        "process.roles": "broker,controller",
        "node.id": str(node.id),
        "controller.quorum.voters": voters,
        "log.dirs": str(data),
    }


def _listeners(security: Security, node: Node) -> dict[str, str]:
    ports = {"CLIENT": node.client_port}
    protocols = {"CLIENT": str(security.protocol), "CONTROLLER": "PLAINTEXT"}
    if security.protocol != "PLAINTEXT":
        ports["INTERNAL"] = node.internal_port
        protocols["INTERNAL"] = "PLAINTEXT"
    advertised = ",".join(f"{name}://{HOST}:{port}" for name, port in ports.items())
    return {
        "listeners": f"{advertised},CONTROLLER://{HOST}:{node.controller_port}",
        "advertised.listeners": advertised,
        "inter.broker.listener.name": list(ports)[-1],
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": ",".join(f"{name}:{protocol}" for name, protocol in protocols.items()),
    }


def _replication(nodes: int) -> dict[str, str]:
    """Internal topics survive the loss of any one node where there are three."""
    factor, in_sync = str(min(3, nodes)), str(min(2, nodes))
    internal = ("transaction.state.log.replication.factor", "share.coordinator.state.topic.replication.factor")
    return {
        "offsets.topic.replication.factor": factor,
        "default.replication.factor": factor,
        **dict.fromkeys(internal, factor),
        "transaction.state.log.min.isr": in_sync,
        "share.coordinator.state.topic.min.isr": in_sync,
    }


def _scram(security: Security) -> dict[str, str]:
    if not security.scram_users:
        return {}
    logins = {f"listener.name.client.{name.lower()}.sasl.jaas.config": _SCRAM_LOGIN for name in _SCRAM}
    return {"sasl.enabled.mechanisms": ",".join(_SCRAM), **logins}


def _escaped(value: str) -> str:
    """A properties file is Latin-1 with backslash escapes; one line a value."""
    plain = value.replace("\\", "\\\\").replace("\n", "\\n")
    return "".join(c if c.isascii() else "".join(f"\\u{unit:04x}" for unit in _utf16(c)) for c in plain)


def _utf16(character: str) -> list[int]:
    raw = character.encode("utf-16-be")
    return [int.from_bytes(raw[i : i + 2], "big") for i in range(0, len(raw), 2)]
