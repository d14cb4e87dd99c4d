"""Accuracies: the share of predictions that are right, by each of Keras's ways to say what right means."""

from dataclasses import field
from typing import Any, ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Bool, Shaped

from neurode.metrics.means import RowMean
from neurode.metrics.metric import spec


@spec
class Accuracy(RowMean):
    """Share of predictions that equal their targets exactly.

    `compile(metrics=["accuracy"])` means another one, by the network's output: see `accuracy`.

    Example:
        >>> float(Accuracy()([1, 2, 3, 4], [0, 2, 3, 4]))
        0.75
    """

    default_name: ClassVar[str] = "accuracy"
    vector_is_row: ClassVar[bool] = False

    def values(self, target: Array, prediction: Array) -> Shaped[Array, " rows"]:
        return (target == prediction).mean(axis=-1)


@spec
class BinaryAccuracy(RowMean):
    """Share of predictions on the right side of `threshold`.

    Args:
        threshold: A prediction above it is a yes.

    Example:
        >>> float(BinaryAccuracy()([1, 0, 1, 0], [0.9, 0.2, 0.3, 0.1]))
        0.75
    """

    threshold: float | int = 0.5
    default_name: ClassVar[str] = "binary_accuracy"
    vector_is_row: ClassVar[bool] = False

    def values(self, target: Array, prediction: Array) -> Shaped[Array, " rows"]:
        return (target == (prediction > self.threshold)).mean(axis=-1)


@spec
class CategoricalAccuracy(RowMean):
    """Share of rows whose largest prediction is the target's class (targets one-hot).

    Example:
        >>> float(CategoricalAccuracy()([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]]))
        0.5
    """

    default_name: ClassVar[str] = "categorical_accuracy"

    def values(self, target: Array, prediction: Array) -> Shaped[Array, " rows"]:
        return target.argmax(axis=-1) == prediction.argmax(axis=-1)


@spec
class SparseCategoricalAccuracy(RowMean):
    """Share of rows whose largest prediction is the target's class (targets are class numbers).

    Example:
        >>> float(SparseCategoricalAccuracy()([1, 0], [[0.2, 0.8], [0.4, 0.6]]))
        0.5
    """

    default_name: ClassVar[str] = "sparse_categorical_accuracy"
    sparse: ClassVar[Any] = True

    def values(self, target: Array, prediction: Array) -> Shaped[Array, " rows"]:
        return target.astype(jnp.int32) == prediction.argmax(axis=-1)


@spec
class TopKCategoricalAccuracy(RowMean):
    """Share of rows whose target's class is among the `k` largest predictions (targets one-hot).

    Args:
        k: How many predictions count, at least 1. A tie at the edge counts as in.

    Example:
        >>> float(TopKCategoricalAccuracy(k=2)([[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.5, 0.1, 0.4]]))
        0.5
    """

    k: int = 5
    name: str | None = field(default=None, kw_only=True)
    dtype: Any = field(default=None, kw_only=True)
    default_name: ClassVar[str] = "top_k_categorical_accuracy"

    def values(self, target: Array, prediction: Array) -> Shaped[Array, " rows"]:
        return in_top_k(target.argmax(axis=-1), prediction, self.k)


@spec
class SparseTopKCategoricalAccuracy(RowMean):
    """Share of rows whose target is among the `k` largest predictions (targets are class numbers).

    Args:
        k: How many predictions count, at least 1. A tie at the edge counts as in.
        from_sorted_ids: Whether predictions are class numbers, the likeliest first, instead of scores.

    Example:
        >>> float(SparseTopKCategoricalAccuracy(k=2)([2, 1], [[0.1, 0.9, 0.8], [0.5, 0.1, 0.4]]))
        0.5
    """

    k: int = 5
    from_sorted_ids: bool = field(default=False, kw_only=True)
    name: str | None = field(default=None, kw_only=True)
    dtype: Any = field(default=None, kw_only=True)
    default_name: ClassVar[str] = "sparse_top_k_categorical_accuracy"
    sparse: ClassVar[Any] = True

    def values(self, target: Array, prediction: Array) -> Shaped[Array, " rows"]:
        if self.from_sorted_ids:
            return (prediction[:, : self.k] == target[:, None]).any(axis=-1)
        return in_top_k(target.astype(jnp.int32), prediction, self.k)


def in_top_k(target: Array, prediction: Array, k: int) -> Bool[Array, " rows"]:
    """Whether fewer than `k` predictions are larger than the target's; a class that does not exist is out."""
    chosen = target[:, None] == jnp.arange(prediction.shape[-1])[None, :]
    own = jnp.where(chosen, prediction, -jnp.inf).max(axis=-1)
    return ((prediction > own[:, None]).sum(axis=-1) < k) & chosen.any(axis=-1)
