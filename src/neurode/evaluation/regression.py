"""Metrics of predicted numbers that can be weighted by row counts, so that a bootstrap costs a few sums."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from neurode.errors import ArgumentError, ShapeError
from neurode.evaluation.decisions import ratio
from neurode.evaluation.metrics import Measured, Measurer

LEAST_TARGET = float(np.finfo(np.float64).eps)
"""A target nearer to 0 than this has no relative error, as in scikit-learn."""

LARGEST = 1e150
"""Sums of squares of larger numbers are no longer finite."""

CACHED_CELLS = 100_000
"""Row counts worked on at once, so that what is computed from them stays in the processor's cache."""


def measure_regression(target: Any, prediction: Any) -> dict[str, float]:
    r"""Every metric of predicted numbers on some rows; with several targets, the plain mean over them.

    - `r2`: $1 - \sum (y - \hat y)^2 / \sum (y - \bar y)^2$, the share of the variance that is explained: 1 is
      perfect, 0 is the mean of these rows, and below 0 is worse than that;
    - `mae`, `rmse`, `median_absolute_error`: sizes of errors, in the units of the target;
    - `mape`: the mean absolute error as a share of the target, NaN where a target is 0;
    - `spearman`: the correlation of the ranks, ties in the middle.

    What the rows cannot tell (R² and Spearman where the target is constant) is NaN.

    Args:
        target: `(rows,)` or `(rows, targets)`.
        prediction: Of the same shape.

    Example:
        >>> metrics = measure_regression([1.0, 2.0, 3.0, 4.0], [1.5, 2.0, 3.0, 5.0])
        >>> metrics["r2"], metrics["mae"], metrics["spearman"]
        (0.75, 0.375, 1.0)

    References:
        Spearman (1904), The proof and measurement of association between two things.
    """
    targets, predictions = check_numbers(target, prediction)
    once = np.ones((1, len(targets)), dtype=np.int64)
    measured = [regression_measurer(y, guess)(once) for y, guess in zip(targets.T, predictions.T)]
    return {name: float(values[0]) for name, values in mean_over_targets(measured).items()}


def check_numbers(
    target: Any, prediction: Any
) -> tuple[Float[np.ndarray, "rows targets"], Float[np.ndarray, "rows targets"]]:
    """Both as float64 `(rows, targets)`, or an error that names what is wrong.

    Example:
        >>> target, prediction = check_numbers([1, 2, 3], [1.0, 2.5, 2.5])
        >>> target.shape
        (3, 1)
    """
    checked = []
    for name, values in (("target", target), ("prediction", prediction)):
        array = np.asarray(values)
        if array.dtype.kind not in "biuf":
            raise ArgumentError(f"{name} is of type {array.dtype}, needed numbers")
        checked.append(array.astype(np.float64))
    target, prediction = checked
    if target.ndim not in (1, 2) or target.shape != prediction.shape:
        raise ShapeError(
            f"target has shape {target.shape}, prediction {prediction.shape}",
            available="shapes: (rows,) or (rows, targets), the same for both",
        )
    if not target.size:
        raise ArgumentError("there are no rows to judge a model on")
    for name, values in (("target", target), ("prediction", prediction)):
        if not np.isfinite(values).all():
            bad = np.count_nonzero(~np.isfinite(values.reshape(len(values), -1)).all(axis=1))
            raise ArgumentError(f"{bad} rows have a {name} that is not a finite number")
        if (largest := float(np.abs(values).max())) > LARGEST:
            raise ArgumentError(
                f"{name} has numbers as large as {largest:.3g}",
                hint="their squares overflow; measure in a larger unit",
            )
    return target.reshape(len(target), -1), prediction.reshape(len(target), -1)


def regression_measurer(
    target: Float[np.ndarray, " rows"], prediction: Float[np.ndarray, " rows"]
) -> Measurer:
    """The function from row counts `(resamples, rows)` to the metrics of one target."""
    size = np.abs(prediction - target)
    # Around their mean, so that numbers far from 0 keep their digits.
    centred = target - target.mean()
    summands = (size, size**2, centred, centred**2, _relative(size, target))
    by_target, by_prediction = _steps(target), _steps(prediction)
    rising = np.argsort(size, kind="stable")

    def evaluate_block(weight: np.ndarray) -> Measured:
        counts, rows = weight.astype(np.float64), weight.sum(axis=1)
        # No matrix product: its threads would wait for each other on a busy machine.
        off, squared, shift, spread, relative = (np.einsum("rn,n->r", counts, each) for each in summands)
        correlation, is_constant = _spearman(by_target, by_prediction, weight)
        around_mean = np.where(is_constant, 0.0, spread - shift**2 / rows)
        return {
            "r2": 1 - ratio(squared, around_mean),
            "mae": off / rows,
            "rmse": np.sqrt(squared / rows),
            "median_absolute_error": _weighted_median(size[rising], weight.take(rising, axis=1)),
            "mape": relative / rows,
            "spearman": correlation,
        }

    def evaluate(weight: np.ndarray) -> Measured:
        step = max(1, CACHED_CELLS // len(target))
        blocks = [evaluate_block(weight[start : start + step]) for start in range(0, len(weight), step)]
        return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}

    return evaluate


def mean_over_targets(measured: list[Measured]) -> Measured:
    """Each metric's mean over the targets that have it; one target is left as it is."""
    if len(measured) == 1:
        return measured[0]
    stacked = {name: np.stack([each[name] for each in measured]) for name in measured[0]}
    return {
        name: ratio(np.nansum(values, axis=0), np.count_nonzero(~np.isnan(values), axis=0))
        for name, values in stacked.items()
    }


def _relative(size: np.ndarray, target: np.ndarray) -> np.ndarray:
    if (np.abs(target) <= LEAST_TARGET).any():
        return np.full(len(target), np.nan)
    return size / np.abs(target)


def _weighted_median(
    rising: Float[np.ndarray, " rows"], weight: Int[np.ndarray, "resamples rows"]
) -> Float[np.ndarray, " resamples"]:
    """The median of values in rising order, each as often as its weight; two middles are averaged."""
    # One running sum over all resamples rises throughout, so that one search finds every median.
    running = weight.ravel().cumsum()
    end = running[weight.shape[1] - 1 :: weight.shape[1]]
    start = end - weight.sum(axis=1)
    middles = [start + (end - start - 1) // 2, start + (end - start) // 2]
    lower, upper = (rising[np.searchsorted(running, m, side="right") % weight.shape[1]] for m in middles)
    return lower + (upper - lower) / 2


@dataclass(frozen=True, eq=False)
class _Steps:
    """The distinct values of a column: a step for each, in rising order.

    Attributes:
        order: The rows, the lowest value first.
        last: The last place in that order of each step.
        of_row: The step of each row.
    """

    order: np.ndarray
    last: np.ndarray
    of_row: np.ndarray


def _steps(values: np.ndarray) -> _Steps:
    _, of_row, counts = np.unique(values, return_inverse=True, return_counts=True)
    return _Steps(np.argsort(of_row, kind="stable"), counts.cumsum() - 1, of_row)


def _spearman(
    target: _Steps, prediction: _Steps, weight: Int[np.ndarray, "resamples rows"]
) -> tuple[np.ndarray, np.ndarray]:
    """Spearman's correlation in each resample, and whether the target is constant there."""
    ranks, spreads = [], []
    for steps in (target, prediction):
        running = weight.take(steps.order, axis=1).cumsum(axis=1)
        reached = running.take(steps.last, axis=1)
        before = np.zeros_like(reached)
        before[:, 1:] = reached[:, :-1]
        # Twice the middle rank of the step, less twice the mean rank: whole numbers until they are squared.
        rank = (reached + before - reached[:, -1:]).astype(np.float64)
        spreads.append(np.einsum("rs,rs,rs->r", rank, rank, (reached - before).astype(np.float64)))
        ranks.append(rank.take(steps.of_row, axis=1))
    together = np.einsum("rn,rn,rn->r", *ranks, weight.astype(np.float64))
    return ratio(together, np.sqrt(spreads[0] * spreads[1])), spreads[0] == 0
