"""Mixed values: Python objects of several types in one column, made numbers, moments or text."""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl

from neurode.errors import TableError, listed

_NUMBERS = (int, float, Decimal, Fraction, np.integer, np.floating)
_BOOLEANS = (bool, np.bool_)
_MOMENTS = (date, datetime, np.datetime64)
_WORDS = (str, bytes, bytearray)
_NO_CELLS = (
    list, tuple, dict, set, frozenset, np.ndarray, Mapping, pl.Series, pl.DataFrame, complex,
    np.complexfloating,
)  # fmt: skip


def series_of(name: str, values: Iterable[Any]) -> pl.Series:
    """A column of any Python values as one type that can hold all of them.

    Numbers of all sorts become floats, dates and moments become moments, and whatever else is mixed becomes
    the text that a CSV file would hold. What the text means is then the schema's question.

    Args:
        name: The column.
        values: One value a row, None where it is missing.

    Raises:
        TableError: A value is a list, a dict or another object that no cell of a table can hold.

    Example:
        >>> series_of("term", ["12", 7, "n/a", None, True, 2.5]).to_list()
        ['12', '7', 'n/a', None, '1', '2.5']
        >>> series_of("rate", [1, 2.5, Decimal("0.1"), None]).to_list()
        [1.0, 2.5, 0.1, None]
    """
    values = list(values)
    types = set(map(type, values))
    # On a Decimal that is no number polars panics, and arrays it takes for the column itself.
    if not any(issubclass(kind, Decimal | np.ndarray) for kind in types):
        try:
            series = pl.Series(name, values)
        except Exception:
            # Which of its many exceptions polars raises says little; what the types are says more.
            return _mixed(name, values, types)
        if series.dtype != pl.Object:
            return text_of_bytes(series)
    return _mixed(name, values, types)


def text_of_bytes(series: pl.Series) -> pl.Series:
    """Bytes as the text they spell in UTF-8; other columns, and bytes that are no text, as they are."""
    if series.dtype != pl.Binary:
        return series
    try:
        return series.cast(pl.String)
    except pl.exceptions.PolarsError:
        return series


def _mixed(name: str, values: list[Any], types: set[type]) -> pl.Series:
    misfits = sorted(kind.__name__ for kind in types if issubclass(kind, _NO_CELLS) or _has_no_words(kind))
    if misfits:
        raise TableError(
            f"column {name!r} holds values that no cell can: {listed(misfits)}",
            hint="take the column out, or make one column of each of their parts",
        )
    types = {kind for kind in types if not is_missing_type(kind)}
    if all(_is_number(kind) or issubclass(kind, _BOOLEANS) for kind in types):
        return _column(name, values, dict.fromkeys(types, _number), pl.Float64)
    if all(issubclass(kind, _MOMENTS) for kind in types):
        return _column(name, values, dict.fromkeys(types, _moment), pl.Datetime("us"))
    n_numbers = sum(_is_number(type(value)) and not isinstance(value, bool) for value in values)
    n_booleans = sum(isinstance(value, _BOOLEANS) for value in values)
    return _column(name, values, {kind: _writer(kind, n_numbers >= n_booleans) for kind in types}, pl.String)


def _column(name: str, values: list[Any], readers: Mapping[type, Callable], dtype: Any) -> pl.Series:
    missing: Callable = lambda value: None  # noqa: E731
    try:
        return pl.Series(name, [readers.get(type(value), missing)(value) for value in values], dtype=dtype)
    except Exception as error:
        # Any object may be in a cell, and what its `str` raises is its own affair.
        raise TableError(
            f"column {name!r} holds a value that cannot be read: {type(error).__name__}: {str(error)[:200]}",
            hint="take the column out, or make its values numbers, text or dates",
        ) from None


def is_missing_type(kind: type) -> bool:
    """Whether all there is of a type means a gap: None, and what pandas has for it."""
    # pandas is not imported for the names of its two.
    return kind is type(None) or kind.__name__ in {"NAType", "NaTType"}


def _is_number(kind: type) -> bool:
    # To NumPy a duration is an integer.
    return issubclass(kind, _NUMBERS) and not issubclass(kind, np.timedelta64)


def _has_no_words(kind: type) -> bool:
    return kind.__str__ is object.__str__ and kind.__repr__ is object.__repr__


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    except ValueError:
        # A Decimal can be a NaN that refuses to be a float.
        return None
    return None if math.isnan(number) else number


def _moment(value: Any) -> datetime | None:
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[us]").item()
        if value is None:
            return None
        if isinstance(value, int):
            raise OverflowError("a date lies out of the years 1 to 9999")
    if not isinstance(value, datetime):
        return datetime.combine(value, time())
    try:
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    except OverflowError:
        # The first and the last day there are stand for "never"; their hours mean nothing.
        return value.replace(tzinfo=None)


def _writer(kind: type, booleans_are_numbers: bool) -> Callable[[Any], str | None]:
    if issubclass(kind, _BOOLEANS):
        return (lambda value: str(int(value))) if booleans_are_numbers else (lambda value: str(bool(value)))
    if _is_number(kind):
        return _written_number
    if issubclass(kind, _MOMENTS):
        return _written_moment
    return _written_bytes if issubclass(kind, _WORDS[1:]) else str


def _written_number(value: Any) -> str | None:
    number = _number(value)
    if number is None:
        return None
    if math.isinf(number):
        # Python refuses to write an integer of thousands of digits.
        return str(number)
    # 36.0 and 36 are one and the same to a person.
    return str(int(value)) if number.is_integer() and abs(number) < 2**53 else str(value)


def _written_moment(value: Any) -> str | None:
    moment = _moment(value)
    if moment is None:
        return None
    return moment.date().isoformat() if moment.time() == time() else moment.isoformat(sep=" ")


def _written_bytes(value: bytes | bytearray) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
