"""Target: the column to be predicted, as the codes of its classes or as numbers."""

from typing import Any, NamedTuple

import numpy as np
import polars as pl

from neurode.errors import TableError, listed
from neurode.tables.columns import dtype_of
from neurode.tables.frames import column_of
from neurode.tables.kinds import describe_column
from neurode.tables.mixed_values import is_missing_type
from neurode.tables.retyping import retyped

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


def encode_target(values: Any, name: str = "", *, least_rows: int = 2) -> EncodedTarget:
    """The codes and classes of a target.

    Args:
        values: One value a row: a polars series, an array or a list.
        name: The column, for messages; a series knows its own.
        least_rows: Rows that each class needs at least, 1 or 2.

    Raises:
        TableError: No row has a target, all have the same one, a class has too few rows, or the values look
            like numbers or texts instead of classes.

    Example:
        >>> target = encode_target(["paid", "default", None, "paid", "default"])
        >>> target.codes.tolist(), target.classes, target.n_dropped
        ([1, 0, 1, 0], ('default', 'paid'), 1)
    """
    series = _series(values)
    name = name or series.name
    who = f"target {name!r}" if name else "the target"
    series = class_values(series)
    known = series.is_not_null()
    series = series.filter(known)
    if series.is_empty():
        raise TableError(f"{who} has no value in any row", hint="check the name of the target column")
    classes = series.unique().sort()
    numbered = pl.Series(np.arange(classes.len()))
    codes = series.replace_strict(classes, numbered, return_dtype=pl.Int32).to_numpy()
    _check(who, series, classes, np.bincount(codes), least_rows)
    return EncodedTarget(codes, tuple(classes.to_list()), known.to_numpy())


def numeric_target(values: Any, name: str = "") -> np.ndarray:
    """The numbers of a target as float64, NaN where there is none.

    Args:
        values: One value a row: numbers, or text that reads as numbers (`$1,200`).
        name: The column, for messages; a series knows its own.

    Raises:
        TableError: No row has a target, or a value is infinite or no number.

    Example:
        >>> numeric_target(["1,200", None, "85"])
        array([1200.,   nan,   85.])
    """
    series = _series(values)
    name = name or series.name
    who = f"target {name!r}" if name else "the target"
    if series.null_count() == series.len():
        raise TableError(f"{who} has no value in any row", hint="check the name of the target column")
    dtype = dtype_of(series)
    if dtype in {"date", "datetime", "other"}:
        raise TableError(
            f"{who} holds {dtype}s, which are no numbers", hint="make it a number, for instance days"
        )
    column = describe_column(series.alias(name), "number")
    numbers = retyped(series.alias(name), column).cast(pl.Float64).fill_null(float("nan")).to_numpy()
    if infinite := int(np.isinf(numbers).sum()):
        raise TableError(
            f"{who} holds infinity or a value too large, in {infinite:,} rows",
            hint="replace it by a number, or leave the cell empty: such rows are left out",
        )
    if np.isnan(numbers).all():
        raise TableError(f"{who} has no value in any row", hint="check the name of the target column")
    return numbers


def class_values(values: Any) -> pl.Series:
    """The values of a target as those of its classes: dates as words, whole numbers as integers.

    Args:
        values: One value a row: a polars series, an array or a list.

    Raises:
        TableError: The values are of several types, or of one that names no class.

    Example:
        >>> class_values([1.0, 2.0, float("nan")]).to_list()
        [1, 2, None]
    """
    series = _series(values)
    dtype = dtype_of(series)
    if dtype == "other":
        raise TableError(
            f"the target holds values of type {series.dtype}, which are no classes",
            hint="make them words, numbers or yes/no values",
        )
    if dtype == "float":
        series = series.cast(pl.Float64).fill_nan(None)
        whole = series.is_finite() & (series == series.round()) & (series.abs() < 2**53)
        return series.cast(pl.Int64) if whole.all() else series
    return series if dtype in {"integer", "boolean"} else series.cast(pl.String)


def _series(values: Any) -> pl.Series:
    if isinstance(values, pl.Series) and values.dtype != pl.Object:
        return values
    series = column_of("", values)
    if series.dtype == pl.String and getattr(getattr(values, "dtype", None), "kind", "O") == "O":
        _refuse_mixture(values)
    return series


def _refuse_mixture(values: Any) -> None:
    """In a feature "1" and 1 may be one word; what a class is has to be certain."""
    types = {kind for kind in set(map(type, values)) if not is_missing_type(kind)}
    # NaN is how an array of objects writes a gap.
    if float in types and all(value != value for value in values if type(value) is float):
        types.remove(float)
    if any(issubclass(kind, str) for kind in types) and not all(issubclass(kind, str) for kind in types):
        names = sorted(kind.__name__ for kind in types)
        raise TableError(f"the target mixes types: {', '.join(names)}", hint="make them one type")


def _check(who: str, series: pl.Series, classes: pl.Series, counts: np.ndarray, least_rows: int) -> None:
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
    single = classes.filter(pl.Series(counts < least_rows)).to_list()
    if single:
        raise TableError(
            f"{who} has {'a class' if len(single) == 1 else 'classes'} with a single row: {listed(single)}",
            hint="a class needs rows to learn from and rows to be judged by; add rows, merge it or drop it",
        )
