"""Frames: a table that is already in memory, made a polars frame."""

from typing import Any

import polars as pl

from neurode.errors import DataTypeError, TableError, listed


def to_polars(source: Any) -> pl.DataFrame:
    """The rows of `source` as a polars frame; a polars frame is returned as it is.

    Args:
        source: A frame that polars or narwhals knows (eager or lazy), a dict of columns, or a 2-D array.

    Raises:
        DataTypeError: `source` is no table.
        TableError: It is one, and a column in it cannot be held: mixed types, unequal lengths.

    Example:
        >>> import numpy as np
        >>> to_polars(np.zeros((3, 2))).columns
        ['x0', 'x1']
    """
    if isinstance(source, pl.DataFrame):
        return source
    if isinstance(source, pl.LazyFrame):
        return _collected(source)
    if isinstance(source, pl.Series):
        return source.to_frame(source.name or "x0")
    if isinstance(source, dict):
        return _from_columns(source)
    if hasattr(source, "__array__") and hasattr(source, "ndim") and not hasattr(source, "columns"):
        return _from_array(source)
    return _from_native(source)


def _collected(frame: pl.LazyFrame) -> pl.DataFrame:
    try:
        return frame.collect()
    except pl.exceptions.PolarsError as error:
        raise TableError(
            f"the lazy frame cannot be computed: {str(error).splitlines()[0]}",
            hint="try its `collect()` first",
        ) from None


def _from_columns(columns: dict) -> pl.DataFrame:
    series = [_series(str(name), values) for name, values in columns.items()]
    lengths = {s.name: s.len() for s in series}
    if len(set(lengths.values())) > 1:
        raise TableError(
            "the columns have unequal lengths",
            available="rows: " + ", ".join(f"{name!r} {length}" for name, length in lengths.items()),
            hint="give every column one value a row, None where it is missing",
        )
    return pl.DataFrame(series)


def _from_array(array: Any) -> pl.DataFrame:
    if array.ndim != 2:
        raise TableError(
            f"an array of {array.ndim} dimensions, shape {tuple(array.shape)}, is no table",
            hint="give rows and columns; one column is `array.reshape(-1, 1)`",
        )
    return pl.DataFrame([_series(f"x{index}", array[:, index]) for index in range(array.shape[1])])


def _series(name: str, values: Any) -> pl.Series:
    if getattr(getattr(values, "dtype", None), "kind", None) in {"O", "U", "S"}:
        values = values.tolist()
    try:
        return pl.Series(name, values)
    except (TypeError, pl.exceptions.PolarsError) as error:
        raise _unreadable(name, values, error) from None


def _from_native(source: Any) -> pl.DataFrame:
    import narwhals as nw

    try:
        frame = nw.from_native(source)
    except TypeError:
        raise DataTypeError(
            f"a {type(source).__name__} is no table",
            available="tables: a path, a pandas, polars or Arrow frame, a dict of columns, a 2-D array",
            hint="a list of rows becomes one with `polars.DataFrame(rows)`",
        ) from None
    except nw.exceptions.DuplicateError:
        raise _duplicates(source) from None
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    try:
        return frame.to_polars().rename(str)
    except Exception:
        # One column spoils the whole conversion; going one by one finds its name.
        return pl.DataFrame([_native_series(frame, name) for name in frame.columns])


def _duplicates(source: Any) -> TableError:
    # Arrow's `columns` are values; its names are elsewhere.
    names = list(getattr(source, "column_names", source.columns))
    twice = sorted({str(name) for name in names if names.count(name) > 1})
    return TableError(f"duplicate column names: {listed(twice)}", hint="rename or drop one of each")


def _native_series(frame: Any, name: Any) -> pl.Series:
    try:
        return frame[name].to_polars().alias(str(name))
    except Exception as error:
        raise _unreadable(str(name), frame[name].to_list(), error) from None


def _unreadable(name: str, values: Any, error: Exception) -> TableError:
    types = sorted({type(value).__name__ for value in values if value is not None})
    if len(types) > 1:
        return TableError(
            f"column {name!r} mixes types: {', '.join(types)}",
            hint="make them one type; `column.astype(str)` makes all of them text",
        )
    return TableError(
        f"column {name!r} cannot be read: {str(error).splitlines()[0]}",
        hint="a column holds numbers, text, yes/no values or dates",
    )
