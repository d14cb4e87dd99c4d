"""Target: the column to be predicted, as the codes of its classes."""

from typing import Any, NamedTuple

import numpy as np
import polars as pl

from neurode.errors import TableError, listed
from neurode.tables.columns import dtype_of

MOST_CLASSES = 50
LEAST_ROWS_A_CLASS = 10
"""More classes than 50 with fewer rows than 10 each on average are no classes."""


class EncodedTarget(NamedTuple):
    """A target as codes.

    `codes` are int32, one a row that has a target. `classes` are the values behind the codes, in order.
    `known` is a bool a row of the whole table: whether it has a target.
    """

    codes: np.ndarray
    classes: tuple[Any, ...]
    known: np.ndarray

    @property
    def n_dropped(self) -> int:
        """How many rows have no target and cannot be learned from."""
        return int(self.known.size - np.count_nonzero(self.known))


def encode_target(values: Any, name: str = "") -> EncodedTarget:
    """The codes and classes of a target.

    Args:
        values: One value a row: a polars series, an array or a list.
        name: The column, for messages; a series knows its own.

    Raises:
        TableError: No row has a target, all have the same one, a class has a single row, or the values look
            like numbers or texts instead of classes.

    Example:
        >>> target = encode_target(["paid", "default", None, "paid", "default"])
        >>> target.codes.tolist(), target.classes, target.n_dropped
        ([1, 0, 1, 0], ('default', 'paid'), 1)
    """
    series = values if isinstance(values, pl.Series) else _series(values)
    name = name or series.name
    who = f"target {name!r}" if name else "the target"
    series = _simplified(series)
    known = series.is_not_null()
    series = series.filter(known)
    if series.is_empty():
        raise TableError(f"{who} has no value in any row", hint="check the name of the target column")
    classes = series.unique().sort()
    numbered = pl.Series(np.arange(classes.len()))
    codes = series.replace_strict(classes, numbered, return_dtype=pl.Int32).to_numpy()
    _check(who, series, classes, np.bincount(codes))
    return EncodedTarget(codes, tuple(classes.to_list()), known.to_numpy())


def _series(values: Any) -> pl.Series:
    if getattr(getattr(values, "dtype", None), "kind", None) in {"O", "U", "S"}:
        values = values.tolist()
    try:
        return pl.Series(values)
    except (TypeError, pl.exceptions.PolarsError):
        types = sorted({type(value).__name__ for value in values if value is not None})
        raise TableError(f"the target mixes types: {', '.join(types)}", hint="make them one type") from None


def _simplified(series: pl.Series) -> pl.Series:
    """Whole numbers written as floats become integers, dates become words."""
    dtype = dtype_of(series)
    if dtype == "float":
        series = series.cast(pl.Float64).fill_nan(None)
        whole = series.is_finite() & (series == series.round()) & (series.abs() < 2**53)
        return series.cast(pl.Int64) if whole.all() else series
    return series if dtype in {"integer", "boolean"} else series.cast(pl.String)


def _check(who: str, series: pl.Series, classes: pl.Series, counts: np.ndarray) -> None:
    if classes.len() == 1:
        raise TableError(
            f"{who} has one class, {classes[0]!r}, in all {series.len():,} rows",
            hint="there is nothing to tell apart; check the filter that made the table",
        )
    if classes.len() > MOST_CLASSES and classes.len() * LEAST_ROWS_A_CLASS > series.len():
        looks = "a text" if dtype_of(series) == "text" else "a number to be predicted"
        raise TableError(
            f"{who} has {classes.len():,} different values in {series.len():,} rows",
            available=f"values: {listed(classes.to_list())}",
            hint=f"it looks like {looks}, not a class; choose another target, or cut it into a few classes",
        )
    single = classes.filter(pl.Series(counts == 1)).to_list()
    if single:
        raise TableError(
            f"{who} has {'a class' if len(single) == 1 else 'classes'} with a single row: {listed(single)}",
            hint="a class needs rows to learn from and rows to be judged by; add rows, merge it or drop it",
        )
