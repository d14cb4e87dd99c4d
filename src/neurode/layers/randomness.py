"""Random bytes for layers, drawn from a key or handed in ready-made.

Drawing random numbers inside a training step can cost more than the step. So the engine draws bytes for many
steps at once and gives each layer its slice where others would give a key. A layer sees no difference.
"""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, UInt8

Randomness = Array
"""A JAX key, or `UInt8[Array, "rows bytes"]` with one byte for each that `random_bytes` asked for."""


def draw(key: Randomness, rows: int, count: int) -> UInt8[Array, "rows bytes"]:
    """`count` random bytes for each row."""
    return key if key.dtype == jnp.uint8 else jax.random.bits(key, (rows, count), jnp.uint8)


def split(key: Randomness | None, counts: Sequence[int]) -> list[Randomness | None]:
    """The randomness of a chain, dealt out to layers that need `counts` bytes a row."""
    if key is None:
        return [None] * len(counts)
    if key.dtype != jnp.uint8:
        return [jax.random.fold_in(key, i) for i in range(len(counts))]
    ends = [sum(counts[: i + 1]) for i in range(len(counts))]
    return [key[:, end - count : end] for end, count in zip(ends, counts)]


def keep_mask(key: Randomness, rate: float, rows: int, count: int) -> Float[Array, "rows bytes"]:
    """0 with probability `rate`, else 1 / (1 - rate), so that the mean is 1.

    The rate is met to 1/256, the resolution of a byte, and the scale is that of the rate in force.
    """
    dropped = min(255, max(1, round(rate * 256)))
    kept = draw(key, rows, count) >= dropped
    return jnp.where(kept, jnp.float32(256 / (256 - dropped)), 0)
