"""The columns of a table as a report lists them: what the training rows hold, and what test rows hold beyond.

Training, and nothing else, decides what a network has seen: ranges and levels are those of its rows.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from neurode.runs.data import Data

ORDERED = ("number", "date")
"""Kinds whose values have a range; those of the others are levels."""

ROLES = {"group": "rows are split by it", "time": "rows are split by it", "split_column": "says the part"}
"""What columns are for that steer the split."""

MOST_LEVELS = 5
"""Levels that are named; the others are counted."""


def columns_of(data: Data, features: Sequence[str], config: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """Each column: `name`, `kind`, `gaps` and `values` of the training rows, `notes`, whether a `feature`.

    Args:
        data: All rows.
        features: The columns that the network reads.
        config: What was asked for.
    """
    targets = [name for name, role in data.roles.items() if role == "target"]
    roles = dict.fromkeys(targets, "target")
    roles |= {config[role]: words for role, words in ROLES.items() if config[role] is not None}
    return tuple(
        {
            "name": column.name,
            "kind": column.kind,
            "notes": "; ".join([*filter(None, [roles.get(column.name)]), *column.notes]),
            "feature": column.name in features,
            **_held(_read(data, column.name, data.split.train)),
        }
        for column in data.schema.columns
        if column.name in data.frame.columns
    )


def unseen(data: Data, features: Sequence[str]) -> dict[str, int]:
    """Test rows with something that no training row has: `numbers` out of range, `levels` never met.

    Each is there only if the network reads a column of that kind.

    Args:
        data: All rows.
        features: The columns that the network reads.
    """
    found: dict[str, np.ndarray] = {}
    for name in features:
        training, test = (_read(data, name, rows) for rows in (data.split.train, data.split.test))
        ordered = data.schema[name].kind in ORDERED
        new = _out_of_range(training, test) if ordered else ~test.is_in(training.unique().implode())
        kind = "numbers" if ordered else "levels"
        strange = (new & test.is_not_null()).fill_null(False).to_numpy()
        found[kind] = found.get(kind, False) | strange
    return {kind: int(np.count_nonzero(rows)) for kind, rows in found.items()}


def _read(data: Data, name: str, rows: np.ndarray) -> pl.Series:
    values = data.schema.read_column(data.frame[name][rows])
    return values.fill_nan(None) if values.dtype.is_float() else values


def _out_of_range(training: pl.Series, test: pl.Series) -> pl.Series:
    least, most = _range(training)
    if least is None:
        return test.is_not_null()
    return (test < least) | (test > most)


def _range(values: pl.Series) -> tuple[Any, Any]:
    """The least and the greatest value, infinite ones not counted; None where there is none."""
    if values.dtype.is_float():
        values = values.filter(values.is_finite())
    return values.min(), values.max()


def _held(values: pl.Series) -> dict[str, Any]:
    """The share of gaps, and the range or the levels in words."""
    known = values.drop_nulls()
    if not len(known):
        told = "no value"
    elif known.dtype == pl.String and known.n_unique() < len(known):
        levels = known.unique().sort().to_list()
        more = len(levels) - MOST_LEVELS
        told = ", ".join(levels[:MOST_LEVELS]) + (f", … ({more:,} more)" if more > 0 else "")
    elif known.dtype.is_numeric() or known.dtype.is_temporal():
        told = " … ".join(map(_text, _range(known)))
    else:
        told = f"{known.n_unique():,} values"
    return {"gaps": values.null_count() / max(1, len(values)), "values": told}


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:,.6g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
