"""Whether a split keeps its promises: no row or group twice, no part empty, every class everywhere."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from neurode.errors import ArgumentError, TableError, listed
from neurode.tables.splitting.parts import PARTS, Split, counted
from neurode.tables.splitting.stratified import name_of
from neurode.tables.splitting.values import numbered, read_values


def check_split(
    split: Split,
    *,
    groups: Any = None,
    codes: np.ndarray | None = None,
    classes: Sequence[Any] = (),
    parts: Sequence[str] = PARTS,
) -> None:
    """Refuses a split that would flatter a model or leave nothing to judge it by.

    Args:
        split: The row numbers of the parts.
        groups: The group of each row of the table. No group may be in two parts.
        codes: The class of each row of the table. Every class has to be in every part.
        classes: The names of the classes, for messages.
        parts: The parts that have to have rows.

    Raises:
        TableError: With the parts, groups or classes that are at fault, and the counts.

    Example:
        >>> split = Split(np.array([0, 1]), np.array([2]), np.array([3]))
        >>> check_split(split, groups=["ann", "bob", "ann", "cid"])
        Traceback (most recent call last):
        ...
        neurode.errors.TableError: 1 group is in more than one part
        <BLANKLINE>
        groups: 'ann' (train, validation)
        hint: split by the group, so that no model is judged on those it has learned from
    """
    unknown = sorted(set(parts) - set(PARTS))
    if unknown:
        raise ArgumentError(f"no part named {unknown[0]!r}", available=f"parts: {listed(PARTS)}")
    sizes = dict(zip(PARTS, (part.size for part in split)))
    shown = "rows: " + ", ".join(f"{part} {size:,}" for part, size in sizes.items())
    empty = [part for part in parts if not sizes[part]]
    if empty:
        raise TableError(
            f"the {' and '.join(empty)} {'part has' if len(empty) == 1 else 'parts have'} no rows",
            available=shown,
            hint="give the part a larger share, or more rows, groups or times to share out",
        )
    _check_rows(split, shown)
    if groups is not None:
        _check_groups(split, groups)
    if codes is not None:
        _check_codes(split, codes, classes, parts)


def _check_rows(split: Split, shown: str) -> None:
    rows = np.concatenate(split)
    if rows.min(initial=0) < 0:
        raise TableError(f"row number {rows.min()} is below 0", hint="number rows from 0")
    counts = np.bincount(rows)
    if twice := int(np.count_nonzero(counts > 1)):
        raise TableError(
            f"{counted(twice, 'row')} in the split twice, the first is row {int(np.argmax(counts > 1))}",
            available=shown,
            hint="give each row to one part",
        )


def _check_groups(split: Split, groups: Any) -> None:
    series = read_values(groups, "group")
    group_of_row = numbered(series)
    inside = np.zeros((len(PARTS), int(group_of_row.max(initial=-1)) + 1), bool)
    for part, rows in enumerate(split):
        inside[part, group_of_row[rows]] = True
    leaking = np.flatnonzero(inside.sum(axis=0) > 1)
    if leaking.size:
        # Numbers were given in the order of first rows.
        _, first_rows = np.unique(group_of_row, return_index=True)
        some = [
            f"{series[int(first_rows[group])]!r} ({', '.join(np.array(PARTS)[inside[:, group]])})"
            for group in leaking[:5]
        ]
        rest = f", … ({leaking.size - 5:,} more)" if leaking.size > 5 else ""
        raise TableError(
            f"{counted(leaking.size, 'group')} {'is' if leaking.size == 1 else 'are'} in more than one part",
            available=f"groups: {', '.join(some)}{rest}",
            hint="split by the group, so that no model is judged on those it has learned from",
        )


def _check_codes(split: Split, codes: np.ndarray, classes: Sequence[Any], parts: Sequence[str]) -> None:
    totals = np.bincount(codes)
    for part in parts:
        counts = np.bincount(codes[split[PARTS.index(part)]], minlength=totals.size)
        lacking = np.flatnonzero((counts == 0) & (totals > 0))
        if lacking.size:
            code = int(lacking[0])
            places = ", ".join(
                f"{name} {int(np.count_nonzero(codes[rows] == code)):,}" for name, rows in zip(PARTS, split)
            )
            raise TableError(
                f"class {name_of(code, classes)} has no rows in the {part} part",
                available=f"rows of that class: {places}",
                hint="add rows of that class, merge it with another, or split in another way",
            )
