"""Splits by time: learn from what came first, be judged by what came last."""

from typing import Any

import numpy as np
import polars as pl

from neurode.errors import TableError, listed
from neurode.tables.splitting.parts import Fractions, Split, check_enough, check_fractions, gather
from neurode.tables.splitting.values import read_values
from neurode.tables.text_dates import find_date_formats, read_dates


def time_split(times: Any, *, fractions: Fractions = (0.7, 0.15, 0.15)) -> Split:
    """A split in which the latest rows are the test part, those before them validation, the rest train.

    Rows of one time stay together, so the parts' sizes are as near to the fractions as that allows.

    Args:
        times: When each row was: dates, moments, numbers such as a year, or dates written as text.
        fractions: Shares of train, validation and test, summing to 1.

    Raises:
        ArgumentError: The fractions are negative or do not sum to 1.
        TableError: A row has no time, the values are no times, or there are fewer times than parts.

    Example:
        >>> time_split([2019, 2023, 2021, 2020, 2022], fractions=(0.6, 0.2, 0.2))
        Split(train=array([0, 2, 3]), validation=array([4]), test=array([1]))
    """
    shares = check_fractions(fractions)
    return gather(part_of_times(time_ranks(times), shares))


def time_ranks(times: Any, n_rows: int | None = None) -> np.ndarray:
    """The rank of each row's time, from 0 up; equal times have equal ranks.

    Example:
        >>> time_ranks(["24.12.2025", "31.10.2025", "24.12.2025"]).tolist()
        [1, 0, 1]
    """
    series = read_values(times, "time", n_rows)
    if series.dtype in {pl.String, pl.Categorical} or isinstance(series.dtype, pl.Enum):
        series = _read_text(series.cast(pl.String))
    if not (series.dtype.is_temporal() or series.dtype.is_numeric()):
        raise TableError(
            f"{_who(series)} holds {series.dtype}, which has no order in time",
            hint="name a column of dates, moments or numbers",
        )
    return series.rank("dense").to_numpy().astype(np.int64) - 1


def part_of_times(ranks: np.ndarray, fractions: np.ndarray) -> np.ndarray:
    """The part of each row, the earliest times first; the cuts are those nearest to the fractions."""
    counts = np.bincount(ranks)
    check_enough(counts.size, fractions, "time")
    active = np.flatnonzero(fractions > 0)
    # Rows before each possible cut; there is one cut between any two neighbouring times.
    before = np.concatenate([[0], np.cumsum(counts)])
    wanted = np.cumsum(fractions[active])[:-1] * ranks.size
    cuts: list[int] = []
    for place, rows in enumerate(wanted):
        # Every part gets a time at least.
        earliest = (cuts[-1] if cuts else 0) + 1
        latest = counts.size - (active.size - 1 - place)
        cuts.append(earliest + int(np.abs(before[earliest : latest + 1] - rows).argmin()))
    return active[np.searchsorted(cuts, np.arange(counts.size), side="right")][ranks]


def _read_text(series: pl.Series) -> pl.Series:
    formats = find_date_formats(series)
    if not formats:
        raise TableError(
            f"{_who(series)} holds text that is no date",
            available=f"values: {listed(series.unique().sort().head(4).to_list())}",
            hint="write dates as YYYY-MM-DD, which also sort as text",
        )
    if len(formats) > 1:
        raise TableError(
            f"{_who(series)} does not tell day and month apart",
            available=f"formats that fit: {listed(formats)}",
            hint="write dates as YYYY-MM-DD, or give the column as dates",
        )
    return read_dates(series, formats[0]).alias(series.name)


def _who(series: pl.Series) -> str:
    return f"the time column {series.name!r}" if series.name else "the time column"
