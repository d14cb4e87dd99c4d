"""Losses of distributions: Kullback-Leibler for shares, Poisson for counts."""

from dataclasses import dataclass
from typing import Any, ClassVar

import jax.numpy as jnp
from jaxtyping import Array

from neurode.losses.arrays import EPSILON, matched
from neurode.losses.loss import Loss


def kl_divergence(y_true: Any, y_pred: Any) -> Array:
    r"""$\sum_c y_c \log(y_c / p_c)$ of each row, both clipped to $[10^{-7}, 1]$, in nats.

    Example:
        >>> round(float(kl_divergence([[0.5, 0.5]], [[0.25, 0.75]])[0]), 4)
        0.1438
    """
    y_true, y_pred = matched(y_true, y_pred)
    y_true, y_pred = jnp.clip(y_true, EPSILON, 1), jnp.clip(y_pred, EPSILON, 1)
    return (y_true * jnp.log(y_true / y_pred)).sum(axis=-1)


def poisson(y_true: Any, y_pred: Any) -> Array:
    r"""$\hat y - y \log(\hat y + 10^{-7})$, averaged over the units of a row.

    Example:
        >>> poisson([[0.0]], [[1.5]])
        Array([1.5], dtype=float32)
    """
    y_true, y_pred = matched(y_true, y_pred)
    return (y_pred - y_true * jnp.log(y_pred + EPSILON)).mean(axis=-1)


@dataclass(frozen=True, eq=False, repr=False)
class KLDivergence(Loss):
    r"""How much is lost by taking $p$ for the distribution $y$: $\sum_c y_c \log(y_c / p_c)$, in nats.

    Example:
        >>> round(float(KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]])), 4)
        0.1438

    References:
        Kullback and Leibler (1951), On Information and Sufficiency, equation 2.4.
    """

    def call(self, y_true: Array, y_pred: Array) -> Array:
        return kl_divergence(y_true, y_pred)


@dataclass(frozen=True, eq=False, repr=False)
class Poisson(Loss):
    r"""$\hat y - y \log \hat y$: negative log-likelihood of counts, less what no network can change.

    The network gives the expected count, which must be positive: end it in "exponential" or "softplus".

    Example:
        >>> round(float(Poisson()([2.0, 0.0], [1.0, 0.5])), 4)
        0.75
    """

    averages_units: ClassVar[bool] = True

    def call(self, y_true: Array, y_pred: Array) -> Array:
        return poisson(y_true, y_pred)
