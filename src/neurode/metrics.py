"""Metrics that stream inside the compiled program: measure a batch, merge, read the result.

A metric is a frozen record. `measure` gives what one batch contributes, `merge` joins two contributions (a
plain sum unless a metric says otherwise), `result` reads the number off. Calling a metric does all three on
whole arrays.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Shaped

from neurode.errors import ArgumentError, UnknownNameError

EPSILON = 1e-7


@dataclass(frozen=True)
class Metric:
    """Base class: subclasses give `measure` and `result`."""

    default_name: ClassVar[str] = "metric"
    sparse: ClassVar[bool] = False
    """Whether targets are class numbers `(rows,)` instead of one column a unit."""

    def measure(self, target: Array, prediction: Array, weight: Float[Array, " rows"]) -> Any:
        """What these rows contribute. A row of weight 0 contributes nothing."""
        raise NotImplementedError

    def merge(self, first: Any, second: Any) -> Any:
        """Two contributions as one."""
        return jax.tree.map(jnp.add, first, second)

    def result(self, state: Any) -> Array:
        """The metric's value."""
        raise NotImplementedError

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Array:
        prediction = jnp.asarray(y_pred, jnp.float32)
        prediction = prediction[:, None] if prediction.ndim == 1 else prediction
        target = jnp.asarray(y_true)
        target = target.reshape(-1) if self.sparse else target.astype(jnp.float32).reshape(prediction.shape)
        weight = np.ones(len(prediction)) if sample_weight is None else sample_weight
        return self.result(self.measure(target, prediction, jnp.asarray(weight, jnp.float32)))


@dataclass(frozen=True)
class Mean(Metric):
    """Base class of metrics that are a weighted mean of one value a row."""

    def values(self, target: Array, prediction: Array) -> Shaped[Array, " rows"]:
        """The value of each row."""
        raise NotImplementedError

    def measure(self, target: Array, prediction: Array, weight: Float[Array, " rows"]) -> dict[str, Array]:
        values = self.values(target, prediction).astype(jnp.float32)
        # `where`, because a padding row may hold anything, and 0 times infinity is not 0.
        return {"total": jnp.where(weight != 0, values * weight, 0).sum(), "weight": weight.sum()}

    def result(self, state: dict[str, Array]) -> Array:
        return _ratio(state["total"], state["weight"])


@dataclass(frozen=True)
class BinaryAccuracy(Mean):
    """Share of predictions on the right side of `threshold`.

    Example:
        >>> float(BinaryAccuracy()([1, 0, 1, 0], [0.9, 0.2, 0.3, 0.1]))
        0.75
    """

    threshold: float = 0.5
    default_name: ClassVar[str] = "binary_accuracy"

    def values(self, target: Array, prediction: Array) -> Shaped[Array, " rows"]:
        return (target == (prediction > self.threshold)).mean(axis=-1)


@dataclass(frozen=True)
class CategoricalAccuracy(Mean):
    """Share of rows whose largest prediction is the target's class (targets one-hot)."""

    default_name: ClassVar[str] = "categorical_accuracy"

    def values(self, target: Array, prediction: Array) -> Shaped[Array, " rows"]:
        return target.argmax(axis=-1) == prediction.argmax(axis=-1)


@dataclass(frozen=True)
class SparseCategoricalAccuracy(Mean):
    """Share of rows whose largest prediction is the target's class (targets are class numbers)."""

    default_name: ClassVar[str] = "sparse_categorical_accuracy"
    sparse: ClassVar[bool] = True

    def values(self, target: Array, prediction: Array) -> Shaped[Array, " rows"]:
        return target.astype(jnp.int32) == prediction.argmax(axis=-1)


@dataclass(frozen=True)
class MeanSquaredError(Mean):
    """Mean of squared errors, in squared units of the target."""

    default_name: ClassVar[str] = "mean_squared_error"

    def values(self, target: Array, prediction: Array) -> Shaped[Array, " rows"]:
        return jnp.square(target - prediction).mean(axis=-1)


@dataclass(frozen=True)
class RootMeanSquaredError(MeanSquaredError):
    """Square root of the mean of squared errors, in units of the target."""

    default_name: ClassVar[str] = "root_mean_squared_error"

    def result(self, state: dict[str, Array]) -> Array:
        return jnp.sqrt(super().result(state))


@dataclass(frozen=True)
class MeanAbsoluteError(Mean):
    """Mean of absolute errors, in units of the target."""

    default_name: ClassVar[str] = "mean_absolute_error"

    def values(self, target: Array, prediction: Array) -> Shaped[Array, " rows"]:
        return jnp.abs(target - prediction).mean(axis=-1)


@dataclass(frozen=True)
class Confusion(Metric):
    """Base class of metrics read off weighted counts of true and false positives and negatives.

    Args:
        threshold: A prediction above it is positive.
    """

    threshold: float = 0.5

    def measure(self, target: Array, prediction: Array, weight: Float[Array, " rows"]) -> dict[str, Array]:
        positive, weight = prediction > self.threshold, weight[:, None]
        return {
            "true_positives": (weight * (target * positive)).sum(),
            "false_positives": (weight * ((1 - target) * positive)).sum(),
            "false_negatives": (weight * (target * ~positive)).sum(),
            "true_negatives": (weight * ((1 - target) * ~positive)).sum(),
        }


@dataclass(frozen=True)
class Precision(Confusion):
    """Of the rows called positive, the share that is; 0 where none is called positive.

    Example:
        >>> float(Precision()([0, 1, 1, 1], [0.6, 0.9, 0.2, 0.1]))
        0.5
    """

    default_name: ClassVar[str] = "precision"

    def result(self, state: dict[str, Array]) -> Array:
        return _ratio(state["true_positives"], state["true_positives"] + state["false_positives"])


@dataclass(frozen=True)
class Recall(Confusion):
    """Of the positive rows, the share that is called so; 0 where there is none.

    Example:
        >>> round(float(Recall()([0, 1, 1, 1], [0.6, 0.9, 0.2, 0.1])), 4)
        0.3333
    """

    default_name: ClassVar[str] = "recall"

    def result(self, state: dict[str, Array]) -> Array:
        return _ratio(state["true_positives"], state["true_positives"] + state["false_negatives"])


@dataclass(frozen=True)
class F1Score(Metric):
    """Harmonic mean of precision and recall.

    Args:
        average: How the units' scores are joined: `"macro"`, `"micro"`, `"weighted"` (by positives), or
            `None` for one score a unit.
        threshold: A prediction above it is positive. `None` means the largest of several units, and 0.5 for a
            single unit. (Keras takes the largest there too, so that every row is positive and the score says
            nothing.)

    Example:
        >>> round(float(F1Score()([0, 1, 1, 1], [0.6, 0.9, 0.2, 0.1])), 4)
        0.4
    """

    average: str | None = None
    threshold: float | None = None
    default_name: ClassVar[str] = "f1_score"

    def __post_init__(self) -> None:
        if self.average not in (None, "macro", "micro", "weighted"):
            raise ArgumentError(
                f"average={self.average!r}", available="averages: None, 'macro', 'micro', 'weighted'"
            )

    def measure(self, target: Array, prediction: Array, weight: Float[Array, " rows"]) -> dict[str, Array]:
        units = prediction.shape[-1]
        if self.threshold is None and units > 1:
            positive = jax.nn.one_hot(prediction.argmax(axis=-1), units)
        else:
            threshold = 0.5 if self.threshold is None else self.threshold
            positive = (prediction > threshold).astype(jnp.float32)
        weight = weight[:, None]
        return {
            "true_positives": (weight * target * positive).sum(axis=0),
            "called": (weight * positive).sum(axis=0),
            "positives": (weight * target).sum(axis=0),
        }

    def result(self, state: dict[str, Array]) -> Array:
        if self.average == "micro":
            state = jax.tree.map(jnp.sum, state)
        score = _ratio(2 * state["true_positives"], state["called"] + state["positives"])
        if self.average == "weighted":
            return _ratio((score * state["positives"]).sum(), state["positives"].sum())
        return score.mean() if self.average == "macro" or score.size == 1 else score


@dataclass(frozen=True)
class AUC(Metric):
    """Area under the ROC or precision-recall curve, from counts at fixed thresholds, as in Keras.

    The curve is read at `num_thresholds` points, so the value is within about 1 / `num_thresholds` of the
    exact area (`neurode.evaluation` computes that one).

    Args:
        num_thresholds: Points of the curve, at least 2.
        curve: `"ROC"` or `"PR"`.

    Example:
        >>> round(float(AUC()([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])), 3)
        0.75

    References:
        Davis and Goadrich (2006), The Relationship Between Precision-Recall and ROC Curves, for the
        interpolation of PR.
    """

    num_thresholds: int = 200
    curve: str = "ROC"
    default_name: ClassVar[str] = "auc"

    def __post_init__(self) -> None:
        if self.curve not in ("ROC", "PR"):
            raise ArgumentError(f"curve={self.curve!r}", available="curves: 'ROC', 'PR'")
        if self.num_thresholds < 2:
            raise ArgumentError(f"num_thresholds={self.num_thresholds}", hint="use at least 2")

    @property
    def thresholds(self) -> Float[np.ndarray, " thresholds"]:
        """Equal steps from just below 0 to just above 1."""
        inner = np.arange(1, self.num_thresholds - 1, dtype=np.float32) / (self.num_thresholds - 1)
        return np.concatenate([[-EPSILON], inner, [1 + EPSILON]]).astype(np.float32)

    def measure(self, target: Array, prediction: Array, weight: Float[Array, " rows"]) -> dict[str, Array]:
        weight = jnp.repeat(weight, prediction.shape[-1])
        target = target.reshape(-1)
        called = (prediction.reshape(-1)[:, None] > self.thresholds[None, :]).astype(jnp.float32)
        positive, negative = weight * target, weight * (1 - target)
        return {
            "true_positives": positive @ called,
            "false_positives": negative @ called,
            "positives": positive.sum(),
            "negatives": negative.sum(),
        }

    def result(self, state: dict[str, Array]) -> Array:
        true_positives, false_positives = state["true_positives"], state["false_positives"]
        if self.curve == "ROC":
            recall = _ratio(true_positives, state["positives"])
            fall_out = _ratio(false_positives, state["negatives"])
            return ((recall[:-1] + recall[1:]) / 2 * (fall_out[:-1] - fall_out[1:])).sum()
        # Between two points true positives are linear in the number of rows called positive.
        called = true_positives + false_positives
        gained = true_positives[:-1] - true_positives[1:]
        slope = _ratio(gained, jnp.maximum(called[:-1] - called[1:], 0))
        intercept = true_positives[1:] - slope * called[1:]
        both = (called[:-1] > 0) & (called[1:] > 0)
        growth = jnp.where(both, _ratio(called[:-1], jnp.maximum(called[1:], 0)), 1.0)
        area = slope * (gained + intercept * jnp.log(growth))
        return _ratio(area, state["positives"]).sum()


@dataclass(frozen=True)
class R2Score(Metric):
    r"""Coefficient of determination, $1 - \sum (y - \hat y)^2 / \sum (y - \bar y)^2$, averaged over units.

    Example:
        >>> round(float(R2Score()([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])), 4)
        0.5

    References:
        Chan, Golub and LeVeque (1979), Updating Formulae, eq. 2.1: means and squares of two samples joined
        without cancellation.
    """

    default_name: ClassVar[str] = "r2_score"

    def measure(self, target: Array, prediction: Array, weight: Float[Array, " rows"]) -> dict[str, Array]:
        weight = weight[:, None]
        total = weight.sum()
        mean = _ratio((weight * target).sum(axis=0), total)
        return {
            "weight": total,
            "mean": mean,
            "spread": (weight * jnp.square(target - mean[None, :])).sum(axis=0),
            "error": (weight * jnp.square(target - prediction)).sum(axis=0),
        }

    def merge(self, first: dict[str, Array], second: dict[str, Array]) -> dict[str, Array]:
        total = first["weight"] + second["weight"]
        share = _ratio(second["weight"], total)
        gap = second["mean"] - first["mean"]
        return {
            "weight": total,
            "mean": first["mean"] + share * gap,
            "spread": first["spread"] + second["spread"] + share * first["weight"] * jnp.square(gap),
            "error": first["error"] + second["error"],
        }

    def result(self, state: dict[str, Array]) -> Array:
        error, spread = state["error"], state["spread"]
        # A target without spread leaves nothing to explain: 1 for a right prediction, else 0.
        return jnp.mean(jnp.where(spread == 0, (error == 0) * 1.0, 1 - _ratio(error, spread)))


@dataclass(frozen=True)
class FunctionMean(Mean):
    """The mean of a function of the user's own, `f(y_true, y_pred)`."""

    function: Callable[[Array, Array], Array]

    def values(self, target: Array, prediction: Array) -> Shaped[Array, " rows"]:
        values = jnp.asarray(self.function(target, prediction))
        if values.ndim == 0:
            return jnp.broadcast_to(values, prediction.shape[:1])
        return values.reshape(values.shape[0], -1).mean(axis=-1)


METRICS: dict[str, Metric] = {
    "binary_accuracy": BinaryAccuracy(),
    "categorical_accuracy": CategoricalAccuracy(),
    "sparse_categorical_accuracy": SparseCategoricalAccuracy(),
    "precision": Precision(),
    "recall": Recall(),
    "f1_score": F1Score(average="macro"),
    "f1": F1Score(average="macro"),
    "auc": AUC(),
    "AUC": AUC(),
    "mean_squared_error": MeanSquaredError(),
    "mse": MeanSquaredError(),
    "root_mean_squared_error": RootMeanSquaredError(),
    "rmse": RootMeanSquaredError(),
    "mean_absolute_error": MeanAbsoluteError(),
    "mae": MeanAbsoluteError(),
    "r2_score": R2Score(),
    "r2": R2Score(),
}


def get(metric: str | Metric | Callable) -> tuple[str, Metric]:
    """Returns the metric with the name it has in a history; objects keep theirs, functions are wrapped.

    `"accuracy"` depends on the network's output: see `accuracy`.

    Raises:
        UnknownNameError: If no metric has this name.

    Example:
        >>> get("mae")
        ('mae', MeanAbsoluteError())
    """
    if isinstance(metric, type) and issubclass(metric, Metric):
        metric = metric()
    if isinstance(metric, Metric):
        return metric.default_name, metric
    if callable(metric):
        return getattr(metric, "__name__", "metric"), FunctionMean(cast(Callable, metric))
    if metric not in METRICS:
        raise UnknownNameError("metric", metric, ["accuracy", *METRICS])
    return metric, METRICS[metric]


def accuracy(units: int, *, sparse: bool) -> Metric:
    """The accuracy that Keras means by `"accuracy"`.

    By the number of output units and the form of the target.
    """
    if units == 1:
        return BinaryAccuracy()
    return SparseCategoricalAccuracy() if sparse else CategoricalAccuracy()


def _ratio(numerator: Array, denominator: Array) -> Array:
    """The quotient, 0 where the divisor is 0."""
    safe = jnp.where(denominator == 0, 1, denominator)
    return jnp.where(denominator == 0, 0, numerator / safe)
