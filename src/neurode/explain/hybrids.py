"""Hybrids: rows of which some columns come from other rows. Every explanation here asks for those."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float64, Int

from neurode.errors import ArgumentError, UnknownNameError, listed
from neurode.explain.subject import Subject, numbered
from neurode.explain.tables import AnyTable, names_of, native, table_of, taken

REST = "(other columns)"
"""The player that is all columns which a person did not ask about."""


@runtime_checkable
class Hybrids(Protocol):
    """Two tables and a model, which says what rows between the two are.

    Attributes:
        players: Names: a column each, or a group of columns that go together. Columns of no player stay those
            of the row.
        outputs: What the model's outputs are called.
        n_rows: Rows that are explained.
        n_background: Rows that they are compared with.
        n_outputs: Outputs of the model.
    """

    @property
    def players(self) -> tuple[str, ...]: ...
    @property
    def outputs(self) -> tuple[str, ...]: ...
    @property
    def n_rows(self) -> int: ...
    @property
    def n_background(self) -> int: ...
    @property
    def n_outputs(self) -> int: ...

    def predict(
        self,
        rows: Int[np.ndarray, " n"],
        background: Int[np.ndarray, " n"],
        kept: Bool[np.ndarray, "n masks players"],
    ) -> Float64[np.ndarray, "n masks outputs"]:
        """What the model says of `rows[i]`, the players that are not kept taken from `background[i]`."""

    def walk(
        self,
        rows: Int[np.ndarray, " n"],
        background: Int[np.ndarray, " n"],
        order: Int[np.ndarray, "n players"],
    ) -> Float64[np.ndarray, "n two steps outputs"]:
        """What the model says on the way from `background[i]` to `rows[i]`, player by player, both ends left
        out: in the given order, and in the reverse of it.
        """


def hybrids_of(
    subject: Subject, table: Any, background: Any, players: Mapping[str, Sequence[str]]
) -> Hybrids:
    """The quickest way to ask the model about mixed rows.

    Args:
        subject: The model.
        table: The rows that are explained, of any kind that `table_of` takes.
        background: Rows of the same columns.
        players: By name, the columns of each.

    Raises:
        UnknownNameError, ArgumentError: If players name columns that do not exist or that the model does not
            read, or share one.

    Example:
        >>> subject = Subject(lambda table: table.sum(axis=1, keepdims=True), ("sum",))
        >>> players = {"x0": ("x0",), "x1": ("x1",)}
        >>> hybrids = hybrids_of(subject, np.array([[1.0, 2.0]]), np.array([[10.0, 20.0]]), players)
        >>> kept = np.array([[[False, False], [True, False], [True, True]]])
        >>> hybrids.predict(np.array([0]), np.array([0]), kept).ravel().tolist()
        [30.0, 21.0, 3.0]
    """
    from neurode.explain.table_hybrids import TableHybrids, checked

    rows, others = table_of(table, subject.estimator), table_of(background, subject.estimator)
    check_players(players, columns_of(subject, rows))
    # Where nobody named the outputs, only a prediction tells how many there are.
    outputs = subject.outputs or numbered(checked(subject, native(taken(rows, np.arange(1)))).shape[1])
    if subject.estimator is not None:
        from neurode.explain.network_hybrids import network_hybrids

        quick = network_hybrids(subject, rows, others, players, outputs)
        if quick is not None:
            return quick
    return TableHybrids.of(subject, rows, others, players, outputs)


def columns_of(subject: Subject, table: AnyTable) -> tuple[str, ...]:
    """The columns that may count: those that the model reads, in the order of the table.

    Raises:
        ArgumentError: If the table has none of them.
    """
    names = names_of(table)
    if subject.columns is None or isinstance(table, np.ndarray):
        return names
    found = tuple(name for name in names if name in subject.columns)
    if missing := [name for name in subject.columns if name not in names]:
        raise ArgumentError(
            f"the table lacks {listed(missing)}, which the model reads",
            available=f"columns: {listed(names)}",
        )
    return found


def players_of(
    subject: Subject,
    table: AnyTable,
    columns: Sequence[str] | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, tuple[str, ...]]:
    """Who shares the prediction: every column on its own, or groups of columns.

    Args:
        subject: The model.
        table: The rows.
        columns: Columns that are players of their own; the others, if not in a group, are one player.
        groups: By name, columns that go together.

    Example:
        >>> subject = Subject(lambda table: table.sum(axis=1, keepdims=True), ("sum",))
        >>> players_of(subject, np.zeros((1, 4)), groups={"both": ["x0", "x2"]})
        {'both': ('x0', 'x2'), 'x1': ('x1',), 'x3': ('x3',)}
        >>> players_of(subject, np.zeros((1, 4)), columns=["x1"])
        {'x1': ('x1',), '(other columns)': ('x0', 'x2', 'x3')}
    """
    known = columns_of(subject, table)
    grouped = {
        str(name): (each,) if isinstance(each, str) else tuple(each) for name, each in (groups or {}).items()
    }
    alone = known if columns is None else (columns,) if isinstance(columns, str) else tuple(columns)
    check_players(grouped, known)
    if hidden := [name for name, each in grouped.items() if name in known and name not in each]:
        raise ArgumentError(
            f"the group {hidden[0]!r} is called like a column that is not in it", hint="give it another name"
        )
    group_of = {column: name for name, each in grouped.items() for column in each}
    players: dict[str, tuple[str, ...]] = {}
    for column in known if columns is None else (*group_of, *alone):
        name = group_of.get(column, column)
        players[name] = grouped[name] if column in group_of else (column,)
    check_players(players, known)
    named = {column for each in players.values() for column in each}
    if rest := tuple(column for column in known if column not in named):
        players[REST] = rest
    return players


def check_players(players: Mapping[str, Sequence[str]], known: Sequence[str]) -> None:
    """Refuses players that name a column which is not there, or share one.

    Raises:
        UnknownNameError: A column does not exist, or the model does not read it.
        ArgumentError: Two players have a column in common, or one has none.
    """
    owner: dict[str, str] = {}
    for player, columns in players.items():
        if not columns:
            raise ArgumentError(
                f"the group {player!r} has no columns", hint="leave it out, or name its columns"
            )
        for column in columns:
            if column not in known:
                raise UnknownNameError("column of the model", column, known)
            if column in owner:
                raise ArgumentError(
                    f"the column {column!r} is in {owner[column]!r} and in {player!r}",
                    hint="a column belongs to one group",
                )
            owner[column] = player
