"""Grids: the values of a column that are tried, taken from the table as far as it goes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl
from jaxtyping import Float64, Int

from neurode.errors import ArgumentError, TableError, listed
from neurode.explain.arguments import check_whole
from neurode.explain.cells import Cells, on_a_line

TAILS = (0.01, 0.99)
"""The outermost quantiles of a grid: a few extreme rows would take most of a figure's room."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Values of a column, as rows that a model can be asked about.

    Attributes:
        points: The values, without the gap.
        values: The same as Python knows them, as the person's own table has them.
        table: One row a value, as the model knows tables; where there is a gap, its row is the last.
        shares: The share of the table's rows that have each value, or are nearest to it.
        has_gap: Whether the last row has a gap in the column.
        gap_share: The share of the table's rows with a gap.
        n_other: Levels left out.
        other_share: The share of the table's rows that have one of these.
    """

    points: pl.Series
    values: tuple[Any, ...]
    table: Any
    shares: Float64[np.ndarray, " points"]
    has_gap: bool
    gap_share: float
    n_other: int
    other_share: float


def grid_of(cells: Cells, column: str, n_points: int, given: Sequence[Any] | None = None) -> Grid:
    """The values of a column that say most about it.

    Args:
        cells: The table.
        column: The column.
        n_points: Most values.
        given: The values, where a person has chosen them.

    Raises:
        ArgumentError: The number of points is none, or a given value does not fit the column.
        TableError: The column has no value.

    Example:
        >>> from neurode.explain.cells import cells_of
        >>> from neurode.explain.subject import subject_of
        >>> cells = cells_of(subject_of(len), {"town": ["Ulm", "Kiel", "Ulm", None, "Bonn"]})
        >>> grid = grid_of(cells, "town", 2)
        >>> grid.values, grid.shares.tolist(), grid.n_other, grid.has_gap
        (('Ulm', 'Bonn'), [0.4, 0.2], 1, True)
    """
    check_whole("n_points", n_points, 1)
    values = cells.frame[column]
    gaps = np.flatnonzero(values.is_null().to_numpy())
    if len(gaps) == cells.n_rows:
        raise TableError(f"column {column!r} has no value", hint="give rows in which it has one")
    on_line = cells.orders[column] in {"number", "date"}
    if given is not None:
        points = _given(values, given, cells)
        rows = np.concatenate([np.zeros(len(points), np.int64), gaps[:1]])
        filled = points.clone().extend_constant(None, len(gaps[:1]))
        table = cells.replaced(rows, {column: filled})
    else:
        chosen = _quantile_rows(cells.numbers(column), n_points) if on_line else _level_rows(values, n_points)
        points, rows = values[chosen], np.concatenate([chosen, gaps[:1]])
        table = cells.at(rows).native
    shares = _nearest_shares(values, points) if on_line else _level_shares(values, points)
    other = 0 if on_line else values.drop_nulls().n_unique() - int((shares > 0).sum())
    gap_share = len(gaps) / cells.n_rows
    rest = 0.0 if on_line else max(0.0, 1.0 - gap_share - float(shares.sum()))
    own = tuple(cells.own(points))
    return Grid(points, own, table, shares, bool(len(gaps)), gap_share, other, rest if other else 0.0)


def crossed(cells: Cells, first: Grid, second: Grid) -> Any:
    """A row for each pair of values of two grids, the second running faster, as the model knows tables."""
    n_first, n_second = len(first.points), len(second.points)
    of_first, of_second = np.divmod(np.arange(n_first * n_second), n_second)
    return cells.replaced(
        np.zeros(n_first * n_second, np.int64),
        {first.points.name: first.points[of_first], second.points.name: second.points[of_second]},
    )


def level_counts(values: pl.Series) -> list[tuple[Any, int]]:
    """Each level and how many rows have it, the most frequent first; those of equal rank by name.

    Example:
        >>> level_counts(pl.Series(["b", "a", "c", "c", None]))
        [('c', 2), ('a', 1), ('b', 1)]
    """
    counts = values.drop_nulls().rename("level").value_counts(name="rows")
    return sorted(counts.iter_rows(), key=lambda pair: (-pair[1], str(pair[0])))


def _quantile_rows(numbers: Float64[np.ndarray, " rows"], n_points: int) -> Int[np.ndarray, " points"]:
    """A row for each value of the grid, in rising order."""
    distinct, first = np.unique(numbers, return_index=True)
    known = ~np.isnan(distinct)
    if known.sum() <= n_points:
        return first[known]
    shares = np.linspace(*TAILS, n_points) if n_points > 1 else np.array([0.5])
    wanted = np.nanquantile(numbers, shares, method="nearest")
    return first[np.searchsorted(distinct, np.unique(wanted))]


def _level_rows(values: pl.Series, most: int) -> Int[np.ndarray, " points"]:
    chosen = [level for level, _ in level_counts(values)[:most]]
    numbers = on_a_line(pl.Series(chosen, dtype=values.dtype))
    if not np.isnan(numbers).any():
        # Levels that are numbers have an order of their own, which says more than their rank.
        chosen = [chosen[place] for place in np.argsort(numbers, kind="stable")]
    row_of = {level: row for row, level in enumerate(values.to_list())}
    return np.array([row_of[level] for level in chosen])


def _given(values: pl.Series, given: Any, cells: Cells) -> pl.Series:
    """The values that a person has chosen, as the column has them."""
    column, order = values.name, cells.orders[values.name]
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise ArgumentError(f"grid={given!r:.60} for column {column!r}", hint=f"give a list: [{given!r:.40}]")
    told = list(given)
    wanted = pl.Series(column, told, strict=False)
    if not len(wanted) or wanted.null_count():
        raise ArgumentError(
            f"grid={told!r:.60} for column {column!r}",
            hint="give one value or more; gaps are looked at of themselves",
        )
    if order not in {"number", "date"}:
        return pl.Series(column, [_level(each, values, cells) for each in told], dtype=values.dtype)
    if order == "date" and wanted.dtype == pl.String:
        wanted = _dates(wanted)
    if not (wanted.dtype.is_numeric() if order == "number" else wanted.dtype in (pl.Date, pl.Datetime)):
        raise ArgumentError(
            f"grid={told!r:.60} for column {column!r}, which is a {order}",
            hint=f"give values that are {order}s",
        )
    return wanted.cast(values.dtype) if _is_lossless(wanted, values.dtype) else wanted


def _level(given: Any, values: pl.Series, cells: Cells) -> Any:
    """The level that a person means: written alike, or the same number."""
    levels = values.drop_nulls().unique(maintain_order=True).to_list()
    if cells.schema is not None:
        levels = list(dict.fromkeys([*levels, *cells.schema[values.name].levels]))
    keys = on_a_line(pl.Series([str(level) for level in levels], dtype=pl.String).str.to_lowercase())
    wanted = on_a_line(pl.Series([str(given).lower()]))[0]
    for level, key in zip(levels, keys):
        if str(level) == str(given) or key == wanted:
            return level
    raise ArgumentError(
        f"column {values.name!r} has no category {given!r}",
        available=f"categories: {listed(sorted(levels, key=str))}",
    )


def _dates(texts: pl.Series) -> pl.Series:
    """Dates in ISO form; the texts as they are where one is none."""
    try:
        return pl.Series(texts.name, [datetime.fromisoformat(text) for text in texts.to_list()])
    except ValueError:
        return texts


def _is_lossless(values: pl.Series, dtype: Any) -> bool:
    try:
        return bool((on_a_line(values.cast(dtype)) == on_a_line(values)).all())
    except pl.exceptions.PolarsError:
        return False


def _nearest_shares(values: pl.Series, points: pl.Series) -> Float64[np.ndarray, " points"]:
    numbers, grid = on_a_line(values), on_a_line(points)
    known = numbers[~np.isnan(numbers)]
    order = np.argsort(grid, kind="stable")
    middles = (grid[order][1:] + grid[order][:-1]) / 2
    counts = np.bincount(np.searchsorted(middles, known), minlength=len(grid))
    shares = np.empty(len(grid))
    shares[order] = counts / len(numbers)
    return shares


def _level_shares(values: pl.Series, points: pl.Series) -> Float64[np.ndarray, " points"]:
    counts = dict(level_counts(values))
    return np.array([counts.get(level, 0) / len(values) for level in points.to_list()])
