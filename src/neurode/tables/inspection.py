"""Inspection: what a person should know about a table before a network learns from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import polars as pl

from neurode.tables.columns import Column, dtype_of, level_text
from neurode.tables.dates import days
from neurode.tables.leakage import (
    LEAST_ROWS,
    Sample,
    association,
    average_ranks,
    level_codes,
    only_class,
    value_of_class,
)
from neurode.tables.repeats import find_repeated_columns, n_repeated_rows
from neurode.tables.schema import Schema

WarningKind = Literal[
    "leakage",
    "target",
    "rare class",
    "imbalance",
    "free text",
    "identifier",
    "constant",
    "duplicate",
    "gaps",
    "repeated rows",
]
"""What is warned of, in the order in which warnings are listed."""

MOST_SAMPLED_ROWS = 20_000
TELLS_ALL = 0.99
"""From this association on, a column is taken for a copy of the target."""

MANY_GAPS = 0.8
RARE_CLASS_ROWS = 20
MOST_CLASSES = 20
"""Whole numbers of up to so many values are taken for classes."""


@dataclass(frozen=True)
class TableWarning:
    """One thing to know about a table.

    Args:
        kind: What it is about.
        column: The column it is about; empty for the table as a whole.
        message: What was found, one sentence.
        hint: What to do about it.

    Example:
        >>> print(TableWarning("constant", "bank", "every row holds the same value", "drop it"))
        'bank': every row holds the same value
            hint: drop it
    """

    kind: WarningKind
    column: str
    message: str
    hint: str

    def __str__(self) -> str:
        head = f"{self.column!r}: " if self.column else ""
        return f"{head}{self.message}\n    hint: {self.hint}"


def inspect_table(frame: pl.DataFrame, schema: Schema, target: str | None = None) -> tuple[TableWarning, ...]:
    """What to know about a table, the gravest first.

    Leakage is looked for in at most 20,000 rows, drawn evenly.

    Args:
        frame: The table.
        schema: What its columns are.
        target: The column to be predicted; the schema's if left out.

    Example:
        >>> frame = pl.DataFrame({"bank": ["same"] * 40, "fee": [0, 9] * 20, "bad": [0, 1] * 20})
        >>> for warning in inspect_table(frame, Schema.infer(frame, target="bad")):
        ...     print(warning.kind, "|", warning.column, "|", warning.message)
        leakage | fee | tells 'bad' by itself: ROC AUC 1.000
        constant | bank | one value in every row; left out
    """
    target = target or schema.target
    features = [
        column for column in schema.features if column.name != target and column.name in frame.columns
    ]
    rows = np.sort(np.random.Generator(np.random.PCG64(0)).permutation(frame.height)[:MOST_SAMPLED_ROWS])
    sampled = {
        column.name: _plain(schema.read_column(frame[column.name].gather(rows))) for column in features
    }
    found = [
        *(_about_the_target(frame[target], target) if target else ()),
        *(_leaks(sampled, frame[target].gather(rows), target) if target else ()),
        *(
            warning
            for column in schema.columns
            if column.name != target
            for warning in _about(column, schema)
        ),
        *_repeated_columns(frame, sampled),
        *_repeated_rows(frame, [*(column.name for column in features), *([target] if target else [])]),
    ]
    order = get_args(WarningKind)
    return tuple(sorted(found, key=lambda warning: order.index(warning.kind)))


def target_classes(values: pl.Series) -> pl.Series | None:
    """The words of a target's classes, or None where it is a number.

    Example:
        >>> target_classes(pl.Series([0, 1, 1])).to_list()
        ['0', '1', '1']
        >>> target_classes(pl.Series([0.5, 1.25])) is None
        True
    """
    dtype = dtype_of(values)
    if dtype == "float":
        values = values.cast(pl.Float64).fill_nan(None)
        known = values.drop_nulls()
        if not (known.is_finite() & (known == known.floor())).all():
            return None
    if dtype in {"integer", "float"} and values.drop_nulls().n_unique() > MOST_CLASSES:
        return None
    return None if dtype in {"date", "datetime", "other"} else level_text(values)


def _plain(values: pl.Series) -> pl.Series:
    return days(values) if values.dtype.is_temporal() else values


def _about_the_target(values: pl.Series, target: str) -> Iterator[TableWarning]:
    classes = target_classes(values)
    n_gaps = values.null_count() if classes is None else classes.null_count()
    if n_gaps:
        yield TableWarning(
            "target", target, f"{n_gaps:,} rows have no target", "they teach nothing and are left out"
        )
    if classes is None:
        return
    counts = classes.alias("class").drop_nulls().value_counts(name="rows").sort("rows", "class")
    n_rows = int(counts["rows"].sum())
    if counts.height < 2:
        yield TableWarning(
            "target", target, "has a single class" if n_rows else "has no value in any row",
            "choose another target, or add rows of another class",
        )  # fmt: skip
        return
    rarest, rows = counts.row(0)
    if rows < RARE_CLASS_ROWS:
        yield TableWarning(
            "rare class", target, f"class {rarest!r} has {rows:,} {'row' if rows == 1 else 'rows'}",
            "merge it with another class, or find more rows: what is said about it will be mostly chance",
        )  # fmt: skip
    elif rows / n_rows < 0.2 / counts.height:
        yield TableWarning(
            "imbalance", target, f"class {rarest!r} is {100 * rows / n_rows:.2g} % of the rows",
            "judge by precision and recall instead of accuracy, and choose the threshold by cost",
        )  # fmt: skip


def _leaks(sampled: dict[str, pl.Series], values: pl.Series, target: str) -> Iterator[TableWarning]:
    sample, known, classes = _sample_of(values)
    if sample is None:
        return
    halves = np.random.Generator(np.random.PCG64(1)).permutation(int(known.sum())) % 2 == 0
    for name, column in sampled.items():
        column = column.filter(pl.Series(known))
        told = association(column, sample, halves)
        if told >= TELLS_ALL:
            message = f"tells {target!r} by itself: {_measure(sample)} {told:.3f}"
        else:
            message = _one_sided(column, sample, classes, target)
        if message:
            yield TableWarning(
                "leakage", name, message,
                "leave it out if it is only known once the target is: "
                "the model would be excellent here and useless in use",
            )  # fmt: skip


def _sample_of(values: pl.Series) -> tuple[Sample | None, np.ndarray, list[str]]:
    classes = target_classes(values)
    if classes is None:
        if not values.dtype.is_numeric():
            return None, np.zeros(values.len(), bool), []
        numbers = values.cast(pl.Float64).to_numpy()
        known = np.isfinite(numbers)
        enough = known.sum() >= 2 * LEAST_ROWS
        return (Sample(None, average_ranks(numbers[known])) if enough else None), known, []
    counts = classes.alias("class").drop_nulls().value_counts(name="rows")
    # Columns that tell only a class of a handful of rows do so by chance.
    names = counts.filter(pl.col("rows") >= LEAST_ROWS)["class"].sort()
    known = classes.is_in(names.implode()).fill_null(False).to_numpy()
    if not 2 <= names.len() <= 50:
        return None, known, []
    codes = classes.filter(pl.Series(known)).replace_strict(names, pl.Series(np.arange(names.len())))
    return Sample(codes.to_numpy(), None), known, names.to_list()


def _measure(sample: Sample) -> str:
    if sample.ranks is not None:
        return "rank correlation"
    return "ROC AUC" if sample.n_classes == 2 else "share of rows told right"


def _one_sided(column: pl.Series, sample: Sample, classes: list[str], target: str) -> str:
    gaps = column.is_null().to_numpy()
    filled_for, empty_for = only_class(~gaps, sample), only_class(gaps, sample)
    if filled_for is not None:
        return f"is filled only where {target!r} is {classes[filled_for]!r}"
    if empty_for is not None:
        return f"is empty only where {target!r} is {classes[empty_for]!r}"
    codes = level_codes(column)
    pure = value_of_class(codes, sample)
    if pure is None:
        return ""
    code, each = pure
    value = column.gather([int(np.flatnonzero(codes == code)[0])])
    return f"is always {level_text(value)[0]!r} where {target!r} is {classes[each]!r}"


def _about(column: Column, schema: Schema) -> Iterator[TableWarning]:
    name = column.name
    if column.kind == "text":
        yield TableWarning(
            "free text", name, f"{column.notes[-1] if column.notes else 'free text'}; left out",
            "make columns of what matters in it (its length, a word that occurs), or drop it",
        )  # fmt: skip
    elif column.kind == "id":
        yield TableWarning(
            "identifier", name, f"{column.notes[-1] if column.notes else 'an identifier'}; left out",
            f"if it means something, say what it is: `--kind {name}=category`, in Python `overrides=`",
        )  # fmt: skip
    elif column.kind == "constant":
        what = "empty in every row" if column.n_unique == 0 else "one value in every row"
        yield TableWarning("constant", name, f"{what}; left out", "drop the column, or check the query")
    elif column.n_missing >= MANY_GAPS * schema.n_rows > 0:
        yield TableWarning(
            "gaps", name, f"{100 * column.n_missing / schema.n_rows:.3g} % of the rows are gaps",
            "that it is filled is then its main message: make sure that it will be filled as often in use",
        )  # fmt: skip


def _repeated_columns(frame: pl.DataFrame, sampled: dict[str, pl.Series]) -> Iterator[TableWarning]:
    for name, first, same in find_repeated_columns(frame, sampled):
        how = f"holds the values of {first!r}" if same else f"tells the same as {first!r}, in other words"
        yield TableWarning("duplicate", name, how, "drop one of the two")


def _repeated_rows(frame: pl.DataFrame, names: list[str]) -> Iterator[TableWarning]:
    count = n_repeated_rows(frame.select(names))
    if count:
        yield TableWarning(
            "repeated rows", "", f"{count:,} of {frame.height:,} rows repeat another row",
            "drop them, or split by group: the same row in training and test rows makes a test too easy",
        )  # fmt: skip
