"""Which columns a figure shows one by one: the strongest; the others are drawn as one."""

from collections.abc import Sequence

import numpy as np

from neurode.errors import ArgumentError, ShapeError

MOST_COLUMNS = 20


def strongest(strength: np.ndarray, most: int = MOST_COLUMNS) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of the columns to show, strongest first, and those of the rest; ties stay in their order.

    Example:
        >>> strongest(np.array([0.1, 0.5, 0.3]), most=2)
        (array([1, 2]), array([0]))
    """
    if most < 1:
        raise ArgumentError(f"most={most} columns", hint="at least 1 is drawn")
    order = np.argsort(-strength, kind="stable")
    return order[:most], order[most:]


def require_numbers(columns: Sequence[str], numbers: np.ndarray, what: str) -> None:
    """Says which column has no number, or that numbers and columns are not as many.

    Args:
        columns: Their names.
        numbers: One or more for each column, columns last.
        what: The numbers, in one word.
    """
    if not len(columns) or numbers.shape[-1] != len(columns):
        raise ShapeError(f"{what} of shape {numbers.shape} for {len(columns)} columns")
    finite = np.isfinite(numbers).reshape(-1, len(columns)).all(axis=0)
    if not finite.all():
        raise ArgumentError(f"the {what} of {columns[int(finite.argmin())]!r} are not all numbers")
