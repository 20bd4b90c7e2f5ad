"""The tagger of worker.core.text.tagger once more in JAX, and its fitting."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from samples import RUNNING, Sample, vocabulary_of, word_numbers

from worker.core.text.features import WORDS
from worker.core.text.tagger import DILATIONS, TAGS

Tree = dict[str, jax.Array]
WIDTH, INNER, SWEEP, VECTOR = 64, 64, 48, 16
SITES, KNOWN = 4, 6000
"""Sites a word must stand on to be known, and how many words are known at most: those of most sites."""
DECAY = 0.02
"""Weight decay."""
BUCKETS = ((64, 32), (128, 24), (256, 12), (512, 6))
"""Units a page is padded to, and pages a step."""


def initial(key: jax.Array, features: int, known: int) -> Tree:
    """Fresh weights."""
    keys = iter(jax.random.split(key, 64))

    def dense(rows: int, columns: int, gain: float = 1.0) -> jax.Array:
        return jax.random.normal(next(keys), (rows, columns)) * gain * (2.0 / rows) ** 0.5

    w = {"in_w": dense(features, WIDTH), "in_b": jnp.zeros(WIDTH)}
    w["word_vectors"] = jax.random.normal(next(keys), (known + 1, VECTOR)) * 0.1
    w["word_w"] = dense(3 * VECTOR, WIDTH)
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


def forward(w: Tree, x: jax.Array, words: jax.Array, mask: jax.Array, key: jax.Array, rate: float) -> jax.Array:
    """Logits of a padded batch (pages x units x features)."""
    keys = iter(jax.random.split(key, 24)) if rate else None

    def drop(h: jax.Array, share: float, shape: tuple[int, ...] | None = None) -> jax.Array:
        if not rate:
            return h
        keep = jax.random.bernoulli(next(keys), 1 - share, shape or h.shape)
        return h * keep / (1 - share)

    x = drop(x, 0.5 * rate, (x.shape[0], 1, x.shape[2]))
    seen = (words > 0)[..., None]
    if rate:
        page = jax.random.bernoulli(next(keys), 0.7, (words.shape[0], 1, 1, 1))
        seen = seen & page & jax.random.bernoulli(next(keys), 0.75, seen.shape)
    vectors = w["word_vectors"][words] * seen
    mean = vectors.sum(2) / jnp.maximum(seen.sum(2), 1)
    meaning = jnp.concatenate((mean, vectors[:, :, 0], vectors[:, :, -1]), axis=2)
    h = jax.nn.relu(x @ w["in_w"] + meaning @ w["word_w"] + w["in_b"]) * mask
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


def norm(h: jax.Array, w: Tree, layer: int) -> jax.Array:
    """Each unit's row to mean 0 and deviation 1, scaled."""
    centred = h - h.mean(-1, keepdims=True)
    return centred / jnp.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5) * w[f"norm{layer}_w"] + w[f"norm{layer}_b"]


def loss_of(w: Tree, batch: tuple, key: jax.Array, rate: float) -> jax.Array:
    """Mean loss of a batch."""
    x, words, mask, label, body, embedded, change, weight, rare = batch
    out = forward(w, x, words, mask[..., None], key, rate)
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
        + 0.3 * (change_loss * (0.3 + 0.7 * weight)).sum() + 1.2 * (emb_loss * weight).sum()
    )  # fmt: skip
    return total / mask.sum()


@partial(jax.jit, static_argnames=("rate",))
def step(w: Tree, state: tuple, batch: tuple, key: jax.Array, pace: jax.Array, rate: float) -> tuple:
    """One step of fitting (AdamW; `pace` is the learning rate)."""
    loss, grads = jax.value_and_grad(loss_of)(w, batch, key, rate)
    size = optax.global_norm(grads)
    grads = jax.tree.map(lambda g: g * jnp.minimum(1.0, 1.0 / (size + 1e-9)), grads)
    first, second, count = state
    count = count + 1
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, grads)
    second = jax.tree.map(lambda v, g: 0.99 * v + 0.01 * g * g, second, grads)
    w = jax.tree.map(
        lambda x, m, v: x - pace * (m / (1 - 0.9**count) / (jnp.sqrt(v / (1 - 0.99**count)) + 1e-8) + DECAY * x),
        w, first, second,
    )  # fmt: skip
    return w, (first, second, count), loss


def batches(
    samples: Sequence[Sample], mean: np.ndarray, scale: np.ndarray, rng: np.random.Generator, rare: np.ndarray
) -> Iterator[tuple]:
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
        words = np.zeros((count, bucket, WORDS), np.int32)
        columns = [np.zeros((count, bucket), np.float32) for _ in range(6)]
        for row, (s, cut) in enumerate(group):
            n = len(s.start[cut])
            x[row, :n] = np.clip((s.rows[cut] - mean) * scale, -4, 4)
            words[row, :n] = s.numbers[cut]
            weight = np.sqrt(np.maximum(s.weight[cut], 1))
            for column, value in zip(
                columns,
                (np.ones(n), s.label[cut], s.body[cut], s.embedded[cut], s.change[cut], weight / weight.mean()),
                strict=True,
            ):
                column[row, :n] = value
        mask, label, body, embedded, change, weight = columns
        yield (x, words, mask, label.astype(np.int32), body, embedded, change, weight, rare)


def fit(  # noqa: PLR0913 - the settings of one fit
    pools: Callable[[np.random.Generator], Sequence[Sample]],
    everything: Sequence[Sample],
    others: Sequence[Sample],
    epochs: int,
    seed: int,
    *,
    rate: float = 0.15,
    peak: float = 3e-3,
    log: bool = False,
) -> Tree:
    """Fit weights; `pools(rng)` gives the samples of one epoch, out of `everything` and of `others`.

    Only `everything` tells which words are known.
    """
    rng = np.random.default_rng(seed)
    vocabulary = vocabulary_of(everything, SITES, KNOWN)
    for s in (*everything, *others):
        s.numbers = word_numbers(s.words, vocabulary)
    first = pools(rng)
    rows = np.concatenate([s.rows for s in first])
    mean, scale = rows.mean(0), 1 / np.maximum(rows.std(0), 0.02)
    labels = np.concatenate([s.label for s in first])
    share = np.bincount(labels[labels >= 0], minlength=len(TAGS)) + 20.0
    rare = np.clip((share / share.sum() * len(TAGS)) ** -0.35, 0.5, 4.0).astype(np.float32)
    w = initial(jax.random.PRNGKey(seed), rows.shape[1], len(vocabulary))
    zeros = jax.tree.map(jnp.zeros_like, w)
    state = (zeros, zeros, jnp.zeros((), jnp.float32))
    steps = epochs * sum(1 for _ in batches(first, mean, scale, rng, rare))
    key = jax.random.PRNGKey(seed + 1)
    at = 0
    for epoch in range(epochs):
        losses, begin = [], time.time()
        for batch in batches(pools(rng), mean, scale, rng, rare):
            key, sub = jax.random.split(key)
            pace = peak * min(1.0, at / 100) * (0.5 + 0.5 * np.cos(np.pi * min(1.0, at / steps))) + 1e-5
            w, state, loss = step(w, state, batch, sub, np.float32(pace), rate)
            losses.append(loss)
            at += 1
        if log:
            print(
                f"epoch {epoch} loss {np.mean([float(x) for x in losses]):.4f} {time.time() - begin:.0f}s", flush=True
            )
    done = {name: np.array(value) for name, value in w.items()}
    done["word_vectors"][0] = 0
    return {**done, "vocabulary": vocabulary, "mean": mean.astype(np.float32), "scale": scale.astype(np.float32)}
