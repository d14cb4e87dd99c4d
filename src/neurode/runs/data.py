"""A table made ready for a run: read, its target understood, its columns too, its rows split."""

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from neurode import datasets
from neurode.errors import ArgumentError, FileError, UnknownNameError, listed
from neurode.runs.fingerprint import fingerprint
from neurode.runs.target import Target
from neurode.runs.targets import read_target
from neurode.tables import Schema, Split, folds, inspect_table, read_table, source_name, split_rows

PARTS = ("training", "validation", "test")

Fractions = tuple[float | int, float | int, float | int]


@dataclass(frozen=True)
class Splitting:
    """How rows are given to parts.

    Attributes:
        group: A column whose equal values stay together.
        time: A column by which the latest rows are tested.
        split_column: A column that says the part of each row.
        fractions: Shares of training, validation and test rows.
        folds: How many folds of cross-validation there are beside; None for none.
        seed: Of what is drawn.
    """

    group: str | None = None
    time: str | None = None
    split_column: str | None = None
    fractions: Fractions = (0.7, 0.15, 0.15)
    folds: int | None = None
    seed: int = 0

    def check(self, names: Sequence[str], targets: Sequence[str]) -> None:
        """Refuses columns that are not there or are the target, parts without rows, and odd folds."""
        for name in (self.group, self.time, self.split_column):
            if name is None:
                continue
            if name not in names:
                raise UnknownNameError("column", name, names)
            if name in targets:
                raise ArgumentError(
                    f"rows cannot be split by the target {name!r}", hint="name another column"
                )
        if self.time is not None and self.split_column is not None:
            raise ArgumentError(
                f"time={self.time!r} and split_column={self.split_column!r} both say which rows are tested",
                hint="leave one of them out",
            )
        if len(self.fractions) != 3 or not min(self.fractions) > 0:
            raise ArgumentError(
                f"fractions={self.fractions}",
                hint="give three shares above 0 that sum to 1: training, validation and test",
            )
        if self.folds is None:
            return
        if self.folds < 2:
            raise ArgumentError(f"folds={self.folds}", hint="give 2 or more; 5 and 10 are usual")
        if self.group is not None and self.time is not None:
            raise ArgumentError(
                f"folds={self.folds} by group={self.group!r} and by time={self.time!r} contradict each other",
                hint="leave one out: whole groups, or windows of time",
            )
        if self.split_column is not None:
            raise ArgumentError(
                f"folds={self.folds} and split_column={self.split_column!r} both say which rows are tested",
                hint="leave one of them out",
            )

    def split(self, frame: pl.DataFrame, target: Target) -> Split:
        """The parts of the run."""
        at_random = self.group is None and self.time is None and self.split_column is None
        split = split_rows(
            frame,
            codes=target.strata(at_random=at_random),
            group=self.group,
            time=self.time,
            part=self.split_column,
            fractions=self.fractions,
            seed=self.seed,
            classes=target.classes,
        )
        target.check_split(split)
        return split

    def cross(self, frame: pl.DataFrame, target: Target) -> list[Split]:
        """The folds of the cross-validation, by the same rule; none if they were not asked for."""
        if self.folds is None:
            return []
        codes = target.strata(at_random=self.group is None and self.time is None)
        training, validation, _ = self.fractions
        splits = folds(
            frame.height if codes is None else codes,
            self.folds,
            groups=None if self.group is None else frame[self.group],
            times=None if self.time is None else frame[self.time],
            validation_fraction=validation / (training + validation),
            seed=self.seed,
            classes=target.classes,
        )
        for split in splits:
            target.check_split(split)
        return splits


@dataclass(frozen=True, eq=False)
class Data:
    """The rows that have a target, and which part each belongs to.

    Attributes:
        name: Where the table came from.
        frame: The rows with a target.
        target: What is predicted.
        split: Row numbers of the three parts.
        folds: Splits for cross-validation.
        schema: What each column is.
        roles: What columns are for that are no features.
        fingerprint: Of the table as it was read, from `fingerprint`.
    """

    name: str
    frame: pl.DataFrame
    target: Target
    split: Split
    folds: list[Split]
    schema: Schema
    roles: dict[str, str]
    fingerprint: dict[str, str]

    @property
    def features(self) -> pl.DataFrame:
        """The columns that a network may read."""
        return self.frame.drop(list(self.roles))

    @property
    def features_schema(self) -> Schema:
        """The schema for the network: it knows the other columns, and reads none of them."""
        named = self.schema.names
        others = {name: "id" for name in self.roles if name != self.schema.target and name in named}
        return self.schema.with_kinds(others)

    @property
    def sizes(self) -> dict[str, int]:
        """Rows of each part."""
        return {part: int(rows.size) for part, rows in zip(PARTS, self.split)}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader should know: dropped rows, columns that are left out, how text was read."""
        others = [column for column in self.schema.columns if column.name not in self.roles]
        n_dropped = int(np.count_nonzero(~self.target.known))
        dropped = [f"{n_dropped:,} rows have no target and were left out"] if n_dropped else []
        steering = [
            f"{name}: left out, it says {role}" for name, role in self.roles.items() if role != "target"
        ]
        unused = [f"{c.name}: left out, it is {_described(c.kind)}" for c in others if not c.is_feature]
        notes = [f"{c.name}: {note}" for c in others for note in c.notes]
        return (*dropped, *self._leaks, *steering, *unused, *notes)

    @cached_property
    def _leaks(self) -> tuple[str, ...]:
        """Columns that give the target away, each in a sentence."""
        targets = [name for name, role in self.roles.items() if role == "target"]
        found = inspect_table(self.frame, self.schema, targets[0]) if len(targets) == 1 else ()
        known = self.features.columns
        return tuple(
            f"{each.column}: {each.message}; {each.hint}"
            for each in found
            if each.kind == "leakage" and each.column in known
        )


def prepare(
    table: Any,
    target: str | Sequence[str] | None,
    *,
    task: str,
    positive: Any,
    kinds: Mapping[str, str] | None,
    schema: Schema | str | os.PathLike | None,
    splitting: Splitting,
    database_table: str | None,
    query: str | None,
    trust_pickle: bool,
) -> Data:
    """Reads a table and makes it ready; the arguments are those of `train`."""
    described = read_schema(schema)
    name, frame, names = _read(table, target, database_table, query, trust_pickle)
    wanted = read_target(frame, names, task, positive)
    known_by = fingerprint(table, frame, whole_file=database_table is None and query is None)
    splitting.check(frame.columns, names)
    if not wanted.known.all():
        frame = frame.filter(wanted.known)
    roles = dict.fromkeys(names, "target")
    if splitting.group is not None:
        roles[splitting.group] = "which rows belong together"
    if splitting.split_column is not None:
        roles[splitting.split_column] = "which part a row is in"
    single = names[0] if len(names) == 1 else None
    if described is None:
        described = Schema.infer(frame, single, kinds)
    else:
        described = replace(described.with_kinds(dict(kinds or {})), target=single)
    split = splitting.split(frame, wanted)
    return Data(name, frame, wanted, split, splitting.cross(frame, wanted), described, roles, known_by)


def read_schema(source: Schema | str | os.PathLike | None) -> Schema | None:
    """A schema, or the one in a file that `neurode describe --json` wrote.

    Raises:
        FileError: The file cannot be read, or holds no schema.
    """
    if source is None or isinstance(source, Schema):
        return source
    try:
        return Schema.from_json(json.loads(Path(source).read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise FileError(
            f"cannot read the schema {str(source)!r}: {error}",
            hint="write one with: neurode describe TABLE --json",
        ) from error


def _read(
    table: Any,
    target: str | Sequence[str] | None,
    database_table: str | None,
    query: str | None,
    trust_pickle: bool,
) -> tuple[str, pl.DataFrame, list[str]]:
    names = [target] if isinstance(target, str) else list(target or ())
    if isinstance(table, str) and table in datasets.DATASETS and not Path(table).exists():
        dataset = datasets.get(table)
        return table, dataset.load(), names or [dataset.target]
    if isinstance(table, str) and re.fullmatch(r"[\w-]+", table) and not Path(table).exists():
        raise UnknownNameError("file or embedded dataset", table, datasets.DATASETS)
    frame = read_table(table, table=database_table, query=query, trust_pickle=trust_pickle)
    if not names:
        raise ArgumentError(
            "no target column was named",
            available=f"columns: {listed(frame.columns, 12)}",
            hint="name the column to predict: --target COLUMN",
        )
    return source_name(table), frame, names


def _described(kind: str) -> str:
    return {"id": "an identifier", "constant": "constant", "text": "free text"}.get(kind, f"a {kind}")
