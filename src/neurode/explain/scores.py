"""Scores: how good a model's outputs are for some rows, as one number that is higher when they are better."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
from jaxtyping import Float64, Int

from neurode.errors import ArgumentError, TableError, UnknownNameError, listed
from neurode.evaluation.metrics import LOWER_IS_BETTER, measurer
from neurode.evaluation.regression import mean_over_targets, regression_measurer

CLASS_METRICS = {
    2: (
        "roc_auc", "pr_auc", "ks", "gini", "brier", "log_loss", "accuracy", "precision", "recall",
        "specificity", "f1",
    ),
    3: ("log_loss", "accuracy", "balanced_accuracy", "macro_f1", "roc_auc"),
}  # fmt: skip
"""Metrics of two classes, and of three or more."""

NUMBER_METRICS = ("r2", "mae", "rmse", "median_absolute_error", "mape", "spearman")

WEIGHTED = {
    "r2": lambda y, guess, weight: 1 - _mean_square(y - guess, weight) / _mean_square(y - y @ weight, weight),
    "mae": lambda y, guess, weight: np.abs(y - guess) @ weight,
    "rmse": lambda y, guess, weight: np.sqrt(_mean_square(y - guess, weight)),
}
"""Metrics of numbers that can be weighted; weights sum to 1."""

Metric = str | Callable[..., Any]


@dataclass(frozen=True, eq=False)
class Score:
    """A metric of some rows.

    Attributes:
        name: What it is called.
        lower_is_better: Whether it is an error.
        of: From predictions `(rows, outputs)`, as the subject gives them, to the metric.
    """

    name: str
    lower_is_better: bool
    of: Callable[[Float64[np.ndarray, "rows outputs"]], float]


def score_of(
    model: Any,
    y: Any,
    predictions: Float64[np.ndarray, "rows outputs"],
    metric: Metric | None = None,
    weight: Float64[np.ndarray, " rows"] | None = None,
) -> Score:
    """The metric that a person asked for, of these rows.

    Args:
        model: The model; one with `classes_` gives probabilities of those.
        y: What was there: a class, or a number or several a row.
        predictions: What the model says of the rows.
        metric: A name, or a function of `y` and the predictions (`(rows,)` where there is one output) that is
            higher when they are better. None: ROC AUC of two classes, log loss of more, R² of numbers.
        weight: What each row counts for.

    Raises:
        UnknownNameError: There is no such metric.
        ArgumentError: The metric cannot be weighted, or not be told from these rows.
        TableError: The target does not fit the predictions.

    Example:
        >>> score = score_of(None, [0, 0, 1, 1], np.array([[0.1], [0.4], [0.35], [0.8]]))
        >>> score.name, score.of(np.array([[0.1], [0.2], [0.3], [0.8]]))
        ('roc_auc', 1.0)
    """
    target = _array(y)
    if len(target) != len(predictions):
        raise TableError(f"the table has {len(predictions)} rows, the target {len(target)}")
    if callable(metric):
        return _defined(_own(metric, target, weight), predictions)
    counts = np.ones((1, len(target))) if weight is None else weight[None]
    classes = _classes(model, target, predictions)
    if classes is not None and len(classes) < 2:
        raise ArgumentError(
            f"the model knows one class, {listed(classes)}, so there is nothing to judge",
            hint="fit it on rows of two classes or more",
        )
    known = NUMBER_METRICS if classes is None else CLASS_METRICS[min(len(classes), 3)]
    name = known[0] if metric is None else metric
    if name not in known:
        raise UnknownNameError("metric", name, known)
    if classes is None:
        if weight is not None and name not in WEIGHTED:
            raise ArgumentError(
                f"metric={name!r} with weights", available=f"metrics with weights: {listed(WEIGHTED)}"
            )
        of = _of_numbers(target, name, weight)
    else:
        # Several labels are questions of yes and no side by side.
        labels = [_codes(column, classes) for column in (target.T if target.ndim == 2 else target[None])]
        of = _of_classes(labels, name, counts, _threshold(model))
    return _defined(Score(name, name in LOWER_IS_BETTER, of), predictions)


def _array(y: Any) -> np.ndarray:
    if isinstance(y, list | tuple):
        y = pl.Series(y, strict=False) if y and np.ndim(y[0]) == 0 else np.asarray(y)
    series = nw.from_native(y, pass_through=True, allow_series=True)
    has_gaps = isinstance(series, nw.Series) and series.is_null().any()
    target = y.to_numpy() if hasattr(y, "to_numpy") else np.asarray(y)
    if target.ndim == 2 and target.shape[1] == 1:
        target = target[:, 0]
    if target.ndim not in (1, 2):
        raise TableError(f"a target of shape {target.shape}", hint="give one value a row, or one column each")
    # Only a gap differs from itself.
    if has_gaps or None in target.ravel().tolist() or np.any(target != target):
        raise TableError("the target has gaps", hint="leave rows without a target out")
    return target


def _classes(model: Any, target: np.ndarray, predictions: np.ndarray) -> list[Any] | None:
    """The classes in order; None where the target is numbers."""
    if target.ndim == 2:
        return [0, 1] if hasattr(model, "predict_proba") else None
    classes = getattr(model, "classes_", None)
    if classes is not None:
        return list(np.asarray(classes).tolist())
    distinct = sorted(set(target.tolist()))
    width = predictions.shape[1]
    in_range = bool((predictions >= 0).all() and (predictions <= 1).all())
    # A function does not say what it gives: shares for as many classes as there are must be probabilities.
    if in_range and len(distinct) <= 2 and width == 1:
        return distinct if len(distinct) == 2 else [0, 1]
    if (
        width > 1
        and in_range
        and len(distinct) <= width
        and np.allclose(predictions.sum(axis=1), 1, atol=1e-3)
    ):
        return list(range(width)) if set(distinct) <= set(range(width)) else distinct
    return None


def _codes(target: np.ndarray, classes: list[Any]) -> Int[np.ndarray, " rows"]:
    """The place of each row's class."""
    values, inverse = np.unique(target.astype(str), return_inverse=True)
    places = {str(label): place for place, label in enumerate(classes)}
    unknown = [value for value in values.tolist() if value not in places]
    if unknown:
        raise TableError(
            f"the target holds {unknown[0]!r}, which is no class of the model",
            available=f"classes: {listed(classes)}",
        )
    return np.array([places[value] for value in values.tolist()], np.int64)[inverse]


def _threshold(model: Any) -> float | int:
    """From which probability on the model calls the positive class."""
    line = getattr(model, "threshold_", None) if hasattr(model, "encoding_") else None
    # Of our estimators, whose probabilities are float32 as a rule: `predict` compares in that precision.
    return 0.5 if line is None else float(np.float32(line))


def _of_classes(
    labels: list[np.ndarray], name: str, counts: np.ndarray, threshold: float | int
) -> Callable[[Any], float]:
    def of(outputs: Float64[np.ndarray, "rows outputs"]) -> float:
        several = outputs.T[:, :, None] if len(labels) > 1 else [outputs]
        values = [
            measurer(codes, np.hstack([1 - each, each]) if each.shape[1] == 1 else each, threshold)(counts)[
                name
            ][0]
            for codes, each in zip(labels, several)
        ]
        return float(np.mean(values))

    return of


def _of_numbers(target: np.ndarray, name: str, weight: np.ndarray | None) -> Callable[[Any], float]:
    try:
        targets = target.astype(np.float64).reshape(len(target), -1)
    except ValueError:
        raise TableError(
            f"the target holds {target.ravel()[0]!r}, the model gives numbers", hint="give numbers"
        ) from None

    def of(outputs: Float64[np.ndarray, "rows outputs"]) -> float:
        if outputs.shape != targets.shape:
            raise TableError(
                f"the target has {targets.shape[1]} columns, the model gives {outputs.shape[1]} numbers a row"
            )
        pairs = zip(targets.T, outputs.T)
        if weight is not None:
            return float(np.mean([WEIGHTED[name](y, guess, weight / weight.sum()) for y, guess in pairs]))
        once = np.ones((1, len(targets)), dtype=np.int64)
        return float(mean_over_targets([regression_measurer(y, guess)(once) for y, guess in pairs])[name][0])

    return of


def _mean_square(values: np.ndarray, weight: np.ndarray) -> np.floating:
    return np.square(values) @ weight


def _own(metric: Callable[..., Any], target: np.ndarray, weight: np.ndarray | None) -> Score:
    def of(outputs: Float64[np.ndarray, "rows outputs"]) -> float:
        given = outputs[:, 0] if outputs.shape[1] == 1 else outputs
        return float(metric(target, given) if weight is None else metric(target, given, sample_weight=weight))

    return Score(getattr(metric, "__name__", type(metric).__name__), False, of)


def _defined(score: Score, predictions: np.ndarray) -> Score:
    value = score.of(predictions)
    if not np.isfinite(value):
        raise ArgumentError(
            f"the metric {score.name} of these rows is {value}",
            hint="it needs rows of every class, or a target that is not constant",
        )
    return score
