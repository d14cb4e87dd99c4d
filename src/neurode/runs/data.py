"""A table made ready for a run: read, its target encoded, its columns understood, its rows split."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from neurode import datasets
from neurode.errors import ArgumentError, UnknownNameError, listed
from neurode.estimators import order_classes
from neurode.tables import Schema, Split, encode_target, read_table, stratified_split

PARTS = ("training", "validation", "test")


@dataclass(frozen=True, eq=False)
class Data:
    """The rows that have a target, and which part each belongs to.

    Attributes:
        name: Where the table came from.
        frame: The rows with a target.
        target: The target column.
        classes: The classes; of two, the second is the positive one.
        codes: The class of each row as a place in `classes`.
        split: Row numbers of the three parts.
        schema: What each column is.
        n_dropped: Rows that had no target.
    """

    name: str
    frame: pl.DataFrame
    target: str
    classes: tuple[Any, ...]
    codes: np.ndarray
    split: Split
    schema: Schema
    n_dropped: int

    @property
    def labels(self) -> np.ndarray:
        """The class of each row."""
        return np.asarray(self.classes)[self.codes]

    @property
    def sizes(self) -> dict[str, int]:
        """Rows of each part."""
        return {part: int(rows.size) for part, rows in zip(PARTS, self.split)}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader should know: dropped rows, columns that are left out, how text was read."""
        others = [column for column in self.schema.columns if column.name != self.target]
        dropped = [f"{self.n_dropped:,} rows have no target and were left out"] if self.n_dropped else []
        unused = [f"{c.name}: left out, it is {_described(c.kind)}" for c in others if not c.is_feature]
        notes = [f"{c.name}: {note}" for c in others for note in c.notes]
        return (*dropped, *unused, *notes)


def prepare(
    table: Any,
    target: str | None,
    *,
    positive: Any,
    kinds: Mapping[str, str] | None,
    schema: Schema | None,
    fractions: tuple[float, float, float],
    seed: int,
    database_table: str | None,
    query: str | None,
) -> Data:
    """Reads a table and makes it ready; the arguments are those of `train`."""
    name, frame, target = _read(table, target, database_table, query)
    if target not in frame.columns:
        raise UnknownNameError("column", target, frame.columns)
    encoded = encode_target(frame[target])
    classes, codes = order_classes(encoded, positive)
    frame = frame.filter(encoded.known)
    split = stratified_split(codes, fractions=fractions, seed=seed, classes=classes)
    schema = Schema.infer(frame, target, kinds) if schema is None else schema.with_kinds(dict(kinds or {}))
    return Data(name, frame, target, classes, codes, split, schema, encoded.n_dropped)


def _read(
    table: Any, target: str | None, database_table: str | None, query: str | None
) -> tuple[str, pl.DataFrame, str]:
    if isinstance(table, str) and table in datasets.DATASETS and not Path(table).exists():
        dataset = datasets.get(table)
        return table, dataset.load(), target or dataset.target
    if isinstance(table, str) and not Path(table).suffix and not Path(table).exists():
        raise UnknownNameError("file or embedded dataset", table, datasets.DATASETS)
    frame = read_table(table, table=database_table, query=query)
    if target is None:
        raise ArgumentError(
            "no target column was named",
            available=f"columns: {listed(frame.columns, 12)}",
            hint="name the column to predict: --target COLUMN",
        )
    return str(table) if isinstance(table, str | os.PathLike) else type(table).__name__, frame, target


def _described(kind: str) -> str:
    return {"id": "an identifier", "constant": "constant", "text": "free text"}.get(kind, f"a {kind}")
