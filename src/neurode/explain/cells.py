"""Cells: a table that can be looked at column by column, and handed on with some cells replaced."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import narwhals as nw
import numpy as np
import polars as pl
from jaxtyping import Float64, Int

from neurode.errors import ArgumentError, UnknownNameError, listed
from neurode.explain.arguments import check_whole
from neurode.explain.hybrids import columns_of
from neurode.explain.subject import Subject
from neurode.explain.tables import AnyTable, names_of, native, table_of, taken
from neurode.tables import read_table

Order = Literal["number", "date", "flag", "category"]
"""How the values of a column lie to each other: on a line, or side by side."""


@dataclass(frozen=True, eq=False)
class Cells:
    """A table, and what its columns are.

    Attributes:
        table: What the model is asked about, as `table_of` gives it.
        frame: The same rows as a polars frame: numbers as numbers, dates as dates, levels as words.
        orders: How the values of each column lie to each other; of those columns that the model reads.
        others: The table's other columns.
        types: The types of the columns in the person's own table.
        schema: What our estimator knows of the columns; None of other models.

    Example:
        >>> from neurode.explain.subject import subject_of
        >>> cells = cells_of(subject_of(lambda table: table[:, 0]), np.array([[1.0, 5.0], [2.0, 6.0]]))
        >>> cells.replaced(np.array([0, 0]), {"x0": pl.Series([7.0, 8.0])}).tolist()
        [[7.0, 5.0], [8.0, 5.0]]
    """

    table: AnyTable
    frame: pl.DataFrame
    orders: dict[str, Order]
    others: tuple[str, ...]
    types: Mapping[str, Any]
    schema: Any = None

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that the model reads."""
        return tuple(self.orders)

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        return self.frame.height

    @property
    def native(self) -> Any:
        """The table as the model knows it."""
        return native(self.table)

    def at(self, rows: Int[np.ndarray, " rows"]) -> "Cells":
        """Some of the rows, in this order, as often as they are named."""
        return replace(self, table=taken(self.table, rows), frame=self.frame[rows])

    def replaced(self, rows: Int[np.ndarray, " rows"], columns: Mapping[str, pl.Series]) -> Any:
        """Some of the rows as the model knows them, with other values in some columns."""
        table = native(taken(self.table, rows))
        if isinstance(table, np.ndarray):
            return _replaced_in_array(table, {int(name[1:]): values for name, values in columns.items()})
        if isinstance(table, pl.DataFrame):
            return table.with_columns(
                _like(values, table.schema[name]).alias(name) for name, values in columns.items()
            )
        if hasattr(table, "iloc"):
            return _replaced_in_pandas(table, columns)
        frame = nw.from_native(table, eager_only=True)
        backend = frame.implementation
        return frame.with_columns(
            nw.new_series(name, values.to_list(), backend=backend) for name, values in columns.items()
        ).to_native()

    def own(self, values: pl.Series) -> list[Any]:
        """Values of a column as the person's own table has them: a flag of 0 and 1 as whole numbers."""
        dtype = self.types[values.name]
        if values.dtype != pl.String or dtype == pl.String:
            return values.to_list()
        if dtype == pl.Boolean:
            cast = values.replace_strict({"true": True, "false": False}, default=None, return_dtype=dtype)
        else:
            cast = values.cast(dtype, strict=False)
        # A word that is no value of that type stays a word.
        return (values if cast.null_count() > values.null_count() else cast).to_list()

    def numbers(self, name: str) -> Float64[np.ndarray, " rows"]:
        """A column on a line: numbers, dates as microseconds, flags as 0 and 1; NaN where there is a gap.

        Numbers that are kept as words, as the levels of a category are, count as numbers.
        """
        return on_a_line(self.frame[name])


def cells_of(subject: Subject, table: Any) -> Cells:
    """The cells of a table that a person gave.

    Args:
        subject: Says which columns are read and, of our estimators, what they are.
        table: A frame of any library, a path, a dict of columns, or a 2-D array.

    Raises:
        TableError, ArgumentError: It cannot be read, or lacks columns of the model.

    Example:
        >>> from neurode.explain.subject import subject_of
        >>> subject = subject_of(lambda table: table["age"].to_numpy())
        >>> cells_of(subject, {"age": [31, 45], "town": ["Ulm", "Kiel"]}).orders
        {'age': 'number', 'town': 'category'}
    """
    given = table_of(table, subject.estimator)
    names = columns_of(subject, given)
    others = tuple(name for name in names_of(given) if name not in names)
    frame = read_table(native(given))
    types = dict(frame.schema)
    if subject.estimator is None:
        frame = frame.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))
        return Cells(given, frame, {name: order_of(frame[name]) for name in names}, others, types)
    # One spelling of each value, which the estimator reads as well.
    schema = subject.estimator.encoding_.schema
    frame = schema.read(frame)
    orders = {name: schema[name].kind for name in names}
    return Cells(nw.from_native(frame, eager_only=True), frame, orders, others, types, schema)


def check_columns(names: Iterable[str], cells: Cells) -> tuple[str, ...]:
    """The names, once each is a column that the model reads.

    Raises:
        UnknownNameError: The table has no such column.
        ArgumentError: The table has it, but the model does not use it.
    """
    checked = (names,) if isinstance(names, str) else tuple(names)
    for name in checked:
        if not isinstance(name, str):
            raise ArgumentError(f"{name!r:.60} is no name of a column", hint="give the name as text")
        if name in cells.orders:
            continue
        if name in cells.others:
            raise ArgumentError(
                f"the model does not use column {name!r}",
                available=f"columns it uses: {listed(cells.names)}",
            )
        raise UnknownNameError("column", name, cells.names)
    return checked


def sampled(n_rows: int, most: int | None, seed: int) -> Int[np.ndarray, " rows"]:
    """At most `most` row numbers in rising order, drawn without replacement; all rows where that is enough.

    Example:
        >>> sampled(3, 5, seed=0).tolist()
        [0, 1, 2]
    """
    check_whole("seed", seed, 0)
    if most is not None:
        check_whole("max_rows", most, 1)
    if most is None or n_rows <= most:
        return np.arange(n_rows)
    return np.sort(np.random.default_rng(seed).choice(n_rows, most, replace=False))


def order_of(values: pl.Series) -> Order:
    """How the values of a column lie to each other, by their type.

    Example:
        >>> order_of(pl.Series([1, 2])), order_of(pl.Series(["a"])), order_of(pl.Series([True]))
        ('number', 'category', 'flag')
    """
    if values.dtype.is_numeric():
        return "number"
    if values.dtype == pl.Boolean:
        return "flag"
    return "date" if values.dtype in (pl.Date, pl.Datetime) else "category"


def on_a_line(values: pl.Series) -> Float64[np.ndarray, " rows"]:
    """The values as numbers: dates as microseconds, flags as 0 and 1; NaN for gaps and words.

    Example:
        >>> on_a_line(pl.Series(["-1", "2", "many", None])).tolist()
        [-1.0, 2.0, nan, nan]
        >>> on_a_line(pl.Series([True, False])).tolist()
        [1.0, 0.0]
    """
    if values.dtype in (pl.Date, pl.Datetime):
        values = values.dt.epoch("us")
    elif not (values.dtype.is_numeric() or values.dtype == pl.Boolean):
        text = values.cast(pl.String)
        flags = {"true": "1", "false": "0"}
        values = text.replace_strict(flags, default=text, return_dtype=pl.String)
    return values.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()


def _like(values: pl.Series, dtype: Any) -> pl.Series:
    """The values in a column's own type, as far as nothing is lost by it."""
    if values.dtype == dtype:
        return values
    try:
        cast = values.cast(dtype)
    except pl.exceptions.PolarsError:
        return values
    # A fraction cut off is not an exception of polars.
    is_whole = dtype.is_integer() and values.dtype.is_float()
    return values if is_whole and not (cast.cast(values.dtype).eq_missing(values)).all() else cast


def _replaced_in_array(table: np.ndarray, columns: Mapping[int, pl.Series]) -> np.ndarray:
    arrays = {place: values.to_numpy() for place, values in columns.items()}
    kinds = [array.dtype for array in arrays.values() if array.dtype.kind in "biuf"]
    if table.dtype.kind in "biu" and any(kind.kind == "f" for kind in kinds):
        table = table.astype(np.float64)
    for place, array in arrays.items():
        table[:, place] = array
    return table


def _replaced_in_pandas(table: Any, columns: Mapping[str, pl.Series]) -> Any:
    # To pandas, 1 and "1" are two names; here both are the text.
    by_text = {str(name): name for name in table.columns}
    table = table.copy()
    for name, values in columns.items():
        table[by_text[name]] = _series_of_pandas(values, table[by_text[name]])
    return table


def _series_of_pandas(values: pl.Series, like: Any) -> Any:
    # A series is made by the class of the one that it replaces, so that pandas is not imported.
    cells = values.to_list()
    if str(like.dtype) == "category":
        known = set(like.cat.categories)
        unknown = [cell for cell in cells if cell is not None and cell not in known]
        if unknown:
            raise ArgumentError(
                f"column {str(like.name)!r} has no category {unknown[0]!r}",
                available=f"categories: {listed(like.cat.categories)}",
            )
    try:
        return type(like)(cells, index=like.index, dtype=like.dtype)
    except (TypeError, ValueError):
        return type(like)(cells, index=like.index)
