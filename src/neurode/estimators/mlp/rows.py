"""Rows on their way into a fit of a perceptron: weights, batches, precision, and rows held out."""

import warnings
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from sklearn.utils.validation import _check_sample_weight

from neurode.errors import ArgumentError


class Table(NamedTuple):
    """Rows with their targets.

    Attributes:
        X: Rows of numbers, dense or CSR.
        y: One column an output, one-hot for a softmax.
        weight: One weight a row, or None where all are 1.
    """

    X: Any
    y: Float[np.ndarray, "rows outputs"]
    weight: Float[np.ndarray, " rows"] | None

    def rows(self, index: np.ndarray) -> "Table":
        """Some of the rows."""
        return Table(self.X[index], self.y[index], None if self.weight is None else self.weight[index])


def row_weights(sample_weight: Any, X: Any) -> Float[np.ndarray, " rows"] | None:
    """One weight a row, None where all are 1: such a fit is quicker, and the same to the last bit.

    Raises:
        ValueError: If weights are negative, all 0, or not one for each row.

    Example:
        >>> row_weights([1.0, 2.0], np.zeros((2, 3))), row_weights(1.0, np.zeros((2, 3)))
        (array([1., 2.]), None)
    """
    if sample_weight is None:
        return None
    weight = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
    return None if (weight == 1).all() else weight


def split(
    table: Table, fraction: float | int, random: np.random.RandomState, *, by_class: bool
) -> tuple[Table, Table]:
    """The rows to train on, and those held out, drawn as scikit-learn draws them.

    Args:
        table: All rows.
        fraction: Share of the rows to hold out, in [0, 1).
        random: The generator; it moves on.
        by_class: Whether both parts get their share of the two classes.

    Raises:
        ArgumentError: If fewer than two rows are held out, or one part has no weight.
    """
    from sklearn.model_selection import train_test_split

    train, rest = train_test_split(
        np.arange(len(table.y)),
        random_state=random,
        test_size=fraction,
        stratify=table.y.astype(bool) if by_class else None,
    )
    if len(rest) < 2:
        raise ArgumentError(
            f"The validation set is too small: {len(rest)} of {len(table.y)} rows",
            hint="raise validation_fraction, or give more rows",
        )
    parts = table.rows(train), table.rows(rest)
    for part, which in zip(parts, ("training rows", "rows held out")):
        if part.weight is not None and not part.weight.any():
            raise ArgumentError(f"sample_weight is 0 for all {which}", hint="give more rows a weight above 0")
    return parts


def rows_of_step(batch_size: int | str, rows: int) -> int:
    """The number of rows that a step takes; more than there are is cut with a warning.

    Example:
        >>> rows_of_step("auto", 1000), rows_of_step("auto", 50), rows_of_step(32, 50)
        (200, 50, 32)
    """
    if isinstance(batch_size, str):
        return min(200, rows)
    if batch_size > rows:
        warnings.warn(
            f"batch_size={batch_size} is larger than the {rows} rows; a step takes all of them", stacklevel=5
        )
    return min(int(batch_size), rows)


def dense(X: Any) -> np.ndarray:
    """The table as an array."""
    return X if isinstance(X, np.ndarray) else X.toarray()


def single_precision(X: Any) -> Float[np.ndarray, "rows features"]:
    """The rows as the engine computes with them; what is too large becomes infinite and shows in the loss.

    Example:
        >>> single_precision(np.array([[1.5, 1e300]]))
        array([[1.5, inf]], dtype=float32)
    """
    with np.errstate(over="ignore"):
        return dense(X.astype(np.float32, copy=False))
