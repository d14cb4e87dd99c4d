"""Activations of several units together: shares that add up to 1, and gates."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from neurode.activations.arrays import as_floats


def softmax(x: Any, axis: int = -1) -> Float[Array, "..."]:
    r"""Probabilities over an axis, $e^{x_i} / \sum_j e^{x_j}$.

    Example:
        >>> softmax([[0.0, 0.0]])
        Array([[0.5, 0.5]], dtype=float32)
    """
    return jax.nn.softmax(as_floats(x), axis=axis)


def log_softmax(x: Any, axis: int = -1) -> Float[Array, "..."]:
    r"""Logarithms of `softmax`, $x_i - \log \sum_j e^{x_j}$, finite far out."""
    return jax.nn.log_softmax(as_floats(x), axis=axis)


def sparsemax(x: Any, axis: int = -1) -> Float[Array, "..."]:
    r"""The distribution nearest to $x$, $\max(x_i - \tau, 0)$ with $\tau$ such that it adds up to 1.

    Unlike `softmax` it gives zeros. Where several numbers are above 0, those of Keras 3.15 do not add
    up to 1, since it adds up all the running sums; these are the paper's.

    Example:
        >>> sparsemax([[0.5, 0.0, -3.0]])
        Array([[0.75, 0.25, 0.  ]], dtype=float32)

    References:
        Martins and Astudillo (2016), From Softmax to Sparsemax, algorithm 1.
    """
    x = as_floats(x)
    # A common shift changes nothing, and near 0 the sums round least.
    x = x - x.max(axis=axis, keepdims=True)
    largest_first = jnp.flip(jnp.sort(x, axis=axis), axis=axis)
    shape = [1] * x.ndim
    shape[axis] = -1
    rank = jnp.arange(1, x.shape[axis] + 1, dtype=x.dtype).reshape(shape)
    above = 1 + rank * largest_first > jnp.cumsum(largest_first, axis=axis)
    surplus = jnp.where(above, largest_first, 0).sum(axis=axis, keepdims=True) - 1
    return jnp.maximum(x - surplus / above.sum(axis=axis, keepdims=True), 0)


def glu(x: Any, axis: int = -1) -> Float[Array, "..."]:
    r"""$a \, \sigma(b)$, where $a$ and $b$ are the halves of $x$ along an axis.

    Example:
        >>> glu([[1.0, 2.0, 0.0, 0.0]])
        Array([[0.5, 1. ]], dtype=float32)

    References:
        Dauphin et al. (2017), Language Modeling with Gated Convolutional Networks, equation 1.
    """
    return jax.nn.glu(as_floats(x), axis=axis)
