"""The same expectations as on the real brokers: every page once, whatever fails at whichever step."""

import random

import pytest

from tests.simulation.world import PARTITIONS, World
from worker.audit import Kind

KNOWN: dict = {}
"""What each page becomes; the same in all schedules."""


def play(seed: int) -> World:
    world = World(seed, KNOWN)
    verdict = world.play()
    assert verdict.right, (seed, verdict.findings, world.fate.seen)
    assert verdict.pages == 40
    assert world.articles() == world.quiet_articles(), seed
    assert all(world.broker.committed[p] == len(world.broker.log[p]) for p in range(PARTITIONS)), (seed, "stuck")
    return world


def test_every_page_once_in_schedules_of_failures():
    """Three hundred seeds; `make soak` plays ten thousand."""
    deeds = {deed for seed in range(300) for deed in play(seed).fate.seen}
    steps = {f"{step}:{what}" for step in ("poll", "polled", "deliver", "delivered") for what in WHAT}
    assert steps | {"page:killed"} <= deeds


WHAT = ("unavailable", "killed", "others", "rebalance")


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_every_page_once_in_ten_thousand_schedules():
    for seed in range(1_000, 11_000):
        play(seed)


def test_a_schedule_plays_the_same_again():
    first, second = play(7), play(7)
    assert first.fate.seen == second.fate.seen
    assert [(o.topic, o.key) for o in first.broker.outputs] == [(o.topic, o.key) for o in second.broker.outputs]


@pytest.mark.parametrize("kind", [Kind.LOST, Kind.DOUBLED])
def test_a_loop_that_breaks_the_order_is_found_out(kind, monkeypatch):
    """The simulation can see: outputs before positions double pages, positions before outputs lose them."""
    from worker.transport.memory import MemoryTransport  # noqa: PLC0415 - it is broken for this test alone

    whole = MemoryTransport.deliver
    dice = random.Random(1)  # noqa: S311 - a seed that can be played again

    def torn(self, batch, outputs):
        if dice.random() < 0.3 and batch.session == self._broker.generation:
            if kind is Kind.LOST:
                whole(self, batch, [])
            else:
                self._broker.outputs += outputs
                self._positions = None
            return
        whole(self, batch, outputs)

    monkeypatch.setattr(MemoryTransport, "deliver", torn)
    world = World(3, KNOWN)
    assert world.play().count(kind) > 0
