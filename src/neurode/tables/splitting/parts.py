"""Parts: the three row sets of a split, and how many rows each is to have."""

from typing import NamedTuple

import numpy as np

from neurode.errors import ArgumentError, TableError

PARTS = ("train", "validation", "test")

Fractions = tuple[float | int, float | int, float | int]
"""Shares of train, validation and test, summing to 1. A share of 0 leaves that part empty."""


class Split(NamedTuple):
    """Row numbers of three parts that share no row; ascending within each."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def gather(part_of_row: np.ndarray) -> Split:
    """The split in which each row is in the part (0, 1, 2) that is written for it.

    Example:
        >>> gather(np.array([0, 2, 0, 1])).train.tolist()
        [0, 2]
    """
    return Split(*(np.flatnonzero(part_of_row == part) for part in range(3)))


def named(fractions: np.ndarray) -> tuple[str, ...]:
    """The parts that are to have rows."""
    return tuple(part for part, share in zip(PARTS, fractions) if share > 0)


def check_fractions(fractions: Fractions) -> np.ndarray:
    """The fractions as an array, or an error."""
    if len(fractions) != 3 or not min(fractions) >= 0 or abs(sum(fractions) - 1) > 1e-9:
        raise ArgumentError(
            f"fractions {fractions} are no split",
            hint="give three shares that sum to 1, like (0.7, 0.15, 0.15)",
        )
    return np.asarray(fractions, np.float64)


def check_enough(n_units: int, fractions: np.ndarray, unit: str) -> None:
    """Refuses fewer rows, groups or times than there are parts to fill."""
    n_parts = int(np.count_nonzero(fractions))
    if n_units < n_parts:
        raise TableError(
            f"{counted(n_units, unit)} cannot fill {n_parts} parts",
            hint=f"give more {unit}s, or leave a part empty with a fraction of 0",
        )


def allotted(n_rows: int, fractions: np.ndarray, owed: np.ndarray | None = None) -> np.ndarray:
    """How many of the rows each part gets: its share rounded, at least one where the share is above 0.

    Args:
        n_rows: Rows to give away, at least one for each share above 0.
        fractions: Share of each part.
        owed: Rows that earlier rounding withheld from each part; a tie goes to who is owed more.

    Example:
        >>> allotted(10, np.array([0.7, 0.15, 0.15])).tolist()
        [7, 2, 1]
    """
    share = n_rows * fractions
    rows = np.maximum(np.floor(share + 1e-9), fractions > 0).astype(np.int64)
    owed = np.zeros_like(share) if owed is None else owed
    while rows.sum() != n_rows:
        step = 1 if rows.sum() < n_rows else -1
        need = np.where((fractions > 0) & ((step > 0) | (rows > 1)), share + owed - rows, -step * np.inf)
        rows[need.argmax() if step > 0 else need.argmin()] += step
    return rows


def counted(count: int, unit: str) -> str:
    """A count with its unit.

    Example:
        >>> counted(1, "row"), counted(1200, "group")
        ('1 row', '1,200 groups')
    """
    return f"{count:,} {unit}{'' if count == 1 else 's'}"
