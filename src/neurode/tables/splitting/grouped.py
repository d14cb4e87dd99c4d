"""Grouped splits: all rows of a group (a customer, a patient, a household) in one part."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from neurode.errors import ShapeError
from neurode.tables.splitting.checks import check_split
from neurode.tables.splitting.parts import Fractions, Split, check_enough, check_fractions, gather, named
from neurode.tables.splitting.values import numbered, read_values

ONE_BY_ONE = 512
"""So many of the largest groups, and of the smallest, are placed one after the other."""

SCARCE = 32
"""A class that fewer groups hold has all of them placed one by one."""

GOLDEN = (5**0.5 - 1) / 2


def grouped_split(
    groups: Any,
    codes: np.ndarray | None = None,
    *,
    fractions: Fractions = (0.7, 0.15, 0.15),
    seed: int = 0,
    classes: Sequence[Any] = (),
) -> Split:
    """A split in which no group is in two parts; sizes and class shares are as near as that allows.

    Large groups are placed first, each where the table of parts and classes then has the smallest chi-square
    distance from the one wanted. The mass of small groups is dealt by the golden ratio's sequence, which
    serves any run of like groups by the same fractions, and the last few small ones even out the rest.

    Args:
        groups: The group of each row: numbers, words, anything that can be equal.
        codes: The class of each row, from 0 up, whose shares are to be alike in all parts.
        fractions: Shares of train, validation and test, summing to 1.
        seed: Decides among groups that serve equally well. Equal seeds give equal splits.
        classes: The names of the classes, for messages.

    Raises:
        ArgumentError: The fractions are negative or do not sum to 1.
        TableError: A row has no group, there are fewer groups than parts, or a part is left without rows of a
            class.

    Example:
        >>> split = grouped_split(np.repeat(np.arange(100), 3))
        >>> [part.size for part in split], len(np.intersect1d(split.train // 3, split.test // 3))
        ([210, 45, 45], 0)
    """
    shares = check_fractions(fractions)
    series = read_values(groups, "group", None if codes is None else len(codes))
    group_of_row = numbered(series)
    check_enough(int(group_of_row.max(initial=-1)) + 1, shares, "group")
    split = gather(part_of_groups(group_of_row, codes, shares, seed)[group_of_row])
    if codes is not None:
        check_split(split, codes=codes, classes=classes, parts=named(shares))
    return split


def part_of_groups(
    group_of_row: np.ndarray, codes: np.ndarray | None, fractions: np.ndarray, seed: int
) -> np.ndarray:
    """The part, or fold, of each group.

    Args:
        group_of_row: The number of each row's group, from 0 up with none left out.
        codes: The class of each row.
        fractions: The share of each part, summing to 1.
        seed: Equal seeds give equal parts.
    """
    if codes is not None and codes.shape != group_of_row.shape:
        raise ShapeError(f"codes has shape {codes.shape}, but there are {group_of_row.size} rows")
    table = _counted(group_of_row, codes)
    random = np.random.default_rng(seed)
    sizes, holders = table.sum(axis=1), (table > 0).sum(axis=0)
    scarce = np.any(table[:, holders < SCARCE], axis=1)
    shuffled = random.permutation(len(table))
    # lexsort is stable, so groups of one size stay in random order.
    order = shuffled[np.lexsort((-sizes[shuffled], ~scarce[shuffled]))]
    head = order[: int(scarce.sum()) + ONE_BY_ONE]
    body, tail = np.split(order[head.size :], [max(0, order.size - head.size - ONE_BY_ONE)])
    placing = _Placing(table, fractions)
    placing.one_by_one(head)
    placing.in_bulk(body[np.lexsort(_likeness(table[body], holders))], random.random())
    placing.one_by_one(tail)
    return placing.part_of_group


def _counted(group_of_row: np.ndarray, codes: np.ndarray | None) -> np.ndarray:
    """Rows by group and class, without classes that have no row."""
    n_groups = int(group_of_row.max()) + 1
    if codes is None:
        return np.bincount(group_of_row, minlength=n_groups)[:, None]
    n_classes = int(codes.max()) + 1
    cells = np.bincount(group_of_row * n_classes + codes, minlength=n_groups * n_classes)
    table = cells.reshape(n_groups, n_classes)
    return table[:, table.any(axis=0)]


def _likeness(table: np.ndarray, holders: np.ndarray) -> tuple[np.ndarray, ...]:
    """Sorting keys that bring like groups together: by the rarest class, by its rows, by all rows."""
    by_rarity = np.argsort(holders, kind="stable")
    rarest = by_rarity[(table[:, by_rarity] > 0).argmax(axis=1)]
    return (table.sum(axis=1), table[np.arange(len(table)), rarest], rarest)


class _Placing:
    """Groups being placed: who is where, and what each part holds so far."""

    def __init__(self, table: np.ndarray, fractions: np.ndarray) -> None:
        # All rows of a group count like one more class, so that sizes come out right too.
        self.table = np.column_stack([table, table.sum(axis=1)])
        self.held = self.table > 0
        self.left = self.held.sum(axis=0)
        self.fractions = fractions
        self.have = np.zeros((fractions.size, self.table.shape[1]))
        total = self.table.sum(axis=0)
        # A part too small for one typical group still has to get one.
        self.want = np.maximum(fractions[:, None] * total, total / np.maximum(self.left, 1))
        self.part_of_group = np.zeros(len(table), np.int64)

    def one_by_one(self, groups: np.ndarray) -> None:
        """Places each group where the chi-square distance from the wanted table grows least."""
        active = np.flatnonzero(self.fractions > 0)
        have, want, left = self.have[active], self.want[active], self.left
        for group in groups:
            rows, held = self.table[group], self.held[group]
            growth = (rows * (2 * (have - want) + rows) / want).sum(axis=1)
            lacks = have == 0
            # Where a class has no more groups left than parts that lack it, one of those gets the group.
            forced = held & (left <= lacks.sum(axis=0))
            if forced.any():
                urgency = (lacks & forced).sum(axis=1)
                growth[urgency < urgency.max()] = np.inf
            part = growth.argmin()
            have[part] += rows
            left -= held
            self.part_of_group[group] = active[part]
        self.have[active] = have

    def in_bulk(self, groups: np.ndarray, offset: float) -> None:
        """Deals groups that stand in the order of their likeness."""
        wanted = np.maximum(self.fractions * self.table[:, -1].sum() - self.have[:, -1], 0)
        edges = np.cumsum(wanted)
        edges = edges[:-1] / max(edges[-1], 1)
        parts = np.searchsorted(edges, (offset + GOLDEN * np.arange(groups.size)) % 1, side="right")
        self.part_of_group[groups] = parts
        for column in range(self.table.shape[1]):
            self.have[:, column] += np.bincount(
                parts, self.table[groups, column], minlength=self.fractions.size
            )
        self.left -= self.held[groups].sum(axis=0)
