"""Splitting: rows to learn from, rows to choose by, and rows to be judged by, with every class in each."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from neurode.errors import ArgumentError, TableError


class Split(NamedTuple):
    """Row numbers of three parts that share no row; ascending within each."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def stratified_split(
    target_codes: np.ndarray,
    *,
    fractions: tuple[float, float, float] = (0.7, 0.15, 0.15),
    seed: int = 0,
    classes: Sequence[Any] = (),
) -> Split:
    """A random split in which every class is spread by the same fractions.

    Args:
        target_codes: The class of each row, as codes from 0 up.
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
    if len(fractions) != 3 or min(fractions) < 0 or abs(sum(fractions) - 1) > 1e-9:
        raise ArgumentError(
            f"fractions {fractions} are no split",
            hint="give three shares that sum to 1, like (0.7, 0.15, 0.15)",
        )
    counts = np.bincount(target_codes)
    _check(counts, int(np.count_nonzero(fractions)), classes)
    shuffled = np.random.default_rng(seed).permutation(target_codes.size)
    # Stable sorting keeps the random order within each class.
    by_class = shuffled[np.argsort(target_codes[shuffled], kind="stable")]
    parts = np.repeat(np.tile(np.arange(3), counts.size), _allotted(counts, np.asarray(fractions)).ravel())
    return Split(*(np.sort(by_class[parts == part]) for part in range(3)))


def _check(counts: np.ndarray, n_parts: int, classes: Sequence[Any]) -> None:
    small = np.flatnonzero((counts > 0) & (counts < n_parts))
    if small.size:
        code = int(small[0])
        rows = f"{counts[code]} {'row' if counts[code] == 1 else 'rows'}"
        raise TableError(
            f"class {classes[code] if classes else code!r} has {rows}, too few for {n_parts} parts",
            hint="add rows of that class, merge it with another, or drop it",
        )


def _allotted(counts: np.ndarray, fractions: np.ndarray) -> np.ndarray:
    """How many rows of each class each part gets: its share rounded, at least one, `(classes, parts)`."""
    allotted = np.zeros((counts.size, 3), np.int64)
    # What rounding took from a part is owed to it by the next class; else small classes all round one way.
    owed = np.zeros(3)
    for code in np.flatnonzero(counts):
        share = counts[code] * fractions
        rows = np.maximum(np.floor(share + 1e-9), fractions > 0).astype(np.int64)
        while rows.sum() != counts[code]:
            step = 1 if rows.sum() < counts[code] else -1
            need = np.where((fractions > 0) & ((step > 0) | (rows > 1)), share + owed - rows, -step * np.inf)
            rows[need.argmax() if step > 0 else need.argmin()] += step
        owed += share - rows
        allotted[code] = rows
    return allotted
