"""Retyping: a column of a later table, read the way the column of the first one was."""

from collections.abc import Callable

import polars as pl

from neurode.errors import TableError
from neurode.tables.columns import Column, dtype_of, level_text
from neurode.tables.spelling import folded
from neurode.tables.text_columns import find_strays, is_null_word
from neurode.tables.text_dates import find_date_formats, read_dates
from neurode.tables.text_numbers import NumberFormat, find_number_format


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
        >>> home = Column("home", "category", "text", levels=("Own", "Rent"), matching="folded")
        >>> retyped(pl.Series("home", ["OWN ", "rent", "Tent"]), home).to_list()
        ['Own', 'Rent', 'Tent']
    """
    if values.dtype.is_float():
        values = values.fill_nan(None)
    if column.is_feature and values.null_count() == values.len():
        # A column of nothing but gaps has no type that could be wrong.
        values = pl.repeat(None, values.len(), dtype=pl.String, eager=True).alias(values.name)
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
        return values.cast(pl.Float64) if values.dtype.is_decimal() else values
    if dtype == "boolean":
        return values.cast(pl.Int8)
    if dtype != "text":
        raise _misfit(values.drop_nulls(), column)
    text = values.cast(pl.String)
    return _by_distinct(text, _number_format(text, column).read, column)


def _number_format(text: pl.Series, column: Column) -> NumberFormat:
    if column.format:
        return NumberFormat.from_example(column.format)
    return find_number_format(_with_digits(text)) or NumberFormat()


def _levels(values: pl.Series, column: Column) -> pl.Series:
    dtype = dtype_of(values)
    if dtype == "other":
        raise _misfit(values.drop_nulls(), column)
    if dtype == "text":
        return _levels_in_text(values.cast(pl.String), column)
    if dtype == "boolean" and column.dtype in {"integer", "float"}:
        values = values.cast(pl.Int8)
    if dtype == "datetime" and column.dtype == "text":
        # Among words, the first table wrote a moment without the zeros.
        return level_text(_in_utc(values)).str.strip_suffix(".000000").str.strip_suffix(" 00:00:00")
    text = level_text(values)
    if column.dtype == "boolean":
        return _as_booleans(text)
    if dtype == "boolean":
        # A CSV of nothing but TRUE and FALSE is read as booleans; the first table may have held "maybe" too.
        return text.replace({level.lower(): level for level in column.levels})
    return text


def _levels_in_text(values: pl.Series, column: Column) -> pl.Series:
    # Most words are levels as they stand; only the few others need a closer look.
    exact = values.cast(pl.Enum(column.levels), strict=False)
    others = values.filter(exact.is_null() & values.is_not_null()).unique()
    if others.is_empty():
        return values
    return values.replace(others, _levels_of_words(others, column))


def _levels_of_words(words: pl.Series, column: Column) -> pl.Series:
    text = words.str.strip_chars()
    text = text.set(text == "", None)
    if column.dtype == "boolean":
        return _as_booleans(text)
    if column.dtype in {"integer", "float"}:
        text = text.set(is_null_word(text), None)
        if column.format:
            numbers = NumberFormat.from_example(column.format).read(text)
            return level_text(numbers).fill_null(text.set(_is_gap_word(text, column), None))
        return text.str.strip_suffix(".0")
    if column.matching == "exact" or not column.levels:
        return text
    levels = pl.Series(column.levels, dtype=pl.String)
    return folded(text).replace_strict(folded(levels), levels, default=text)


def _as_booleans(text: pl.Series) -> pl.Series:
    return text.str.to_lowercase().replace({"1": "true", "0": "false"})


def _dates(values: pl.Series, column: Column) -> pl.Series:
    if values.dtype == pl.Date:
        return values
    if isinstance(values.dtype, pl.Datetime):
        return _in_utc(values)
    if dtype_of(values) != "text":
        raise _misfit(values.drop_nulls(), column)
    text = values.cast(pl.String)
    formats = [column.format] if column.format else find_date_formats(_with_digits(text))
    format = formats[0] if formats else "%Y-%m-%d"
    return _by_distinct(text, lambda words: read_dates(words, format), column)


def _in_utc(moments: pl.Series) -> pl.Series:
    if getattr(moments.dtype, "time_zone", None):
        moments = moments.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return moments.cast(pl.Datetime("us"))


def _with_digits(text: pl.Series) -> pl.Series:
    """The distinct words that can be a number or a date."""
    distinct = text.drop_nulls().unique()
    return distinct.filter(~find_strays(distinct))


def _by_distinct(text: pl.Series, read: Callable[[pl.Series], pl.Series], column: Column) -> pl.Series:
    """`read` of each word, of repeated ones once; what cannot be read must be a word for a gap."""
    first = text.head(1_000)
    if first.n_unique() > first.len() / 2:
        found = read(text)
    else:
        distinct = text.drop_nulls().unique()
        words = read(distinct)
        if distinct.is_empty():
            return text.cast(words.dtype)
        found = text.replace_strict(distinct, words, default=None, return_dtype=words.dtype)
    lost = text.filter(found.is_null() & text.is_not_null()).str.strip_chars()
    if not lost.is_empty():
        lost = lost.filter(~(is_null_word(lost) | _is_gap_word(lost, column)))
        if not lost.is_empty():
            raise _misfit(lost, column)
    return found


def _is_gap_word(text: pl.Series, column: Column) -> pl.Series:
    # Where the first table held stray words, a later one may hold others.
    return find_strays(text) if column.gap_words else pl.repeat(False, text.len(), eager=True)


def _misfit(lost: pl.Series, column: Column) -> TableError:
    what = {"number": "a number", "date": "a date"}.get(column.kind, "a level")
    count = "" if lost.len() == 1 else f" ({lost.len():,} such rows)"
    return TableError(
        f"column {column.name!r} holds {lost[0]!r}, which is not {what}{count}",
        available=f"the first table wrote it like {column.format!r}" if column.format else "",
        hint="mend the value, or leave it empty where it is not known",
    )
