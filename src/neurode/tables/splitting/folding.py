"""Folds: several splits of one table, so that every row is tested once."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from neurode.errors import ArgumentError, TableError
from neurode.tables.splitting.checks import check_split
from neurode.tables.splitting.chronological import part_of_times, time_ranks
from neurode.tables.splitting.grouped import grouped_split, part_of_groups
from neurode.tables.splitting.parts import Split, counted
from neurode.tables.splitting.stratified import by_class, check_classes, random_split, stratified_split
from neurode.tables.splitting.values import numbered, read_values


def folds(
    rows: int | np.ndarray,
    k: int = 5,
    *,
    groups: Any = None,
    times: Any = None,
    validation_fraction: float | int = 0.15,
    seed: int = 0,
    classes: Sequence[Any] = (),
) -> list[Split]:
    """`k` splits whose test parts share no row and together are all rows.

    With `times` the windows expand: the rows are cut into `k + 1` stretches of time, each but the first is
    tested once, and its model has learned from all the stretches before it.

    Args:
        rows: How many rows there are, or the class of each, as codes from 0 up; every class is then spread
            evenly over the folds. `quantile_bins` makes codes of a number.
        k: How many folds, 2 or more.
        groups: The group of each row; no group is in two parts of a split.
        times: The time of each row; equal times are never divided.
        validation_fraction: The share of the rows not tested that is kept for early stopping, calibration and
            thresholds, drawn in the same manner: whole groups, or the latest times. 0 leaves it empty.
        seed: Equal seeds give equal folds.
        classes: The names of the classes, for messages.

    Raises:
        ArgumentError: `k` or the fraction is out of range, or groups and times are both given.
        TableError: There are too few rows, groups, times or rows of a class for so many folds.

    Example:
        >>> [split.test.tolist() for split in folds(np.array([0, 0, 0, 0, 1, 1]), 2, validation_fraction=0)]
        [[0, 3, 5], [1, 2, 4]]
        >>> windows = folds(4, 3, times=[2022, 2023, 2024, 2025], validation_fraction=0)
        >>> [(train.tolist(), test.tolist()) for train, _, test in windows]
        [([0], [1]), ([0, 1], [2]), ([0, 1, 2], [3])]
    """
    if k < 2:
        raise ArgumentError(f"k={k} folds are no folds", hint="give 2 or more; 5 and 10 are usual")
    if not 0 <= validation_fraction < 1:
        raise ArgumentError(f"validation_fraction={validation_fraction} is outside 0 to 1")
    if groups is not None and times is not None:
        raise ArgumentError(
            "folds by groups and by times contradict each other",
            hint="give one: whole groups, or windows of time",
        )
    codes = None if isinstance(rows, int) else rows
    n_rows = rows if isinstance(rows, int) else rows.size
    if times is not None:
        ranks = time_ranks(times, n_rows)
        splits = _windows(ranks, k, float(validation_fraction))
    else:
        group_of_row = None if groups is None else numbered(read_values(groups, "group", n_rows))
        fold = _fold_of_row(n_rows, codes, group_of_row, k, seed, classes)
        splits = [
            _split_rest(fold == test, codes, group_of_row, float(validation_fraction), seed, classes)
            for test in range(k)
        ]
    parts = ("train", "validation", "test") if validation_fraction else ("train", "test")
    for split in splits:
        check_split(split, codes=codes, classes=classes, parts=parts)
    return splits


def _fold_of_row(
    n_rows: int,
    codes: np.ndarray | None,
    group_of_row: np.ndarray | None,
    k: int,
    seed: int,
    classes: Sequence[Any],
) -> np.ndarray:
    if group_of_row is not None:
        _check_enough(int(group_of_row.max(initial=-1)) + 1, k, "group")
        return part_of_groups(group_of_row, codes, np.full(k, 1 / k), seed)[group_of_row]
    _check_enough(n_rows, k, "row")
    if codes is not None:
        check_classes(np.bincount(codes), k, "fold", classes)
    fold = np.empty(n_rows, np.int64)
    # Dealt like cards, class after class: neither a class nor the whole differs by more than a row.
    rows = by_class(np.zeros(n_rows, np.int64) if codes is None else codes, np.random.default_rng(seed))
    fold[rows] = np.arange(n_rows) % k
    return fold


def _split_rest(
    tested: np.ndarray,
    codes: np.ndarray | None,
    group_of_row: np.ndarray | None,
    validation_fraction: float,
    seed: int,
    classes: Sequence[Any],
) -> Split:
    """The rows that are not tested, as train and validation."""
    test, rest = np.flatnonzero(tested), np.flatnonzero(~tested)
    if not validation_fraction:
        return Split(rest, np.array([], np.int64), test)
    shares = (1 - validation_fraction, validation_fraction, 0.0)
    known = None if codes is None else codes[rest]
    if group_of_row is not None:
        inner = grouped_split(group_of_row[rest], known, fractions=shares, seed=seed, classes=classes)
    elif known is not None:
        inner = stratified_split(known, fractions=shares, seed=seed, classes=classes)
    else:
        inner = random_split(rest.size, fractions=shares, seed=seed)
    return Split(rest[inner.train], rest[inner.validation], test)


def _windows(ranks: np.ndarray, k: int, validation_fraction: float) -> list[Split]:
    n_times = int(ranks.max(initial=-1)) + 1
    _check_enough(n_times, k + 1 + (validation_fraction > 0), "time", k)
    stretch = part_of_times(ranks, np.full(k + 1, 1 / (k + 1)))
    splits = []
    for test in range(1, k + 1):
        before = np.flatnonzero(stretch < test)
        part = np.zeros(before.size, np.int64)
        if validation_fraction:
            shares = np.array([1 - validation_fraction, validation_fraction, 0.0])
            # Ranks are without holes up to the last one before the test rows.
            part = part_of_times(ranks[before], shares)
        splits.append(Split(before[part == 0], before[part == 1], np.flatnonzero(stretch == test)))
    return splits


def _check_enough(n_units: int, least: int, unit: str, k: int | None = None) -> None:
    if n_units < least:
        raise TableError(
            f"{counted(n_units, unit)} cannot fill {k or least} folds",
            hint=f"ask for fewer folds or give more {unit}s",
        )
