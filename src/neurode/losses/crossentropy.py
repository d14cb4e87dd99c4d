"""Cross-entropies: the negative log-likelihood of classes, in nats.

From raw scores they are finite and have a gradient for any score. From probabilities they are Keras's:
clipped to $[10^{-7}, 1 - 10^{-7}]$, so the two differ where a prediction is all but sure.
"""

from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from neurode.losses.arrays import EPSILON, as_floats, matched
from neurode.losses.loss import Loss


def binary_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float | int = 0.0,
    axis: int = -1,
) -> Array:
    r"""$-y \log p - (1 - y) \log(1 - p)$, averaged over the units of a row; arguments as in the class.

    Example:
        >>> binary_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])
        Array([0.6931472], dtype=float32)
    """
    y_true, y_pred = matched(y_true, y_pred, exactly=True)
    y_true = smoothed(y_true, label_smoothing, 2)
    return binary_values(y_true, y_pred, from_logits).mean(axis=axis)


def categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    label_smoothing: float | int = 0.0,
    axis: int = -1,
) -> Array:
    r"""$-\sum_c y_c \log p_c$ of each row; arguments as in the class.

    Example:
        >>> categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])
        Array([0.6931472], dtype=float32)
    """
    y_true, y_pred = matched(y_true, y_pred, exactly=True)
    y_true = smoothed(y_true, label_smoothing, y_true.shape[-1])
    return -(y_true * log_probabilities(y_pred, from_logits, axis)).sum(axis=axis)


def sparse_categorical_crossentropy(
    y_true: Any,
    y_pred: Any,
    from_logits: bool = False,
    ignore_class: int | None = None,
    axis: int = -1,
) -> Array:
    r"""$-\log p_y$ of each row, 0 where $y$ is the ignored class; arguments as in the class.

    Example:
        >>> sparse_categorical_crossentropy([1], [[0.5, 0.5]])
        Array([0.6931472], dtype=float32)
    """
    y_pred = as_floats(y_pred)
    labels = class_numbers(y_true, y_pred, axis)
    logarithms = log_probabilities(y_pred, from_logits, axis)
    values = -jnp.where(is_class(labels, y_pred, axis), logarithms, 0).sum(axis=axis)
    return values if ignore_class is None else jnp.where(labels == ignore_class, 0, values)


@dataclass(frozen=True, eq=False, repr=False)
class BinaryCrossentropy(Loss):
    r"""Negative log-likelihood of yes/no targets, in nats, averaged over the units of a row.

    With $p = \sigma(z)$ and $y \in [0, 1]$, $\ell = -y \log p - (1 - y) \log(1 - p) = \log(1 + e^z) - y z$.

    Args:
        from_logits: Whether predictions are raw scores $z$. Leave it off when the network ends in a sigmoid:
            the two are fused.
        label_smoothing: Share by which targets are moved towards 1/2, in [0, 1].
        axis: The axis that is averaged over.

    Example:
        >>> round(float(BinaryCrossentropy()([[0.0], [1.0]], [[0.2], [0.9]])), 4)
        0.1643
    """

    from_logits: bool = False
    label_smoothing: float | int = 0.0
    axis: int = -1
    link: ClassVar[str] = "sigmoid"
    averages_units: ClassVar[bool] = True

    def call(self, y_true: Array, y_pred: Array) -> Array:
        return binary_crossentropy(y_true, y_pred, self.from_logits, self.label_smoothing, self.axis)

    def rows(self, target: Array, score: Float[Array, "rows ..."]) -> Float[Array, " rows"]:
        return of_scores(self).rows_of_prediction(target, score)


@dataclass(frozen=True, eq=False, repr=False)
class CategoricalCrossentropy(Loss):
    r"""Negative log-likelihood of one class out of several, $\ell = -\sum_c y_c \log p_c$, in nats.

    Args:
        from_logits: Whether predictions are raw scores. Leave it off when the network ends in a softmax: the
            two are fused.
        label_smoothing: Share by which targets are moved towards the uniform distribution, in [0, 1].
        axis: The axis of the classes.

    Example:
        >>> round(float(CategoricalCrossentropy()([[0.0, 1.0]], [[0.25, 0.75]])), 4)
        0.2877
    """

    from_logits: bool = False
    label_smoothing: float | int = 0.0
    axis: int = -1
    link: ClassVar[str] = "softmax"

    def call(self, y_true: Array, y_pred: Array) -> Array:
        return categorical_crossentropy(y_true, y_pred, self.from_logits, self.label_smoothing, self.axis)

    def rows(self, target: Array, score: Float[Array, "rows ..."]) -> Float[Array, " rows"]:
        return of_scores(self).rows_of_prediction(target, score)


@dataclass(frozen=True, eq=False, repr=False)
class SparseCategoricalCrossentropy(Loss):
    r"""Cross-entropy whose targets are class numbers: $\ell = -\log p_y$, in nats.

    Args:
        from_logits: Whether predictions are raw scores. Leave it off when the network ends in a softmax: the
            two are fused.
        ignore_class: A class number that stands for "unknown": its rows count nowhere, and `call` and `rows`
            give -1 for them, which no likelihood can. None ignores nothing.
        axis: The axis of the classes.

    Example:
        >>> round(float(SparseCategoricalCrossentropy()([1], [[0.25, 0.75]])), 4)
        0.2877
    """

    from_logits: bool = False
    ignore_class: int | None = None
    axis: int = -1
    link: ClassVar[str] = "softmax"
    sparse: ClassVar[bool] = True

    @property
    def sees_batches(self) -> bool:
        # A batch's mean is over the rows that are not ignored.
        return self.ignore_class is not None or super().sees_batches

    def call(self, y_true: Array, y_pred: Array) -> Array:
        values = sparse_categorical_crossentropy(y_true, y_pred, self.from_logits, None, self.axis)
        if self.ignore_class is None:
            return values
        return jnp.where(class_numbers(y_true, y_pred, self.axis) == self.ignore_class, -1, values)

    def rows(self, target: Array, score: Float[Array, "rows ..."]) -> Float[Array, " rows"]:
        return of_scores(self).rows_of_prediction(target, score)

    def reduce(
        self,
        values: Float[Array, "..."],
        weight: Float[Array, "..."] | None = None,
        mask: Float[Array, "..."] | None = None,
    ) -> Float[Array, "..."]:
        if self.ignore_class is None:
            return super().reduce(values, weight, mask)
        known = (values >= 0).astype(values.dtype)
        mask = known if mask is None else mask * known
        return super().reduce(jnp.where(known > 0, values, 0), weight, mask)


def of_scores(loss: Loss) -> Loss:
    """The same loss of raw scores."""
    # Not `dataclasses.replace`: a subclass may have an `__init__` of its own.
    other = copy(loss)
    object.__setattr__(other, "from_logits", True)
    return other


def smoothed(target: Array, share: float | int, classes: int) -> Array:
    """Targets moved by `share` towards the uniform distribution over the classes."""
    return target * (1 - share) + share / classes if share else target


def binary_values(target: Array, prediction: Array, from_logits: bool) -> Array:
    """The cross-entropy of every unit."""
    if from_logits:
        # This form has no logarithm of a rounded-to-zero probability.
        return jax.nn.softplus(prediction) - target * prediction
    p = jnp.clip(prediction, EPSILON, 1 - EPSILON)
    return -target * jnp.log(p) - (1 - target) * jnp.log1p(-p)


def log_probabilities(prediction: Array, from_logits: bool, axis: int = -1) -> Array:
    """Logarithms of the classes' shares, which are made to add up."""
    if from_logits:
        return jax.nn.log_softmax(prediction, axis=axis)
    share = prediction / prediction.sum(axis=axis, keepdims=True)
    return jnp.log(jnp.clip(share, EPSILON, 1 - EPSILON))


def class_numbers(y_true: Any, y_pred: Array, axis: int = -1) -> Array:
    """Class numbers as whole numbers, without a last axis of length 1."""
    labels = jnp.asarray(y_true)
    if labels.ndim == y_pred.ndim and labels.shape[axis] == 1:
        labels = labels.squeeze(axis)
    return labels.astype(jnp.int32)


def is_class(labels: Array, y_pred: Array, axis: int = -1) -> Array:
    """Whether a place along the axis of classes is the row's class."""
    classes = jnp.arange(y_pred.shape[axis])
    shape = [1] * y_pred.ndim
    shape[axis] = -1
    # A comparison instead of a gather: its gradient is a product, not a scatter.
    return jnp.expand_dims(labels, axis) == classes.reshape(shape)
