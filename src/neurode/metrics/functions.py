"""Metrics as functions of targets and predictions, under Keras's names."""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array

from neurode.metrics import correlation
from neurode.metrics.accuracies import in_top_k


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float | int = 0.5) -> Array:
    """Whether each prediction is on the right side of `threshold`: 1 or 0, one a row and unit, as in Keras.

    Example:
        >>> binary_accuracy([[1.0], [0.0]], [[0.9], [0.6]]).tolist()
        [[1.0], [0.0]]
    """
    target, prediction = _alike(y_true, y_pred)
    return (target == (prediction > threshold)).astype(jnp.float32)


def categorical_accuracy(y_true: Any, y_pred: Any) -> Array:
    """Whether the largest prediction of a row is the target's class: 1 or 0 (targets one-hot).

    Example:
        >>> categorical_accuracy([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]]).tolist()
        [1.0, 0.0]
    """
    return (jnp.asarray(y_true).argmax(axis=-1) == jnp.asarray(y_pred).argmax(axis=-1)).astype(jnp.float32)


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Array:
    """Whether the largest prediction of a row is the target's class: 1 or 0 (targets are class numbers).

    Example:
        >>> sparse_categorical_accuracy([1, 0], [[0.2, 0.8], [0.4, 0.6]]).tolist()
        [1.0, 0.0]
    """
    prediction = jnp.asarray(y_pred)
    target = jnp.asarray(y_true).reshape(prediction.shape[:-1])
    return (target == prediction.argmax(axis=-1)).astype(jnp.float32)


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Array:
    """Whether the target's class is among the `k` largest predictions of a row: 1 or 0 (targets one-hot).

    Example:
        >>> top_k_categorical_accuracy([[0, 0, 1]], [[0.1, 0.9, 0.8]], k=2).tolist()
        [1.0]
    """
    return in_top_k(jnp.asarray(y_true).argmax(axis=-1), jnp.asarray(y_pred), k).astype(jnp.float32)


def sparse_top_k_categorical_accuracy(
    y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False
) -> Array:
    """Whether the target is among the `k` largest predictions of a row: 1 or 0 (targets are class numbers).

    Args:
        y_true: Class numbers.
        y_pred: Scores; with `from_sorted_ids` class numbers, the likeliest first.
        k: How many predictions count.
        from_sorted_ids: See `y_pred`.

    Example:
        >>> sparse_top_k_categorical_accuracy([2], [[0.1, 0.9, 0.8]], k=2).tolist()
        [1.0]
    """
    target, prediction = jnp.asarray(y_true).reshape(-1), jnp.asarray(y_pred)
    if from_sorted_ids:
        return (prediction[:, :k] == target[:, None]).any(axis=-1).astype(jnp.float32)
    return in_top_k(target, prediction, k).astype(jnp.float32)


def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Array:
    """Pearson's correlation along an axis: see `PearsonCorrelation`.

    Example:
        >>> round(float(pearson_correlation([0.0, 1.0, 2.0], [1.0, 2.0, 1.5])), 4)
        0.5
    """
    return correlation.PearsonCorrelation().of_moments(_moments(y_true, y_pred, axis))


def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Array:
    """Lin's concordance along an axis: see `ConcordanceCorrelation`.

    Example:
        >>> round(float(concordance_correlation([0.0, 1.0, 2.0], [1.0, 2.0, 1.5])), 4)
        0.3077
    """
    return correlation.ConcordanceCorrelation().of_moments(_moments(y_true, y_pred, axis))


def _moments(y_true: Any, y_pred: Any, axis: int) -> dict[str, Array]:
    target, prediction = (jnp.moveaxis(part, axis, -1) for part in _alike(y_true, y_pred))
    return correlation.moments(target, prediction, jnp.ones_like(target))


def _alike(y_true: Any, y_pred: Any) -> tuple[Array, Array]:
    """Both as float32 of one shape; a vector beside a column is a column."""
    target, prediction = jnp.asarray(y_true, jnp.float32), jnp.asarray(y_pred, jnp.float32)
    if target.size == prediction.size and target.ndim != prediction.ndim:
        shape = max(target.shape, prediction.shape, key=len)
        target, prediction = target.reshape(shape), prediction.reshape(shape)
    return target, prediction
