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


def total(counts: Counts) -> Any:
    """All rows."""
    return counts.true_positive + counts.false_positive + counts.true_negative + counts.false_negative


def ratio(numerator: Any, denominator: Any, undefined: float = np.nan) -> np.ndarray:
    """The quotient, and `undefined` where the denominator is zero."""
    numerator, denominator = np.broadcast_arrays(numerator, denominator)
    quotient = np.full(numerator.shape, undefined, dtype=np.float64)
    return np.divide(numerator, denominator, out=quotient, where=denominator != 0)
