"""Arrays: the columns of a frame as float32 numbers and integer codes, by what training rows taught."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import polars as pl

from neurode.errors import TableError
from neurode.tables.columns import dtype_of
from neurode.tables.dates import days, days_between, part_of
from neurode.tables.levels import FIRST_LEVEL, MISSING, CategoryEncoding, code_dtype
from neurode.tables.retyping import retyped
from neurode.tables.scaling import NumberEncoding
from neurode.tables.schema import Schema
from neurode.typing import Columns

LARGEST = 1e37
"""Numbers beyond this are taken for infinite: in float32, differences of larger ones can be."""

_WORTH_THREADS = 20_000
_BAND, _ROWS_AT_ONCE = 8, 8192
"""Number columns that are read before their values are written, and rows written at once.

A column written alone would drag the whole matrix through the processor's cache.
"""

_WIDEST_TABLE = 65_536


class Reader:
    """The columns of one frame, each date column read once however many features it has.

    Args:
        frame: The table.
        schema: How its columns are read.
        rows: Numbers of the rows that count; all if left out.
    """

    def __init__(self, frame: pl.DataFrame, schema: Schema, rows: np.ndarray | None = None) -> None:
        self.frame, self.schema, self.rows = frame, schema, rows
        self._dates: dict[str, pl.Series] = {}

    def raw(self, name: str) -> pl.Series:
        """A column as the frame holds it."""
        # Column by column: a large table is never there twice.
        return self.frame[name] if self.rows is None else self.frame[name].gather(self.rows)

    def number(self, number: NumberEncoding) -> np.ndarray:
        """The float32 values of a number feature, NaN for a gap.

        Raises:
            TableError: A value is infinite, or cannot be read.
        """
        if number.between:
            return float_array(self.days_between(*number.between), number.name)
        if self.schema[number.name].kind == "date":
            return float_array(days(self.date(number.name)), number.name)
        return float_array(self.schema.read_column(self.raw(number.name)), number.name)

    def days_between(self, later: str, earlier: str) -> pl.Series:
        """The days from one date column to another."""
        return days_between(self.date(later), self.date(earlier))

    def codes(self, category: CategoryEncoding) -> np.ndarray:
        """The codes of a category feature.

        Raises:
            TableError: A value cannot be read.
        """
        if category.part == "value":
            values = self.raw(category.name)
            column = self.schema[category.name]
            return _codes(values, category, lambda distinct: retyped(distinct, column))
        parts = part_of(self.date(category.name), category.part)
        return _codes(parts, category, lambda distinct: distinct.cast(pl.String))

    def date(self, name: str) -> pl.Series:
        """A date column as dates or moments."""
        if name not in self._dates:
            self._dates[name] = self.schema.read_column(self.raw(name))
        return self._dates[name]


def encoded(
    frame: pl.DataFrame,
    schema: Schema,
    numbers: Sequence[NumberEncoding],
    categories: Sequence[CategoryEncoding],
) -> Columns:
    """The rows of `frame` as arrays; the columns of a long one side by side in threads.

    Args:
        frame: The table.
        schema: How its columns are read.
        numbers: What becomes numbers.
        categories: What becomes codes.
    """
    reader = Reader(frame, schema)
    matrix = np.empty((frame.height, len(numbers)), np.float32)
    codes = np.empty((frame.height, len(categories)), code_dtype([each.cardinality for each in categories]))

    def fill_numbers(start: int) -> None:
        band = [reader.number(number) for number in numbers[start : start + _BAND]]
        for row in range(0, frame.height, _ROWS_AT_ONCE):
            for place, values in enumerate(band, start):
                matrix[row : row + _ROWS_AT_ONCE, place] = values[row : row + _ROWS_AT_ONCE]

    def fill_codes(place: int) -> None:
        codes[:, place] = reader.codes(categories[place])

    jobs: list[tuple[Callable[[int], None], int]] = [(fill_codes, place) for place in range(len(categories))]
    jobs += [(fill_numbers, start) for start in range(0, len(numbers), _BAND)]
    if frame.height < _WORTH_THREADS:
        for fill, place in jobs:
            fill(place)
    else:
        with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
            # The list waits for all and raises the first error in the order of the features.
            list(pool.map(lambda job: job[0](job[1]), jobs))
    return Columns(matrix, codes)


def float_array(values: pl.Series, name: str) -> np.ndarray:
    """A number column as float32: what the network sees, and so what the statistics are of.

    Raises:
        TableError: A value is infinite or too large for float32.
    """
    array = values.cast(pl.Float32)
    if dtype_of(values) != "integer" or values.dtype in (pl.Int128, pl.UInt128):
        edges: Any = array.min(), array.max()
        if any(edge is not None and abs(edge) > LARGEST for edge in edges):
            infinite = int((array.abs() > LARGEST).sum())
            raise TableError(
                f"column {name!r} holds {infinite:,} {'value' if infinite == 1 else 'values'} infinite "
                f"or beyond ±{LARGEST:g}",
                hint="replace them by a number, or leave the cells empty",
            )
    return array.to_numpy()


def _codes(
    values: pl.Series, category: CategoryEncoding, words: Callable[[pl.Series], pl.Series]
) -> np.ndarray:
    """The codes of raw values, where `words` makes level words of distinct values."""
    dtype = dtype_of(values)
    if dtype == "text":
        return _codes_of_text(values.cast(pl.String), category, words)
    if dtype == "integer" and values.len() and values.dtype not in (pl.UInt64, pl.Int128, pl.UInt128):
        low, high = values.min(), values.max()
        if (
            isinstance(low, int)
            and isinstance(high, int)
            and high - low < min(_WIDEST_TABLE, 9 + values.len())
        ):
            return _codes_of_integers(values, low, high, category, words)
    if values.dtype.is_float():
        values = values.fill_nan(None)
    return _codes_by_distinct(values, category, words).to_numpy()


def _codes_of_text(
    text: pl.Series, category: CategoryEncoding, words: Callable[[pl.Series], pl.Series]
) -> np.ndarray:
    # Most words are levels as they stand; only the few others need a closer look.
    exact = text.cast(pl.Enum(category.levels), strict=False)
    codes = (exact.to_physical().cast(pl.UInt32) + FIRST_LEVEL).fill_null(MISSING)
    others = (exact.is_null() & text.is_not_null()).arg_true()
    if others.is_empty():
        return codes.to_numpy()
    array = codes.to_numpy(writable=True)
    array[others.to_numpy()] = _codes_by_distinct(text.gather(others), category, words).to_numpy()
    return array


def _codes_of_integers(
    values: pl.Series,
    low: int,
    high: int,
    category: CategoryEncoding,
    words: Callable[[pl.Series], pl.Series],
) -> np.ndarray:
    every = pl.Series(values.name, range(low, high + 1), dtype=pl.Int64)
    table = np.append(category.codes(words(every.cast(values.dtype))), np.uint32(MISSING))
    places = values.cast(pl.Int64) - low
    return np.take(table, places.fill_null(len(every)).to_numpy())


def _codes_by_distinct(
    values: pl.Series, category: CategoryEncoding, words: Callable[[pl.Series], pl.Series]
) -> pl.Series:
    distinct = values.drop_nulls().unique(maintain_order=True)
    codes = pl.Series(category.codes(words(distinct)), dtype=pl.UInt32)
    if distinct.is_empty():
        return pl.repeat(MISSING, values.len(), dtype=pl.UInt32, eager=True)
    return values.replace_strict(distinct, codes, default=MISSING, return_dtype=pl.UInt32)
