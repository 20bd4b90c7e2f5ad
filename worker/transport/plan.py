"""What the topics should be like, as data: no Kafka here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from worker.settings import Settings

DEFAULT_PARTITIONS: Final = 6
"""Enough for six consumer processes; a keyed topic cannot get more later without moving keys."""

_DAY_MS: Final = 86_400_000
_HEAD_ROOM: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a topic, and what may stand there instead."""

    value: str
    rule: Literal["is", "at_least"] = "is"

    def allows(self, actual: str | None) -> bool:
        """Whether a topic with that value will do; -1 stands for no limit."""
        if self.rule == "is" or actual is None:
            return actual is not None and set(actual.split(",")) == set(self.value.split(","))
        return int(actual) == -1 or int(actual) >= int(self.value)


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """One topic as it should be."""

    name: str
    partitions: int
    replication: int
    settings: Mapping[str, Setting]


def plan(settings: Settings, partitions: int, replication: int) -> list[TopicPlan]:
    """The six topics that these settings need."""
    topics = settings.topics
    room = {"max.message.bytes": Setting(str(record_bytes(settings)), "at_least")}
    every = {"compression.type": Setting("producer"), **_durable(replication)}
    kinds: list[tuple[str, dict[str, Setting]]] = [
        (topics.pages, {**_kept_for(7), **room}),
        # Compacted and never deleted by age: the topic is the archive, from which an index can be built anew at any
        # time. The newest version of each article stays; who wants one gone writes a null value for its key.
        (topics.articles, {"cleanup.policy": Setting("compact"), **room}),
        (topics.metrics, _kept_for(30)),
        # Long: somebody must find the time to look at them, mend the cause and replay them.
        (topics.dead_letters, {**_kept_for(90), **room}),
        # A window that is published again replaces itself; old windows go.
        (topics.source_metrics, {**_kept_for(90), "cleanup.policy": Setting("compact,delete")}),
        # The newest profile of each host; older versions stay for a day, so that their outcomes can be made again. A
        # host without pages for long goes.
        (topics.site_profiles, {**_kept_for(90), "cleanup.policy": Setting("compact,delete"), **_lag_of_days(1)}),
    ]
    return [TopicPlan(name, partitions, replication, {**every, **own}) for name, own in kinds]


def record_bytes(settings: Settings) -> int:
    """Size of the largest record that the topics must take.

    Base64 makes a page's bytes a third longer, and an article holds its text twice, as paragraphs and as body.
    """
    return max(settings.kafka.max_message_bytes, 2 * settings.limits.page_bytes) + _HEAD_ROOM


def _durable(replication: int) -> dict[str, Setting]:
    """With replicas, a write counts once two have it: no single machine's loss loses a page."""
    return {"min.insync.replicas": Setting("2" if replication > 1 else "1", "at_least")}


def _lag_of_days(days: int) -> dict[str, Setting]:
    return {"min.compaction.lag.ms": Setting(str(days * _DAY_MS), "at_least")}


def _kept_for(days: int) -> dict[str, Setting]:
    return {
        "cleanup.policy": Setting("delete"),
        "retention.ms": Setting(str(days * _DAY_MS), "at_least"),
    }
