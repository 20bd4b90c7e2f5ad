"""The topics as Strimzi's kind, from the plan that `newsmill topics create` follows."""

from typing import Final

import yaml

from worker.settings import Settings
from worker.transport.plan import TopicPlan, plan

HEAD: Final = "# Made by deploy/generate.py from worker/transport/plan.py: what `newsmill topics create` would make.\n"
PARTITIONS: Final = 12
REPLICAS: Final = 3
CLUSTER: Final = "news"


def kafka_topics() -> str:
    """One KafkaTopic for each topic of the default settings."""
    return HEAD + yaml.safe_dump_all(map(_topic, plan(Settings(), PARTITIONS, REPLICAS)), sort_keys=False)


def _topic(topic: TopicPlan) -> dict[str, object]:
    return {
        "apiVersion": "kafka.strimzi.io/v1",
        "kind": "KafkaTopic",
        "metadata": {"name": topic.name, "labels": {"strimzi.io/cluster": CLUSTER}},
        "spec": {
            "partitions": topic.partitions,
            "replicas": topic.replication,
            "config": {name: _plain(setting.value) for name, setting in sorted(topic.settings.items())},
        },
    }


def _plain(value: str) -> int | str:
    return int(value) if value.isdigit() else value
