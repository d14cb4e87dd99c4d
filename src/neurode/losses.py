"""Losses: one value per row. Averaging over rows and weights live in `mean`.

A loss knows its link: the activation that turns raw scores into predictions. Where a network ends in that
activation, the engine takes it off and calls `rows(target, score)`, which is finite for any score; elsewhere
`rows_of_prediction`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from neurode.errors import UnknownNameError

EPSILON = 1e-7
"""Keras's guard against the logarithm of zero, for predictions that come as probabilities."""


@dataclass(frozen=True)
class Loss:
    """Base class. A subclass gives `rows`; a cross-entropy also gives `score`, the inverse of its link.

    Calling a loss gives the mean over rows, as in Keras.
    """

    link: ClassVar[str] = "linear"
    sparse: ClassVar[bool] = False
    """Whether targets are class numbers `(rows,)` instead of one column a unit."""

    def rows(self, target: Array, score: Float[Array, "rows units"]) -> Float[Array, " rows"]:
        """The loss of each row from raw scores."""
        raise NotImplementedError

    def rows_of_prediction(
        self, target: Array, prediction: Float[Array, "rows units"]
    ) -> Float[Array, " rows"]:
        """The loss of each row from predictions, that is, after the link."""
        return self.rows(target, prediction)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Float[Array, ""]:
        prediction = as_columns(y_pred)
        target = jnp.asarray(y_true).reshape(-1) if self.sparse else as_columns(y_true)
        weight = None if sample_weight is None else jnp.asarray(sample_weight, jnp.float32).reshape(-1)
        return mean(self.rows_of_prediction(target, prediction), weight)


@dataclass(frozen=True)
class BinaryCrossentropy(Loss):
    r"""Negative log-likelihood of yes/no targets, in nats, averaged over the units of a row.

    With $p = \sigma(z)$ and $y \in [0, 1]$, $\ell = -y \log p - (1 - y) \log(1 - p) = \log(1 + e^z) - y z$.

    Args:
        from_logits: Whether predictions are raw scores $z$. Leave it off when the network ends in a sigmoid:
            the two are fused.
        label_smoothing: Share by which targets are moved towards 1/2, in [0, 1].

    Example:
        >>> round(float(BinaryCrossentropy()([[0.0], [1.0]], [[0.2], [0.9]])), 4)
        0.1643
    """

    from_logits: bool = False
    label_smoothing: float = 0.0
    link: ClassVar[str] = "sigmoid"

    def rows(self, target: Array, score: Float[Array, "rows units"]) -> Float[Array, " rows"]:
        target = target * (1 - self.label_smoothing) + 0.5 * self.label_smoothing
        # The right-hand form has no logarithm of a rounded-to-zero probability.
        return (jax.nn.softplus(score) - target * score).mean(axis=-1)

    def rows_of_prediction(
        self, target: Array, prediction: Float[Array, "rows units"]
    ) -> Float[Array, " rows"]:
        if self.from_logits:
            return self.rows(target, prediction)
        p = jnp.clip(prediction, EPSILON, 1 - EPSILON)
        return self.rows(target, jnp.log(p) - jnp.log1p(-p))


@dataclass(frozen=True)
class CategoricalCrossentropy(Loss):
    r"""Negative log-likelihood of one class out of several, $\ell = -\sum_c y_c \log p_c$, in nats.

    Args:
        from_logits: Whether predictions are raw scores. Leave it off when the network ends in a softmax: the
            two are fused.
        label_smoothing: Share by which targets are moved towards the uniform distribution, in [0, 1].

    Example:
        >>> round(float(CategoricalCrossentropy()([[0.0, 1.0]], [[0.25, 0.75]])), 4)
        0.2877
    """

    from_logits: bool = False
    label_smoothing: float = 0.0
    link: ClassVar[str] = "softmax"

    def rows(self, target: Array, score: Float[Array, "rows units"]) -> Float[Array, " rows"]:
        target = target * (1 - self.label_smoothing) + self.label_smoothing / score.shape[-1]
        return -(target * jax.nn.log_softmax(score, axis=-1)).sum(axis=-1)

    def rows_of_prediction(
        self, target: Array, prediction: Float[Array, "rows units"]
    ) -> Float[Array, " rows"]:
        return self.rows(target, prediction if self.from_logits else _log_probabilities(prediction))


@dataclass(frozen=True)
class SparseCategoricalCrossentropy(Loss):
    r"""Cross-entropy whose targets are class numbers: $\ell = -\log p_y$, in nats.

    Args:
        from_logits: Whether predictions are raw scores. Leave it off when the network ends in a softmax: the
            two are fused.

    Example:
        >>> round(float(SparseCategoricalCrossentropy()([1], [[0.25, 0.75]])), 4)
        0.2877
    """

    from_logits: bool = False
    link: ClassVar[str] = "softmax"
    sparse: ClassVar[bool] = True

    def rows(self, target: Array, score: Float[Array, "rows units"]) -> Float[Array, " rows"]:
        # A comparison instead of a gather: its gradient is a product, not a scatter.
        one_hot = target.astype(jnp.int32)[:, None] == jnp.arange(score.shape[-1])[None, :]
        return -jnp.where(one_hot, jax.nn.log_softmax(score, axis=-1), 0).sum(axis=-1)

    def rows_of_prediction(
        self, target: Array, prediction: Float[Array, "rows units"]
    ) -> Float[Array, " rows"]:
        return self.rows(target, prediction if self.from_logits else _log_probabilities(prediction))


@dataclass(frozen=True)
class MeanSquaredError(Loss):
    r"""$(y - \hat y)^2$, averaged over the units of a row, in squared units of the target.

    Example:
        >>> float(MeanSquaredError()([1.0, 2.0], [1.0, 4.0]))
        2.0
    """

    def rows(self, target: Array, score: Float[Array, "rows units"]) -> Float[Array, " rows"]:
        return jnp.square(target - score).mean(axis=-1)


@dataclass(frozen=True)
class MeanAbsoluteError(Loss):
    r"""$|y - \hat y|$, averaged over the units of a row, in units of the target.

    Example:
        >>> float(MeanAbsoluteError()([1.0, 2.0], [1.0, 4.0]))
        1.0
    """

    def rows(self, target: Array, score: Float[Array, "rows units"]) -> Float[Array, " rows"]:
        return jnp.abs(target - score).mean(axis=-1)


@dataclass(frozen=True)
class Huber(Loss):
    r"""Squared near zero, absolute far out: $e^2 / 2$ for $|e| \le \delta$, else $\delta |e| - \delta^2 / 2$.

    Args:
        delta: $\delta$, the error at which the parabola turns into a line, in units of the target.

    Example:
        >>> float(Huber()([0.0, 0.0], [1.0, 3.0]))
        1.5

    References:
        Huber (1964), Robust Estimation of a Location Parameter.
    """

    delta: float = 1.0

    def rows(self, target: Array, score: Float[Array, "rows units"]) -> Float[Array, " rows"]:
        error = jnp.abs(target - score)
        near, far = 0.5 * jnp.square(error), self.delta * error - 0.5 * self.delta**2
        return jnp.where(error <= self.delta, near, far).mean(axis=-1)


@dataclass(frozen=True)
class FunctionLoss(Loss):
    """A function of the user's own, `f(y_true, y_pred)`, traced into the epoch program like a built-in loss.

    It may return one value a row, one a row and unit, or a single value.
    """

    function: Callable[[Array, Array], Array]

    def rows(self, target: Array, score: Float[Array, "rows units"]) -> Float[Array, " rows"]:
        values = jnp.asarray(self.function(target, score))
        if values.ndim == 0:
            return jnp.broadcast_to(values, score.shape[:1])
        return values.reshape(values.shape[0], -1).mean(axis=-1)


LOSSES: dict[str, Loss] = {
    "binary_crossentropy": BinaryCrossentropy(),
    "categorical_crossentropy": CategoricalCrossentropy(),
    "sparse_categorical_crossentropy": SparseCategoricalCrossentropy(),
    "mean_squared_error": MeanSquaredError(),
    "mse": MeanSquaredError(),
    "mean_absolute_error": MeanAbsoluteError(),
    "mae": MeanAbsoluteError(),
    "huber": Huber(),
}


def get(loss: str | Loss | Callable) -> Loss:
    """Returns the loss called `loss`; a loss is returned unchanged, a function is wrapped.

    Raises:
        UnknownNameError: If no loss has this name.

    Example:
        >>> get("mse")
        MeanSquaredError()
    """
    if isinstance(loss, Loss):
        return loss
    if isinstance(loss, type) and issubclass(loss, Loss):
        return loss()
    if callable(loss):
        return FunctionLoss(cast(Callable, loss))
    if loss not in LOSSES:
        raise UnknownNameError("loss", loss, LOSSES)
    return LOSSES[loss]


def mean(
    values: Float[Array, " rows"],
    weight: Float[Array, " rows"] | None = None,
    mask: Float[Array, " rows"] | None = None,
) -> Float[Array, ""]:
    """Sum of weighted values over the number of rows, which is Keras's `sum_over_batch_size`.

    Args:
        values: One loss a row.
        weight: Sample weights. They scale a row's loss and do not enter the divisor.
        mask: 1 for a real row, 0 for padding, which counts nowhere.

    Example:
        >>> float(mean(jnp.array([1.0, 2.0, 9.0]), mask=jnp.array([1.0, 1.0, 0.0])))
        1.5
    """
    if weight is not None:
        values = values * weight
    if mask is None:
        return values.mean()
    # `where`, because a padding row may well be infinite and 0 times infinity is not 0.
    return jnp.where(mask > 0, values, 0).sum() / mask.sum()


def as_columns(values: Any) -> Float[Array, "rows units"]:
    """The values as float32 `(rows, units)`; a vector becomes one column."""
    array = jnp.asarray(values, jnp.float32)
    return array[:, None] if array.ndim == 1 else array


def _log_probabilities(prediction: Float[Array, "rows units"]) -> Float[Array, "rows units"]:
    share = prediction / prediction.sum(axis=-1, keepdims=True)
    return jnp.log(jnp.clip(share, EPSILON, 1 - EPSILON))
