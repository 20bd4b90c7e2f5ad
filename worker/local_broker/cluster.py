"""A real Apache Kafka on this machine, as an object: the tests' broker, and what `newsmill broker` keeps running."""

import base64
import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Final, Self

import orjson

from worker.local_broker.config import (
    Cluster,
    Node,
    Security,
    nodes_from,
    scram_arguments,
    server_properties,
    write_properties,
)
from worker.local_broker.errors import BrokerError
from worker.local_broker.jars import KAFKA_VERSION
from worker.local_broker.ports import free_nodes, holder, is_free
from worker.local_broker.process import NodeProcess, format_command, run_together

_READY_S: Final = 60.0
_GRACE_S: Final = 10.0
_HEAP_MB: Final = {1: 512}
_HEAP_OF_MANY_MB: Final = 384
_NONE: Final[Mapping[str, str]] = MappingProxyType({})


class LocalKafka:
    """A cluster of one or more nodes on 127.0.0.1. As a context manager it starts on entry and is gone on exit."""

    def __init__(
        self,
        nodes: int = 1,
        port: int = 0,
        data: Path | None = None,
        security: Security | None = None,
        properties: Mapping[str, str] = _NONE,
        node_properties: Callable[[Node], Mapping[str, str]] | None = None,
    ) -> None:
        """Choose a cluster; nothing runs yet.

        `port` is that of the first node, the others follow (0: free ones). `data` is made when missing and kept;
        without it the data lie in a temporary folder, which `stop` removes. `properties` go to every node,
        `node_properties` gives those of one.
        """
        chosen = nodes_from(port, nodes) if port else free_nodes(nodes)
        self._cluster = Cluster(chosen, security or Security(), properties, node_properties)
        self._is_temporary = data is None
        self.data: Final = Path(tempfile.mkdtemp(prefix="newsmill-kafka-")) if data is None else data.absolute()
        self._running: dict[int, NodeProcess] = {}

    @property
    def bootstrap(self) -> str:
        """Bootstrap servers for clients, all nodes."""
        return self._cluster.bootstrap

    @property
    def nodes(self) -> list[Node]:
        """The nodes, running or not; their ids go from 1."""
        return list(self._cluster.nodes)

    def pid(self, node: int) -> int | None:
        """Process id of a node; None when it does not run."""
        process = self._running.get(node)
        return process.pid if process and process.is_running() else None

    def start_all(self) -> Self:
        """Start every node and wait until all serve (3 s for one, 6 s for three). Raises BrokerError."""
        self._refuse_taken_ports()
        self._prepare()
        try:
            for node in self._cluster.nodes:
                self._launch(node)
            self._wait_until_ready()
        except BaseException:
            self.kill_all()
            raise
        return self

    def start(self, node: int) -> None:
        """Start a node that was killed, and wait until it serves. Does nothing when it runs. Raises BrokerError."""
        if self.pid(node) is None:
            self._launch(self._cluster.nodes[node - 1])
            self._running[node].wait_until_ready(time.monotonic() + _READY_S)

    def kill(self, node: int) -> None:
        """Kill a node as a power cut would (signal 9), and wait until it is gone."""
        self._running[node].kill()

    def kill_all(self) -> None:
        """Kill every node."""
        for process in self._running.values():
            process.kill()

    def stop(self) -> None:
        """End every node, after 10 s by force, and remove temporary data. Harmless when nothing runs."""
        if self._is_temporary:
            self.kill_all()  # nobody will read what an orderly end would save
            shutil.rmtree(self.data, ignore_errors=True)
            return
        for process in self._running.values():
            process.end()
        deadline = time.monotonic() + _GRACE_S
        for process in self._running.values():
            process.wait(deadline - time.monotonic())

    def __enter__(self) -> Self:
        try:
            return self.start_all()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _refuse_taken_ports(self) -> None:
        taken = [f"{port} by {holder(port)}" for port in self._cluster.ports if not is_free(port)]
        if taken:
            raise BrokerError(f"port taken: {', '.join(taken)}; choose another with --port")

    def _prepare(self) -> None:
        """Write every node's properties, and format the folder if it is new."""
        self.data.mkdir(parents=True, exist_ok=True)
        identity = self._identity()
        (self.data / "logs").mkdir(exist_ok=True)
        for node in self._cluster.nodes:
            log_dir = self.data / f"node-{node.id}"
            write_properties(server_properties(self._cluster, node, log_dir), self._properties(node))
        arguments = scram_arguments(self._cluster.security)
        unformatted = [n for n in self._cluster.nodes if not (self.data / f"node-{n.id}" / "meta.properties").exists()]
        run_together([format_command(self._properties(node), identity, arguments) for node in unformatted])

    def _identity(self) -> str:
        """The cluster's id, made when the folder is new. Raises BrokerError for data that are not this cluster's."""
        file, nodes = self.data / "cluster.json", len(self._cluster.nodes)
        if not file.exists():
            if any(self.data.glob("**/meta.properties")):
                raise BrokerError(f"{self.data} holds data that Newsmill did not make; choose another with --data")
            file.write_bytes(orjson.dumps({"kafka": KAFKA_VERSION, "nodes": nodes, "id": _new_id()}))
        known = orjson.loads(file.read_bytes())
        if known["kafka"] != KAFKA_VERSION:
            raise BrokerError(
                f"the data in {self.data} are of Kafka {known['kafka']}, this is {KAFKA_VERSION}; "
                f"remove that folder if you need them no more, or choose another with --data"
            )
        if known["nodes"] != nodes:
            raise BrokerError(
                f"the data in {self.data} are of a cluster of {known['nodes']}, not of {nodes}; "
                f"use --nodes {known['nodes']}, or choose another folder with --data"
            )
        return str(known["id"])

    def _properties(self, node: Node) -> Path:
        return self.data / f"node-{node.id}.properties"

    def _launch(self, node: Node) -> None:
        heap_mb = _HEAP_MB.get(len(self._cluster.nodes), _HEAP_OF_MANY_MB)
        log = self.data / "logs" / f"node-{node.id}.log"
        self._running[node.id] = NodeProcess(self._properties(node), log, heap_mb)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_S
        for process in self._running.values():
            process.wait_until_ready(deadline)


def _new_id() -> str:
    """Kafka's form of a UUID: 22 characters of base64; one that begins with a hyphen would be taken for an option."""
    while (words := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return words
