"""Activations that let positive numbers pass: the rectifier and its smooth relatives."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from neurode.activations.arrays import as_floats


def relu(
    x: Any,
    negative_slope: float | int = 0.0,
    max_value: float | int | None = None,
    threshold: float | int = 0.0,
) -> Float[Array, "..."]:
    r"""$\max(x, 0)$, with Keras's settings.

    Args:
        x: Numbers.
        negative_slope: $a$ in $a (x - \theta)$, the value at and below the threshold.
        max_value: The largest value; None for no limit.
        threshold: $\theta$, below which $x$ does not pass.

    Example:
        >>> relu([-2.0, 0.5, 9.0], negative_slope=0.5, max_value=6.0, threshold=1.0)
        Array([-1.5 , -0.25,  6.  ], dtype=float32)
    """
    x = as_floats(x)
    if max_value is None and threshold == 0:
        return jax.nn.leaky_relu(x, negative_slope) if negative_slope else jax.nn.relu(x)
    passed = jnp.where(x > threshold, x, 0)
    passed = jnp.clip(passed, 0, max_value)
    return passed - negative_slope * jax.nn.relu(threshold - x) if negative_slope else passed


def relu6(x: Any) -> Float[Array, "..."]:
    """$x$, cut off at 0 and 6."""
    return jax.nn.relu6(as_floats(x))


def leaky_relu(x: Any, negative_slope: float | int = 0.2) -> Float[Array, "..."]:
    """$x$ above 0, $a x$ below, where $a$ is 0.2 unless told (Keras's slope; other libraries use 0.01)."""
    return jax.nn.leaky_relu(as_floats(x), negative_slope)


def elu(x: Any, alpha: float | int = 1.0) -> Float[Array, "..."]:
    r"""$x$ above 0, $\alpha (e^x - 1)$ below.

    References:
        Clevert et al. (2016), Fast and Accurate Deep Network Learning by Exponential Linear Units, (2).
    """
    return jax.nn.elu(as_floats(x), alpha)


def celu(x: Any, alpha: float | int = 1.0) -> Float[Array, "..."]:
    r"""$x$ above 0, $\alpha (e^{x / \alpha} - 1)$ below: `elu` without a kink for any $\alpha$.

    References:
        Barron (2017), Continuously Differentiable Exponential Linear Units, equation 2.
    """
    return jax.nn.celu(as_floats(x), alpha)


def selu(x: Any) -> Float[Array, "..."]:
    r"""$\lambda \cdot$`elu`$(x, \alpha)$ whose constants keep mean 0 and variance 1 from layer to layer.

    References:
        Klambauer et al. (2017), Self-Normalizing Neural Networks, (2).
    """
    return jax.nn.selu(as_floats(x))


def gelu(x: Any, approximate: bool = False) -> Float[Array, "..."]:
    r"""$x \Phi(x)$ with the exact normal distribution function, or its form with $\tanh$ if `approximate`.

    References:
        Hendrycks and Gimpel (2016), Gaussian Error Linear Units, section 2.
    """
    return jax.nn.gelu(as_floats(x), approximate=approximate)


def silu(x: Any) -> Float[Array, "..."]:
    r"""$x \sigma(x)$, also called swish."""
    return jax.nn.silu(as_floats(x))


def hard_silu(x: Any) -> Float[Array, "..."]:
    """$x$ times its `hard_sigmoid`, also called hard swish."""
    return jax.nn.hard_silu(as_floats(x))


def mish(x: Any) -> Float[Array, "..."]:
    r"""$x \tanh(\log(1 + e^x))$."""
    return jax.nn.mish(as_floats(x))


def softplus(x: Any) -> Float[Array, "..."]:
    r"""$\log(1 + e^x)$, a smooth `relu`."""
    return jax.nn.softplus(as_floats(x))


def squareplus(x: Any, b: float | int = 4) -> Float[Array, "..."]:
    r"""$(x + \sqrt{x^2 + b}) / 2$, a smooth `relu` without exponentials."""
    return jax.nn.squareplus(as_floats(x), b)


def sparse_plus(x: Any) -> Float[Array, "..."]:
    """0 below -1, $x$ above 1, $(x + 1)^2 / 4$ between."""
    return jax.nn.sparse_plus(as_floats(x))
