"""The tagger as trained, the same sums as worker.core.html.tagger: blocks, what stands around them, their groups."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

Array = jax.Array
Weights = dict[str, jax.Array]
Batch = dict[str, Any]

WIDE = 96
NARROW = 24
LAYERS = 2
SHIFTS = (1, 2, 3)
HEADS = 22
"""Body, then one output a label."""
CONTEXT = 2 * len(SHIFTS) + 5
SCALARS = 12


def init(key: Array, width: int) -> Weights:
    """Random weights."""
    names: dict[str, tuple[int, int]] = {"in": (width, WIDE)}
    for layer in range(LAYERS):
        names[f"head{layer}"] = (WIDE, 1)
        names[f"narrow{layer}"] = (WIDE, NARROW)
        names[f"own{layer}"] = (WIDE, WIDE)
        names[f"around{layer}"] = (NARROW * CONTEXT + SCALARS, WIDE)
    names["out"] = (WIDE, HEADS)
    keys = jax.random.split(key, len(names))
    weights = {}
    for (name, (rows, columns)), sub in zip(names.items(), keys, strict=True):
        weights[name] = jax.random.normal(sub, (rows, columns)) * np.sqrt(1.0 / rows)
        weights[f"{name}_b"] = jnp.zeros(columns)
    return weights


def _mean(values: Array, group: Array, mass: Array, size: int) -> Array:
    sums = jax.ops.segment_sum(values * mass[:, None], group, size)
    total = jax.ops.segment_sum(mass, group, size)
    return (sums / (total + 1e-6)[:, None])[group]


def _shifted(values: Array, page: Array, by: int) -> Array:
    rolled = jnp.roll(values, by, axis=0)
    same = jnp.roll(page, by) == page
    return jnp.where(same[:, None], rolled, 0.0)


def scalars(logit: Array, batch: Batch) -> Array:
    """What the answers so far say about a block's surroundings."""
    page, mass, size = batch["page"], batch["mass"], batch["mass"].shape[0]
    p = jax.nn.sigmoid(logit)
    told = p * batch["weight"]
    total = jax.ops.segment_sum(told, page, size)[page] + 1.0
    running = jnp.cumsum(told)
    first = jax.ops.segment_min(running - told, page, size)[page]
    above = (running - told - first) / total
    own = told / total
    shares = [jax.ops.segment_sum(told, group, size)[group] / total for group in batch["groups"]]
    means = [_mean(p[:, None], group, mass, size)[:, 0] for group in batch["groups"]]
    around = [(_shifted(p[:, None], page, by) + _shifted(p[:, None], page, -by))[:, 0] for by in (1, 2)]
    return jnp.stack([p, logit / 4, above, 1 - above - own, *shares, *means, *around], axis=1)


def forward(weights: Weights, batch: Batch, rng: Array | None = None, drop: float = 0.0) -> tuple[list[Array], Array]:
    """Logits of body after every layer, and the logits of all heads."""
    page, mass, size = batch["page"], batch["mass"], batch["mass"].shape[0]

    def dropped(values: Array, at: int, rate: float) -> Array:
        if rng is None or rate == 0:
            return values
        kept = jax.random.bernoulli(jax.random.fold_in(rng, at), 1 - rate, values.shape)
        return jnp.where(kept, values / (1 - rate), 0.0)

    hidden = jax.nn.relu(dropped(batch["rows"], 0, drop / 2) @ weights["in"] + weights["in_b"])
    logits = []
    for layer in range(LAYERS):
        hidden = dropped(hidden, 1 + layer, drop)
        logit = (hidden @ weights[f"head{layer}"] + weights[f"head{layer}_b"])[:, 0]
        logits.append(logit)
        narrow = jax.nn.relu(hidden @ weights[f"narrow{layer}"] + weights[f"narrow{layer}_b"])
        context = [_shifted(narrow, page, by * sign) for by in SHIFTS for sign in (1, -1)]
        context += [_mean(narrow, group, mass, size) for group in (*batch["groups"], page)]
        context.append(_mean(narrow, page, batch["weight"] * jax.nn.sigmoid(logit), size))
        around = jnp.concatenate([*context, scalars(logit, batch)], axis=1)
        hidden = jax.nn.relu(
            hidden @ weights[f"own{layer}"] + around @ weights[f"around{layer}"] + weights[f"own{layer}_b"]
        )
    out = dropped(hidden, 9, drop) @ weights["out"] + weights["out_b"]
    return [*logits, out[:, 0]], out[:, 1:]


def loss(weights: Weights, batch: Batch, rng: Array, drop: float) -> Array:
    """Weighted cross entropy of body at every layer, and of the labels where they are known."""
    logits, labels = forward(weights, batch, rng, drop)
    share = jnp.maximum(batch["known"].sum(), 1.0)
    total = 0.0
    for logit, part in zip(logits, (0.2, 0.3, 1.0), strict=True):
        total += part * (optax.sigmoid_binary_cross_entropy(logit, batch["body"]) * batch["known"]).sum() / share
    labelled = batch["label"] >= 0
    crossed = optax.softmax_cross_entropy_with_integer_labels(labels, jnp.maximum(batch["label"], 0))
    weight = labelled * jnp.minimum(batch["known_label"], 1.5)
    return total + 0.3 * (crossed * weight).sum() / jnp.maximum(weight.sum(), 1.0)


def trainer(
    steps: int, rate: float, drop: float, decay: float = 1e-3
) -> tuple[optax.GradientTransformation, Callable[..., Any]]:
    """(optimiser, one step)."""
    schedule = optax.warmup_cosine_decay_schedule(0.0, rate, steps // 20 + 1, steps, rate / 50)
    optimiser = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(schedule, weight_decay=decay))

    @partial(jax.jit, donate_argnums=(0, 1))
    def step(
        weights: Weights, state: optax.OptState, batch: Batch, rng: Array
    ) -> tuple[Weights, optax.OptState, Array]:
        value, slope = jax.value_and_grad(loss)(weights, batch, rng, drop)
        updates, state = optimiser.update(slope, state, weights)
        return optax.apply_updates(weights, updates), state, value

    return optimiser, step
