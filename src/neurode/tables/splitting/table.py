"""One call for every way of splitting a table."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from neurode.errors import ArgumentError, UnknownNameError
from neurode.tables.splitting.checks import check_split
from neurode.tables.splitting.chronological import part_of_times, time_ranks
from neurode.tables.splitting.grouped import grouped_split
from neurode.tables.splitting.marked import column_split
from neurode.tables.splitting.parts import Fractions, Split, check_fractions, gather, named
from neurode.tables.splitting.stratified import random_split, stratified_split
from neurode.tables.splitting.values import read_values


def split_rows(
    rows: Any,
    *,
    codes: np.ndarray | None = None,
    group: Any = None,
    time: Any = None,
    part: Any = None,
    fractions: Fractions = (0.7, 0.15, 0.15),
    seed: int = 0,
    classes: Sequence[Any] = (),
) -> Split:
    """Splits a table in the way that the arguments ask for, and checks what comes out.

    Without `group`, `time` and `part` the rows are drawn at random, class by class where `codes` are given.
    A `part` or `time` decides alone; a `group` beside it is then checked, not split by: if it is in two
    parts, the split is refused.

    Args:
        rows: The frame, or how many rows there are.
        codes: The class of each row, as codes from 0 up; `quantile_bins` makes them of a number. Every class
            has to be in every part.
        group: A column of the frame, or the group of each row: no group is in two parts.
        time: A column of the frame, or the time of each row: the latest rows are tested.
        part: A column of the frame, or the part of each row, like `train`. Where it names no validation
            rows, they are drawn from the training rows.
        fractions: Shares of train, validation and test, summing to 1.
        seed: Equal seeds give equal splits.
        classes: The names of the classes, for messages.

    Raises:
        ArgumentError: The fractions are no split, or `time` and `part` are both given.
        UnknownNameError: The frame has no such column.
        TableError: The split would leak a group, leave a part empty or a class without rows in one.

    Example:
        >>> split = split_rows(8, codes=np.array([0, 0, 0, 0, 1, 1, 1, 1]), fractions=(0.5, 0.25, 0.25))
        >>> [part.size for part in split]
        [4, 2, 2]
        >>> split_rows(4, time=[4, 3, 2, 1], fractions=(0.5, 0.25, 0.25)).test.tolist()
        [0]
    """
    if time is not None and part is not None:
        raise ArgumentError(
            "time= and part= both say where each row goes", hint="give one of them; group= may go along"
        )
    shares = check_fractions(fractions)
    n_rows = rows if isinstance(rows, int) else len(rows)
    groups = _column(rows, n_rows, group, "group")
    if part is not None:
        split = column_split(_column(rows, n_rows, part, "part"))
        if not split.validation.size and shares[1]:
            split = _with_validation(split, codes, groups, shares, seed, classes)
    elif time is not None:
        split = gather(part_of_times(time_ranks(_column(rows, n_rows, time, "time")), shares))
    elif groups is not None:
        split = grouped_split(groups, codes, fractions=fractions, seed=seed, classes=classes)
    elif codes is not None:
        split = stratified_split(codes, fractions=fractions, seed=seed, classes=classes)
    else:
        split = random_split(n_rows, fractions=fractions, seed=seed)
    check_split(split, groups=groups, codes=codes, classes=classes, parts=named(shares))
    return split


def _column(rows: Any, n_rows: int, values: Any, role: str) -> Any:
    """The values of an argument that may be the name of a column."""
    if values is None:
        return None
    if isinstance(values, str):
        if isinstance(rows, int):
            raise ArgumentError(
                f"{role}={values!r} names a column, but only a number of rows was given",
                hint="give the frame, or the values themselves",
            )
        if values not in rows.columns:
            raise UnknownNameError("column", values, list(map(str, rows.columns)))
        values = rows[values]
    return read_values(values, role, n_rows)


def _with_validation(
    split: Split,
    codes: np.ndarray | None,
    groups: Any,
    shares: np.ndarray,
    seed: int,
    classes: Sequence[Any],
) -> Split:
    share = float(shares[1] / (shares[0] + shares[1]))
    inner = split_rows(
        split.train.size,
        codes=None if codes is None else codes[split.train],
        group=None if groups is None else groups.gather(split.train),
        fractions=(1 - share, share, 0.0),
        seed=seed,
        classes=classes,
    )
    return Split(split.train[inner.train], split.train[inner.validation], split.test)
