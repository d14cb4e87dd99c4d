"""Which kind of target the named columns are: classes, labels or numbers. Nothing else in a run asks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from neurode.errors import ArgumentError, TableError, UnknownNameError, listed
from neurode.estimators import order_classes
from neurode.runs.classification import ClassTarget
from neurode.runs.labels import LabelTarget
from neurode.runs.regression import NumberTarget
from neurode.runs.target import Target
from neurode.tables import Schema, encode_target, numeric_target

TASKS = ("auto", "classification", "regression")

MOST_CLASSES = 20
"""More different numbers than these are numbers to be predicted; fewer whole ones are classes."""


def read_target(frame: pl.DataFrame, names: Sequence[str], task: str, positive: Any) -> Target:
    """The target of a run.

    Args:
        frame: The table.
        names: One column or several.
        task: One of `TASKS`; "auto" looks at the values: numbers with fractions and more than 20 different
            ones are predicted as numbers, several columns of 0 and 1 are labels.
        positive: The class whose probability is predicted, of two.

    Raises:
        UnknownNameError: A column is not there, `positive` is no class, or there is no such task.
        TableError: The values are not fit for the task.
        ArgumentError: `positive` with a target that has no classes.

    Example:
        >>> frame = pl.DataFrame({"late": [0, 1, 0, 1], "lost": [1, 1, 0, 0], "days": [1.5, 9, 2, 3]})
        >>> type(read_target(frame, ["late"], "auto", None)).__name__
        'ClassTarget'
        >>> type(read_target(frame, ["late", "lost"], "auto", None)).__name__
        'LabelTarget'
        >>> type(read_target(frame, ["late", "days"], "auto", None)).__name__
        'NumberTarget'
    """
    if task not in TASKS:
        raise UnknownNameError("task", task, TASKS)
    for name in names:
        if name not in frame.columns:
            raise UnknownNameError("column", name, frame.columns)
    if len(set(names)) < len(names):
        raise ArgumentError(f"a target is named twice: {listed(names)}", hint="name each column once")
    columns = [frame[name] for name in names]
    if task == "auto":
        numbers = not _are_labels(columns) if len(columns) > 1 else _is_number(columns[0])
        task = "regression" if numbers else "classification"
    if task == "regression":
        if positive is not None:
            raise ArgumentError(
                f"positive={positive!r} with a target of numbers",
                hint="leave it out, or train classes: task='classification' (--task classification)",
            )
        return _numbers(columns)
    return _classes(columns[0], positive) if len(columns) == 1 else _labels(columns, positive)


def _is_number(values: pl.Series) -> bool:
    values = _plain(values)
    if values.dtype == pl.String:
        # Numbers written as text, such as "$1,200".
        column = Schema.infer(values.to_frame()).columns[0]
        return column.kind == "number" and column.n_unique > MOST_CLASSES
    if not values.dtype.is_numeric():
        return False
    known = values.drop_nulls()
    return bool((known % 1 != 0).any()) or known.n_unique() > MOST_CLASSES


def _are_labels(columns: Sequence[pl.Series]) -> bool:
    return all(_is_label(_plain(values).drop_nulls()) for values in columns)


def _is_label(known: pl.Series) -> bool:
    return known.dtype == pl.Boolean or (known.dtype.is_numeric() and ((known == 0) | (known == 1)).all())


def _plain(values: pl.Series) -> pl.Series:
    if values.dtype.is_decimal():
        values = values.cast(pl.Float64)
    return values.fill_nan(None) if values.dtype.is_float() else values


def _classes(values: pl.Series, positive: Any) -> ClassTarget:
    encoded = encode_target(values)
    classes, codes = order_classes(encoded, positive)
    return ClassTarget((values.name,), encoded.known, np.asarray(classes)[codes], codes, classes)


def _labels(columns: Sequence[pl.Series], positive: Any) -> LabelTarget:
    if positive is not None:
        raise ArgumentError(f"positive={positive!r} with several labels", hint="leave it out: it is 1")
    if not _are_labels(columns):
        strange = next(values for values in columns if not _are_labels([values]))
        raise TableError(
            f"label {strange.name!r} holds more than 0 and 1",
            available=f"values: {listed(strange.drop_nulls().unique().sort().head(6).to_list())}",
            hint="several labels are 0/1 columns; several numbers are task='regression' (--task regression)",
        )
    known = np.logical_and.reduce([_plain(values).is_not_null().to_numpy() for values in columns])
    _check_any(known, columns)
    stacked = np.column_stack([values.cast(pl.Float64).fill_null(0).to_numpy() for values in columns])
    return LabelTarget(tuple(values.name for values in columns), known, stacked[known])


def _numbers(columns: Sequence[pl.Series]) -> NumberTarget:
    stacked = np.column_stack([numeric_target(values) for values in columns])
    known = ~np.isnan(stacked).any(axis=1)
    _check_any(known, columns)
    kept = stacked[known]
    for values, numbers in zip(columns, kept.T):
        if (numbers == numbers[0]).all():
            raise TableError(
                f"target {values.name!r} is {numbers[0]:g} in all {len(numbers):,} rows",
                hint="there is nothing to predict; check the filter that made the table",
            )
    names = tuple(values.name for values in columns)
    return NumberTarget(names, known, kept[:, 0] if len(columns) == 1 else kept)


def _check_any(known: np.ndarray, columns: Sequence[pl.Series]) -> None:
    if not known.any():
        raise TableError(
            f"no row has all targets: {listed([values.name for values in columns])}",
            hint="check the names of the target columns",
        )
