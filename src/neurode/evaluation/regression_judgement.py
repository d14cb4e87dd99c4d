"""What there is to say about predicted numbers on rows that the model has not seen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from neurode.errors import ArgumentError, ShapeError, listed
from neurode.evaluation.intervals import Interval, bootstrap, percentile_interval, tellable
from neurode.evaluation.metrics import Measured
from neurode.evaluation.regression import check_numbers, mean_over_targets, regression_measurer
from neurode.evaluation.residuals import (
    Deciles,
    Density,
    ResidualHistogram,
    errors_by_decile,
    prediction_density,
    residual_density,
    residual_histogram,
)


@dataclass(frozen=True, eq=False)
class TargetEvaluation:
    """Predictions of one target on test rows.

    Attributes:
        name: Of the target.
        metrics: Each metric with its 95 % interval.
        predicted: Actual against predicted numbers.
        residuals: Residuals against predictions.
        histogram: How the residuals lie.
        deciles: Errors of low to high predictions.
    """

    name: str
    metrics: dict[str, Interval]
    predicted: Density
    residuals: Density
    histogram: ResidualHistogram
    deciles: Deciles


@dataclass(frozen=True, eq=False)
class RegressionEvaluation:
    """Predicted numbers on test rows.

    Attributes:
        name: Of the model, for people.
        metrics: Each metric with its 95 % interval; with several targets, of the mean over them.
        by_target: What each target alone says.
        n_rows: How many rows it was judged on.
        fit_seconds: What training took.
        n_resamples: How many draws the intervals come from.
        resampled: Each metric in each draw, NaN where it cannot be told, for paired differences.
    """

    name: str
    metrics: dict[str, Interval]
    by_target: tuple[TargetEvaluation, ...]
    n_rows: int
    fit_seconds: float | None = None
    n_resamples: int = 0
    resampled: Measured = field(default_factory=dict, repr=False)

    @property
    def targets(self) -> tuple[str, ...]:
        """The name of each target."""
        return tuple(each.name for each in self.by_target)


def judge_regression(
    name: str,
    target: Any,
    prediction: Any,
    targets: Sequence[str] | None = None,
    *,
    n_resamples: int = 1000,
    seed: int = 0,
    fit_seconds: float | int | None = None,
) -> RegressionEvaluation:
    """Measures predicted numbers, with intervals by bootstrap.

    Args:
        name: Of the model, for people.
        target: `(rows,)` or `(rows, targets)`, in the units in which the reader thinks.
        prediction: Of the same shape, in the same units.
        targets: The name of each target; "target" or "target 1", "target 2" … unless given.
        n_resamples: Draws for the intervals; 0 for none.
        seed: Models judged with one seed on the same rows see the same draws.
        fit_seconds: Carried along for the comparison.

    Raises:
        ArgumentError: There are no rows, a number is not finite, or names repeat.
        ShapeError: The shapes differ.

    Example:
        >>> target = np.arange(200.0)
        >>> result = judge_regression("network", target, target + 20 * np.sin(target), ["price"])
        >>> print(result.metrics["r2"])
        0.940 [0.929, 0.948]
        >>> result.by_target[0].deciles.n_rows
        array([20, 20, 20, 20, 20, 20, 20, 20, 20, 20])
    """
    actual, predicted = check_numbers(target, prediction)
    names = _target_names(targets, actual.shape[1])
    once = np.ones((1, len(actual)), dtype=np.int64)
    evaluated, measured, resampled = [], [], []
    for target_name, y, guess in zip(names, actual.T, predicted.T):
        evaluate = regression_measurer(y, guess)
        values = evaluate(once)
        # Every target sees the same draws: the seed is the same, and there are no classes to miss.
        drawn = bootstrap(evaluate, np.zeros(len(y), np.int64), n_resamples=n_resamples, seed=seed).values
        draws = tellable(drawn, (len(y),), {})
        measured.append(values)
        resampled.append(draws)
        evaluated.append(_evaluate_target(target_name, y, guess, _with_intervals(values, draws)))
    together = mean_over_targets(resampled)
    return RegressionEvaluation(
        name=name,
        metrics=_with_intervals(mean_over_targets(measured), together),
        by_target=tuple(evaluated),
        n_rows=len(actual),
        fit_seconds=None if fit_seconds is None else float(fit_seconds),
        n_resamples=n_resamples,
        resampled=together,
    )


def _target_names(names: Sequence[str] | None, n_targets: int) -> list[str]:
    if names is None:
        return ["target"] if n_targets == 1 else [f"target {place + 1}" for place in range(n_targets)]
    if isinstance(names, str):
        raise ArgumentError(f"targets={names!r} is one text", hint=f"give a list: targets=[{names!r}]")
    if len(names) != n_targets:
        raise ShapeError(f"{len(names)} target names for {n_targets} columns of numbers")
    named = [str(name) for name in names]
    if len(set(named)) < n_targets:
        raise ArgumentError(f"target names repeat: {listed(named)}", hint="give each target its own name")
    return named


def _with_intervals(values: Measured, resampled: Measured) -> dict[str, Interval]:
    return {
        metric: percentile_interval(float(value[0]), resampled.get(metric))
        for metric, value in values.items()
    }


def _evaluate_target(
    name: str, target: np.ndarray, prediction: np.ndarray, metrics: dict[str, Interval]
) -> TargetEvaluation:
    return TargetEvaluation(
        name=name,
        metrics=metrics,
        predicted=prediction_density(target, prediction),
        residuals=residual_density(target, prediction),
        histogram=residual_histogram(target, prediction),
        deciles=errors_by_decile(target, prediction),
    )
