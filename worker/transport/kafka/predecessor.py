"""The seat of a dead predecessor in the group, given back at once instead of after its session."""

from collections.abc import Sequence

from kafka import KafkaAdminClient
from kafka.admin import MemberToRemove
from kafka.errors import KafkaError

from worker.settings import Kafka
from worker.transport.kafka.security import REACH_MS, connection


def bury_predecessor(settings: Kafka, client_id: str) -> Sequence[str]:
    """Remove members of the group that have our client id; returns them. Asks nicely: any refusal leaves them there.

    A process that was killed cannot leave its group, and its partitions would rest until its session ends. Whoever has
    our client id also had our transactional id, and is fenced by our start anyway.
    """
    try:
        with KafkaAdminClient(**connection(settings, f"{client_id}-start"), bootstrap_timeout_ms=REACH_MS) as admin:
            [group] = admin.describe_groups([settings.group_id]).values()
            dead = [m["member_id"] for m in group.get("members", ()) if m.get("client_id") == client_id]
            if dead:
                admin.remove_group_members(settings.group_id, [MemberToRemove(member_id=member) for member in dead])
            return dead
    except (KafkaError, KeyError, ValueError):
        return ()
