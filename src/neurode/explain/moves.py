"""Moves: to which values a column of one row could change, and how far each of them is away."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Float64

from neurode.errors import ArgumentError
from neurode.explain.cells import Cells, check_columns, on_a_line
from neurode.explain.grids import level_counts

MOST_VALUES = 40
"""A column of no more distinct values is tried with all of them."""

QUANTILES = 25
"""Of other columns these many values are tried first, both ends among them."""

MOST_LEVELS = 30
"""The most frequent levels of a category that are tried."""

MICROSECONDS_A_SECOND = 1_000_000
MICROSECONDS_A_DAY = 86_400 * MICROSECONDS_A_SECOND


@dataclass(frozen=True, eq=False)
class Move:
    """What one column of one row could become.

    Attributes:
        column: The column.
        values: The value that the row has, then those that it could have.
        numbers: The same on a line, NaN for words.
        shifts: How far each is from the row's own, from 0 to 1.
        rising: The background's known values in rising order, where the column lies on a line.
        is_whole: Whether values between whole numbers make no sense.
        is_continuous: Whether values between those tried do.
    """

    column: str
    values: pl.Series
    numbers: Float64[np.ndarray, " values"]
    shifts: Float64[np.ndarray, " values"]
    rising: Float64[np.ndarray, " known"]
    is_whole: bool
    is_continuous: bool

    def shift(self, numbers: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, " n"]:
        """How far values on the line are from the row's own: the share of background rows between both.

        Rows that have one of both values count half.
        """
        return np.abs(_rank(self.rising, numbers) - _rank(self.rising, self.numbers[:1]))

    def series(self, numbers: Float64[np.ndarray, " n"]) -> pl.Series:
        """Values on the line as the table writes them."""
        dtype = self.values.dtype
        if dtype == pl.Date:
            return pl.Series(self.column, numbers // MICROSECONDS_A_DAY).cast(pl.Int32).cast(pl.Date)
        if dtype == pl.Datetime:
            moments = pl.Series(self.column, numbers).round().cast(pl.Int64)
            return moments.cast(pl.Datetime("us")).cast(dtype)
        return (
            pl.Series(self.column, numbers).cast(dtype)
            if dtype.is_integer()
            else pl.Series(self.column, numbers)
        )


def moves_of(
    cells: Cells, row: int, background: Cells, immutable: Any = (), only_up: Any = (), only_down: Any = ()
) -> list[Move]:
    """The moves of all columns that may change.

    Args:
        cells: The table of the row.
        row: Its number.
        background: Rows that say what is usual.
        immutable: Columns that stay as they are.
        only_up: Columns that may only rise.
        only_down: Columns that may only fall.

    Raises:
        UnknownNameError: A column does not exist.
        ArgumentError: A column has two rules, or one of up or down without an order of its values.
    """
    rules = {"immutable": _names(immutable), "only_up": _names(only_up), "only_down": _names(only_down)}
    rule_of: dict[str, str] = {}
    for rule, names in rules.items():
        known = set(cells.others)
        check_columns([name for name in names if name not in known], cells)
        for name in names:
            if name in rule_of:
                raise ArgumentError(
                    f"column {name!r} is both {rule_of[name]} and {rule}", hint="a column has one rule"
                )
            rule_of[name] = rule
    moves = [_move(cells, row, background, name, rule_of.get(name, "")) for name in cells.names]
    return [move for move in moves if move is not None and len(move.values) > 1]


def _names(given: Any) -> Collection[str]:
    return (given,) if isinstance(given, str) else tuple(given)


def _move(cells: Cells, row: int, background: Cells, name: str, rule: str) -> Move | None:
    own, others = cells.frame[name][row : row + 1], background.frame[name].drop_nulls()
    numbers, own_number = on_a_line(others), on_a_line(own)
    has_order = not np.isnan(numbers).any() and (own[0] is None or not np.isnan(own_number[0]))
    if rule in {"only_up", "only_down"} and not has_order:
        raise ArgumentError(
            f"column {name!r} is {rule}, but its values have no order",
            hint="that is for numbers, dates and flags; make it immutable, or leave it free",
        )
    if rule == "immutable":
        return None
    if not has_order:
        return _move_among_levels(own, others)
    rising = np.sort(numbers)
    tried = _tried(others, numbers) if cells.orders[name] in {"number", "date"} else _levels(others)
    at = on_a_line(tried)
    allowed = at != own_number[0]
    if rule:
        # A gap has nothing above or below it.
        allowed &= at > own_number[0] if rule == "only_up" else at < own_number[0]
    values = _after(own, tried.filter(pl.Series(allowed)))
    line = on_a_line(values)
    is_number = cells.orders[name] in {"number", "date"}
    shifts = (
        np.abs(_rank(rising, line) - _rank(rising, own_number))
        if own[0] is not None
        # Nobody knows how far a gap is from a value.
        else np.append(0.0, np.ones(len(values) - 1))
    )
    is_whole = others.dtype.is_integer() or bool((numbers == np.round(numbers)).all())
    return Move(name, values, line, shifts, rising, is_whole, is_number and own[0] is not None)


def _move_among_levels(own: pl.Series, others: pl.Series) -> Move:
    """Between words, a frequent level is nearer than a rare one."""
    counts = [(level, rows) for level, rows in level_counts(others)[:MOST_LEVELS] if level != own[0]]
    levels = pl.Series(own.name, [level for level, _ in counts], dtype=others.dtype)
    shares = np.array([rows for _, rows in counts], np.float64) / max(1, len(others))
    nothing = np.full(len(counts) + 1, np.nan)
    return Move(
        own.name, _after(own, levels), nothing, np.append(0.0, 1.0 - shares), nothing[:0], False, False
    )


def _after(own: pl.Series, others: pl.Series) -> pl.Series:
    """The row's own value, then others, as one series."""
    if own[0] is None:
        own = pl.Series(own.name, [None], dtype=others.dtype)
    elif own.dtype != others.dtype and own.dtype.is_numeric():
        # Whole numbers in one table, fractions in the other.
        own, others = own.cast(pl.Float64), others.cast(pl.Float64)
    return pl.concat([own, others.cast(own.dtype)])


def _tried(values: pl.Series, numbers: Float64[np.ndarray, " known"]) -> pl.Series:
    distinct, first = np.unique(numbers, return_index=True)
    if len(distinct) > MOST_VALUES:
        wanted = np.quantile(numbers, np.linspace(0, 1, QUANTILES), method="nearest")
        first = first[np.searchsorted(distinct, np.unique(wanted))]
    return values[first]


def _levels(values: pl.Series) -> pl.Series:
    return pl.Series(
        values.name, [level for level, _ in level_counts(values)[:MOST_LEVELS]], dtype=values.dtype
    )


def _rank(
    rising: Float64[np.ndarray, " known"], numbers: Float64[np.ndarray, " n"]
) -> Float64[np.ndarray, " n"]:
    """The share of the background below each number, its own rows counted half."""
    below = np.searchsorted(rising, numbers, side="left") + np.searchsorted(rising, numbers, side="right")
    return below / (2 * max(1, len(rising)))
