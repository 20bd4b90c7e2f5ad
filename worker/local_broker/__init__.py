"""A real Apache Kafka on this machine, without Docker: from Python packages and Maven Central, for tests and trials."""

from worker.local_broker.cluster import LocalKafka
from worker.local_broker.config import Security
from worker.local_broker.errors import BrokerError

__all__ = ["BrokerError", "LocalKafka", "Security"]
