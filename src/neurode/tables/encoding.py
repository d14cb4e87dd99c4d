"""Encoding: a table as float32 numbers and integer codes, by statistics of the training rows only."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

import numpy as np
import polars as pl

from neurode.errors import FileError, TableError, listed
from neurode.tables.columns import Column, level_text
from neurode.tables.documents import fields_of, from_document, list_of, to_document
from neurode.tables.guards import Guards, find_guards
from neurode.tables.levels import CategoryEncoding, Part, code_dtype
from neurode.tables.scaling import N_QUANTILES, SCALINGS, NumberEncoding, Scaling, fit_number, get_scaling
from neurode.tables.schema import Schema
from neurode.typing import Columns

LARGEST = 1e37
"""Numbers beyond this are taken for infinite: in float32, differences of larger ones can be."""

_MICROSECONDS_A_DAY = 86_400_000_000


@dataclass(frozen=True)
class Encoding:
    """What the training rows say about each feature; the same for every later row.

    A number (or the days of a date) becomes one number, a category or flag one code. A date is the month
    and the weekday too, as codes, where they vary. Scaling itself is the layer's work, by `statistics`.

    Args:
        schema: How a table is read.
        scaling: How numbers are scaled.
        numbers: One encoding a number column.
        categories: One encoding a code column.

    Example:
        >>> frame = pl.DataFrame({"grade": ["A", "B", "C"], "rate": [5.0, None, 9.0]})
        >>> encoding = Encoding.fit(frame, Schema.infer(frame))
        >>> columns = encoding.transform(pl.DataFrame({"grade": ["C", "Z"], "rate": [7.0, None]}))
        >>> columns.codes.tolist(), columns.numbers.tolist()
        ([[4], [1]], [[7.0], [nan]])
    """

    schema: Schema
    scaling: Scaling
    numbers: tuple[NumberEncoding, ...]
    categories: tuple[CategoryEncoding, ...]

    @classmethod
    def fit(
        cls,
        frame: pl.DataFrame,
        schema: Schema,
        *,
        scaling: str = "robust",
        rows: np.ndarray | None = None,
    ) -> "Encoding":
        """The encoding that the training rows suggest.

        Args:
            frame: The table.
            schema: What the columns are.
            scaling: `min-max`, `standard`, `robust` (half of the rows within one unit), or
                `quantile` (by rank).
            rows: Numbers of the training rows; all rows if left out. Validation and test rows must not shape
                the encoding.

        Raises:
            TableError: There is no feature, no row, or an infinite value.
        """
        if not schema.features:
            kinds = ", ".join(f"{column.name!r} {column.kind}" for column in schema.columns[:8])
            raise TableError(
                "the table has no column to learn from",
                available=f"kinds: {kinds}",
                hint="override a kind, for instance `overrides={'name': 'category'}`",
            )
        if not (frame.height if rows is None else len(rows)):
            raise TableError("there are no training rows", hint="check the split or the filter before it")
        schema.require(frame.columns)
        kind = get_scaling(scaling)
        numbers: list[NumberEncoding] = []
        categories: list[CategoryEncoding] = []
        # Column by column: a large table is never there twice.
        for column in schema.features:
            values = frame[column.name] if rows is None else frame[column.name].gather(rows)
            values = schema.read_column(values)
            if column.kind in {"number", "date"}:
                numbers.append(fit_number(column.name, _numbers(values), kind))
            categories += _fit_categories(values, column)
        return cls(schema, kind, tuple(numbers), tuple(categories))

    def transform(self, frame: pl.DataFrame) -> Columns:
        """The rows of `frame` as arrays.

        Returns:
            Float32 numbers with NaN for a gap, and codes in the smallest unsigned type.

        Raises:
            TableError: Columns are missing, a value cannot be read, or is infinite.
        """
        self.schema.require(frame.columns)
        matrix = np.empty((frame.height, len(self.numbers)), np.float32)
        for place, number in enumerate(self.numbers):
            matrix[:, place] = _numbers(self.schema.read_column(frame[number.name]))
        codes = np.empty((frame.height, len(self.categories)), code_dtype(self.cardinalities))
        for place, category in enumerate(self.categories):
            values = self.schema.read_column(frame[category.name])
            codes[:, place] = category.codes(_words(values, category.part))
        return Columns(matrix, codes)

    def guards(self, frame: pl.DataFrame, columns: Columns | None = None) -> Guards:
        """What in `frame` training had not seen.

        Args:
            frame: The new table.
            columns: What `transform(frame)` gave, where it is at hand already.

        Example:
            >>> frame = pl.DataFrame({"grade": ["A", "B", "C"], "rate": [5.0, 6.0, 9.0]})
            >>> encoding = Encoding.fit(frame, Schema.infer(frame))
            >>> print(encoding.guards(pl.DataFrame({"grade": ["A", "Z"], "rate": [5.0, 10.0]})))
            'grade': 1 of 2 rows have a level that training never saw
            'rate': 1 of 2 rows lie outside the training range
        """
        extra = [name for name in frame.columns if name not in self.schema.names]
        return find_guards(self.numbers, self.categories, columns or self.transform(frame), extra)

    @property
    def names(self) -> tuple[str, ...]:
        """The features: the number columns, then the code columns."""
        return (*(number.name for number in self.numbers), *(category.label for category in self.categories))

    @property
    def n_numbers(self) -> int:
        """How many number columns there are."""
        return len(self.numbers)

    @property
    def gaps(self) -> tuple[bool, ...]:
        """By number column, whether training rows had gaps."""
        return tuple(number.has_gaps for number in self.numbers)

    @property
    def cardinalities(self) -> tuple[int, ...]:
        """By code column, how many codes there are: the levels, and two for missing and unseen."""
        return tuple(category.cardinality for category in self.categories)

    def statistics(self) -> dict[str, np.ndarray]:
        """Float32 `fill`, `shift` and `scale` `(columns,)`, `quantiles` `(columns, 33)` or `(columns, 0)`."""
        numbers = self.numbers
        grid = np.array([number.quantiles for number in numbers], np.float32)
        return {
            "fill": np.array([number.fill for number in numbers], np.float32),
            "shift": np.array([number.shift for number in numbers], np.float32),
            "scale": np.array([number.scale for number in numbers], np.float32),
            "quantiles": grid.reshape(len(numbers), N_QUANTILES if self.scaling == "quantile" else 0),
        }

    def to_json(self) -> dict:
        """The encoding as plain JSON values."""
        return {
            "schema": self.schema.to_json(),
            "scaling": self.scaling,
            "numbers": [to_document(number) for number in self.numbers],
            "categories": [to_document(category) for category in self.categories],
        }

    @classmethod
    def from_json(cls, document: object) -> "Encoding":
        """The encoding that `to_json` wrote.

        Raises:
            FileError: The document is not one that `to_json` could have written.
        """
        values = fields_of(document, "Encoding", {"schema", "scaling", "numbers", "categories"})
        if values["scaling"] not in SCALINGS:
            raise FileError(
                f"Encoding.scaling cannot be {values['scaling']!r:.60}",
                available=f"allowed: {listed(SCALINGS)}",
            )
        schema = Schema.from_json(values["schema"])
        numbers = tuple(
            from_document(NumberEncoding, part) for part in list_of(values["numbers"], "Encoding.numbers")
        )
        categories = tuple(
            from_document(CategoryEncoding, part)
            for part in list_of(values["categories"], "Encoding.categories")
        )
        named = {*(number.name for number in numbers), *(category.name for category in categories)}
        unknown = sorted(named - set(schema.names))
        if unknown:
            raise FileError(f"the encoding names columns that its schema lacks: {listed(unknown)}")
        return cls(schema, values["scaling"], numbers, categories)


def _numbers(values: pl.Series) -> np.ndarray:
    """A number column as float32: what the network sees, and so what the statistics are of."""
    array = _days(values).cast(pl.Float32).to_numpy()
    if infinite := int((np.abs(array) > LARGEST).sum()):
        raise TableError(
            f"column {values.name!r} holds {infinite:,} {'value' if infinite == 1 else 'values'} infinite "
            f"or beyond ±{LARGEST:g}",
            hint="replace them by a number, or leave the cells empty",
        )
    return array


def _days(values: pl.Series) -> pl.Series:
    if not values.dtype.is_temporal():
        return values
    return values.cast(pl.Datetime("us")).to_physical() / _MICROSECONDS_A_DAY


def _fit_categories(values: pl.Series, column: Column) -> Iterator[CategoryEncoding]:
    if column.kind in {"category", "flag"}:
        yield CategoryEncoding(column.name, _levels(values, numeric=column.dtype in {"integer", "float"}))
    elif column.kind == "date":
        for part in get_args(Part)[1:]:
            levels = _levels(_words(values, part), numeric=True)
            if len(levels) > 1:
                yield CategoryEncoding(column.name, levels, part)


def _levels(words: pl.Series, *, numeric: bool) -> tuple[str, ...]:
    levels = words.drop_nulls().unique()
    # The words of numbers stand in the order of the numbers: 2 before 10.
    order = levels.cast(pl.Float64, strict=False) if numeric else levels
    return tuple(levels.gather(order.arg_sort()).to_list())


def _words(values: pl.Series, part: Part) -> pl.Series:
    if part == "value":
        return values
    return level_text(values.dt.month() if part == "month" else values.dt.weekday())
