"""Repeats: columns that say what another column says, and rows that are there twice."""

import math
from collections.abc import Iterator, Mapping

import numpy as np
import polars as pl

from neurode.tables.leakage import level_codes


def find_repeated_columns(
    frame: pl.DataFrame, sampled: Mapping[str, pl.Series]
) -> Iterator[tuple[str, str, bool]]:
    """Pairs of a column and an earlier one that says the same, with whether the values are equal too.

    Args:
        frame: The table, in which a pair is made sure of.
        sampled: Some rows of the columns to compare, as they are read.

    Example:
        >>> sex = ["f", "m", "f", "f"]
        >>> frame = pl.DataFrame({"sex": sex, "code": [1, 2, 1, 1], "again": sex})
        >>> list(find_repeated_columns(frame, {name: frame[name] for name in frame.columns}))
        [('code', 'sex', False), ('again', 'sex', True)]
    """
    first_with: dict[bytes, str] = {}
    for name, values in sampled.items():
        codes = level_codes(values)
        n_levels = len(np.unique(codes))
        if n_levels < 2:
            continue
        # Where nearly all values differ, any other such column is a relabelling; only the values tell then.
        mostly_different = n_levels > values.len() / 2
        key = _value_bytes(values) if mostly_different else codes.tobytes()
        first = first_with.setdefault(key, name)
        if first == name:
            continue
        equal = _are_equal(frame[first], frame[name])
        if equal or (not mostly_different and _are_relabelled(frame[first], frame[name])):
            yield name, first, equal


def n_repeated_rows(frame: pl.DataFrame) -> int:
    """How many rows repeat an earlier one, where that is more than a few coarse columns explain.

    Example:
        >>> coarse = pl.DataFrame({"sex": ["f", "m"] * 50})
        >>> fine = pl.DataFrame({"rate": [0.1 * i for i in range(99)] + [0.0], "fee": list(range(99)) + [0]})
        >>> n_repeated_rows(coarse), n_repeated_rows(fine)
        (0, 1)
    """
    if frame.height < 2 or not frame.width:
        return 0
    usable = frame.select(series for series in frame if not series.dtype.is_nested())
    repeated = frame.height - usable.hash_rows().n_unique() if usable.width else 0
    if not repeated:
        return 0
    rows = usable.head(10_000)
    n_values = [max(series.n_unique(), 1) for series in rows]
    if max(n_values) > rows.height / 2:
        return repeated
    # Of rows drawn by chance, about n^2 / 2 / combinations pairs would be equal.
    combinations = sum(map(math.log, n_values))
    return repeated if combinations > 2 * math.log(frame.height) - math.log(2) else 0


def _value_bytes(values: pl.Series) -> bytes:
    if values.dtype.is_numeric():
        return values.cast(pl.Float64).to_numpy().tobytes()
    return values.hash().to_numpy().tobytes()


def _are_equal(first: pl.Series, second: pl.Series) -> bool:
    if first.dtype.is_numeric() and second.dtype.is_numeric():
        first, second = first.cast(pl.Float64), second.cast(pl.Float64)
    return first.dtype == second.dtype and first.equals(second)


def _are_relabelled(first: pl.Series, second: pl.Series) -> bool:
    pairs = pl.DataFrame({"first": first, "second": second})
    return bool(pairs.n_unique() == first.n_unique() == second.n_unique())
