"""Tables of any kind, as the model wants them: some of the rows, columns by name, two tables in one."""

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl
from jaxtyping import Int

from neurode.errors import TableError, listed
from neurode.tables import read_table

AnyTable = Any
"""A NumPy array of two axes, or an eager frame of narwhals."""


def table_of(source: Any, estimator: Any = None) -> AnyTable:
    """The rows of `source`, in the kind of table that the model is to be given.

    Args:
        source: A frame, Arrow table or array, which stay what they are; a path or a dict of columns, which
            become a polars frame.
        estimator: One of our estimators, which is given polars frames.

    Raises:
        TableError, DataTypeError: If it is no table, or has no rows.

    Example:
        >>> names_of(table_of(np.zeros((2, 3))))
        ('x0', 'x1', 'x2')
    """
    if estimator is not None:
        return nw.from_native(frame_for(estimator, source), eager_only=True)
    if isinstance(source, list) and not all(isinstance(part, str) for part in source):
        source = np.asarray(source)
    if isinstance(source, np.ndarray):
        if source.ndim != 2:
            raise TableError(
                f"an array of shape {source.shape} is no table",
                hint="give rows and columns; one row is array[[0]]",
            )
        table: AnyTable = source
    else:
        _check_names(source)
        native = nw.from_native(source, pass_through=True)
        native = native.collect() if isinstance(native, nw.LazyFrame) else native
        is_frame = isinstance(native, nw.DataFrame)
        table = native if is_frame else nw.from_native(read_table(source), eager_only=True)
    if not len(table):
        raise TableError("the table has no rows", hint="give at least one row to explain")
    return table


def _check_names(source: Any) -> None:
    # Only pandas lets a name be there twice.
    if not hasattr(source, "iloc"):
        return
    names = list(map(str, source.columns))
    if len(set(names)) < len(names):
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise TableError(f"the table has two columns named {twice!r}", hint="rename or drop one of them")


def frame_for(estimator: Any, source: Any) -> pl.DataFrame:
    """The rows as the polars frame that one of our estimators reads; an array's columns by their place.

    Raises:
        TableError: If an array has another number of columns than the table that was fitted.
    """
    frame = read_table(source)
    if isinstance(source, np.ndarray) and frame.width != estimator.n_features_in_:
        raise TableError(
            f"the table has {frame.width} columns, the model was fitted on {estimator.n_features_in_}"
        )
    names = getattr(estimator, "feature_names_in_", None)
    if isinstance(source, np.ndarray) and names is not None:
        frame.columns = list(map(str, names))
    return frame


def names_of(table: AnyTable) -> tuple[str, ...]:
    """What the columns are called; those of an array `x0`, `x1`, …."""
    if isinstance(table, np.ndarray):
        return tuple(f"x{place}" for place in range(table.shape[1]))
    return tuple(map(str, table.columns))


def native(table: AnyTable) -> Any:
    """The table as the model knows it."""
    return table if isinstance(table, np.ndarray) else table.to_native()


def columns_as_polars(table: AnyTable, columns: Sequence[str]) -> pl.DataFrame:
    """Some of the columns as a polars frame."""
    return read_table(native(table)).select(columns)


def taken(table: AnyTable, rows: Int[np.ndarray, " n"]) -> AnyTable:
    """Some of the rows, numbered anew."""
    return table[rows] if isinstance(table, np.ndarray) else nw.maybe_reset_index(table[rows, :])


def joined(table: AnyTable, background: AnyTable) -> AnyTable:
    """The rows of one table, then those of another with the same columns.

    Raises:
        TableError: If the second table is of another kind, or lacks columns.
    """
    if isinstance(table, np.ndarray) or isinstance(background, np.ndarray):
        if type(table) is not type(background) or table.shape[1] != background.shape[1]:
            raise _unlike(table, background)
        return np.concatenate([table, background])
    if missing := [name for name in table.columns if name not in background.columns]:
        raise TableError(
            f"the background lacks {listed(missing)}",
            hint="give rows of the same table for both",
        )
    if background.columns != table.columns:
        background = background.select(table.columns)
    if isinstance(table.to_native(), pl.DataFrame) and isinstance(background.to_native(), pl.DataFrame):
        # A column of whole numbers may hold a broken one elsewhere.
        both = pl.concat([table.to_native(), background.to_native()], how="vertical_relaxed")
        return nw.from_native(both, eager_only=True)
    if table.implementation != background.implementation:
        raise _unlike(table, background)
    return nw.maybe_reset_index(nw.concat([table, background]))


def gathered(table: AnyTable, places: dict[int, Int[np.ndarray, " n"]], rows: Int[np.ndarray, " n"]) -> Any:
    """Rows of the table, in which some columns come from other rows; as the model knows tables.

    Args:
        table: Where values come from.
        places: For columns by their number, the row that each value comes from.
        rows: The row that all others come from.
    """
    if isinstance(table, np.ndarray):
        made = table[rows]
        for column, index in places.items():
            made[:, column] = table[index, column]
        return made
    columns = []
    for place in range(table.shape[1]):
        column = table[:, place]
        columns.append(nw.maybe_reset_index(column[places.get(place, rows)]))
    # One frame of one column, then the others beside it: names that are no text stay what they are.
    frames = [column.to_frame() for column in columns]
    return nw.concat(frames, how="horizontal").to_native()


def _unlike(table: AnyTable, background: AnyTable) -> TableError:
    kinds = " and ".join(
        f"{type(native(each)).__name__} of {len(names_of(each))} columns" for each in (table, background)
    )
    return TableError(f"the table and its background differ: {kinds}", hint="give both as the same kind")
