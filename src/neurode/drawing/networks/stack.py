"""Which neurons of a layer are drawn, at what height, and what is said of the others."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

MOST_NEURONS = 12
"""Neurons drawn of one layer; the others are a number in the gap."""

APART = 0.35
"""Rows between the neurons of one table column and those of the next."""


@dataclass(frozen=True)
class Gap:
    """A place where neurons are left out: its height, how many, and of how many."""

    height: float
    hidden: int
    total: int


@dataclass(frozen=True)
class Bracket:
    """The inputs of one table column: its name, from where to where, and how many there are.

    `bundled` ones share one circle.
    """

    name: str
    top: float
    bottom: float
    size: int
    bundled: bool = False

    @property
    def label(self) -> str:
        """The column, and its size where that cannot be counted."""
        return f"{self.name} ({self.size:,})" if self.bundled else self.name


@dataclass(frozen=True, eq=False)
class Stack:
    """A layer as drawn, from top to bottom. One row is the distance of two neurons, 0 the middle.

    Attributes:
        size: Its neurons.
        members: For each circle the numbers of the neurons that it stands for: one, or all inputs of a
            column.
        heights: Where the circles are.
        gaps: What is left out.
        brackets: The table columns of the inputs.
        columns_hidden: Table columns without a circle, and all of them; None where all have one.
    """

    size: int
    members: tuple[np.ndarray, ...]
    heights: Float[np.ndarray, " circles"]
    gaps: tuple[Gap, ...] = ()
    brackets: tuple[Bracket, ...] = ()
    columns_hidden: tuple[int, int] | None = None

    @property
    def rows(self) -> float:
        """How tall it is."""
        ends = [*self.heights, *(gap.height for gap in self.gaps)]
        return float(max(ends) - min(ends) + 1)


def stack(size: int) -> Stack:
    """A layer without groups: all neurons, or the first and the last ones around a gap.

    Example:
        >>> stack(3).heights.tolist(), stack(64).gaps
        ([1.0, 0.0, -1.0], (Gap(height=-0.5, hidden=53, total=64),))
    """
    if size <= MOST_NEURONS:
        return Stack(size, tuple(np.arange(size)[:, None]), (size - 1) / 2 - np.arange(size))
    head = MOST_NEURONS // 2
    tail = MOST_NEURONS - head - 1
    numbers = np.concatenate([np.arange(head), np.arange(size - tail, size)])
    heights = (MOST_NEURONS - 1) / 2 - np.delete(np.arange(MOST_NEURONS), head)
    gap = Gap((MOST_NEURONS - 1) / 2 - head, size - len(numbers), size)
    return Stack(size, tuple(numbers[:, None]), heights, (gap,))


def grouped_stack(groups: Sequence[str]) -> Stack:
    """Inputs by table column, in the order in which the columns first occur.

    Where a dozen rows are too few for the inputs, each column shows its first ones; where they are too few
    for that, a column is one circle; and where there are too many columns, those in the middle are left out.

    Args:
        groups: The table column of each input.

    Example:
        >>> grade = grouped_stack(["age", "grade", "grade"]).brackets[1]
        >>> (grade.name, grade.size)
        ('grade', 2)
    """
    columns: dict[str, list[int]] = {}
    for number, group in enumerate(groups):
        columns.setdefault(group, []).append(number)
    sizes = [len(numbers) for numbers in columns.values()]
    rows = _allotted(sizes)
    shown = list(range(len(columns)))
    if rows is None:
        rows = [1] * len(columns)
        if len(columns) > MOST_NEURONS:
            head = MOST_NEURONS // 2
            shown = [*range(head), *range(len(columns) - (MOST_NEURONS - head - 1), len(columns))]
    return _placed(columns, rows, shown)


def _allotted(sizes: Sequence[int]) -> list[int] | None:
    """Rows for each column, a row for what is left out included; None if a dozen are too few."""
    rows = [min(size, 2) for size in sizes]
    if sum(rows) > MOST_NEURONS:
        return None
    for _ in range(MOST_NEURONS - sum(rows)):
        wanting = [column for column, size in enumerate(sizes) if rows[column] < size]
        if wanting:
            rows[min(wanting, key=lambda column: rows[column])] += 1
    return rows


def _placed(columns: dict[str, list[int]], rows: list[int], shown: list[int]) -> Stack:
    named = list(columns.items())
    total = sum(map(len, columns.values()))
    members: list[np.ndarray] = []
    heights: list[float] = []
    gaps: list[Gap] = []
    brackets: list[Bracket] = []
    height, last, was_tall = 0.0, -1, False
    for column in shown:
        name, numbers = named[column]
        if was_tall or rows[column] > 1:
            height -= APART if members else 0
        if column > last + 1:
            gaps.append(Gap(height, sum(len(others) for _, others in named[last + 1 : column]), total))
            height -= 1
        last, was_tall, top = column, rows[column] > 1, height
        if rows[column] >= len(numbers):
            drawn = [np.array([number]) for number in numbers]
        elif rows[column] == 1:
            drawn = [np.array(numbers)]
        else:
            drawn = [np.array([number]) for number in numbers[: rows[column] - 1]]
            gaps.append(Gap(top - len(drawn), len(numbers) - len(drawn), len(numbers)))
        members += drawn
        heights += [top - row for row in range(len(drawn))]
        height = top - rows[column]
        brackets.append(Bracket(name, top, height + 1, len(numbers), rows[column] == 1 < len(numbers)))
    middle = (height + 1) / 2
    n_hidden = len(columns) - len(shown)
    return Stack(
        total,
        tuple(members),
        np.array(heights) - middle,
        tuple(replace(gap, height=gap.height - middle) for gap in gaps),
        tuple(replace(each, top=each.top - middle, bottom=each.bottom - middle) for each in brackets),
        (n_hidden, len(columns)) if n_hidden else None,
    )
