"""Partial dependence: what the model says on average when one column has a given value, and of each row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float64

from neurode.explain.cells import Cells, Order, cells_of, check_columns, sampled
from neurode.explain.grids import grid_of
from neurode.explain.hybrids import REST, Hybrids, hybrids_of
from neurode.explain.subject import subject_of
from neurode.explain.wording import GAP, in_columns, number_texts, plain, value_texts

PAIRS_AT_ONCE = 2**17
"""Mixed rows that are asked for at once."""


@dataclass(frozen=True, eq=False)
class PartialDependence:
    """The average prediction, and that of each row, when a column has one value after the other.

    Attributes:
        column: The column.
        order: How its values lie to each other: "number", "date", "flag" or "category".
        outputs: What the model's outputs are called.
        grid: The values: rising numbers or dates; levels, the most frequent first.
        average: The mean prediction at each value.
        individual: The prediction of each row at each value (individual conditional expectation).
        shares: The share of the table's rows that have each value; of numbers and dates, that are nearest.
        gap_average: The mean prediction when the column is a gap; None where it has none.
        gap_individual: The prediction of each row then.
        gap_share: The share of the table's rows with a gap.
        n_other: Levels that the grid leaves out.
        other_share: The share of the table's rows that have one of them.
        observed: The column's values in the rows that were averaged, in the order of `individual`.
        seed: Of the draw of these rows.
    """

    column: str
    order: Order
    outputs: tuple[str, ...]
    grid: tuple[Any, ...]
    average: Float64[np.ndarray, "points outputs"]
    individual: Float64[np.ndarray, "rows points outputs"]
    shares: Float64[np.ndarray, " points"]
    gap_average: Float64[np.ndarray, " outputs"] | None
    gap_individual: Float64[np.ndarray, "rows outputs"] | None
    gap_share: float
    n_other: int
    other_share: float
    observed: tuple[Any, ...]
    seed: int

    def __str__(self) -> str:
        rows = [(self.column, *self.outputs, "share of rows")]
        points = [(value, *row) for value, row in zip(value_texts(self.grid), self.average)]
        shares = list(self.shares)
        if self.gap_average is not None:
            points, shares = [*points, (GAP, *self.gap_average)], [*shares, self.gap_share]
        values, *columns = zip(*points)
        for value, *average, share in zip(values, *map(number_texts, columns), shares):
            rows.append((value, *average, f"{100 * share:.1f} %"))
        n_rows = len(self.individual)
        text = f"mean prediction over {n_rows:,} row{'s' * (n_rows != 1)}\n\n{in_columns(rows)}"
        if not self.n_other:
            return text
        levels = f"{self.n_other:,} other level{'s' * (self.n_other != 1)}"
        return f"{text}\n\nand {levels} ({100 * self.other_share:.1f} % of the rows)"

    def to_json(self) -> dict[str, Any]:
        """Averages as plain JSON values; the rows' own predictions are left out."""
        return {
            "column": self.column,
            "order": self.order,
            "outputs": list(self.outputs),
            "grid": [plain(value) for value in self.grid],
            "average": self.average.tolist(),
            "shares": self.shares.tolist(),
            "gap_average": None if self.gap_average is None else self.gap_average.tolist(),
            "gap_share": self.gap_share,
            "n_other": self.n_other,
            "other_share": self.other_share,
            "n_rows": len(self.individual),
            "seed": self.seed,
        }


def partial_dependence(
    model: Any,
    X: Any,
    column: str,
    *,
    outputs: str | Sequence[str] | None = None,
    grid: Sequence[Any] | None = None,
    n_points: int = 20,
    max_rows: int | None = 1000,
    seed: int = 0,
) -> PartialDependence:
    r"""What the model says when a column has a given value, all else as it is in the rows.

    $$\bar f(v) = \frac1n \sum_i f(v, x_{i, \text{rest}})$$

    Where the column goes together with others, some of these rows are ones that nobody has seen, and the
    curve there is the model's guess.

    Args:
        model: An estimator, a scikit-learn pipeline, or a function of a table.
        X: The table whose rows are averaged.
        column: The column that takes one value after the other.
        outputs: Which classes or targets; all if left out, of two classes the positive one.
        grid: The values. If left out: quantiles from 1 % to 99 % of a number or date that occur in the table
            (all values where there are no more than `n_points`), both values of a flag, the most frequent
            levels of a category.
        n_points: Most values, 1 or more.
        max_rows: Most rows that are averaged, drawn by `seed`; None for all.
        seed: Of that draw.

    Raises:
        UnknownNameError, ArgumentError: If the table lacks the column, or the model does not use it.
        TableError: If the column has no value.

    Example:
        >>> table = {"age": [20.0, 30.0, 40.0], "owner": [True, False, True]}
        >>> def score(table):
        ...     return table["age"].to_numpy() + 5.0 * table["owner"].to_numpy()
        >>> print(partial_dependence(score, table, "owner"))
        mean prediction over 3 rows
        <BLANKLINE>
        owner  prediction  share of rows
        false          30         33.3 %
        true           35         66.7 %

    References:
        Friedman (2001), Greedy function approximation, section 8.2. Goldstein and others (2015), Peeking
        inside the black box, section 3: the rows' own curves.
    """
    subject = subject_of(model, outputs)
    cells = cells_of(subject, X)
    check_columns([column], cells)
    points = grid_of(cells, column, n_points, grid)
    rows = sampled(cells.n_rows, max_rows, seed)
    background, values = cells.at(rows).native, cells.frame[column]
    if points.points.dtype != values.dtype:
        # Fractions in a column of whole numbers: the rows between are of one type all the same.
        background = cells.replaced(rows, {column: values[rows].cast(points.points.dtype)})
    hybrids = hybrids_of(subject, points.table, background, apart(cells, [column]))
    kept = np.array([player == column for player in hybrids.players])
    predictions = at_points(hybrids, kept)
    n_points = len(points.values)
    gap = predictions[:, n_points] if points.has_gap else None
    individual = np.ascontiguousarray(predictions[:, :n_points])
    return PartialDependence(
        column, cells.orders[column], hybrids.outputs, points.values, individual.mean(axis=0), individual,
        points.shares, None if gap is None else gap.mean(axis=0), gap, points.gap_share,
        points.n_other, points.other_share, tuple(cells.own(values[rows])), seed,
    )  # fmt: skip


def apart(cells: Cells, columns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Each of the columns a player of its own, all others one together."""
    rest = tuple(name for name in cells.names if name not in columns)
    return {name: (name,) for name in columns} | ({REST: rest} if rest else {})


def at_points(
    hybrids: Hybrids, kept: Bool[np.ndarray, " players"]
) -> Float64[np.ndarray, "background rows outputs"]:
    """What the model says of every background row, with the kept players of each row in turn.

    Args:
        hybrids: Mixed rows.
        kept: Whether each player comes from the rows.
    """
    n_rows, n_background = hybrids.n_rows, hybrids.n_background
    found = np.empty((n_background * n_rows, hybrids.n_outputs))
    for start in range(0, len(found), PAIRS_AT_ONCE):
        pair = np.arange(start, min(start + PAIRS_AT_ONCE, len(found)))
        masks = np.broadcast_to(kept, (len(pair), 1, len(kept)))
        background, row = np.divmod(pair, n_rows)
        found[pair] = hybrids.predict(row, background, masks)[:, 0]
    return found.reshape(n_background, n_rows, hybrids.n_outputs)
