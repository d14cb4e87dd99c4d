"""Encoding: a table as float32 numbers and integer codes, by statistics of the training rows only."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from neurode.errors import FileError, TableError, listed
from neurode.tables.arrays import LARGEST as LARGEST
from neurode.tables.arrays import Reader, encoded
from neurode.tables.dates import DATE_PARTS, date_pairs, part_of
from neurode.tables.documents import fields_of, from_document, list_of, to_document
from neurode.tables.few_rows import FEW_ROWS, FewRows
from neurode.tables.levels import CategoryEncoding, fit_levels
from neurode.tables.scaling import (
    GRIDDED,
    N_QUANTILES,
    SCALINGS,
    NumberEncoding,
    Scaling,
    fit_number,
    get_scaling,
)
from neurode.tables.schema import Schema
from neurode.typing import Columns


@dataclass(frozen=True)
class Encoding:
    """What the training rows say about each feature; the same for every later row.

    A number (or the days of a date) becomes one number, a category or flag one code. A date is the month,
    the weekday and the hour too, as codes, where they vary, and two dates are the days between them. Scaling
    itself is the layer's work, by `statistics`.

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
            raise _without_features(schema)
        if not (frame.height if rows is None else len(rows)):
            raise TableError("there are no training rows", hint="check the split or the filter before it")
        schema.require(frame.columns)
        kind = get_scaling(scaling)
        reader = Reader(frame, schema, rows)
        numbers = tuple(_fit_numbers(reader, schema, kind))
        categories = tuple(_fit_categories(reader, schema))
        return cls(schema, kind, numbers, categories)

    def transform(self, frame: pl.DataFrame) -> Columns:
        """The rows of `frame` as arrays.

        Returns:
            Float32 numbers with NaN for a gap, and codes in the smallest unsigned type.

        Raises:
            TableError: Columns are missing, a value cannot be read, or is infinite.
        """
        self.schema.require(frame.columns)
        if frame.height <= FEW_ROWS:
            return self._few_rows.encode(frame)
        return encoded(frame, self.schema, self.numbers, self.categories)

    @cached_property
    def _few_rows(self) -> FewRows:
        return FewRows(self.schema, self.numbers, self.categories)

    def __getstate__(self) -> dict[str, Any]:
        # What is worked out from the fields is worked out again.
        return {field.name: getattr(self, field.name) for field in fields(self)}

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
            "quantiles": grid.reshape(len(numbers), N_QUANTILES if self.scaling in GRIDDED else 0),
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
        named = {name for number in numbers for name in number.between or (number.name,)}
        named |= {category.name for category in categories}
        unknown = sorted(named - set(schema.names))
        if unknown:
            raise FileError(f"the encoding names columns that its schema lacks: {listed(unknown)}")
        return cls(schema, values["scaling"], numbers, categories)


def _without_features(schema: Schema) -> TableError:
    columns = [column for column in schema.columns if column.name != schema.target]
    hint = "override a kind, for instance `overrides={'name': 'category'}`"
    if columns and all(column.kind == "text" for column in columns):
        hint = "a network reads numbers, categories and dates: make such columns of what matters in the text"
    return TableError(
        "the table has no column to learn from",
        available=f"kinds: {', '.join(f'{column.name!r} {column.kind}' for column in schema.columns[:8])}",
        hint=hint,
    )


def _fit_numbers(reader: Reader, schema: Schema, scaling: Scaling) -> Iterator[NumberEncoding]:
    for column in schema.features:
        if column.kind in {"number", "date"}:
            yield fit_number(column.name, reader.number(_bare(column.name)), scaling)
    dates = [column.name for column in schema.features if column.kind == "date"]
    for pair in date_pairs(dates):
        middle = reader.days_between(*pair).median()
        # The later date comes first, so that an age is a positive number.
        later, earlier = pair if middle is None or middle >= 0 else pair[::-1]  # type: ignore[operator]
        name = f"{later} - {earlier} (days)"
        difference = replace(_bare(name), between=(later, earlier))
        difference = replace(fit_number(name, reader.number(difference), scaling), between=difference.between)
        # Two dates a fixed time apart say the same.
        if difference.minimum != difference.maximum and name not in schema.names:
            yield difference


def _bare(name: str) -> NumberEncoding:
    """What to read, before anything is known of its spread."""
    return NumberEncoding(name, 0.0, 0.0, 0.0, False, None, None)


def _fit_categories(reader: Reader, schema: Schema) -> Iterator[CategoryEncoding]:
    for column in schema.features:
        if column.kind in {"category", "flag"}:
            words = schema.read_column(reader.raw(column.name))
            numeric = column.dtype in {"integer", "float"}
            yield CategoryEncoding(column.name, fit_levels(words, numeric=numeric))
        elif column.kind == "date":
            for part in DATE_PARTS:
                parts = part_of(reader.date(column.name), part)
                levels = fit_levels(parts.cast(pl.String), numeric=True)
                if len(levels) > 1:
                    yield CategoryEncoding(column.name, levels, part)
