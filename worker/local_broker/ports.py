"""TCP ports on this machine: which are free, and who holds one that is not."""

import random
import socket
from pathlib import Path
from typing import Final

from worker.local_broker.config import HOST, Node

_LISTENING: Final = "0A"
"""State of a listening socket in /proc/net/tcp."""
_FREE_FROM: Final = 20_000
_EPHEMERAL: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_nodes(count: int) -> list[Node]:
    """Nodes on random free ports.

    The ports lie below those that the kernel gives to outgoing connections: a client that tries again and again while
    a node is down could otherwise be given the node's own port, and the node could not come back.
    """
    below = int(_EPHEMERAL.read_text().split()[0]) if _EPHEMERAL.exists() else 32_768
    chosen: list[int] = []
    for port in random.sample(range(_FREE_FROM, max(below, _FREE_FROM + 1000)), 1000):
        if is_free(port):
            chosen.append(port)
        if len(chosen) == 3 * count:
            break
    return [Node(i + 1, *chosen[3 * i : 3 * i + 3]) for i in range(count)]


def holder(port: int) -> str:
    """Who listens on `port`: `pid 123 (java)`, or `another process` when the system does not tell."""
    inode = _listening_inode(port)
    if inode is not None:
        for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
            try:
                if str(descriptor.readlink()) == f"socket:[{inode}]":
                    process = descriptor.parent.parent
                    return f"pid {process.name} ({(process / 'comm').read_text().strip()})"
            except OSError:  # ended meanwhile, or another user's
                continue
    return "another process"


def _listening_inode(port: int) -> str | None:
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        if not table.exists():
            continue
        for line in table.read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                return fields[9]
    return None
