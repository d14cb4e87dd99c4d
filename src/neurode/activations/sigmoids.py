"""Activations with bounds or steps: sigmoids, hyperbolic tangents, and what is made of them."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from neurode.activations.arrays import as_floats


def linear(x: Any) -> Any:
    """The identity, $x$."""
    return x


def sigmoid(x: Any) -> Float[Array, "..."]:
    r"""$\sigma(x) = 1 / (1 + e^{-x})$, a probability.

    Example:
        >>> sigmoid([0.0, 100.0])
        Array([0.5, 1. ], dtype=float32)
    """
    return jax.nn.sigmoid(as_floats(x))


def hard_sigmoid(x: Any) -> Float[Array, "..."]:
    """The sigmoid in three straight lines: 0 below -3, 1 above 3, $x / 6 + 1 / 2$ between."""
    return jax.nn.hard_sigmoid(as_floats(x))


def sparse_sigmoid(x: Any) -> Float[Array, "..."]:
    """The sigmoid in three straight lines: 0 below -1, 1 above 1, $(x + 1) / 2$ between."""
    return jax.nn.sparse_sigmoid(as_floats(x))


def log_sigmoid(x: Any) -> Float[Array, "..."]:
    r"""$\log \sigma(x)$, finite far out."""
    return jax.nn.log_sigmoid(as_floats(x))


def tanh(x: Any) -> Float[Array, "..."]:
    r"""The hyperbolic tangent, $(e^x - e^{-x}) / (e^x + e^{-x})$."""
    return jnp.tanh(as_floats(x))


def hard_tanh(x: Any) -> Float[Array, "..."]:
    """$x$, cut off at -1 and 1."""
    return jax.nn.hard_tanh(as_floats(x))


def tanh_shrink(x: Any) -> Float[Array, "..."]:
    r"""$x - \tanh x$."""
    x = as_floats(x)
    return x - jnp.tanh(x)


def softsign(x: Any) -> Float[Array, "..."]:
    """$x / (1 + |x|)$."""
    return jax.nn.soft_sign(as_floats(x))


def soft_shrink(x: Any, threshold: float | int = 0.5) -> Float[Array, "..."]:
    r"""$x$ moved towards 0 by the threshold, and 0 within it."""
    x = as_floats(x)
    return jnp.where(x > threshold, x - threshold, jnp.where(x < -threshold, x + threshold, 0))


def hard_shrink(x: Any, threshold: float | int = 0.5) -> Float[Array, "..."]:
    """$x$ where $|x|$ is above the threshold, else 0."""
    x = as_floats(x)
    return jnp.where(jnp.abs(x) > threshold, x, 0)


def threshold(x: Any, threshold: float | int, default_value: float | int) -> Float[Array, "..."]:
    """$x$ above the threshold, else the default value.

    Example:
        >>> threshold([0.5, 2.0], 1.0, -1.0)
        Array([-1.,  2.], dtype=float32)
    """
    x = as_floats(x)
    return jnp.where(x > threshold, x, default_value)


def exponential(x: Any) -> Float[Array, "..."]:
    """$e^x$."""
    return jnp.exp(as_floats(x))
