"""What moves a network's answers over a sample of test rows, as a report keeps it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from neurode.explain import shap_values
from neurode.explain.dependence import partial_dependence
from neurode.explain.wording import plain
from neurode.reporting import Dependence, Drivers
from neurode.runs.data import Data
from neurode.runs.target import Answers, Estimator

MOST_ROWS = 300
"""Test rows whose answers are taken apart: enough for means that a figure shows."""

LEAST_ROWS, MOST_CELLS = 30, 9_000
"""Rows times columns that are taken apart, so that a wide table takes no longer than a narrow one."""

BACKGROUND = 100
"""Training rows that answers are compared with."""

DEPENDENCE = 4
"""Columns, the strongest, over which the mean answer is drawn."""

CURVES = 40
"""Rows whose own answers are drawn along."""

MOST_OUTPUTS = 12
"""Outputs that are explained; of more classes, the most frequent ones. The report names the others."""


def samples_of(data: Data, n_columns: int, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Test rows whose answers are taken apart, and training rows that they are compared with.

    Args:
        data: The rows and what they are.
        n_columns: How many columns the network reads.
        seed: Of the draw.
    """
    generator = np.random.default_rng(seed)
    n_rows = int(np.clip(MOST_CELLS // max(1, n_columns), LEAST_ROWS, MOST_ROWS))
    rows, background = (
        data.features[np.sort(generator.choice(part, min(most, len(part)), replace=False))]
        for part, most in ((data.split.test, n_rows), (data.split.train, BACKGROUND))
    )
    return rows, background


def drivers_of(
    estimator: Estimator, answers: Answers, rows: pl.DataFrame, background: pl.DataFrame, seed: int
) -> tuple[Drivers, ...]:
    """What moves each output over a sample of the test rows.

    Args:
        estimator: Fitted.
        answers: What it says of the test rows.
        rows: The sample.
        background: Training rows that answers are compared with.
        seed: Of the orders in which columns are taken.
    """
    outputs = _chosen(answers)
    found = shap_values(estimator, rows, background, outputs=outputs, seed=seed)
    read = estimator.encoding_.schema.read(rows)
    standing, ordered = _standing(read, found.columns, estimator)
    return tuple(
        Drivers(
            output=name,
            unit="probability" if answers.classes else "number",
            columns=found.columns,
            values=found.values[:, :, place],
            standing=standing,
            ordered=ordered,
            base_value=float(found.base_values[place]),
            n_background=background.height,
            dependence=_dependence(estimator, rows, found, outputs, place, seed) if len(outputs) == 1 else (),
        )
        for place, name in enumerate(outputs)
    )


def _chosen(answers: Answers) -> list[str]:
    """The outputs that are explained: of many classes the most frequent ones."""
    places = list(range(len(answers.outputs)))
    if len(places) > MOST_OUTPUTS and answers.classes:
        frequent = np.argsort(-np.bincount(answers.actual, minlength=len(places)), kind="stable")
        places = sorted(frequent[:MOST_OUTPUTS].tolist())
    return [answers.outputs[place] for place in places[:MOST_OUTPUTS]]


def _standing(
    frame: pl.DataFrame, columns: Sequence[str], estimator: Estimator
) -> tuple[np.ndarray, tuple[bool, ...]]:
    """Where each value lies among the rows, and whether the values of each column have an order."""
    schema = estimator.encoding_.schema
    ordered = tuple(schema[name].kind in ("number", "date") for name in columns)
    standing = np.zeros((frame.height, len(columns)))
    for place, (name, has_order) in enumerate(zip(columns, ordered)):
        values = frame[name]
        if has_order:
            ranks = values.fill_nan(None) if values.dtype.is_float() else values
            ranks = ranks.rank("average").cast(pl.Float64)
            standing[:, place] = ((ranks - 1) / max(1, frame.height - 1)).fill_null(np.nan).to_numpy()
        else:
            standing[:, place] = np.where(values.is_null().to_numpy(), np.nan, 0.0)
    return standing, ordered


def _dependence(
    estimator: Estimator, rows: pl.DataFrame, found: Any, outputs: list[str], place: int, seed: int
) -> tuple[Dependence, ...]:
    importance = np.abs(found.values[:, :, place]).mean(axis=0)
    strongest = np.argsort(-importance, kind="stable")[:DEPENDENCE]
    return tuple(
        _recorded(
            partial_dependence(
                estimator, rows, found.columns[column], outputs=outputs, max_rows=None, seed=seed
            )
        )
        for column in strongest
        if importance[column] > 0
    )


def _recorded(found: Any) -> Dependence:
    kept = np.unique(np.linspace(0, len(found.individual) - 1, CURVES).astype(int))
    return Dependence(
        column=found.column,
        order=found.order,
        grid=tuple(map(plain, found.grid)),
        mean=found.average[:, 0],
        curves=found.individual[kept, :, 0],
        shares=found.shares,
        gap_mean=None if found.gap_average is None else float(found.gap_average[0]),
        gap_share=float(found.gap_share),
    )
