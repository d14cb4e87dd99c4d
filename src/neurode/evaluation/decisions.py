"""Metrics of yes/no decisions, from how many rows fell into each of the four cases.

The positive class is class 1. Every function works on arrays of counts: one entry a resample, or one a
threshold.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Counts(NamedTuple):
    """How many rows were called positive or negative, rightly (true) or wrongly (false)."""

    true_positive: Any
    false_positive: Any
    true_negative: Any
    false_negative: Any


def accuracy(counts: Counts) -> np.ndarray:
    """Share of rows that were called rightly.

    Example:
        >>> accuracy(Counts(3, 1, 5, 1))
        array(0.8)
    """
    return ratio(counts.true_positive + counts.true_negative, total(counts))


def precision(counts: Counts) -> np.ndarray:
    """Share of positive calls that were right; 0 without a positive call, as scikit-learn says."""
    return ratio(counts.true_positive, counts.true_positive + counts.false_positive, undefined=0.0)


def recall(counts: Counts) -> np.ndarray:
    """Share of the positive rows that were found."""
    return ratio(counts.true_positive, counts.true_positive + counts.false_negative)


def specificity(counts: Counts) -> np.ndarray:
    """Share of the negative rows that were left alone."""
    return ratio(counts.true_negative, counts.true_negative + counts.false_positive)


def f1(counts: Counts) -> np.ndarray:
    """Harmonic mean of precision and recall: `2 TP / (2 TP + FP + FN)`."""
    hits = 2 * counts.true_positive
    return ratio(hits, hits + counts.false_positive + counts.false_negative, undefined=0.0)


def f_beta(counts: Counts, beta: float | int) -> np.ndarray:
    r"""F-beta, $\frac{(1 + \beta^2) PR}{\beta^2 P + R}$: recall weighs `beta` times as much as precision.

    Args:
        counts: The four cases.
        beta: Above 0; 2 where a miss is worse than a false alarm, 0.5 where it is the other way round.

    Example:
        >>> f_beta(Counts(3, 1, 5, 2), 2)
        array(0.625)

    References:
        van Rijsbergen (1979), Information Retrieval, chapter 7, in counts.
    """
    hits = (1 + beta**2) * counts.true_positive
    return ratio(hits, hits + beta**2 * counts.false_negative + counts.false_positive, undefined=0.0)


def balanced_accuracy(counts: Counts) -> np.ndarray:
    """Mean of recall and specificity: the accuracy if both classes were equally frequent."""
    return np.asarray((recall(counts) + specificity(counts)) / 2)


def matthews_correlation(counts: Counts) -> np.ndarray:
    r"""Correlation of the call with the class, $(TP \cdot TN - FP \cdot FN) / \sqrt{\ldots}$, from -1 to 1.

    The root is of the product of the four margins; where one of them is empty, 0 as scikit-learn says.

    Example:
        >>> matthews_correlation(Counts(3, 1, 5, 1)).round(3)
        np.float64(0.583)

    References:
        Matthews (1975), [Comparison of the predicted and observed secondary structure of T4 phage
        lysozyme](https://doi.org/10.1016/0005-2795(75)90109-9), equation 1.
    """
    # As floats: the product of four counts of a million rows does not fit into 64 bits.
    hit, alarm, left, missed = (np.asarray(case, dtype=np.float64) for case in counts)
    margins = np.sqrt((hit + alarm) * (left + missed)) * np.sqrt((hit + missed) * (left + alarm))
    return ratio(hit * left - alarm * missed, margins, undefined=0.0)


def approval_rate(counts: Counts) -> np.ndarray:
    """Share of rows called negative. Where the positive class is the bad event, these are the approvals."""
    return ratio(counts.true_negative + counts.false_negative, total(counts))


DECISIONS: dict[str, Callable[[Counts], np.ndarray]] = {
    "accuracy": accuracy,
    "precision": precision,
    "recall": recall,
    "specificity": specificity,
    "f1": f1,
}
"""The metrics that depend on a threshold."""

REACHED: dict[str, Callable[[Counts], np.ndarray]] = {
    **DECISIONS,
    "balanced_accuracy": balanced_accuracy,
    "mcc": matthews_correlation,
    "approval_rate": approval_rate,
}
"""What is told about a threshold that was chosen."""


def total(counts: Counts) -> Any:
    """All rows."""
    return counts.true_positive + counts.false_positive + counts.true_negative + counts.false_negative


def ratio(numerator: Any, denominator: Any, undefined: float = np.nan) -> np.ndarray:
    """The quotient, and `undefined` where the denominator is zero."""
    numerator, denominator = np.broadcast_arrays(numerator, denominator)
    quotient = np.full(numerator.shape, undefined, dtype=np.float64)
    return np.divide(numerator, denominator, out=quotient, where=denominator != 0)
