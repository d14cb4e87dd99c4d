"""Kinds: what one column is, told from its values and, for identifiers, its name."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from neurode.errors import TableError
from neurode.tables.columns import Column, Dtype, Kind, dtype_of, level_text
from neurode.tables.text_columns import Reading, find_strays, is_null_word, read_words

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
    values = _simplified(values)
    if dtype_of(values) == "text":
        reading = read_words(values.drop_nulls(), kind)
    elif dtype_of(values) == "other":
        reading = Reading(values.head(0))
    else:
        reading = Reading(values.drop_nulls().unique())
    distinct = reading.values
    n_missing = values.null_count() + reading.n_gaps
    _refuse_misfit(values, distinct, kind)
    inferred, reason = (kind, "") if kind is not None else _kind(values, distinct, n_missing)
    column = Column(
        name=values.name,
        kind=inferred,
        dtype=dtype_of(distinct),
        n_missing=n_missing,
        n_unique=distinct.len(),
        format=reading.format,
        notes=(*reading.notes, *([reason] if reason else [])),
        matching=reading.matching,
        gap_words=reading.gap_words,
    )
    return _with_levels(_with_range(column, values, distinct), distinct)


def _simplified(values: pl.Series) -> pl.Series:
    """NaN as null, and one type where polars has several for the same thing."""
    if values.dtype.is_float():
        return values.fill_nan(None)
    if values.dtype.is_decimal():
        return values.cast(pl.Float64)
    return values.cast(pl.String) if dtype_of(values) == "text" else values


def _refuse_misfit(values: pl.Series, distinct: pl.Series, kind: Kind | None) -> None:
    dtype = dtype_of(distinct)
    misfit = (kind == "number" and dtype not in {"integer", "float", "boolean"}) or (
        kind == "date" and dtype not in {"date", "datetime"}
    )
    known = values.drop_nulls()
    if misfit and not known.is_empty() and (dtype == "other" or not distinct.is_empty()):
        raise TableError(
            f"column {values.name!r} cannot be a {kind}: it holds {_offender(known, kind)!r}",
            hint="leave its kind to be inferred, or mend the values that do not fit",
        )


def _offender(known: pl.Series, kind: Kind | None) -> object:
    if kind == "number" and known.dtype == pl.String:
        strays = known.filter(find_strays(known) & ~is_null_word(known))
        return strays[0] if strays.len() else known[0]
    return known[0]


def _kind(values: pl.Series, distinct: pl.Series, n_missing: int) -> tuple[Kind, str]:
    """The kind, with its reason where a person may wonder."""
    dtype: Dtype = dtype_of(distinct)
    if dtype == "other":
        return "text", f"values of type {values.dtype} are not used"
    if distinct.is_empty():
        return "constant", "all gaps"
    if distinct.len() == 1:
        if n_missing and dtype in {"text", "boolean", "integer"}:
            return "flag", "one value, and its gaps are the other"
        return "constant", "one value"
    if dtype in {"date", "datetime"}:
        return "date", ""
    if dtype == "boolean":
        return "flag", ""
    if dtype == "text":
        return _kind_of_words(values.name, distinct, values.len(), n_missing)
    return _kind_of_numbers(values, distinct)


def _kind_of_numbers(values: pl.Series, distinct: pl.Series) -> tuple[Kind, str]:
    if distinct.len() == 2 and _is_flag(distinct, values.len()):
        return "flag", ""
    if dtype_of(distinct) == "integer" and distinct.len() == values.len():
        if _IDENTIFIER.search(values.name):
            return "id", "another number in every row"
        if values.len() >= FEW_ROWS and _counts_rows(values.cast(pl.Int128)):
            return "id", "counts the rows"
    return "number", ""


def _counts_rows(numbers: pl.Series) -> bool:
    """Whether numbers that are all different are row numbers, perhaps of some of the rows, in any order."""
    if numbers.diff().drop_nulls().n_unique() == 1:
        return True
    # Of measurements, some would fall together long before half of their range is filled.
    width = int(numbers.max() - numbers.min()) + 1  # type: ignore[operator,arg-type]
    return numbers.len() >= 50 and width <= 2 * numbers.len()


def _is_flag(two: pl.Series, n_rows: int) -> bool:
    if sorted(two) == [0, 1] or dtype_of(two) == "integer":
        return True
    # Integers with gaps often come as floats; a few rows of measurements may hold two whole ones by chance.
    return bool(n_rows >= FEW_ROWS and (two == two.floor()).all())


def _kind_of_words(name: str, distinct: pl.Series, n_rows: int, n_missing: int) -> tuple[Kind, str]:
    if distinct.len() == 2:
        return "flag", ""
    n_values = n_rows - n_missing
    mostly_unique = distinct.len() >= FEW_ROWS and distinct.len() > n_values / 2
    if mostly_unique and _reads_like_sentences(distinct):
        return "text", "long words, mostly another in every row; not used"
    unique = distinct.len() == n_rows
    if unique and (n_rows >= FEW_ROWS or _IDENTIFIER.search(name)):
        return "id", "another word in every row"
    return "category", ""


def _reads_like_sentences(distinct: pl.Series) -> bool:
    sample = distinct.head(1_000).str.strip_chars()
    lengths = sample.str.len_chars().to_numpy()
    # Long codes such as UUIDs are all of one length; sentences are not.
    long = lengths.mean() > _LONG_TEXT and np.ptp(lengths) > 0
    return bool(long or sample.str.contains(r"\s").to_numpy().mean() > 0.5)


def _with_range(column: Column, values: pl.Series, distinct: pl.Series) -> Column:
    if column.dtype in {"date", "datetime"}:
        return replace(column, minimum=_iso(distinct.min()), maximum=_iso(distinct.max()))
    if column.dtype not in {"integer", "float"}:
        return column
    if column.dtype == "float" and distinct.is_infinite().any():
        # Only floats can be infinite: no number format reads "inf" or 1e999.
        infinite = int(values.is_infinite().sum())
        distinct = distinct.filter(distinct.is_finite())
        column = replace(column, notes=(*column.notes, f"{infinite:,} infinite {_values(infinite)}"))
    low, high = distinct.min(), distinct.max()
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
