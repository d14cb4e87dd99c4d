"""Explanations as a report keeps them: what moves the answer over many rows, and three rows in full.

Of the many rows only ranks are kept, so that none of them can be read off the file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class Dependence:
    """What the network says on average while one column moves.

    Attributes:
        column: Its name.
        order: How its values lie to each other: "number", "date", "flag" or "category".
        grid: Its values; dates as text.
        mean: The mean answer at each value.
        curves: `(rows, points)`: the answers for some rows.
        shares: The share of the rows that have each value, or are nearest to it.
        gap_mean: The mean answer where the column is a gap; None where it has none.
        gap_share: The share of the rows with a gap.
    """

    column: str
    order: str
    grid: Sequence[Any]
    mean: np.ndarray
    curves: np.ndarray
    shares: np.ndarray
    gap_mean: float | None = None
    gap_share: float = 0.0


@dataclass(frozen=True, eq=False)
class Drivers:
    """What moves one output of the network over a sample of test rows, by SHAP values.

    Attributes:
        output: What the output is called.
        unit: What its values are: "probability", or "number".
        columns: The columns that the network reads.
        values: `(rows, columns)`: what each adds to the answer for a row.
        standing: `(rows, columns)`: where the row's value lies among the sample, from 0 (lowest) to 1; NaN
            for a gap. Levels of a category have no order: 0.
        ordered: Whether the values of each column have an order.
        base_value: The mean answer over the background rows.
        n_background: How many those were.
        dependence: Of the strongest columns.
    """

    output: str
    unit: str
    columns: Sequence[str]
    values: np.ndarray
    standing: np.ndarray
    ordered: Sequence[bool]
    base_value: float
    n_background: int
    dependence: Sequence[Dependence] = ()

    @property
    def explained(self) -> str:
        """What is explained, in words."""
        return in_words(self.output, self.unit)

    @property
    def importance(self) -> np.ndarray:
        """How far each column moves the answer, on average."""
        return np.abs(self.values).mean(axis=0)


@dataclass(frozen=True, eq=False)
class ReasonRecord:
    """Why one row got its answer: a column that pushes towards the event.

    Attributes:
        text: The reason as a sentence part, with the row's value and what is typical.
        contribution: What it adds to the answer, in points of probability.
        stability: In which share of background samples it stays among the reasons.
    """

    text: str
    contribution: float
    stability: float


@dataclass(frozen=True, eq=False)
class Example:
    """One test row, explained with its values.

    Attributes:
        title: Why this row was taken: "The highest score".
        row: Its number in the table, from 0.
        output: What is explained.
        unit: What its values are: "probability", or "number".
        prediction: The answer.
        answer: What was said and decided and what was there, in a sentence.
        columns: The columns that the network reads.
        cells: The row's value of each, as text.
        contributions: What each adds to the answer.
        base_value: The mean answer over the background rows.
        threshold: From where on a row is called positive; None if there is none.
        reasons: Up to four, the strongest first.
        changes: The nearest changes that flip the decision, a sentence each; empty where none was looked for.
    """

    title: str
    row: int
    output: str
    unit: str
    prediction: float
    answer: str
    columns: Sequence[str]
    cells: Mapping[str, str]
    contributions: np.ndarray
    base_value: float
    threshold: float | None = None
    reasons: Sequence[ReasonRecord] = ()
    changes: Sequence[str] = ()

    @property
    def explained(self) -> str:
        """What is explained, in words."""
        return in_words(self.output, self.unit)


def in_words(output: str, unit: str) -> str:
    """An output as it is spoken of.

    Example:
        >>> in_words("late", "probability"), in_words("price", "number")
        ('probability of late', 'price')
    """
    return f"probability of {output}" if unit == "probability" else output
