"""The tagger of worker.core.text.tagger once more in JAX, and its fitting."""

import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from samples import RUNNING, Sample
from worker.core.text.tagger import DILATIONS, TAGS

WIDTH, INNER, SWEEP = 64, 64, 48
BUCKETS = ((64, 32), (128, 24), (256, 12), (512, 6))
"""Units a page is padded to, and pages a step."""


def initial(key: Any, features: int) -> dict[str, Any]:
    """Fresh weights."""
    keys = iter(jax.random.split(key, 64))

    def dense(rows: int, columns: int, gain: float = 1.0) -> Any:
        return jax.random.normal(next(keys), (rows, columns)) * gain * (2.0 / rows) ** 0.5

    w = {"in_w": dense(features, WIDTH), "in_b": jnp.zeros(WIDTH)}
    for layer in range(len(DILATIONS)):
        w[f"norm{layer}_w"], w[f"norm{layer}_b"] = jnp.ones(WIDTH), jnp.zeros(WIDTH)
        w[f"conv{layer}_w"], w[f"conv{layer}_b"] = dense(3 * WIDTH, INNER), jnp.zeros(INNER)
        w[f"mix{layer}_w"] = dense(INNER, WIDTH, 0.3)
        if layer in (1, 4):
            w[f"sweep{layer}_w"] = dense(WIDTH, SWEEP)
            w[f"swept{layer}_w"] = dense(3 * SWEEP, WIDTH, 0.3)
    last = len(DILATIONS)
    w[f"norm{last}_w"], w[f"norm{last}_b"] = jnp.ones(WIDTH), jnp.zeros(WIDTH)
    w["out_w"], w["out_b"] = dense(WIDTH, len(TAGS) + 2, 0.3), jnp.zeros(len(TAGS) + 2)
    return w


def forward(w: dict[str, Any], x: Any, mask: Any, key: Any, rate: float) -> Any:
    """Logits of a padded batch (pages x units x features)."""
    keys = iter(jax.random.split(key, 24)) if rate else None

    def drop(h: Any, share: float, shape: tuple[int, ...] | None = None) -> Any:
        if not rate:
            return h
        keep = jax.random.bernoulli(next(keys), 1 - share, shape or h.shape)
        return h * keep / (1 - share)

    x = drop(x, 0.5 * rate, (x.shape[0], 1, x.shape[2]))
    h = jax.nn.relu(x @ w["in_w"] + w["in_b"]) * mask
    h = drop(h, rate)
    for layer, dilation in enumerate(DILATIONS):
        n = norm(h, w, layer) * mask
        pad = jnp.zeros_like(n[:, :dilation])
        joined = jnp.concatenate(
            (jnp.concatenate((pad, n[:, :-dilation]), 1), n, jnp.concatenate((n[:, dilation:], pad), 1)), axis=2
        )
        inner = drop(jax.nn.relu(joined @ w[f"conv{layer}_w"] + w[f"conv{layer}_b"]), rate)
        h = (h + inner @ w[f"mix{layer}_w"]) * mask
        if layer in (1, 4):
            signs = h @ w[f"sweep{layer}_w"]
            low = jnp.where(mask > 0, signs, -1e9)
            whole = (signs * mask).sum(1, keepdims=True) / jnp.maximum(mask.sum(1, keepdims=True), 1)
            parts = (
                jax.lax.cummax(low, axis=1),
                jax.lax.cummax(low, axis=1, reverse=True),
                jnp.broadcast_to(whole, signs.shape),
            )
            swept = drop(jax.nn.relu(jnp.concatenate(parts, axis=2)), rate)
            h = (h + swept @ w[f"swept{layer}_w"]) * mask
    return norm(h, w, len(DILATIONS)) @ w["out_w"] + w["out_b"]


def norm(h: Any, w: dict[str, Any], layer: int) -> Any:
    """Each unit's row to mean 0 and deviation 1, scaled."""
    centred = h - h.mean(-1, keepdims=True)
    return centred / jnp.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5) * w[f"norm{layer}_w"] + w[f"norm{layer}_b"]


def loss_of(w: Any, batch: Any, key: Any, rate: float) -> Any:
    """Mean loss of a batch."""
    x, mask, label, body, embedded, change, weight, rare = batch
    out = forward(w, x, mask[..., None], key, rate)
    log_p = jax.nn.log_softmax(out[..., : len(TAGS)])
    known = (label >= 0) * mask
    safe = jnp.maximum(label, 0)
    picked = jnp.take_along_axis(log_p, safe[..., None], 2)[..., 0]
    smooth = 0.95 * picked + 0.05 * log_p.mean(-1)
    running = jax.nn.logsumexp(log_p[..., jnp.array(RUNNING)], axis=-1)
    running = jnp.minimum(running, -1e-5)
    body_loss = -(jnp.where(body == 1, running, 0) + jnp.where(body == 0, jnp.log1p(-jnp.exp(running)), 0)) * mask
    binary = optax.sigmoid_binary_cross_entropy
    change_loss = binary(out[..., len(TAGS)], jnp.maximum(change, 0)) * (change >= 0) * mask
    emb_loss = binary(out[..., len(TAGS) + 1], jnp.maximum(embedded, 0)) * (embedded >= 0) * mask
    total = (
        (-smooth * known * weight * rare[safe]).sum() + 0.7 * (body_loss * weight).sum()
        + 0.3 * (change_loss * (0.3 + 0.7 * weight)).sum() + 0.5 * (emb_loss * weight).sum()
    )  # fmt: skip
    return total / mask.sum()


@partial(jax.jit, static_argnames=("rate", "optimiser"))
def step(w: Any, state: Any, batch: Any, key: Any, rate: float, optimiser: Any) -> Any:
    """One step of fitting."""
    loss, grads = jax.value_and_grad(loss_of)(w, batch, key, rate)
    updates, state = optimiser.update(grads, state, w)
    return optax.apply_updates(w, updates), state, loss


def batches(samples: Sequence[Sample], mean: Any, scale: Any, rng: Any, rare: Any) -> Any:
    """Padded batches in random order."""
    by_bucket: dict[int, list[Any]] = {}
    for s in samples:
        size = len(s.start)
        low = rng.integers(0, size - 512 + 1) if size > 512 else 0
        cut = slice(low, low + 512)
        bucket = next(b for b, _ in BUCKETS if min(size, 512) <= b)
        by_bucket.setdefault(bucket, []).append((s, cut))
    out = []
    for bucket, count in BUCKETS:
        group = by_bucket.get(bucket, [])
        rng.shuffle(group)
        out += [(bucket, count, group[i : i + count]) for i in range(0, len(group), count)]
    rng.shuffle(out)
    for bucket, count, group in out:
        x = np.zeros((count, bucket, len(mean)), np.float32)
        columns = [np.zeros((count, bucket), np.float32) for _ in range(6)]
        for row, (s, cut) in enumerate(group):
            n = len(s.start[cut])
            x[row, :n] = np.clip((s.rows[cut] - mean) * scale, -4, 4)
            weight = np.sqrt(np.maximum(s.weight[cut], 1))
            for column, value in zip(
                columns,
                (np.ones(n), s.label[cut], s.body[cut], s.embedded[cut], s.change[cut], weight / weight.mean()),
                strict=True,
            ):
                column[row, :n] = value
        mask, label, body, embedded, change, weight = columns
        yield (x, mask, label.astype(np.int32), body, embedded, change, weight, rare)


def fit(
    pools: Any, epochs: int, seed: int, *, rate: float = 0.15, peak: float = 3e-3, log: bool = False
) -> dict[str, Any]:
    """Fit weights; `pools(rng)` gives the samples of one epoch."""
    rng = np.random.default_rng(seed)
    first = pools(rng)
    rows = np.concatenate([s.rows for s in first])
    mean, scale = rows.mean(0), 1 / np.maximum(rows.std(0), 0.02)
    labels = np.concatenate([s.label for s in first])
    share = np.bincount(labels[labels >= 0], minlength=len(TAGS)) + 20.0
    rare = np.clip((share / share.sum() * len(TAGS)) ** -0.35, 0.5, 4.0).astype(np.float32)
    w = initial(jax.random.PRNGKey(seed), rows.shape[1])
    per_epoch = sum(1 for _ in batches(first, mean, scale, rng, rare))
    schedule = optax.warmup_cosine_decay_schedule(0, peak, 100, int(per_epoch * epochs * 1.02), 1e-5)
    optimiser = optax.chain(optax.clip_by_global_norm(1.0), optax.adamw(schedule, weight_decay=0.02))
    state = optimiser.init(w)
    key = jax.random.PRNGKey(seed + 1)
    begin = time.time()
    for epoch in range(epochs):
        losses = []
        for batch in batches(pools(rng), mean, scale, rng, rare):
            key, sub = jax.random.split(key)
            w, state, loss = step(w, state, batch, sub, rate, optimiser)
            losses.append(float(loss))
        if log:
            print(f"epoch {epoch} loss {np.mean(losses):.4f} {time.time() - begin:.0f}s", flush=True)
    done = {name: np.asarray(value) for name, value in w.items()}
    return {**done, "mean": mean.astype(np.float32), "scale": scale.astype(np.float32)}
