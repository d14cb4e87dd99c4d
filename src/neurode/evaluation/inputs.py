"""What every entry of this package asks of its arrays, checked once at the border."""

from typing import Any

import numpy as np

from neurode.errors import ArgumentError, ShapeError


def check_rows(target: Any, probability: Any) -> tuple[np.ndarray, np.ndarray]:
    """The target as int64 codes and the probabilities as floats, or an error that names what is wrong.

    Args:
        target: The class code of each row, from 0.
        probability: One column a class, one row a row of the table. float32 stays float32: a threshold is
            compared with the very numbers that the model gives.

    Example:
        >>> target, probability = check_rows([0, 1], [[0.9, 0.1], [0.4, 0.6]])
        >>> probability.shape
        (2, 2)
    """
    target, probability = np.asarray(target), np.asarray(probability)
    if probability.ndim != 2 or probability.shape[1] < 2:
        raise ShapeError(
            f"probability has shape {probability.shape}, needed (rows, classes)",
            hint="for two classes give both columns, as predict_proba does",
        )
    if target.shape != probability.shape[:1]:
        raise ShapeError(f"target has shape {target.shape}, but probability has {len(probability)} rows")
    if not len(target):
        raise ArgumentError("there are no rows to judge a model on")
    if not np.issubdtype(probability.dtype, np.floating):
        probability = probability.astype(np.float64)
    if not np.isfinite(probability).all():
        bad = np.count_nonzero(~np.isfinite(probability).all(axis=1))
        raise ArgumentError(f"{bad} rows have a probability that is not a finite number")
    codes = target.astype(np.int64)
    if (codes != target).any() or codes.min() < 0 or codes.max() >= probability.shape[1]:
        raise ArgumentError(
            f"target has values from {target.min()} to {target.max()}",
            available=f"codes: 0 to {probability.shape[1] - 1}, one for each column of probability",
        )
    return codes, probability


def check_two_classes(probability: np.ndarray, what: str) -> None:
    """Refuses more than two classes for what only two can have."""
    if probability.shape[1] != 2:
        raise ShapeError(
            f"{what} needs two classes, got {probability.shape[1]}",
            hint="with more classes the most probable one is the answer",
        )


def check_both_classes(target: np.ndarray, weight: np.ndarray | None, what: str) -> None:
    """Refuses rows of one class alone; rows that weigh nothing are none."""
    counted = target if weight is None else target[weight > 0]
    if len(np.unique(counted)) < 2:
        raise ArgumentError(
            f"{what} needs rows of both classes, all {len(counted)} rows are of class {counted[0]}"
        )
