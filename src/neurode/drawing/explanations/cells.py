"""The cells of a table as a figure needs them: numbers that have an order, levels that have none, gaps."""

from numbers import Real
from typing import Any

import numpy as np

from neurode.drawing.wording import is_missing


def cells_of(data: Any, name: str, place: int) -> np.ndarray | None:
    """The cells of one column; None if the table has no such column, as for a group of columns.

    Args:
        data: A frame or a mapping of columns, or an array of rows and columns; None for no table at all.
        name: Of the column.
        place: Of the column, in an array.

    Example:
        >>> cells_of({"age": [31, None]}, "age", 0)
        array([31, None], dtype=object)
    """
    if data is None:
        return None
    if isinstance(data, np.ndarray):
        return data[:, place] if data.ndim == 2 and place < data.shape[1] else None
    return np.asarray(data[name]) if name in getattr(data, "columns", data) else None


def gaps_in(cells: np.ndarray) -> np.ndarray:
    """Which cells are missing.

    Example:
        >>> gaps_in(np.array(["A", None], dtype=object))
        array([False,  True])
    """
    if cells.dtype.kind in "fmM":
        return np.isnan(cells) if cells.dtype.kind == "f" else np.isnat(cells)
    if cells.dtype.kind != "O":
        return np.zeros(len(cells), dtype=bool)
    return np.fromiter((is_missing(cell) for cell in cells), dtype=bool, count=len(cells))


def as_numbers(cells: np.ndarray) -> np.ndarray | None:
    """Numbers, flags and times as numbers, NaN in the gaps; None for levels, which have no order.

    Example:
        >>> as_numbers(np.array([True, None], dtype=object))
        array([ 1., nan])
        >>> as_numbers(np.array(["A", "B"])) is None
        True
    """
    gaps = gaps_in(cells)
    if cells.dtype.kind == "O" and not all(isinstance(cell, Real) for cell in cells[~gaps]):
        return None
    if cells.dtype.kind not in "biufmMO":
        return None
    numbers = np.full(len(cells), np.nan)
    known = cells[~gaps]
    numbers[~gaps] = known.astype(np.int64) if cells.dtype.kind in "mM" else known.astype(np.float64)
    return numbers
