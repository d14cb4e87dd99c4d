"""Dates as numbers and codes: days since 1970, days between two dates, month, weekday and hour."""

from collections.abc import Sequence
from itertools import combinations
from typing import Literal

import polars as pl

Part = Literal["value", "month", "weekday", "hour"]
"""What of a column is meant: its value, or of a date the month, the weekday (1 is Monday) or the hour."""

DATE_PARTS: tuple[Part, ...] = ("month", "weekday", "hour")

MOST_PAIRS = 10
"""Of how many pairs of date columns the difference is taken, in the order of the columns."""

MICROSECONDS_A_DAY = 86_400_000_000


def days(dates: pl.Series) -> pl.Series:
    """Days since 1970-01-01, the time of day as a fraction.

    Example:
        >>> from datetime import datetime
        >>> days(pl.Series([datetime(1970, 1, 2, 12), None])).to_list()
        [1.5, None]
    """
    return _microseconds(dates) / MICROSECONDS_A_DAY


def days_between(later: pl.Series, earlier: pl.Series) -> pl.Series:
    """Days from one date to another. The difference of two `days` would lose the last digits.

    Example:
        >>> from datetime import date
        >>> days_between(pl.Series([date(2024, 3, 1)]), pl.Series([date(2024, 2, 1)])).to_list()
        [29.0]
    """
    return (_microseconds(later) - _microseconds(earlier)) / MICROSECONDS_A_DAY


def part_of(dates: pl.Series, part: Part) -> pl.Series:
    """The month, weekday or hour as a small integer.

    Example:
        >>> from datetime import date
        >>> part_of(pl.Series([date(2024, 2, 29)]), "weekday").to_list()
        [4]
    """
    if part == "month":
        return dates.dt.month()
    return dates.dt.weekday() if part == "weekday" else dates.cast(pl.Datetime("us")).dt.hour()


def date_pairs(names: Sequence[str]) -> list[tuple[str, str]]:
    """The pairs of date columns that are worth a difference.

    Example:
        >>> date_pairs(["opened", "issued", "closed"])
        [('opened', 'issued'), ('opened', 'closed'), ('issued', 'closed')]
    """
    return list(combinations(names, 2))[:MOST_PAIRS]


def _microseconds(dates: pl.Series) -> pl.Series:
    return dates.cast(pl.Datetime("us")).to_physical()
