"""Between probabilities and log-odds, without an infinity for what is certain."""

from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float

LEAST = 1e-12
"""A probability below this counts as this much, as in scikit-learn's temperature scaling."""


def log_odds(
    probability: Float[np.ndarray, " rows"], other: Float[np.ndarray, " rows"]
) -> Float[np.ndarray, " rows"]:
    """Logarithm of the probability over that of the other outcome, finite at 0 and 1.

    Example:
        >>> log_odds(np.array([0.5, 0.0]), np.array([0.5, 1.0])).round(2)
        array([  0.  , -27.63])
    """
    return np.log(np.maximum(probability, LEAST)) - np.log(np.maximum(other, LEAST))


def sigmoid(log_odds: Float[np.ndarray, " rows"]) -> Float[np.ndarray, " rows"]:
    """The probability of some log-odds; it does not overflow.

    Example:
        >>> sigmoid(np.array([0.0, -1000.0, 1000.0]))
        array([0.5, 0. , 1. ])
    """
    tail = np.exp(-np.abs(log_odds))
    return np.where(log_odds >= 0, 1.0, tail) / (1 + tail)


def one_against_rest(
    probability: Float[np.ndarray, "rows classes"],
) -> Iterator[tuple[int, Float[np.ndarray, " rows"]]]:
    """The code and the log-odds of the positive class of two, or of every class against the rest."""
    if probability.shape[1] == 2:
        yield 1, log_odds(probability[:, 1], probability[:, 0])
    else:
        for code, column in enumerate(probability.T):
            yield code, log_odds(column, 1 - column)


def normalised(
    calibrated: Sequence[np.ndarray], probability: Float[np.ndarray, "rows classes"]
) -> Float[np.ndarray, "rows classes"]:
    """The calibrated columns as rows that sum to 1; where they are all zero, the row as it was."""
    if len(calibrated) == 1:
        return np.column_stack([1 - calibrated[0], calibrated[0]])
    columns = np.column_stack(calibrated)
    total = columns.sum(axis=1, keepdims=True)
    return np.where(total > 0, columns / np.where(total > 0, total, 1), probability)
