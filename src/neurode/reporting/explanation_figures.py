"""The figures of explanations: what moves the answer of many rows, and of three in full."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from neurode import drawing
from neurode.drawing.style import LIGHT
from neurode.reporting.explained import Dependence, Drivers, Example
from neurode.reporting.figure import Figure, figure
from neurode.reporting.record import ReportRecord

MOST_COLUMNS = 15
"""Columns drawn one by one; the others are summed."""

STRIP_ROWS = 400
"""The histogram below a curve is of so many rows, drawn as often as the shares say."""


def explanation_figures(record: ReportRecord) -> Iterator[Figure]:
    """Importance and dependence of each output that is explained, then a waterfall a row.

    Args:
        record: Of the run.
    """
    for place, drivers in enumerate(record.drivers):
        yield _importance_figure(place, drivers)
        if len(record.drivers) == 1:
            yield _beeswarm_figure(drivers)
        for number, dependence in enumerate(drivers.dependence):
            yield _dependence_figure(f"dependence-{place}-{number}", dependence, drivers)
    for place, example in enumerate(record.examples):
        yield _waterfall_figure(place, example)


def _importance_figure(place: int, drivers: Drivers) -> Figure:
    importance = drivers.importance
    axes = drawing.draw_importance(
        drivers.columns,
        importance,
        label="moves the answer by, on average",
        most=MOST_COLUMNS,
        values=drivers.values,
    )
    strongest = [drivers.columns[column] for column in np.argsort(-importance, kind="stable")[:3]]
    label = f"Mean size of the SHAP values by column; the strongest are {', '.join(strongest)}"
    caption = f"How far each column moves the {drivers.explained}, on average, up or down."
    return figure(f"importance-{place}", axes, label, caption, wide=True)


def _beeswarm_figure(drivers: Drivers) -> Figure:
    data = {
        name: [
            None if np.isnan(rank) else float(rank) if ordered else "a level"
            for rank in drivers.standing[:, column].tolist()
        ]
        for column, (name, ordered) in enumerate(zip(drivers.columns, drivers.ordered))
    }
    axes = drawing.draw_beeswarm(drivers.columns, drivers.values, data, most=MOST_COLUMNS)
    label = f"SHAP values of {len(drivers.values)} test rows by column"
    caption = (
        "Each point is a test row: to the right, its value there raises the answer. "
        "The colour says whether that value is low or high."
    )
    drawn = figure("beeswarm", axes, label, caption, wide=True)
    # The end of a scale of colours is no colour of the page, which knows a darker orange for lines.
    return replace(drawn, svg=drawn.svg.replace("var(--orange)", LIGHT.orange))


def _dependence_figure(name: str, dependence: Dependence, drivers: Drivers) -> Figure:
    grid, mean, curves, shares = _with_gap(dependence)
    values = [value for value, share in zip(grid, shares) for _ in range(round(STRIP_ROWS * float(share)))]
    axes = drawing.draw_dependence(
        dependence.column,
        grid,
        mean,
        curves,
        values or None,
        output=drivers.explained,
    )
    label = (
        f"Mean answer over {dependence.column}, from {float(np.min(mean)):.3g} to {float(np.max(mean)):.3g}"
    )
    return figure(name, axes, label, f"The mean answer if {dependence.column} alone were moved.")


def _with_gap(dependence: Dependence) -> tuple[list, np.ndarray, np.ndarray | None, list[float]]:
    """The grid with the gap as its last value, where the column has gaps."""
    grid = list(dependence.grid)
    if dependence.order == "date":
        grid = [np.datetime64(value) for value in grid]
    shares = dependence.shares.tolist()
    if dependence.gap_mean is None:
        return grid, dependence.mean, dependence.curves, shares
    mean = np.append(dependence.mean, dependence.gap_mean)
    return (
        [*grid, None],
        mean,
        None,
        [*(share * (1 - dependence.gap_share) for share in shares), dependence.gap_share],
    )


def _waterfall_figure(place: int, example: Example) -> Figure:
    axes = drawing.draw_waterfall(
        example.columns,
        example.contributions,
        example.base_value,
        example.cells,
        output=example.explained,
        threshold=example.threshold,
        most=10,
    )
    label = (
        f"From the mean answer {example.base_value:.3g} to the prediction {example.prediction:.3g} "
        f"of this row"
    )
    caption = "What each column adds to the mean answer, the strongest first."
    return figure(f"waterfall-{place}", axes, label, caption, wide=True)
