"""Reliability: whether of all rows with a probability of 30 % about 30 % are positive."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurode.errors import ArgumentError
from neurode.evaluation.decisions import ratio
from neurode.evaluation.inputs import check_rows

NORMAL_975 = 1.959963984540054
"""Quantile of the normal distribution that a 95 % interval needs."""


@dataclass(frozen=True, eq=False)
class CalibrationCurve:
    """Promised against observed rates, bin by bin; NaN in a bin without rows.

    Attributes:
        edges: Where the bins end, one more than there are bins. A bin has its upper edge.
        mean_probability: What the rows of each bin were promised, on average.
        observed_rate: Which share of them was positive.
        counts: How many there are.
        lower: Lower end of the 95 % interval of the observed rate.
        upper: Its upper end.
    """

    edges: np.ndarray
    mean_probability: np.ndarray
    observed_rate: np.ndarray
    counts: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def calibration_curve(
    target: Any, probability: Any, *, n_bins: int = 10, strategy: str = "quantile"
) -> CalibrationCurve:
    """Sorts rows into bins of like probability and compares each bin's mean with what happened.

    Two classes: the probability of class 1 and whether the row is of it. More: the probability of the
    likeliest class, and whether it was right.

    Args:
        target: The class code of each row, from 0.
        probability: `(rows, classes)`.
        n_bins: How many bins.
        strategy: "quantile" for bins of equally many rows; rows of one probability stay together, so there
            may be fewer bins. "uniform" for bins of equal width.

    Example:
        >>> positive = np.array([0.1, 0.1, 0.1, 0.1, 0.8, 0.8])
        >>> rows = np.column_stack([1 - positive, positive])
        >>> curve = calibration_curve([0, 0, 0, 1, 1, 1], rows, n_bins=2, strategy="uniform")
        >>> curve.mean_probability, curve.observed_rate, curve.counts
        (array([0.1, 0.8]), array([0.25, 1.  ]), array([4, 2]))

    References:
        Murphy, Winkler (1977), Reliability of subjective probability forecasts of precipitation and
        temperature, for the curve; Wilson (1927), Probable inference, the law of succession, and statistical
        inference, for the intervals.
    """
    target, probability = check_rows(target, probability)
    if n_bins < 1:
        raise ArgumentError(f"n_bins={n_bins}", hint="at least one bin is needed")
    if probability.shape[1] == 2:
        score, happened = probability[:, 1], target == 1
    else:
        score, happened = probability.max(axis=1), probability.argmax(axis=1) == target
    score = score.astype(np.float64)
    edges = _edges(score, n_bins, strategy)
    bins = np.searchsorted(edges[1:-1], score)
    n_bins = len(edges) - 1
    counts = np.bincount(bins, minlength=n_bins)
    observed = ratio(np.bincount(bins[happened], minlength=n_bins), counts)
    mean = ratio(np.bincount(bins, score, minlength=n_bins), counts)
    return CalibrationCurve(edges, mean, observed, counts, *wilson_interval(observed, counts))


def calibration_error(
    target: Any, probability: Any, *, n_bins: int = 10, strategy: str = "quantile"
) -> float:
    r"""Expected calibration error, $\sum_b \frac{n_b}{n} |\bar p_b - \bar y_b|$.

    By how much a probability misses the observed rate, on average: 0.02 is two points. That of a perfect
    model is not 0 either: by chance alone it comes to up to about $0.4 \sqrt{bins / rows}$.

    Args:
        target: As for `calibration_curve`, like the next three.
        probability: `(rows, classes)`.
        n_bins: How many bins.
        strategy: "quantile" or "uniform".

    Example:
        >>> positive = np.array([0.1, 0.1, 0.1, 0.1, 0.8, 0.8])
        >>> error = calibration_error([0, 0, 0, 1, 1, 1], np.column_stack([1 - positive, positive]))
        >>> round(error, 4)
        0.1667

    References:
        Naeini, Cooper, Hauskrecht (2015), [Obtaining well calibrated probabilities using Bayesian
        binning](https://doi.org/10.1609/aaai.v29i1.9602), for two classes; Guo, Pleiss, Sun, Weinberger
        (2017), [On calibration of modern neural networks](https://proceedings.mlr.press/v70/guo17a.html),
        equation 3, for the likeliest class of many.
    """
    curve = calibration_curve(target, probability, n_bins=n_bins, strategy=strategy)
    filled = curve.counts > 0
    gap = np.abs(curve.mean_probability - curve.observed_rate)[filled]
    return float(np.average(gap, weights=curve.counts[filled]))


def wilson_interval(rate: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of rates of so many rows each; unlike the plain one it stays within 0 and 1.

    Example:
        >>> lower, upper = wilson_interval(np.array([0.0, 0.5]), np.array([10, 10]))
        >>> lower.round(3), upper.round(3)
        (array([0.   , 0.237]), array([0.278, 0.763]))
    """
    spread = NORMAL_975**2 / np.maximum(counts, 1)
    middle = (rate + spread / 2) / (1 + spread)
    half = np.sqrt(spread * rate * (1 - rate) + spread**2 / 4) / (1 + spread)
    # At rates of 0 and 1 the ends are exact but for rounding.
    return np.maximum(middle - half, 0), np.minimum(middle + half, 1)


def _edges(score: np.ndarray, n_bins: int, strategy: str) -> np.ndarray:
    if strategy == "uniform":
        return np.linspace(0, 1, n_bins + 1)
    if strategy != "quantile":
        raise ArgumentError(f"strategy={strategy!r}", available="strategies: 'quantile', 'uniform'")
    lowest, *inner, highest = np.percentile(score, np.linspace(0, 1, n_bins + 1) * 100)
    # An edge at the lowest score ends the bin of that score alone; one at the highest would end no bin.
    return np.array([lowest, *(edge for edge in np.unique(inner) if edge < highest), highest])
