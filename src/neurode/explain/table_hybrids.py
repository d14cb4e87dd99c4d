"""Mixed rows as raw tables, for any function of a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int

from neurode.errors import ArgumentError, ShapeError
from neurode.explain.subject import Subject
from neurode.explain.tables import AnyTable, gathered, joined, names_of

CELLS_AT_ONCE = 2**21
"""Cells of the tables that are made to be predicted: so few that they never fill the memory."""


@dataclass(frozen=True, eq=False)
class TableHybrids:
    """Mixed rows are gathered column by column and predicted as a table of the person's own kind.

    Attributes:
        subject: The model.
        table: The rows that are explained, then those of the background.
        players: Names: a column each, or a group of columns.
        outputs: What the model's outputs are called.
        player_of_column: For each column of the table the number of its player, -1 for none.
        n_rows: Rows that are explained.
        n_background: Rows that they are compared with.
    """

    subject: Subject
    table: AnyTable
    players: tuple[str, ...]
    outputs: tuple[str, ...]
    player_of_column: Int[np.ndarray, " columns"]
    n_rows: int
    n_background: int

    @classmethod
    def of(
        cls,
        subject: Subject,
        table: AnyTable,
        background: AnyTable,
        players: Mapping[str, Sequence[str]],
        outputs: tuple[str, ...],
    ) -> "TableHybrids":
        """Made of two tables with the same columns."""
        names = names_of(table)
        number = {column: place for place, each in enumerate(players.values()) for column in each}
        both = joined(table, background)
        return cls(
            subject, both, tuple(players), outputs,
            np.array([number.get(name, -1) for name in names]), len(table), len(background),
        )  # fmt: skip

    @property
    def n_outputs(self) -> int:
        return len(self.outputs)

    def predict(
        self,
        rows: Int[np.ndarray, " n"],
        background: Int[np.ndarray, " n"],
        kept: Bool[np.ndarray, "n masks players"],
    ) -> Float64[np.ndarray, "n masks outputs"]:
        n, masks, _ = kept.shape
        found = np.empty((n * masks, self.n_outputs))
        at_once = max(1, CELLS_AT_ONCE // len(self.player_of_column))
        flat = kept.reshape(n * masks, len(self.players))
        for start in range(0, n * masks, at_once):
            pair = np.arange(start, min(start + at_once, n * masks)) // masks
            mask = flat[start : start + at_once]
            own, other = rows[pair], self.n_rows + background[pair]
            index = [np.where(mask[:, player], own, other) for player in range(len(self.players))]
            places = {
                column: index[player] for column, player in enumerate(self.player_of_column) if player >= 0
            }
            found[start : start + at_once] = checked(self.subject, gathered(self.table, places, own))
        return found.reshape(n, masks, self.n_outputs)

    def walk(
        self,
        rows: Int[np.ndarray, " n"],
        background: Int[np.ndarray, " n"],
        order: Int[np.ndarray, "n players"],
    ) -> Float64[np.ndarray, "n two steps outputs"]:
        n, players = order.shape
        rank = np.argsort(order, axis=1)[:, None, :]
        steps = np.arange(1, players)[None, :, None]
        kept = np.concatenate([rank < steps, rank >= players - steps], axis=1)
        return self.predict(rows, background, kept).reshape(n, 2, players - 1, self.n_outputs)


def checked(subject: Subject, table: object) -> Float64[np.ndarray, "rows outputs"]:
    """What the model says of a table, if it says a number for every row.

    Raises:
        ShapeError: If it gives another number of rows.
        ArgumentError: If a prediction is NaN or infinite.
    """
    values, n_rows = subject.predict(table), len(table)  # type: ignore[arg-type]
    if len(values) != n_rows:
        raise ShapeError(f"the model gave {len(values)} predictions for {n_rows} rows")
    return finite(values)


def finite(values: Float64[np.ndarray, "..."]) -> Float64[np.ndarray, "..."]:
    """The predictions, if all of them are numbers.

    Raises:
        ArgumentError: If one is NaN or infinite.
    """
    if np.isfinite(values).all():
        return values
    wrong = int((~np.isfinite(values)).sum())
    raise ArgumentError(
        f"{wrong:,} of {values.size:,} predictions are NaN or infinite",
        available="they are of rows of which some columns come from rows of the background",
        hint="look at predict of the table and of the background; a gap that the model cannot read gives NaN",
    )
