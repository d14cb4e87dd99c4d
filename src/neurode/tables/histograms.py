"""Histograms: how the values of each column lie, small enough for a line of a terminal."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from neurode.tables.columns import Column
from neurode.tables.dates import days
from neurode.tables.schema import Schema

N_BINS = 12
N_TOP_LEVELS = 3
MOST_ROWS = 100_000
"""Numbers are counted in so many evenly spaced rows: a picture of 12 blocks shows no more."""

_BLOCKS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class Histogram:
    """Counts of a number's values (of a date's days since 1970) in bins of equal width.

    Args:
        edges: Of the bins, one more than there are bins. Where a few values lie far out, the end bins hold
            all that is beyond them.
        counts: Rows by bin.

    Example:
        >>> print(Histogram((0.0, 1.0, 2.0, 3.0), (8, 0, 2)))
        █▁▃
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]

    def __str__(self) -> str:
        return blocks(self.counts)


@dataclass(frozen=True)
class TopLevels:
    """The most frequent levels of a category.

    Args:
        levels: The levels, the most frequent first.
        shares: Their shares of the rows that have a value.

    Example:
        >>> print(TopLevels(("own", "rent"), (0.755, 0.245)))
        own 76 %, rent 24 %
    """

    levels: tuple[str, ...]
    shares: tuple[float, ...]

    def __str__(self) -> str:
        return ", ".join(f"{level[:20]} {_percent(share)}" for level, share in zip(self.levels, self.shares))


def blocks(counts: Sequence[int]) -> str:
    """Counts as a row of blocks, the largest count the full height; only a bin without rows is flat.

    Example:
        >>> blocks([0, 1, 50, 100])
        '▁▂▅█'
    """
    most = max(counts, default=0)
    return "".join(_BLOCKS[0 if not count else max(1, round(7 * count / most))] for count in counts)


def column_histograms(frame: pl.DataFrame, schema: Schema) -> dict[str, Histogram | TopLevels]:
    """The spread of every column that is a feature or the target, by name.

    Args:
        frame: The table.
        schema: What its columns are.

    Example:
        >>> frame = pl.DataFrame({"age": [20, 30, 30, 50], "home": ["own", "rent", "own", "own"]})
        >>> spreads = column_histograms(frame, Schema.infer(frame))
        >>> print(spreads["age"], "|", spreads["home"])
        ▅▁▁▁█▁▁▁▁▁▁▅ | own 75 %, rent 25 %
    """
    found = {}
    for column in schema.columns:
        if column.is_feature and column.name in frame.columns:
            spread = _spread(frame[column.name], column, schema)
            if spread is not None:
                found[column.name] = spread
    return found


def _spread(values: pl.Series, column: Column, schema: Schema) -> Histogram | TopLevels | None:
    if column.kind in {"category", "flag"}:
        return _top_levels(values, schema)
    every = max(1, values.len() // MOST_ROWS)
    values = schema.read_column(values.gather_every(every))
    numbers = (
        (days(values) if values.dtype.is_temporal() else values).cast(pl.Float64).drop_nulls().to_numpy()
    )
    return _histogram(numbers[np.isfinite(numbers)])


def _top_levels(values: pl.Series, schema: Schema) -> TopLevels | None:
    raw = values.drop_nulls().value_counts(name="_rows")
    words = schema.read_column(raw[values.name]).alias("level")
    counts = pl.DataFrame({"level": words, "rows": raw["_rows"]}).drop_nulls().group_by("level").sum()
    if counts.is_empty():
        return None
    n_rows = int(counts["rows"].sum())
    top = counts.sort("rows", "level", descending=[True, False]).head(N_TOP_LEVELS)
    return TopLevels(tuple(top["level"].to_list()), tuple(rows / n_rows for rows in top["rows"].to_list()))


def _histogram(numbers: np.ndarray) -> Histogram | None:
    if not numbers.size:
        return None
    low, high = float(numbers.min()), float(numbers.max())
    if high - low == np.inf:
        return None
    if high - low < N_BINS and (numbers == np.floor(numbers)).all():
        edges = np.arange(low - 0.5, high + 1)
    else:
        inner_low, inner_high = np.quantile(numbers, (0.005, 0.995))
        if 0 < inner_high - inner_low < (high - low) / 2:
            low, high = float(inner_low), float(inner_high)
        shares = np.linspace(0, 1, N_BINS + 1)
        # Of shares, since a whole number of steps may round to more than the largest number there is.
        edges = low * (1 - shares) + high * shares if high > low else np.array([low - 0.5, low + 0.5])
    # Between numbers that are large or close there may be no room for a bin.
    if len(edges) < 2 or not (np.isfinite(edges).all() and (np.diff(edges) > 0).all()):
        return None
    counts, _ = np.histogram(np.clip(numbers, edges[0], edges[-1]), edges)
    return Histogram(tuple(edges.tolist()), tuple(counts.tolist()))


def _percent(share: float) -> str:
    if share < 0.01:
        return "< 1 %"
    return "> 99 %" if 0.99 < share < 1 else f"{100 * share:.0f} %"
