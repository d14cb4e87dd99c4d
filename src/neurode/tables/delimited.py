"""Delimited text: CSV and its relatives, as a polars frame."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from neurode.errors import TableError, listed
from neurode.tables.dialects import Dialect, sniff
from neurode.tables.row_widths import find_blank_rows, refuse_ragged_rows
from neurode.tables.text_faults import check_utf8, unreadable

NULL_WORDS = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?")
"""Words that stand for a missing value in a text file."""


def read_delimited(path: Path) -> pl.DataFrame:
    """The table in a text file whose first line names the columns.

    Raises:
        FileError: The file is binary, or not UTF-8.
        TableError: There is no row, a column name occurs twice, or a row has another number of fields.
    """
    dialect = sniff(path)
    frame = _parse(path, dialect)
    blank = find_blank_rows(path, dialect, frame.height)
    if blank:
        keep = np.ones(frame.height, bool)
        keep[blank] = False
        frame = frame.filter(keep)
    frame.columns = _named(dialect.names)
    if dialect.names[-1] == "" and frame[:, -1].null_count() == frame.height:
        # A separator at the end of every line makes a column that nobody meant.
        frame = frame[:, :-1]
    if not frame.height:
        raise TableError(
            f"{str(path)!r} has a header but no rows",
            available=f"columns: {listed(frame.columns)}",
            hint="check how the file was written",
        )
    return frame


def _named(names: tuple[str, ...]) -> list[str]:
    return [name or f"column_{position}" for position, name in enumerate(names, start=1)]


def _parse(path: Path, dialect: Dialect) -> pl.DataFrame:
    try:
        frame = _read(path, dialect)
    except pl.exceptions.NoDataError:
        return pl.DataFrame({str(position): [] for position in range(len(dialect.names))})
    except pl.exceptions.PolarsError:
        check_utf8(path)
        refuse_ragged_rows(path, dialect)
        # What is left is a column whose later values are of another type than its first 10,000.
        try:
            frame = _read(path, dialect, infer_schema=False)
        except pl.exceptions.PolarsError as error:
            raise unreadable(path, error) from None
    # Whole numbers too long for 64 bits are read as 128-bit ones, which nothing after this takes.
    frame = frame.with_columns(pl.col(pl.Int128).cast(pl.Float64))
    return frame.with_columns(_retyped(series, dialect) for series in frame if series.dtype == pl.String)


def _read(path: Path, dialect: Dialect, *, infer_schema: bool = True) -> pl.DataFrame:
    return pl.read_csv(
        path,
        separator=dialect.separator,
        quote_char=dialect.quote,
        decimal_comma=dialect.decimal_comma,
        eol_char=dialect.line_end,
        null_values=list(NULL_WORDS),
        infer_schema=infer_schema,
        infer_schema_length=10_000,
        has_header=False,
        skip_rows=1 + dialect.blank_lines,
        new_columns=[str(position) for position in range(len(dialect.names))],
        glob=False,
    )


def _retyped(text: pl.Series, dialect: Dialect) -> pl.Series:
    """Text without the blanks around it, and as numbers where all of it is numbers."""
    # The distinct values settle it; most text columns repeat a few and stay as they are.
    distinct = text.unique()
    words = distinct.str.strip_chars()
    words = words.set(words.is_in(NULL_WORDS), None)
    if not words.equals(distinct, null_equal=True):
        text = text.str.strip_chars()
        text = text.set(text.is_in(NULL_WORDS), None)
    if words.null_count() == words.len():
        return text
    if dialect.decimal_comma and _casts(words.str.replace(",", ".", literal=True), pl.Float64()):
        text, words = (values.str.replace(",", ".", literal=True) for values in (text, words))
    for dtype in (pl.Int64(), pl.Float64()):
        if _casts(words, dtype):
            return text.cast(dtype)
    if words.str.to_lowercase().is_in(["true", "false"]).all():
        return text.str.to_lowercase() == "true"
    return text


def _casts(words: pl.Series, dtype: Any) -> bool:
    # A few values tell most text from numbers without a pass over all of them.
    samples = (words.drop_nulls().head(100), words)
    return all(part.cast(dtype, strict=False).null_count() == part.null_count() for part in samples)
