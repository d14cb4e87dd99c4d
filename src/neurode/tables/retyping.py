"""Retyping: a column of a later table, read the way the column of the first one was."""

import polars as pl

from neurode.errors import TableError
from neurode.tables.columns import Column, dtype_of, level_text
from neurode.tables.text_dates import find_date_formats, read_dates
from neurode.tables.text_numbers import NumberFormat, find_number_format

_NULL_WORDS = ("", "na", "n/a", "nan", "null", "none", "?")


def retyped(values: pl.Series, column: Column) -> pl.Series:
    """The values as the column's kind needs them: numbers, level words, or dates.

    Args:
        values: The column of the later table, of any type.
        column: What the schema remembers.

    Raises:
        TableError: A value cannot be read so; the message names it.

    Example:
        >>> amount = Column("amount", "number", "float", format="1,234.5")
        >>> retyped(pl.Series("amount", ["1,200", "7"]), amount).to_list()
        [1200.0, 7.0]
    """
    if column.kind == "number":
        return _numbers(values, column)
    if column.kind in {"category", "flag"}:
        return _levels(values, column)
    return _dates(values, column) if column.kind == "date" else values


def _numbers(values: pl.Series, column: Column) -> pl.Series:
    dtype = dtype_of(values)
    if dtype == "integer":
        return values
    if dtype == "float":
        return (values.cast(pl.Float64) if values.dtype.is_decimal() else values).fill_nan(None)
    if dtype == "boolean":
        return values.cast(pl.Int8)
    if dtype != "text":
        raise _misfit(values.drop_nulls(), column)
    text = _without_null_words(values)
    if column.format:
        format = NumberFormat.from_example(column.format)
    else:
        format = find_number_format(text.unique()) or NumberFormat()
    return _complete(text, format.read(text), column)


def _levels(values: pl.Series, column: Column) -> pl.Series:
    dtype = dtype_of(values)
    if dtype == "other":
        raise _misfit(values.drop_nulls(), column)
    if dtype == "boolean" and column.dtype in {"integer", "float"}:
        values = values.cast(pl.Int8)
    text = level_text(values.fill_nan(None) if values.dtype.is_float() else values)
    if column.dtype == "boolean":
        text = text.str.to_lowercase().replace({"1": "true", "0": "false"})
    elif dtype == "boolean":
        # A CSV of nothing but TRUE and FALSE is read as booleans; the first table may have held "maybe" too.
        text = text.replace({level.lower(): level for level in column.levels})
    elif column.dtype in {"integer", "float"} and dtype == "text":
        text = text.str.strip_suffix(".0")
    return text


def _dates(values: pl.Series, column: Column) -> pl.Series:
    if values.dtype == pl.Date:
        return values
    if isinstance(values.dtype, pl.Datetime):
        if values.dtype.time_zone:
            values = values.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return values.cast(pl.Datetime("us"))
    if dtype_of(values) != "text":
        raise _misfit(values.drop_nulls(), column)
    text = _without_null_words(values)
    formats = [column.format] if column.format else find_date_formats(text.unique())
    if not formats:
        if text.null_count() == text.len():
            return text.cast(pl.Date)
        raise _misfit(text.drop_nulls(), column)
    return _complete(text, read_dates(text, formats[0]), column)


def _without_null_words(values: pl.Series) -> pl.Series:
    text = values.cast(pl.String).str.strip_chars()
    return text.set(text.str.to_lowercase().is_in(_NULL_WORDS), None)


def _complete(text: pl.Series, read: pl.Series, column: Column) -> pl.Series:
    lost = text.filter(read.is_null() & text.is_not_null())
    if lost.is_empty():
        return read
    raise _misfit(lost, column)


def _misfit(lost: pl.Series, column: Column) -> TableError:
    what = {"number": "a number", "date": "a date"}.get(column.kind, "a level")
    count = "" if lost.len() == 1 else f" ({lost.len():,} such rows)"
    return TableError(
        f"column {column.name!r} holds {lost[0]!r}, which is not {what}{count}",
        available=f"the first table wrote it like {column.format!r}" if column.format else "",
        hint="mend the value, or leave it empty where it is not known",
    )
