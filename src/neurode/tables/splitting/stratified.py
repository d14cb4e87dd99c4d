"""Random splits: of any rows, or with every class (or every part of a number's range) spread evenly."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from neurode.errors import TableError
from neurode.tables.splitting.parts import (
    Fractions,
    Split,
    allotted,
    check_enough,
    check_fractions,
    counted,
    gather,
)


def random_split(n_rows: int, *, fractions: Fractions = (0.7, 0.15, 0.15), seed: int = 0) -> Split:
    """A random split of so many rows.

    Args:
        n_rows: How many rows there are.
        fractions: Shares of train, validation and test, summing to 1.
        seed: Equal seeds give equal splits.

    Raises:
        ArgumentError: The fractions are negative or do not sum to 1.
        TableError: There are fewer rows than parts.

    Example:
        >>> [part.size for part in random_split(200)]
        [140, 30, 30]
    """
    shares = check_fractions(fractions)
    check_enough(n_rows, shares, "row")
    part_of_row = np.repeat(np.arange(3), allotted(n_rows, shares))
    return gather(np.random.default_rng(seed).permutation(part_of_row))


def stratified_split(
    target_codes: np.ndarray,
    *,
    fractions: Fractions = (0.7, 0.15, 0.15),
    seed: int = 0,
    classes: Sequence[Any] = (),
) -> Split:
    """A random split in which every class is spread by the same fractions.

    Args:
        target_codes: The class of each row, as codes from 0 up. For a number, `quantile_bins` makes them.
        fractions: Shares of train, validation and test, summing to 1. A share of 0 leaves that part empty.
        seed: Equal seeds give equal splits.
        classes: The names of the classes, for messages.

    Raises:
        ArgumentError: The fractions are negative or do not sum to 1.
        TableError: A class has fewer rows than there are parts.

    Example:
        >>> split = stratified_split(np.array([0] * 80 + [1] * 20))
        >>> [part.size for part in split], [int((part >= 80).sum()) for part in split]
        ([70, 15, 15], [14, 3, 3])
    """
    shares = check_fractions(fractions)
    counts = np.bincount(target_codes)
    check_classes(counts, int(np.count_nonzero(shares)), "part", classes)
    rows = by_class(target_codes, np.random.default_rng(seed))
    # What rounding took from a part is owed to it by the next class; else small classes all round one way.
    owed = np.zeros(3)
    part_of_row = np.empty(target_codes.size, np.int8)
    start = 0
    for count in counts[counts > 0]:
        given = allotted(int(count), shares, owed)
        owed += count * shares - given
        part_of_row[rows[start : start + count]] = np.repeat(np.arange(3), given)
        start += count
    return gather(part_of_row)


def quantile_bins(target: Any, *, n_bins: int = 10, least: int = 10) -> np.ndarray:
    """A number's rows cut into bins of equal size, as codes that `stratified_split` and `folds` take.

    Cut by rank, so equal values at an edge may fall on both sides of it; for spreading rows that is as good.

    Args:
        target: The number of each row.
        n_bins: How many bins, where there are rows enough.
        least: Rows that a bin has at least; with few rows there are fewer bins.

    Raises:
        TableError: A value is missing.

    Example:
        >>> quantile_bins([0.1, 5.0, 0.2, 9.0], n_bins=2, least=2).tolist()
        [0, 1, 0, 1]
    """
    values = np.asarray(target, np.float64).ravel()
    if missing := int(np.isnan(values).sum()):
        raise TableError(f"the target has no value in {counted(missing, 'row')}", hint="leave them out")
    bins = max(1, min(n_bins, values.size // least))
    codes = np.empty(values.size, np.int64)
    codes[np.argsort(values, kind="stable")] = np.arange(values.size) * bins // max(values.size, 1)
    return codes


def by_class(target_codes: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The row numbers class by class, in random order within each."""
    shuffled = random.permutation(target_codes.size)
    # Stable sorting keeps the random order within each class.
    return shuffled[np.argsort(target_codes[shuffled], kind="stable")]


def check_classes(counts: np.ndarray, n_parts: int, part: str, classes: Sequence[Any]) -> None:
    """Refuses a class that has fewer rows than there are parts to be in."""
    small = np.flatnonzero((counts > 0) & (counts < n_parts))
    if small.size:
        code = int(small[0])
        raise TableError(
            f"class {name_of(code, classes)} has {counted(int(counts[code]), 'row')}, "
            f"too few for {counted(n_parts, part)}",
            hint="add rows of that class, merge it with another, or drop it",
        )


def name_of(code: int, classes: Sequence[Any]) -> str:
    """What a message calls a class: its name where that is known, else its code."""
    return repr(classes[code] if len(classes) else code)
