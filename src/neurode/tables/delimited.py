"""Delimited text: CSV and its relatives, as a polars frame."""

from collections.abc import Collection
from typing import Any

import numpy as np
import polars as pl

from neurode.tables.content import Content
from neurode.tables.dialects import Dialect, sniff
from neurode.tables.row_widths import find_blank_rows, refuse_ragged_rows
from neurode.tables.text_faults import check_utf8, unreadable

NULL_WORDS = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?")
"""Words that stand for a missing value in a text file."""


def read_delimited(content: Content, as_text: Collection[str] = ()) -> pl.DataFrame:
    """The table in a text file whose first line names the columns.

    Args:
        content: The text.
        as_text: Columns to leave as text even where all of it is numbers, so that 007 stays 007.

    Raises:
        FileError: The file is binary, or not UTF-8.
        TableError: A column name occurs twice, or a row has another number of fields than the header.
    """
    dialect = sniff(content)
    names = _named(dialect.names)
    frame = _parse(content, dialect, frozenset(str(names.index(name)) for name in as_text))
    blank = find_blank_rows(content, dialect, frame.height)
    if blank:
        keep = np.ones(frame.height, bool)
        keep[blank] = False
        frame = frame.filter(keep)
    frame.columns = names
    if dialect.names[-1] == "" and frame[:, -1].null_count() == frame.height:
        # A separator at the end of every line makes a column that nobody meant.
        frame = frame[:, :-1]
    return frame


def _named(names: tuple[str, ...]) -> list[str]:
    return [name or f"column_{position}" for position, name in enumerate(names, start=1)]


def _parse(content: Content, dialect: Dialect, as_text: frozenset[str]) -> pl.DataFrame:
    try:
        frame = _read(content, dialect, as_text)
    except pl.exceptions.NoDataError:
        return pl.DataFrame({str(position): [] for position in range(len(dialect.names))})
    except pl.exceptions.PolarsError:
        check_utf8(content)
        refuse_ragged_rows(content, dialect)
        # What is left is a column whose later values are of another type than its first 10,000.
        try:
            frame = _read(content, dialect, as_text, infer_schema=False)
        except pl.exceptions.PolarsError as error:
            raise unreadable(content, error) from None
    # Whole numbers too long for 64 bits are read as 128-bit ones, which nothing after this takes.
    frame = frame.with_columns(pl.col(pl.Int128).cast(pl.Float64))
    return frame.with_columns(
        _retyped(series, dialect, keep_text=series.name in as_text)
        for series in frame
        if series.dtype == pl.String
    )


def _read(
    content: Content, dialect: Dialect, as_text: frozenset[str], *, infer_schema: bool = True
) -> pl.DataFrame:
    return pl.read_csv(
        content.data,
        schema_overrides=dict.fromkeys(as_text, pl.String),
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


def _retyped(text: pl.Series, dialect: Dialect, *, keep_text: bool) -> pl.Series:
    """Text without the blanks around it, and as numbers where all of it is numbers."""
    # The distinct values settle it; most text columns repeat a few and stay as they are.
    distinct = text.unique()
    words = distinct.str.strip_chars()
    words = words.set(words.is_in(NULL_WORDS), None)
    if not words.equals(distinct, null_equal=True):
        text = text.str.strip_chars()
        text = text.set(text.is_in(NULL_WORDS), None)
    if keep_text or words.null_count() == words.len():
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
