"""Kinds: what one column is, told from its values and, for identifiers, its name."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from neurode.errors import TableError
from neurode.tables.columns import Column, Dtype, Kind, dtype_of, level_text
from neurode.tables.text_dates import find_date_formats, read_dates
from neurode.tables.text_numbers import find_number_format

MANY_LEVELS = 1_000
"""From here on a category carries a note."""

FEW_ROWS = 20
"""Below this, that all values differ says nothing yet."""

_IDENTIFIER = re.compile(r"(?i:(?:^|[_\W])(?:id|uuid|guid)(?:$|[_\W]))|(?<=[a-z])(?:Id|ID)$")
_LONG_TEXT = 30


def describe_column(values: pl.Series, kind: Kind | None = None) -> Column:
    """The column that a schema remembers.

    Args:
        values: The column as it was read.
        kind: The kind that a person has decided on; None to infer it.

    Raises:
        TableError: The values cannot be of the kind that was asked for.

    Example:
        >>> describe_column(pl.Series("amount", ["1,200", "85", "9.50"])).kind
        'number'
        >>> describe_column(pl.Series("term", [36, 60, 36])).levels
        ('36', '60')
    """
    values, format, notes = _understood(_simplified(values), kind)
    distinct = values.drop_nulls().unique() if dtype_of(values) != "other" else values.head(0)
    inferred, reason = _kind(values, distinct) if kind is None else (kind, "")
    column = Column(
        name=values.name,
        kind=inferred,
        dtype=dtype_of(values),
        n_missing=values.null_count(),
        n_unique=distinct.len(),
        format=format,
        notes=(*notes, *([reason] if reason else [])),
    )
    return _with_levels(_with_range(column, values), distinct)


def _simplified(values: pl.Series) -> pl.Series:
    """NaN as null, and one type where polars has several for the same thing."""
    if values.dtype.is_float():
        return values.fill_nan(None)
    if values.dtype.is_decimal():
        return values.cast(pl.Float64)
    return values.cast(pl.String) if dtype_of(values) == "text" else values


def _understood(values: pl.Series, kind: Kind | None) -> tuple[pl.Series, str, list[str]]:
    """Text that is numbers or dates as such, with the format and what to say about it."""
    if dtype_of(values) != "text":
        return _asked_for(values, kind)
    distinct = values.drop_nulls().unique()
    # Two words are a flag whatever they look like, unless a person said otherwise.
    if kind in {None, "number"} and (distinct.len() > 2 or kind):
        number_format = find_number_format(distinct)
        if number_format:
            notes = [] if number_format.description == "plain digits" else [number_format.description]
            note = ": ".join(["text read as numbers", *notes])
            return number_format.read(values), number_format.example, [note]
    if kind in {None, "date"}:
        formats = find_date_formats(distinct)
        if len(formats) == 1 or (formats and kind == "date"):
            return read_dates(values, formats[0]), formats[0], [f"text read as dates: {formats[0]}"]
        if formats:
            return values, "", [f"dates, but {' or '.join(formats)} cannot be told apart; kept as words"]
    return _asked_for(values, kind)


def _asked_for(values: pl.Series, kind: Kind | None) -> tuple[pl.Series, str, list[str]]:
    dtype = dtype_of(values)
    numbers = dtype in {"integer", "float", "boolean"}
    dates = dtype in {"date", "datetime"}
    all_gaps = values.null_count() == values.len()
    misfit = (kind == "number" and not numbers) or (kind == "date" and not dates)
    if misfit and not all_gaps:
        raise TableError(
            f"column {values.name!r} cannot be a {kind}: it holds {values.drop_nulls()[0]!r}",
            hint="leave its kind to be inferred, or mend the values that do not fit",
        )
    return values, "", []


def _kind(values: pl.Series, distinct: pl.Series) -> tuple[Kind, str]:
    """The kind, with its reason where a person may wonder."""
    dtype: Dtype = dtype_of(values)
    if dtype == "other":
        return "text", f"values of type {values.dtype} are not used"
    if distinct.is_empty():
        return "constant", "all gaps"
    if distinct.len() == 1:
        if values.has_nulls() and dtype in {"text", "boolean", "integer"}:
            return "flag", "one value, and its gaps are the other"
        return "constant", "one value"
    if dtype in {"date", "datetime"}:
        return "date", ""
    if dtype == "boolean":
        return "flag", ""
    if dtype == "text":
        return _kind_of_words(values, distinct)
    return _kind_of_numbers(values, distinct)


def _kind_of_numbers(values: pl.Series, distinct: pl.Series) -> tuple[Kind, str]:
    if distinct.len() == 2 and _is_flag(distinct, values):
        return "flag", ""
    if dtype_of(values) == "integer" and distinct.len() == values.len():
        if _IDENTIFIER.search(values.name):
            return "id", "another number in every row"
        # Row numbers: all different, and each a fixed step after the one before.
        if values.len() >= FEW_ROWS and values.cast(pl.Int128).diff().drop_nulls().n_unique() == 1:
            return "id", "counts the rows"
    return "number", ""


def _is_flag(two: pl.Series, values: pl.Series) -> bool:
    if sorted(two) == [0, 1] or dtype_of(values) == "integer":
        return True
    # Integers with gaps often come as floats; a few rows of measurements may hold two whole ones by chance.
    return bool(values.len() >= FEW_ROWS and (two == two.floor()).all())


def _kind_of_words(values: pl.Series, distinct: pl.Series) -> tuple[Kind, str]:
    if distinct.len() == 2:
        return "flag", ""
    n_values = values.len() - values.null_count()
    mostly_unique = distinct.len() >= FEW_ROWS and distinct.len() > n_values / 2
    if mostly_unique and _reads_like_sentences(distinct):
        return "text", "long words, mostly another in every row; not used"
    unique = distinct.len() == values.len()
    if unique and (values.len() >= FEW_ROWS or _IDENTIFIER.search(values.name)):
        return "id", "another word in every row"
    return "category", ""


def _reads_like_sentences(distinct: pl.Series) -> bool:
    sample = distinct.head(1_000).str.strip_chars()
    lengths = sample.str.len_chars().to_numpy()
    # Long codes such as UUIDs are all of one length; sentences are not.
    long = lengths.mean() > _LONG_TEXT and np.ptp(lengths) > 0
    return bool(long or sample.str.contains(r"\s").to_numpy().mean() > 0.5)


def _with_range(column: Column, values: pl.Series) -> Column:
    if column.dtype in {"date", "datetime"}:
        return replace(column, minimum=_iso(values.min()), maximum=_iso(values.max()))
    if column.dtype not in {"integer", "float"}:
        return column
    if column.dtype == "float":
        infinite = int(values.is_infinite().sum())
        if infinite:
            values = values.filter(values.is_finite())
            column = replace(column, notes=(*column.notes, f"{infinite:,} infinite {_values(infinite)}"))
    low, high = values.min(), values.max()
    return column if low is None else replace(column, minimum=float(low), maximum=float(high))  # type: ignore[arg-type]


def _with_levels(column: Column, distinct: pl.Series) -> Column:
    if column.kind not in {"category", "flag"}:
        return column
    levels = tuple(dict.fromkeys(level_text(distinct.sort()).to_list()))
    notes = column.notes
    if len(levels) >= MANY_LEVELS:
        notes = (*notes, f"{len(levels):,} levels")
    return replace(column, levels=levels, notes=notes)


def _iso(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat()


def _values(count: int) -> str:
    return "value" if count == 1 else "values"
