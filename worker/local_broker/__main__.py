"""The daemon behind `newsmill broker start`: `python -m worker.local_broker NODES PORT DATA`."""

import sys
from pathlib import Path

from worker.local_broker.errors import BrokerError
from worker.local_broker.keeper import keep


def main(nodes: int, port: int, data: Path) -> None:
    """Keep a broker running until told to end; what goes wrong is said on standard output, which is its log."""
    try:
        keep(nodes, port, data, lambda _: None)
    except BrokerError as error:
        sys.stdout.write(f"{error}\n")
        sys.exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
