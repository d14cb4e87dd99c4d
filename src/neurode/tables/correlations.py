"""Correlations: how the numbers, dates and flags of a table move together, by rank."""

from typing import NamedTuple

import numpy as np
import polars as pl

from neurode.errors import TableError
from neurode.tables.dates import days
from neurode.tables.leakage import average_ranks
from neurode.tables.schema import Schema

MOST_ROWS = 20_000
LEAST_ROWS = 3
"""Two rows are always on a line."""


class Correlations(NamedTuple):
    """Rank correlations: `names` of columns, and a symmetric `matrix`, NaN where nothing can be said."""

    names: tuple[str, ...]
    matrix: np.ndarray


def rank_correlations(frame: pl.DataFrame, schema: Schema, target: str | None = None) -> Correlations:
    r"""Spearman's correlation of each pair of columns, over the rows in which both have a value.

    $$\rho = \frac{\sum (r_i - \bar r)(s_i - \bar s)}{\sqrt{\sum (r_i - \bar r)^2 \sum (s_i - \bar s)^2}}$$

    where $r$ and $s$ are the ranks of each column among its own known values. Numbers, dates and flags (0
    for the first level, 1 for the second) take part; of a large table 20,000 rows, drawn evenly.

    Args:
        frame: The table.
        schema: What its columns are.
        target: The column that comes first; the schema's if left out.

    Raises:
        TableError: Fewer than two columns can be ranked.

    Example:
        >>> frame = pl.DataFrame({"age": [20, 30, 40, 50], "fee": [9.0, 7.0, 5.5, 1.0], "bad": [0, 0, 1, 1]})
        >>> names, matrix = rank_correlations(frame, Schema.infer(frame, target="bad"))
        >>> names, matrix.round(3).tolist()[0]
        (('bad', 'age', 'fee'), [1.0, 0.894, -0.894])

    References:
        Spearman (1904), The proof and measurement of association between two things.
    """
    target = target or schema.target
    columns = [c for c in schema.columns if c.kind in {"number", "date", "flag"} and c.name in frame.columns]
    columns.sort(key=lambda column: column.name != target)
    if len(columns) < 2:
        raise TableError(
            "a correlation needs two columns that are numbers, dates or flags",
            available=f"such columns: {len(columns)}",
        )
    rows = np.sort(np.random.Generator(np.random.PCG64(0)).permutation(frame.height)[:MOST_ROWS])
    ranks = np.stack(
        [_ranks(schema.read_column(frame[c.name].gather(rows)), c.levels) for c in columns], axis=1
    )
    return Correlations(tuple(column.name for column in columns), _pairwise(ranks))


def _ranks(values: pl.Series, levels: tuple[str, ...]) -> np.ndarray:
    if values.dtype.is_temporal():
        values = days(values)
    elif not values.dtype.is_numeric():
        values = (
            (values == levels[-1]).cast(pl.Float64) if levels else pl.repeat(None, values.len(), eager=True)
        )
    numbers = values.cast(pl.Float64).to_numpy()
    known = ~np.isnan(numbers)
    ranks = np.full(len(numbers), np.nan)
    ranks[known] = average_ranks(numbers[known])
    return ranks


def _pairwise(ranks: np.ndarray) -> np.ndarray:
    known = (~np.isnan(ranks)).astype(np.float64)
    # Ranks near zero keep the sums of squares small beside what they are subtracted from.
    means = np.nan_to_num(ranks).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    centred = np.nan_to_num(ranks - means)
    both = known.T @ known
    rows = np.maximum(both, 1)
    sums = centred.T @ known
    squares = (centred**2).T @ known
    products = centred.T @ centred - sums * sums.T / rows
    spread = np.maximum(squares - sums**2 / rows, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = products / np.sqrt(spread * spread.T)
    # A column that does not vary where the other is known has no correlation with it.
    flat = spread <= 1e-9 * np.maximum(squares, 1)
    found[flat | flat.T | (both < LEAST_ROWS)] = np.nan
    return np.clip(found, -1, 1)
