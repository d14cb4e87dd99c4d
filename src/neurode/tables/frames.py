"""Frames: a table that is already in memory, made a polars frame."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
import polars as pl

from neurode.errors import DataTypeError, TableError, listed
from neurode.tables.mixed_values import series_of, text_of_bytes

FEW_ROWS = 32
"""Up to this many rows, cells are quicker to bring over than columns."""

PLAIN_TYPES: dict[str, Any] = {
    "bool": pl.Boolean,
    "str": pl.String,
    **{f"int{bits}": getattr(pl, f"Int{bits}") for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": getattr(pl, f"UInt{bits}") for bits in (8, 16, 32, 64)},
    **{f"float{bits}": getattr(pl, f"Float{bits}") for bits in (32, 64)},
}
"""The types of pandas whose cells are plain Python values, as polars knows them."""


def to_polars(source: Any) -> pl.DataFrame:
    """The rows of `source` as a polars frame; a polars frame is returned as it is.

    Args:
        source: A frame that polars or narwhals knows (eager or lazy), a dict of columns, or a 2-D array.

    Raises:
        DataTypeError: `source` is no table.
        TableError: It is one, and a column in it cannot be held: lists in cells, unequal lengths.

    Example:
        >>> import numpy as np
        >>> to_polars(np.zeros((3, 2))).columns
        ['x0', 'x1']
        >>> to_polars({"term": ["36", 60, None, "n/a"]})["term"].to_list()
        ['36', '60', None, 'n/a']
    """
    if isinstance(source, pl.DataFrame):
        return _without_foreign(source)
    if isinstance(source, pl.LazyFrame):
        return _without_foreign(_collected(source))
    if isinstance(source, pl.Series):
        return _without_foreign(source.to_frame(source.name or "x0"))
    if isinstance(source, dict):
        return _from_columns(source)
    if hasattr(source, "__array__") and hasattr(source, "ndim") and not hasattr(source, "columns"):
        return _from_array(source)
    return _from_native(source)


def _without_foreign(frame: pl.DataFrame) -> pl.DataFrame:
    foreign = [series for series in frame if _is_foreign(series.dtype)]
    return frame.with_columns(series_of(series.name, series.to_list()) for series in foreign)


def _collected(frame: pl.LazyFrame) -> pl.DataFrame:
    try:
        return frame.collect()
    except pl.exceptions.PolarsError as error:
        raise TableError(
            f"the lazy frame cannot be computed: {_first_line(error)}",
            hint="try its `collect()` first",
        ) from None


def _from_columns(columns: dict) -> pl.DataFrame:
    names = [str(name) for name in columns]
    _refuse_duplicates(names)
    series = [column_of(name, values) for name, values in zip(names, columns.values())]
    lengths = {s.name: s.len() for s in series}
    if len(set(lengths.values())) > 1:
        raise TableError(
            "the columns have unequal lengths",
            available="rows: " + ", ".join(f"{name!r} {length}" for name, length in lengths.items()),
            hint="give every column one value a row, None where it is missing",
        )
    return frame_of(series)


def frame_of(columns: Iterable[Any]) -> pl.DataFrame:
    """The columns as a table, also where one has the empty text for a name, which polars would replace."""
    return pl.DataFrame({series.name: series for series in columns})


def _from_array(array: Any) -> pl.DataFrame:
    if array.ndim != 2:
        raise TableError(
            f"an array of {array.ndim} dimensions, shape {tuple(array.shape)}, is no table",
            hint="give rows and columns; one column is `array.reshape(-1, 1)`",
        )
    return pl.DataFrame([column_of(f"x{index}", array[:, index]) for index in range(array.shape[1])])


def column_of(name: str, values: Any) -> pl.Series:
    """One column of whatever holds one value a row: a list, an array, a series of any library.

    Raises:
        TableError: It holds what no column can.

    Example:
        >>> column_of("term", [36, 60.5, None]).to_list()
        [36.0, 60.5, None]
    """
    kind = getattr(getattr(values, "dtype", None), "kind", None)
    if kind in {"O", "U", "S", "T"}:
        values = values.tolist()
    elif isinstance(values, np.ndarray) and kind is not None:
        values = _in_common_units(values)
    if isinstance(values, (list, tuple)):
        return series_of(name, values)
    try:
        series = pl.Series(name, values)
    except (Exception, pl.exceptions.PanicException) as error:
        raise _unreadable(name, error) from None
    return series_of(name, series.to_list()) if _is_foreign(series.dtype) else series


def _in_common_units(array: np.ndarray) -> np.ndarray:
    """An array as polars knows arrays: in the machine's byte order, moments in units no longer than a day."""
    if array.dtype.kind in "mM" and np.datetime_data(array.dtype)[0] in {"Y", "M", "W", "h", "m", "s"}:
        return array.astype(f"{array.dtype.kind}8[us]")
    if array.dtype == np.longdouble:
        return array.astype(np.float64)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _few_rows_of_pandas(source: Any) -> pl.DataFrame | None:
    """A few rows of plain numbers, flags and words; None where there is more to a frame.

    Arrow, which is quick with many rows, takes a millisecond to bring over one.
    """
    if type(source).__module__.split(".")[0] != "pandas" or not 0 < len(source) <= FEW_ROWS:
        return None
    types = [PLAIN_TYPES.get(str(dtype)) for dtype in source.dtypes]
    if None in types:
        return None
    _refuse_duplicates(source.columns)
    columns = source.to_numpy(object).T.tolist()
    return frame_of(
        # Only a gap differs from itself.
        pl.Series(str(name), [None if cell != cell else cell for cell in cells], dtype)
        for name, cells, dtype in zip(source.columns, columns, types)
    )


def _from_native(source: Any) -> pl.DataFrame:
    import narwhals as nw

    few = _few_rows_of_pandas(source)
    if few is not None:
        return few
    try:
        frame = nw.from_native(source)
    except TypeError:
        raise DataTypeError(
            f"a {type(source).__name__} is no table",
            available="tables: a path, a pandas, polars or Arrow frame, a dict of columns, a 2-D array",
            hint="a list of rows becomes one with `polars.DataFrame(rows)`",
        ) from None
    except nw.exceptions.DuplicateError:
        # Arrow's `columns` are values; its names are elsewhere.
        _refuse_duplicates(getattr(source, "column_names", source.columns))
        raise
    if isinstance(frame, nw.LazyFrame):
        frame = frame.collect()
    names = [str(name) for name in frame.columns]
    _refuse_duplicates(names)
    try:
        polars = frame.to_polars()
        polars.columns = names
    except (Exception, pl.exceptions.PanicException):
        # One column spoils the whole conversion; only that one needs a closer look.
        return frame_of(map(_native_series, names, frame.iter_columns()))
    special = [place for place, dtype in enumerate(polars.dtypes) if dtype == pl.Binary or _is_foreign(dtype)]
    return polars.with_columns(_native_series(names[place], frame[:, place]) for place in special)


def _refuse_duplicates(names: Iterable[object]) -> None:
    # As text: to other libraries 1 and "1" are two names.
    twice = sorted(name for name, count in Counter(map(str, names)).items() if count > 1)
    if twice:
        raise TableError(f"duplicate column names: {listed(twice)}", hint="rename or drop one of each")


def _native_series(name: str, values: Any) -> pl.Series:
    try:
        series = values.to_polars().alias(name)
    except (Exception, pl.exceptions.PanicException):
        series = None
    if series is not None and not _is_foreign(series.dtype):
        return text_of_bytes(series)
    # What another library calls a month or an interval is written the way it writes it.
    try:
        cells = values.to_list()
    except Exception as error:
        raise _unreadable(name, error) from None
    return series_of(name, cells)


def _is_foreign(dtype: Any) -> bool:
    """Whether polars holds values of this type without knowing what they mean."""
    return isinstance(dtype, pl.datatypes.BaseExtension) or dtype == pl.Object


def _unreadable(name: str, error: BaseException) -> TableError:
    return TableError(
        f"column {name!r} cannot be read: {_first_line(error)}",
        hint="a column holds numbers, text, yes/no values or dates",
    )


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
