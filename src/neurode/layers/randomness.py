"""Random bytes for layers, drawn from a key or handed in ready-made.

Drawing random numbers inside a training step can cost more than the step. So the engine draws bytes for many
steps at once and gives each layer its slice where others would give a key. A layer sees no difference.
"""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, UInt8

Randomness = Array
"""A JAX key, or `UInt8[Array, "rows bytes"]` with one byte for each that `random_bytes` asked for."""

BYTES_OF_A_NORMAL = 4
"""How many bytes a row needs for each number of `normal`."""


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


def rate_in_force(rate: float | int) -> float:
    """The share of a byte's values that is nearest to `rate`; 0 and 1 are for those two alone.

    Example:
        >>> rate_in_force(0.25), rate_in_force(0.3)
        (0.25, 0.30078125)
    """
    return float(rate) if rate in (0, 1) else min(255, max(1, round(rate * 256))) / 256


def kept(key: Randomness, rate: float | int, rows: int, count: int) -> Bool[Array, "rows bytes"]:
    """False with probability `rate`, met to 1/256, the resolution of a byte."""
    return draw(key, rows, count).astype(jnp.int32) >= round(rate_in_force(rate) * 256)


def keep_mask(key: Randomness, rate: float | int, rows: int, count: int) -> Float[Array, "rows bytes"]:
    """0 with probability `rate`, else 1 / (1 - rate), so that the mean is 1.

    The rate is met to 1/256, the resolution of a byte, and the scale is that of the rate in force.
    """
    force = rate_in_force(rate)
    scale = 0.0 if force == 1 else 1 / (1 - force)
    return jnp.where(kept(key, rate, rows, count), jnp.float32(scale), 0)


def normal(key: Randomness, rows: int, count: int) -> Float[Array, "rows count"]:
    """Standard normal numbers, each from four bytes of the randomness, all within ±5.5.

    Example:
        >>> drawn = normal(jax.random.key(0), 1000, 10)
        >>> drawn.shape, round(float(drawn.std()), 1)
        ((1000, 10), 1.0)
    """
    data = draw(key, rows, count * BYTES_OF_A_NORMAL).reshape(rows, count, BYTES_OF_A_NORMAL)
    words = jax.lax.bitcast_convert_type(data, jnp.uint32)
    # 23 bits and a half: the ends 0 and 1, whose normal scores are infinite, are not met.
    uniform = ((words >> 9).astype(jnp.float32) + 0.5) * jnp.float32(2**-23)
    return jax.scipy.special.ndtri(uniform)
