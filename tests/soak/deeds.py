"""How each fault is done."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.soak.arena import Arena
from tests.soak.fleet import Fleet
from tests.soak.schedule import Fault, Kind
from worker.settings import Topics

HOME_TEAM = {"a": 2, "b": 1}
"""Instances that run from the start, and their processes."""
GUEST = "c"


@dataclass
class Scene:
    """Whom the faults of one schedule can hit."""

    arena: Arena
    fleet: Fleet
    topics: Topics
    group: str
    partitions: int

    def do(self, fault: Fault) -> None:
        """Do it, and undo what has an end; returns when it is over."""
        dice = random.Random(fault.pick)  # noqa: S311 - a seed that can be played again
        _DEEDS[fault.kind](self, fault, dice)


def _kill_child(scene: Scene, _: Fault, dice: random.Random) -> None:
    child = scene.fleet.any_child(dice)
    if child is not None:
        scene.fleet.kill_child(child)


def _kill_supervisor(scene: Scene, fault: Fault, dice: random.Random) -> None:
    name = dice.choice(sorted(HOME_TEAM))
    scene.fleet.kill_supervisor(name)
    time.sleep(fault.lasts)
    scene.fleet.start(name, HOME_TEAM[name])


def _kill_broker(node_of: Callable[[Scene, random.Random], int]) -> Callable[[Scene, Fault, random.Random], None]:
    def deed(scene: Scene, fault: Fault, dice: random.Random) -> None:
        node = node_of(scene, dice)
        scene.arena.kafka.kill(node)
        time.sleep(fault.lasts)
        scene.arena.start(node)

    return deed


def _a_leader(scene: Scene, dice: random.Random) -> int:
    topic = dice.choice([scene.topics.pages, scene.topics.articles, scene.topics.metrics])
    return scene.arena.leader_of(topic, dice.randrange(scene.partitions))


def _a_transaction_coordinator(scene: Scene, dice: random.Random) -> int:
    name = dice.choice(sorted(HOME_TEAM))
    slot = dice.randrange(HOME_TEAM[name])
    return scene.arena.coordinator_of(f"{scene.group}-{name}-{slot}", "transaction")


def _the_group_coordinator(scene: Scene, _: random.Random) -> int:
    return scene.arena.coordinator_of(scene.group, "group")


def _freeze(scene: Scene, fault: Fault, dice: random.Random) -> None:
    child = scene.fleet.any_child(dice)
    if child is not None:
        scene.fleet.freeze(child)
        time.sleep(fault.lasts)
        scene.fleet.thaw(child)


def _join(scene: Scene, _: Fault, __: random.Random) -> None:
    if GUEST not in scene.fleet.names:
        scene.fleet.start(GUEST, 1)


def _leave(scene: Scene, fault: Fault, dice: random.Random) -> None:
    if GUEST in scene.fleet.names:
        scene.fleet.leave(GUEST)
        return
    name = dice.choice(sorted(HOME_TEAM))
    scene.fleet.leave(name)
    time.sleep(fault.lasts)
    scene.fleet.start(name, HOME_TEAM[name])


def _cut_one(scene: Scene, fault: Fault, dice: random.Random) -> None:
    gate = scene.arena.gates[dice.choice(sorted(scene.arena.gates))]
    gate.cut()
    time.sleep(fault.lasts)
    gate.heal()


def _cut_all(scene: Scene, fault: Fault, _: random.Random) -> None:
    for gate in scene.arena.gates.values():
        gate.cut()
    time.sleep(fault.lasts)
    for gate in scene.arena.gates.values():
        gate.heal()


def _stall(scene: Scene, fault: Fault, _: random.Random) -> None:
    for gate in scene.arena.gates.values():
        gate.stall()
    time.sleep(fault.lasts)
    for gate in scene.arena.gates.values():
        gate.heal()


def _slow_broker(scene: Scene, fault: Fault, dice: random.Random) -> None:
    node = dice.choice(sorted(scene.arena.gates))
    scene.arena.freeze(node)
    time.sleep(fault.lasts)
    scene.arena.thaw(node)


def _refuse(scene: Scene, fault: Fault, dice: random.Random) -> None:
    topic = dice.choice([scene.topics.articles, scene.topics.metrics])
    scene.arena.refuse_produce(topic, refuse=True)
    time.sleep(fault.lasts)
    scene.arena.refuse_produce(topic, refuse=False)


_DEEDS: dict[Kind, Callable[[Scene, Fault, random.Random], None]] = {
    Kind.KILL_CHILD: _kill_child,
    Kind.KILL_SUPERVISOR: _kill_supervisor,
    Kind.KILL_LEADER: _kill_broker(_a_leader),
    Kind.KILL_TRANSACTION_COORDINATOR: _kill_broker(_a_transaction_coordinator),
    Kind.KILL_GROUP_COORDINATOR: _kill_broker(_the_group_coordinator),
    Kind.ZOMBIE: _freeze,
    Kind.LATE_COMMIT: _freeze,
    Kind.JOIN: _join,
    Kind.LEAVE: _leave,
    Kind.CUT_ONE: _cut_one,
    Kind.CUT_ALL: _cut_all,
    Kind.STALL: _stall,
    Kind.SLOW_BROKER: _slow_broker,
    Kind.REFUSE: _refuse,
}
