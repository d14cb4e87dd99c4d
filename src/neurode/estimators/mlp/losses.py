"""What perceptrons lower: cross-entropy, half the squared error, or the Poisson deviance."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float

from neurode import activations, metrics
from neurode.losses import (
    BinaryCrossentropy,
    Loss,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from neurode.training import Output


@dataclass(frozen=True, eq=False, repr=False)
class PoissonDeviance(Loss):
    r"""Half the deviance of counts, $\sum_k \hat y_k - y_k \log \hat y_k + y_k \log y_k - y_k$, of each row.

    The target has one column more than the prediction: the part that no prediction changes, as
    `poisson_targets` adds it.

    Example:
        >>> target = poisson_targets(np.array([[2.0]]))
        >>> round(float(PoissonDeviance().rows(target, np.log(np.array([[3.0]])))[0]), 4)
        0.1891

    References:
        McCullagh and Nelder (1989), Generalized Linear Models, section 2.3.
    """

    link: ClassVar[str] = "exponential"

    def rows(self, target: Any, score: Any) -> Any:
        expected = activations.exponential(score)
        return (expected - target[:, :-1] * score).sum(axis=-1) + target[:, -1]


def poisson_targets(y: Float[np.ndarray, "rows outputs"]) -> Float[np.ndarray, "rows columns"]:
    """Counts, and beside them the constant part of each row's deviance."""
    from scipy.special import xlogy  # type: ignore[import-untyped]

    return np.hstack([y, (xlogy(y, y) - y).sum(axis=1, keepdims=True)])


def learned(out_activation: str, outputs: int, *, weighted: bool) -> Output:
    """What the engine lowers at outputs of this kind, summed over them.

    scikit-learn's gradient of the squared error is that of the sum over outputs while the loss that it
    reports is the mean. The error is therefore watched by itself where the two differ.

    Args:
        out_activation: Of the outputs.
        outputs: How many there are.
        weighted: Whether rows have weights, by whose sum a batch's loss is then divided.

    Example:
        >>> learned("logistic", 3, weighted=False).loss_weight
        3.0
    """
    reduction = "mean_with_sample_weight" if weighted else "sum_over_batch_size"
    loss: Loss
    if out_activation == "softmax":
        return Output("output", SparseCategoricalCrossentropy(reduction=reduction))
    if out_activation == "exp":
        return Output("output", PoissonDeviance(reduction=reduction))
    if out_activation == "logistic":
        return Output("output", BinaryCrossentropy(reduction=reduction), float(outputs))
    loss = MeanSquaredError(reduction=reduction)
    error = (("error", metrics.get("mean_squared_error")[1]),) if outputs > 1 else ()
    return Output("output", loss, 0.5 * outputs, weighted_metrics=error)


def reported(logs: dict[str, Any], outputs: int) -> float:
    """The loss of an epoch as scikit-learn reports it, with the mean of squared errors over outputs."""
    return logs["loss"] - 0.5 * (outputs - 1) * logs["error"] if "error" in logs else logs["loss"]


def engine_targets(y: Float[np.ndarray, "rows outputs"], out_activation: str) -> np.ndarray:
    """Targets as the engine's losses take them: class numbers, counts with their constant, or columns."""
    if out_activation == "softmax":
        return y.argmax(axis=1).astype(np.int32)
    return (poisson_targets(y) if out_activation == "exp" else y).astype(np.float32)


def mean_loss(
    y: Float[np.ndarray, "rows outputs"],
    scores: Float[np.ndarray, "rows outputs"],
    out_activation: str,
    weight: Float[np.ndarray, " rows"] | None = None,
) -> float:
    """The mean loss of raw scores as scikit-learn reports it, without the penalty on weights.

    Args:
        y: Targets; one-hot for a softmax.
        scores: What the last layer gives.
        out_activation: Of the outputs.
        weight: One weight a row.

    Example:
        >>> round(mean_loss(np.array([[1.0]]), np.array([[0.0]]), "logistic"), 4)
        0.6931
    """
    from scipy.special import logsumexp

    if out_activation == "softmax":
        values = logsumexp(scores, axis=1) - (y * scores).sum(axis=1)
    elif out_activation == "logistic":
        values = (np.logaddexp(0, scores) - y * scores).sum(axis=1)
    elif out_activation == "exp":
        target = poisson_targets(y)
        values = (np.exp(scores) - y * scores).sum(axis=1) + target[:, -1]
    else:
        values = 0.5 * np.square(y - scores).mean(axis=1)
    return float(np.average(values, weights=weight))
