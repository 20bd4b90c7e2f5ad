"""A Kafka of three nodes that workers reach only through a proxy, and that the test reaches directly."""

import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Self

from kafka.admin import ConfigResource, KafkaAdminClient
from kafka.errors import KafkaError

from tests.soak.proxy import Gate, Wire
from worker.local_broker import BrokerError, LocalKafka
from worker.local_broker.config import HOST, Node
from worker.local_broker.ports import free_nodes
from worker.settings import Kafka

PROPERTIES = {"group.min.session.timeout.ms": "1000", "log.segment.bytes": "104857600"}


class Arena:
    """Use as a context manager: on exit the cluster and the proxy are gone."""

    def __init__(self, nodes: int = 3) -> None:
        self._outside = dict(zip(range(1, nodes + 1), (n.client_port for n in free_nodes(nodes)), strict=True))
        self.kafka = LocalKafka(nodes, properties=PROPERTIES, node_properties=self._listeners)
        self._wire = Wire()
        self.gates: dict[int, Gate] = {}
        self._admin: KafkaAdminClient | None = None
        self._frozen: set[int] = set()

    def __enter__(self) -> Self:
        try:
            self._start_all()
            for node in self.kafka.nodes:
                self.gates[node.id] = Gate(self._wire, self._outside[node.id], node.client_port)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._forget_admin()
        for gate in self.gates.values():
            gate.close()
        self._wire.close()
        for node in list(self._frozen):
            self.thaw(node)
        self.kafka.stop()

    @property
    def bootstrap(self) -> str:
        """For workers: through the proxy."""
        return ",".join(f"{HOST}:{port}" for port in self._outside.values())

    @property
    def direct(self) -> str:
        """For the test: past the proxy."""
        return ",".join(f"{HOST}:{node.internal_port}" for node in self.kafka.nodes)

    def heal(self) -> None:
        """Everything is up again, whatever was done to it."""
        for gate in self.gates.values():
            gate.heal()
        for node in list(self._frozen):
            self.thaw(node)
        for node in self.kafka.nodes:
            self.start(node.id)

    def _start_all(self) -> None:
        """With the same patience as `start`."""
        for _ in range(4):
            with suppress(BrokerError):
                self.kafka.start_all()
                return
        self.kafka.start_all()

    def start(self, node: int) -> None:
        """Start a broker that was killed; again when a busy machine has not let it become ready in its time."""
        for _ in range(4):
            with suppress(BrokerError):
                return self.kafka.start(node)
            self.kafka.kill(node)
        return self.kafka.start(node)

    def freeze(self, node: int) -> None:
        """SIGSTOP of a broker."""
        pid = self.kafka.pid(node)
        if pid is not None:
            os.kill(pid, signal.SIGSTOP)
            self._frozen.add(node)

    def thaw(self, node: int) -> None:
        """SIGCONT of a broker."""
        self._frozen.discard(node)
        pid = self.kafka.pid(node)
        if pid is not None:
            os.kill(pid, signal.SIGCONT)

    def leader_of(self, topic: str, partition: int) -> int:
        """The node that leads a partition."""
        found = self.ask(lambda admin: admin.describe_topics([topic]))[0]["partitions"]
        leader = next(p["leader_id"] for p in found if p["partition_index"] == partition)
        return leader if leader > 0 else 1

    def coordinator_of(self, name: str, kind: str) -> int:
        """The node that coordinates a transactional id (`transaction`) or a group (`group`)."""
        topic = {"transaction": "__transaction_state", "group": "__consumer_offsets"}[kind]
        found = self.ask(lambda admin: admin.describe_topics([topic]))[0]["partitions"]
        return self.leader_of(topic, _java_hash(name) % len(found)) if found else 1

    def refuse_produce(self, topic: str, *, refuse: bool) -> None:
        """More replicas asked for than there are: brokers refuse every write; or as it was."""
        setting = ConfigResource("topic", topic, {"min.insync.replicas": "4" if refuse else "2"})
        self.ask(lambda admin: admin.alter_configs([setting]))

    def committed(self, group: str, topic: str) -> Mapping[int, int]:
        """The group's positions; raises KafkaError while the coordinator is away."""
        found = self._once(lambda admin: admin.list_group_offsets(group))[group]
        return {p.partition: at.offset for p, at in found.items() if p.topic == topic and at.offset >= 0}

    def ask(self, question, seconds: float = 60.0):
        """An answer from the cluster, asked again while it cannot give one."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self._once(question)
            except (KafkaError, OSError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.3)

    def settings(self, group: str) -> Kafka:
        """For the test's own reader."""
        return Kafka(bootstrap_servers=self.direct, group_id=group)

    def _once(self, question):
        if self._admin is None:
            self._admin = KafkaAdminClient(
                bootstrap_servers=self.direct, request_timeout_ms=3_000, bootstrap_timeout_ms=10_000
            )
        try:
            return question(self._admin)
        except Exception:
            self._forget_admin()
            raise

    def _forget_admin(self) -> None:
        admin, self._admin = self._admin, None
        if admin is not None:
            with suppress(KafkaError, OSError):
                admin.close()

    def _listeners(self, node: Node) -> dict[str, str]:
        inner = f"INTERNAL://{HOST}:{node.internal_port}"
        return {
            "listeners": f"CLIENT://{HOST}:{node.client_port},{inner},CONTROLLER://{HOST}:{node.controller_port}",
            "advertised.listeners": f"CLIENT://{HOST}:{self._outside[node.id]},{inner}",
            "inter.broker.listener.name": "INTERNAL",
            "listener.security.protocol.map": "CLIENT:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT",
        }


def _java_hash(text: str) -> int:
    """String.hashCode, made positive as Kafka's brokers do it."""
    value = 0
    for letter in text:
        value = (31 * value + ord(letter)) & 0xFFFFFFFF
    return value & 0x7FFFFFFF
