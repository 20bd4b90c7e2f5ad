"""The topics on a real cluster: made, checked against the plan, and mended. Nothing is ever made smaller."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Self

from kafka.admin import ConfigResource, KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError

from worker.settings import Kafka
from worker.transport import Refused
from worker.transport.kafka.errors import translate
from worker.transport.kafka.security import connection
from worker.transport.plan import TopicPlan

_REACH_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a topic that is not as planned."""

    topic: str
    wrong: str
    mend: str
    """What would help; a command, where one does it."""


@dataclass(frozen=True, slots=True)
class TopicState:
    """A topic as it is."""

    partitions: int
    replication: int
    """Of its least replicated partition."""
    settings: Mapping[str, str | None]

    @property
    def record_bytes(self) -> int:
        """Size of the largest record that it takes."""
        return int(self.settings["max.message.bytes"] or 0)


class TopicAdmin:
    """A short conversation with the cluster about topics. Use as a context manager."""

    def __init__(self, kafka: Kafka, reach_seconds: float = _REACH_SECONDS) -> None:
        """Connect; raises TransportError when nobody has answered after so long."""
        reach = {"bootstrap_timeout_ms": int(reach_seconds * 1000)}
        with self._told(f"reaching the brokers at {kafka.bootstrap_servers}"):
            self._admin = KafkaAdminClient(**connection(kafka, "newsmill-topics"), **reach)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._admin.close()

    def nodes(self) -> int:
        """Number of brokers that are up. Raises TransportError."""
        with self._told("counting the brokers"):
            brokers = self._admin.describe_cluster()["brokers"]
        return sum(1 for broker in brokers if not broker.get("is_fenced"))

    def states(self, names: Sequence[str]) -> dict[str, TopicState]:
        """Those of the topics that exist. Raises TransportError."""
        with self._told("reading the topics"):
            found = {
                t["name"]: t["partitions"] for t in self._admin.describe_topics(list(names)) if not t["error_code"]
            }
            if not found:
                return {}
            resources = [ConfigResource("topic", name) for name in found]
            settings = self._admin.describe_configs(resources, config_filter="all")["topic"]
        return {name: _state(partitions, settings[name]) for name, partitions in found.items()}

    def create(self, plans: Sequence[TopicPlan]) -> list[str]:
        """Make those topics that do not exist, and wait until they can be used; their names. Raises TransportError."""
        existing = self.states([plan.name for plan in plans])
        missing = [plan for plan in plans if plan.name not in existing]
        if missing:
            with self._told("making the topics"):
                self._create(missing)
        return [plan.name for plan in missing]

    def mend(self, plans: Sequence[TopicPlan]) -> list[str]:
        """Bring the settings of existing topics to the plan; says what was done. Raises TransportError."""
        states = self.states([plan.name for plan in plans])
        done: list[str] = []
        with self._told("mending the topics"):
            for plan in plans:
                if plan.name in states:
                    done += self._mend_settings(plan, states[plan.name])
        return done

    def grow(self, plans: Sequence[TopicPlan]) -> list[str]:
        """Give existing topics with fewer partitions the planned number; says what was done. Raises TransportError.

        Keys move to other partitions: a compacted topic then holds an old and a new version of the same key.
        """
        states = self.states([plan.name for plan in plans])
        few = [plan for plan in plans if plan.name in states and states[plan.name].partitions < plan.partitions]
        if few:
            with self._told("adding partitions"):
                self._admin.create_partitions({plan.name: plan.partitions for plan in few})
            self._wait_for_partitions(few)
        return [f"{plan.name}: {plan.partitions} partitions (were {states[plan.name].partitions})" for plan in few]

    def _wait_for_partitions(self, plans: Sequence[TopicPlan]) -> None:
        """The brokers learn of new partitions a little after the controller has promised them."""
        deadline = time.monotonic() + _REACH_SECONDS
        names = [plan.name for plan in plans]
        while any(compare_partitions(plans, self.states(names))) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)

    def _create(self, plans: Sequence[TopicPlan]) -> None:
        wanted: dict[str, Any] = {
            plan.name: {
                "num_partitions": plan.partitions,
                "replication_factor": plan.replication,
                "configs": {key: setting.value for key, setting in plan.settings.items()},
            }
            for plan in plans
        }
        try:
            self._admin.create_topics(wanted)
        except TopicAlreadyExistsError:  # somebody else made it since we looked
            if len(plans) > 1:
                for plan in plans:
                    self._create([plan])
        self._admin.wait_for_topics(list(wanted))

    def _mend_settings(self, plan: TopicPlan, state: TopicState) -> list[str]:
        wrong = {
            key: setting.value for key, setting in plan.settings.items() if not setting.allows(state.settings.get(key))
        }
        if wrong:
            answer = self._admin.alter_configs([ConfigResource("topic", plan.name, wrong)])["topic"][plan.name]
            if answer != "OK":
                raise Refused(f"{plan.name}: {answer}")
        return [f"{plan.name}: {key} set to {value} (was {state.settings.get(key)})" for key, value in wrong.items()]

    @contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (KafkaError, OSError) as error:
            raise translate(error, doing) from error


def compare(plans: Sequence[TopicPlan], states: Mapping[str, TopicState]) -> list[Finding]:
    """Everything that is not as planned, the number of partitions aside; more of something than planned is right."""
    findings: list[Finding] = []
    for plan in plans:
        if plan.name not in states:
            findings.append(Finding(plan.name, "does not exist", "newsmill topics create"))
        else:
            findings += _compare_one(plan, states[plan.name])
    return findings


def compare_partitions(plans: Sequence[TopicPlan], states: Mapping[str, TopicState]) -> list[Finding]:
    """Topics that have another number of partitions than planned."""
    return [
        Finding(plan.name, f"has {has} partitions, not {plan.partitions}", _partition_advice(has, plan.partitions))
        for plan in plans
        if plan.name in states and (has := states[plan.name].partitions) != plan.partitions
    ]


def _partition_advice(has: int, wanted: int) -> str:
    if has > wanted:
        return "Kafka cannot take partitions away: use it as it is"
    return (
        f"newsmill topics create --mend --partitions {wanted}; "
        "keys then move to other partitions, so do it while nothing is written"
    )


def _compare_one(plan: TopicPlan, state: TopicState) -> list[Finding]:
    findings = [
        Finding(
            plan.name,
            f"{key} is {state.settings.get(key)}, expected {'at least ' * (setting.rule == 'at_least')}{setting.value}",
            "newsmill topics create --mend",
        )
        for key, setting in plan.settings.items()
        if not setting.allows(state.settings.get(key))
    ]
    if state.replication < plan.replication:
        wrong = f"has {state.replication} replicas, expected {plan.replication}"
        findings.append(Finding(plan.name, wrong, "reassign its partitions with Kafka's kafka-reassign-partitions"))
    return findings


def _state(partitions: Sequence[Mapping[str, Any]], settings: Mapping[str, Mapping[str, Any]]) -> TopicState:
    return TopicState(
        len(partitions),
        min((len(partition["replica_nodes"]) for partition in partitions), default=0),
        {key: entry["value"] for key, entry in settings.items()},
    )
