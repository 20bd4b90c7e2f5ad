"""What is done to the workers and the brokers, and when: drawn from a seed, so that it can be played again."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of fault."""

    KILL_CHILD = "kill -9 of a consumer process"
    KILL_SUPERVISOR = "kill -9 of a supervisor"
    KILL_LEADER = "kill -9 of a partition's leader"
    KILL_TRANSACTION_COORDINATOR = "kill -9 of a transaction coordinator"
    KILL_GROUP_COORDINATOR = "kill -9 of the group coordinator"
    ZOMBIE = "a consumer frozen past its session"
    LATE_COMMIT = "a consumer frozen past its transaction"
    JOIN = "a worker joins"
    LEAVE = "a worker leaves"
    CUT_ONE = "network to one broker cut"
    CUT_ALL = "network to all brokers cut"
    STALL = "network stalled past the transaction"
    SLOW_BROKER = "a broker frozen for a second"
    REFUSE = "writes refused"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `wait` before it and `lasts`, in seconds; `pick` in 0..1 chooses whom it hits."""

    kind: Kind
    wait: float
    lasts: float
    pick: float


LASTS = {
    Kind.KILL_SUPERVISOR: (0.0, 1.5),
    Kind.KILL_LEADER: (0.5, 2.5),
    Kind.KILL_TRANSACTION_COORDINATOR: (0.5, 2.5),
    Kind.KILL_GROUP_COORDINATOR: (0.5, 2.5),
    Kind.ZOMBIE: (5.0, 7.0),
    Kind.LATE_COMMIT: (7.0, 9.0),
    Kind.LEAVE: (0.0, 1.0),
    Kind.CUT_ONE: (0.5, 4.0),
    Kind.CUT_ALL: (0.5, 4.0),
    Kind.STALL: (6.5, 8.0),
    Kind.SLOW_BROKER: (0.8, 1.5),
    Kind.REFUSE: (1.0, 4.0),
}
"""Seconds, shortest and longest; what is not listed is over at once. A session lasts 4 s, a transaction 6."""

Burst = Sequence[Fault]
"""Faults that follow each other at once; behind a burst the workers get time to recover."""


def draw(seed: int, bursts: int, pace: float = 1.0) -> list[Burst]:
    """A schedule: each burst has one fault, or (two in five) two or three that overlap in their effects.

    `pace`: faults last that many times as long.
    """
    dice = random.Random(f"schedule/{seed}")  # noqa: S311 - a seed that can be played again
    kinds = list(Kind) * ((3 * bursts) // len(Kind) + 1)
    dice.shuffle(kinds)
    return [[_fault(dice, kinds.pop(), pace) for _ in range(dice.choice((1, 1, 1, 2, 3)))] for _ in range(bursts)]


def _fault(dice: random.Random, kind: Kind, pace: float) -> Fault:
    shortest, longest = LASTS.get(kind, (0.0, 0.0))
    return Fault(kind, dice.uniform(0.05, 1.0), dice.uniform(shortest, longest) * pace, dice.random())
