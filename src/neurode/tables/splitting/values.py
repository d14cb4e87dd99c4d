"""Values that steer a split, one a row: groups, times, marks. Any sequence in, a series without gaps out."""

from typing import Any

import numpy as np
import polars as pl

from neurode.errors import TableError
from neurode.tables.splitting.parts import counted


def read_values(values: Any, role: str, n_rows: int | None = None) -> pl.Series:
    """The values as a series, with an error for gaps and for a wrong number of rows.

    Args:
        values: A series of any library, an array or a list.
        role: What the values are for, `group` or `time` or `part`, for messages.
        n_rows: How many there should be.

    Raises:
        TableError: A value is missing, there are too few or too many, or they mix types.
    """
    series = _series(values, role)
    who = f"the {role} column {series.name!r}" if series.name else f"the {role} column"
    if series.dtype.is_float():
        series = series.fill_nan(None)
    if n_rows is not None and series.len() != n_rows:
        raise TableError(f"{who} has {counted(series.len(), 'row')}, the table {n_rows:,}")
    if gaps := series.null_count():
        raise TableError(
            f"{who} has no value in {counted(gaps, 'row')} of {series.len():,}",
            available=f"first such row: {series.is_null().arg_max()}",
            hint="fill the gaps or leave those rows out; a row without one fits into no part",
        )
    return series


def numbered(series: pl.Series) -> np.ndarray:
    """Equal values get equal numbers, from 0 up in the order of their first rows.

    Example:
        >>> numbered(pl.Series(["b", "a", "b"])).tolist()
        [0, 1, 0]
    """
    frame = series.alias("value").to_frame().with_row_index("row")
    first = frame.select(pl.col("row").first().over("value")).to_series().to_numpy()
    begins = np.zeros(first.size, bool)
    begins[first] = True
    return np.cumsum(begins)[first] - 1


def _series(values: Any, role: str) -> pl.Series:
    import narwhals as nw

    found = nw.from_native(values, series_only=True, pass_through=True)
    try:
        if isinstance(found, nw.Series):
            return found.to_polars()
        if getattr(getattr(values, "dtype", None), "kind", None) in {"O", "U", "S"}:
            values = values.tolist()
        return pl.Series(values)
    except (TypeError, ValueError, pl.exceptions.PolarsError):
        types = sorted({type(value).__name__ for value in values if value is not None})
        raise TableError(f"the {role} column mixes types: {', '.join(types)}", hint="make them one") from None
