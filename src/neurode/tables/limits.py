"""Limits: what a table may not hold, because nothing that reads it could: a few names, and far dates."""

from typing import Any

import polars as pl

from neurode.errors import TableError, listed

_A_DAY = 86_400_000_000
_FIRST = -719_162 * _A_DAY
_LAST = 2_932_897 * _A_DAY - 1
"""The first and the last microsecond that Python knows, 0001-01-01 and 9999-12-31, counted from 1970."""


def within_limits(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame, once its names and dates are known to be ones that can be worked with.

    Raises:
        TableError: A column is called `*` or `^…$`, or a date or duration lies outside the years 1 to 9999.

    Example:
        >>> within_limits(pl.DataFrame({"*": [1]}))
        Traceback (most recent call last):
        neurode.errors.TableError: column names that stand for other columns: '*'
        hint: rename them: polars takes `*` and `^…$` for patterns
    """
    patterns = [name for name in frame.columns if name == "*" or (name[:1] == "^" and name[-1:] == "$")]
    if patterns:
        raise TableError(
            f"column names that stand for other columns: {listed(patterns)}",
            hint="rename them: polars takes `*` and `^…$` for patterns",
        )
    for values in frame:
        if values.dtype in (pl.Date, pl.Datetime, pl.Duration):
            _refuse_what_is_far(values)
    return frame


def _refuse_what_is_far(values: pl.Series) -> None:
    # As integers: where Python has no word for a date, polars panics.
    numbers = values.to_physical()
    first, last = _reach(values.dtype)
    far = int(numbers.is_between(first, last).not_().sum())
    if far:
        raise TableError(
            f"column {values.name!r} holds {far:,} {'value' if far == 1 else 'values'} of type "
            f"{values.dtype} out of the years 1 to 9999",
            hint="leave the cells empty where such a value stands for none",
        )


def _reach(dtype: Any) -> tuple[int, int]:
    """The first and the last date as the integers that stand for them."""
    if dtype == pl.Date:
        return _FIRST // _A_DAY, _LAST // _A_DAY
    if dtype.time_unit == "ns":
        return -(2**63), 2**63 - 1
    # A zone leads a moment up to a day back or ahead.
    margin = _A_DAY if getattr(dtype, "time_zone", None) else 0
    first, last = _FIRST + margin, _LAST - margin
    if dtype == pl.Duration:
        first, last = _FIRST - _LAST, _LAST - _FIRST
    return (first, last) if dtype.time_unit == "us" else (first // 1_000, last // 1_000)
