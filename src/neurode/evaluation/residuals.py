"""Where predicted numbers miss: densities, histograms and deciles, thin enough to draw.

A residual is the actual number less the predicted one: above 0 the model said too little.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

BINS = 40
"""Cells of a side: finer ones are not told apart in a figure of this size."""

SHOWN = 0.998
"""The middle share of the numbers that a figure spans, so that one far row does not squeeze all others."""


@dataclass(frozen=True, eq=False)
class Density:
    """How many rows fall into each cell of a grid; rows outside it are only counted.

    Attributes:
        x_edges: Of the columns of cells.
        y_edges: Of the rows of cells.
        counts: `(columns of cells, rows of cells)`.
        n_outside: Rows beyond the grid.
    """

    x_edges: np.ndarray
    y_edges: np.ndarray
    counts: np.ndarray
    n_outside: int = 0


@dataclass(frozen=True, eq=False)
class ResidualHistogram:
    """How many rows have a residual of which size; `edges` has one more entry than `counts`."""

    edges: np.ndarray
    counts: np.ndarray
    n_outside: int = 0


@dataclass(frozen=True, eq=False)
class Deciles:
    """Rows in ten parts by their prediction, the lowest first; fewer where predictions repeat.

    Each array has one entry a part.

    Attributes:
        n_rows: Rows of the part; rows of one prediction stay together.
        prediction: The mean prediction.
        target: The mean of what was there.
        residual: The mean residual: a bias, where it is not near 0.
        mae: The mean absolute error.
        lower: Nine residuals in ten are above it.
        upper: Nine residuals in ten are below it.
    """

    n_rows: np.ndarray
    prediction: np.ndarray
    target: np.ndarray
    residual: np.ndarray
    mae: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def prediction_density(
    target: Float[np.ndarray, " rows"], prediction: Float[np.ndarray, " rows"], bins: int = BINS
) -> Density:
    """Actual (x) against predicted (y) on one scale.

    Example:
        >>> prediction_density(np.array([0.0, 1.0, 2.0]), np.array([0.0, 2.0, 2.0]), bins=2).counts
        array([[1, 0],
               [0, 2]])
    """
    low, high = np.array([_span(target), _span(prediction)]).T
    edges = np.linspace(low.min(), high.max(), bins + 1)
    return _density(target, prediction, edges, edges)


def residual_density(
    target: Float[np.ndarray, " rows"], prediction: Float[np.ndarray, " rows"], bins: int = BINS
) -> Density:
    """Predicted (x) against residual (y)."""
    residual = target - prediction
    x_edges, y_edges = (np.linspace(*_span(values), bins + 1) for values in (prediction, residual))
    return _density(prediction, residual, x_edges, y_edges)


def residual_histogram(
    target: Float[np.ndarray, " rows"], prediction: Float[np.ndarray, " rows"], bins: int = BINS
) -> ResidualHistogram:
    """How the residuals lie around 0.

    Example:
        >>> residual_histogram(np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 3.0]), bins=2).counts
        array([1, 2])
    """
    residual = target - prediction
    counts, edges = np.histogram(residual, np.linspace(*_span(residual), bins + 1))
    return ResidualHistogram(edges, counts, int(len(residual) - counts.sum()))


def errors_by_decile(
    target: Float[np.ndarray, " rows"], prediction: Float[np.ndarray, " rows"], parts: int = 10
) -> Deciles:
    """Means and errors of rows with low, middling and high predictions.

    Example:
        >>> deciles = errors_by_decile(np.arange(20.0), np.arange(20.0) + 1, parts=2)
        >>> deciles.n_rows, deciles.prediction, deciles.residual
        (array([10, 10]), array([ 5.5, 15.5]), array([-1., -1.]))
    """
    part = _parts(prediction, parts)
    residual = target - prediction
    n_rows = np.bincount(part)
    groups = np.split(residual[np.argsort(part, kind="stable")], n_rows.cumsum()[:-1])
    lower, upper = np.array([np.quantile(group, [0.1, 0.9]) for group in groups]).T

    def mean(values: np.ndarray) -> np.ndarray:
        return np.bincount(part, values) / n_rows

    return Deciles(
        n_rows, mean(prediction), mean(target), mean(residual), mean(np.abs(residual)), lower, upper
    )


def _parts(prediction: np.ndarray, parts: int) -> Int[np.ndarray, " rows"]:
    """The part of each row, numbered without a gap."""
    _, of_row, counts = np.unique(prediction, return_inverse=True, return_counts=True)
    # A prediction belongs where the middle of its rows does.
    middle = counts.cumsum() - (counts + 1) / 2
    part = np.minimum((middle * parts / len(prediction)).astype(np.int64), parts - 1)
    return np.unique(part, return_inverse=True)[1][of_row]


def _span(values: np.ndarray) -> tuple[float, float]:
    low, high = map(float, np.quantile(values, [(1 - SHOWN) / 2, (1 + SHOWN) / 2], method="nearest"))
    if high > low:
        return low, high
    room = max(abs(low), 1.0) / 2
    return low - room, high + room


def _density(x: np.ndarray, y: np.ndarray, x_edges: np.ndarray, y_edges: np.ndarray) -> Density:
    counts = np.histogram2d(x, y, (x_edges, y_edges))[0].astype(np.int64)
    return Density(x_edges, y_edges, counts, int(len(x) - counts.sum()))
