"""The nearest change: what would have to be different about a row for the model to decide otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from neurode.errors import ArgumentError, TableError
from neurode.explain.arguments import check_whole
from neurode.explain.cells import Cells, cells_of
from neurode.explain.change_search import search
from neurode.explain.goals import Goal, goal_of
from neurode.explain.moves import Move, moves_of
from neurode.explain.subject import subject_of
from neurode.explain.way_back import Found
from neurode.explain.wording import number_text, plain, value_text, value_texts

FEW_DIGITS, MOST_DIGITS = 4, 17
"""Digits of a prediction that usually are enough, and those that tell any two numbers apart."""


@dataclass(frozen=True)
class ColumnChange:
    """One column that changes.

    Attributes:
        column: The column.
        before: The row's value.
        after: The value that it would have to have.
        shift: How far that is, from 0 to 1: of numbers and dates the share of background rows between both
            values; of a category the share of rows that have another level; 1 from a gap.
    """

    column: str
    before: Any
    after: Any
    shift: float

    def __str__(self) -> str:
        before, after = value_texts([self.before, self.after])
        return f"{self.column}: {before} → {after}"

    def to_json(self) -> dict[str, Any]:
        """The change as plain JSON values."""
        return {
            "column": self.column,
            "before": plain(self.before),
            "after": plain(self.after),
            "shift": self.shift,
        }


@dataclass(frozen=True)
class Change:
    """Columns that change together, and what the model then says.

    Attributes:
        columns: What changes, the furthest first.
        prediction: The probability, or number, that is told.
        decision: The class that the row is then given; None of a model of numbers.
    """

    columns: tuple[ColumnChange, ...]
    prediction: float
    decision: Any

    @property
    def shift(self) -> float:
        """How far the row would have to move in all."""
        return sum(each.shift for each in self.columns)

    def to_json(self) -> dict[str, Any]:
        """The change as plain JSON values."""
        return {
            "columns": [each.to_json() for each in self.columns],
            "prediction": self.prediction,
            "decision": plain(self.decision),
            "shift": self.shift,
        }


@dataclass(frozen=True)
class NearestChange:
    """The nearest changes that make the model decide otherwise about a row.

    Attributes:
        row: The number of the row, from 0.
        output: The output that is told: a class, or the name of a number.
        is_probability: Whether it is a probability.
        prediction: What the model says of the row as it is.
        decision: The class that the row is given; None of a model of numbers.
        target: The class or number that was asked for; None where any other class will do.
        changes: Alternatives, each of other columns: the fewest columns first, then the least way.
        closest: Where there is none, the change that comes nearest to one.
        most_columns: The most columns that were changed together.
        lines: The probability from which on the positive class of two is called, or both ends of the band
            between which a person decides; the number that was to be reached; empty of more classes.
    """

    row: int
    output: str
    is_probability: bool
    prediction: float
    decision: Any
    target: Any
    changes: tuple[Change, ...]
    closest: Change | None
    most_columns: int
    lines: tuple[float, ...] = ()

    def __str__(self) -> str:
        told = f"the probability of {self.output}" if self.is_probability else f"the {self.output}"
        is_now = f"{told} is {number_text(self.prediction, self._digits(self.prediction))}"
        if self.decision is not None:
            is_now += f" and the decision {value_text(self.decision)}"
        lines = [f"row {self.row}: {is_now}"]
        for number, change in enumerate(self.changes, 1):
            lines.append(f"{number}. {self._sentence(change, told)}")
        if self.changes:
            return "\n".join(lines)
        count = "one column" if self.most_columns == 1 else f"up to {self.most_columns} columns"
        aim = "changes the decision" if self.target is None else f"reaches {value_text(self.target)}"
        lines.append(f"no change of {count} that was tried {aim}")
        if self.closest is not None:
            lines.append(f"closest: {self._sentence(self.closest, told)}")
        return "\n".join(lines)

    def _sentence(self, change: Change, told: str) -> str:
        what = ", ".join(map(str, change.columns))
        way = "falls" if change.prediction < self.prediction else "rises"
        digits = self._digits(self.prediction, change.prediction)
        before, after = (number_text(each, digits) for each in (self.prediction, change.prediction))
        then = f"{told} {way} from {before} to {after}"
        if change.prediction == self.prediction:
            then = f"{told} stays {before}"
        if digits > FEW_DIGITS and self.lines:
            nearest = min(self.lines, key=lambda line: abs(line - change.prediction))
            then += f" (the line is {number_text(nearest, digits)})"
        if change.decision is None:
            return f"{what}; then {then}"
        verb = "stays" if change.decision == self.decision else "becomes"
        return f"{what}; then {then} and the decision {verb} {value_text(change.decision)}"

    def _digits(self, *predictions: float) -> int:
        """The fewest digits, from four on, that leave predictions apart, and on their side of the lines."""
        numbers = (*predictions, *self.lines)
        for digits in range(FEW_DIGITS, MOST_DIGITS):
            shown = [float(number_text(each, digits).replace(",", "")) for each in numbers]
            pairs = combinations(range(len(numbers)), 2)
            if all(np.sign(shown[a] - shown[b]) == np.sign(numbers[a] - numbers[b]) for a, b in pairs):
                return digits
        return MOST_DIGITS

    def to_json(self) -> dict[str, Any]:
        """The record as plain JSON values."""
        return {
            "row": self.row,
            "output": self.output,
            "is_probability": self.is_probability,
            "prediction": self.prediction,
            "decision": plain(self.decision),
            "target": plain(self.target),
            "changes": [change.to_json() for change in self.changes],
            "closest": None if self.closest is None else self.closest.to_json(),
            "most_columns": self.most_columns,
            "lines": list(self.lines),
        }


def nearest_change(
    model: Any,
    table: Any,
    row: int = 0,
    *,
    background: Any = None,
    target: Any = None,
    outputs: str | None = None,
    immutable: Sequence[str] = (),
    only_up: Sequence[str] = (),
    only_down: Sequence[str] = (),
    max_columns: int = 3,
    n: int = 3,
) -> NearestChange:
    """What would have to be different about a row for the model to decide otherwise.

    It is about the model, not about the world: that a change flips the decision does not say that it helps,
    nor that the person can make it. Values come from the background; a number is then moved back towards the
    row's own as far as the decision stays changed. Sets of three columns are searched along the most
    promising pairs, so that there may be a nearer one that is not found.

    Args:
        model: A classifier, which decides by its own threshold (a row that is referred to a person is not
            decided otherwise); or a regressor or function of a table, with a `target`.
        table: The table of the row.
        row: The number of the row, from 0.
        background: Rows that say which values are usual; the table itself if left out.
        target: The class to reach, any other if left out; of a model of numbers the number to reach.
        outputs: Of a model of several numbers or labels, which of them; of a label, `target` is the
            probability to reach.
        immutable: Columns that stay as they are.
        only_up: Columns that may only rise: numbers, dates, flags, levels that are numbers.
        only_down: Columns that may only fall.
        max_columns: The most columns that change together.
        n: The most alternatives.

    Raises:
        ArgumentError: The row does not exist, a column has two rules, or the target makes no sense.
        UnknownNameError: A rule names a column that does not exist.
        TableError: There is no background of two rows or more.

    Example:
        >>> table = np.array([[age, fee] for age in range(20, 60, 4) for fee in (1.0, 2.0)])
        >>> print(nearest_change(lambda rows: rows[:, 0] / 10 - rows[:, 1], table, 5, target=3.0, n=1))
        row 5: the prediction is 0.8
        1. x0: 28 → 50; then the prediction rises from 0.8 to 3

    References:
        Ustun, Spangher and Liu (2019), Actionable recourse in linear classification, section 3.2: shifts of
        percentiles. Wachter, Mittelstadt and Russell (2018), Counterfactual explanations without opening the
        black box.
    """
    for name, value in (("max_columns", max_columns), ("n", n)):
        check_whole(name, value, 1)
    subject = subject_of(model, outputs)
    cells = cells_of(subject, table)
    _check_row(row, cells)
    others = cells if background is None else cells_of(subject, background)
    if others.n_rows < 2:
        raise TableError(
            "one row does not say which values are usual", hint="give background=, such as the training table"
        )
    moves = moves_of(cells, row, others, immutable, only_up, only_down)
    goal = goal_of(model, subject, cells.at(np.array([row])).native, target, outputs)
    found, closest = search(cells, row, goal, moves, most_columns=int(max_columns), wanted=int(n))
    return NearestChange(
        int(row), goal.output, bool(goal.classes), float(goal.now.outputs[0, goal.told]),
        None if goal.now.decisions is None else goal.now.decisions[0], goal.target,
        tuple(_change(each, goal, moves, cells) for each in found),
        None if found or closest is None else _change(closest, goal, moves, cells), int(max_columns),
        goal.lines,
    )  # fmt: skip


def _check_row(row: Any, cells: Cells) -> None:
    is_whole = isinstance(row, int | np.integer) and not isinstance(row, bool)
    if not is_whole or not 0 <= row < cells.n_rows:
        raise ArgumentError(f"row {row!r} does not exist", available=f"rows: 0 … {cells.n_rows - 1}")


def _change(found: Found, goal: Goal, moves: list[Move], cells: Cells) -> Change:
    columns = []
    for place, values, shift in zip(found.places, found.values, found.shifts):
        (before,), (after,) = cells.own(moves[place].values[:1]), cells.own(values.head(1))
        columns.append(ColumnChange(moves[place].column, before, after, shift))
    columns.sort(key=lambda each: -each.shift)
    return Change(tuple(columns), float(found.outputs[goal.told]), found.decision)
