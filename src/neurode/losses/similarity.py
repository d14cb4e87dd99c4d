"""Cosine similarity: the angle between target and prediction, whatever their lengths."""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from neurode.losses.arrays import EPSILON, matched
from neurode.losses.loss import Loss


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Array:
    r"""$-\sum_c y_c \hat y_c / (\|y\| \, \|\hat y\|)$ of each row; a vector of zeros gives 0.

    Vectors too long for float32 to hold their square are scaled first; Keras gives 0 for them.

    Example:
        >>> cosine_similarity([[0.0, 2.0]], [[3.0, 4.0]])
        Array([-0.8], dtype=float32)
    """
    y_true, y_pred = matched(y_true, y_pred)
    return -(_directions(y_true, axis) * _directions(y_pred, axis)).sum(axis=axis)


@dataclass(frozen=True, eq=False, repr=False)
class CosineSimilarity(Loss):
    r"""Minus the cosine of the angle between target and prediction: -1 for one direction, 1 for opposites.

    Args:
        axis: The axis of the vectors.

    Example:
        >>> round(float(CosineSimilarity()([[0.0, 2.0]], [[3.0, 4.0]])), 4)
        -0.8
    """

    axis: int = -1

    def call(self, y_true: Array, y_pred: Array) -> Array:
        return cosine_similarity(y_true, y_pred, self.axis)


def _directions(vectors: Array, axis: int) -> Array:
    largest = jax.lax.stop_gradient(jnp.abs(vectors).max(axis=axis, keepdims=True))
    vectors = vectors / jnp.maximum(largest, 1)
    length = jnp.square(vectors).sum(axis=axis, keepdims=True)
    return vectors * jax.lax.rsqrt(jnp.maximum(length, EPSILON**2))
