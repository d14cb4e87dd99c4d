"""Predicted numbers against what was there: densities of rows, and what was missed."""

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from neurode.drawing.labels import label_axes
from neurode.drawing.legend import legend_above
from neurode.drawing.style import elided, figure_style, new_axes, palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHADES = (0.14, 0.3, 0.48, 0.68, 0.9)
"""Opacities, from cells of few rows to cells of many."""

RECTANGLE = (1, 2, 2, 2, 79)
"""matplotlib's codes of a closed path: move, three lines, close."""

LONGEST_NAME = 28


@runtime_checkable
class Density(Protocol):
    """What a density of rows needs to have."""

    @property
    def x_edges(self) -> np.ndarray: ...
    @property
    def y_edges(self) -> np.ndarray: ...
    @property
    def counts(self) -> np.ndarray: ...


@runtime_checkable
class Deciles(Protocol):
    """What the line through residuals needs to have: a number for each tenth of the rows."""

    @property
    def prediction(self) -> np.ndarray: ...
    @property
    def residual(self) -> np.ndarray: ...
    @property
    def lower(self) -> np.ndarray: ...
    @property
    def upper(self) -> np.ndarray: ...


def draw_predictions(density: Density, name: str = "target", ax: "Axes | None" = None) -> "Axes":
    """Draws actual against predicted numbers, the darker the more rows; a perfect model stays on the line.

    Args:
        density: Edges and counts, such as `evaluation.prediction_density` gives.
        name: Of the target.
        ax: Where to draw; a new figure unless given.

    Example:
        >>> from types import SimpleNamespace
        >>> edges = np.array([0, 10, 20])
        >>> density = SimpleNamespace(x_edges=edges, y_edges=edges, counts=np.array([[9, 1], [0, 5]]))
        >>> axes = draw_predictions(density, "price")
        >>> [text.get_text() for text in axes.get_legend().get_texts()]
        ['1 row', '2', '3', '4–5', '6–9', 'predicted = actual']
    """
    with figure_style():
        axes = ax or new_axes(4.2, 4.3)
        _draw_density(axes, density)
        ends = [max(density.x_edges[0], density.y_edges[0]), min(density.x_edges[-1], density.y_edges[-1])]
        axes.plot(
            ends, ends, color=palette().ink, linewidth=1, linestyle=(0, (4, 2)), label="predicted = actual"
        )
        axes.set_aspect("equal")
        shown = elided(name, LONGEST_NAME)
        label_axes(axes, f"actual {shown}", f"predicted {shown}")
        legend_above(axes, handle=1.2)
    return axes


def draw_residuals(
    density: Density, deciles: Deciles | None = None, name: str = "target", ax: "Axes | None" = None
) -> "Axes":
    """Draws residuals (actual less predicted) against predictions: bends and widening spreads show here.

    Args:
        density: Edges and counts, such as `evaluation.residual_density` gives.
        deciles: Mean residual of each tenth of the rows, and between which ends eight in ten lie.
        name: Of the target.
        ax: Where to draw; a new figure unless given.
    """
    with figure_style():
        axes = ax or new_axes(4.2, 4.3)
        _draw_density(axes, density)
        axes.axhline(0, color=palette().ink, linewidth=1, linestyle=(0, (4, 2)))
        if deciles is not None:
            whiskers = (deciles.prediction, deciles.lower, deciles.upper)
            axes.vlines(*whiskers, color=palette().vermillion, linewidth=1.2, label="8 in 10 rows of a tenth")
            means = (deciles.prediction, deciles.residual)
            axes.plot(*means, "o", color=palette().vermillion, markersize=4.5, label="mean of a tenth")
        label_axes(axes, f"predicted {elided(name, LONGEST_NAME)}", "actual less predicted")
        legend_above(axes, handle=1.2)
    return axes


def draw_residual_histogram(edges: np.ndarray, counts: np.ndarray, ax: "Axes | None" = None) -> "Axes":
    """Draws how many rows were missed by how much.

    Args:
        edges: Of the bins.
        counts: Rows of each bin.
        ax: Where to draw; a new figure unless given.

    Example:
        >>> draw_residual_histogram(np.array([-1, 0, 1]), np.array([3, 4])).get_xlabel()
        'actual less predicted'
    """
    with figure_style():
        axes = ax or new_axes(4.2, 3)
        axes.stairs(counts, edges, fill=True, color=palette().blue, alpha=0.22, linewidth=0)
        axes.stairs(counts, edges, color=palette().blue, linewidth=1.3)
        axes.axvline(0, color=palette().ink, linewidth=1, linestyle=(0, (4, 2)))
        axes.set(xlabel="actual less predicted", ylabel="rows", ylim=(0, 1.05 * max(1, counts.max())))
        axes.set_xlim(min(edges[0], 0), max(edges[-1], 0))
        _shorten_ticks(axes.xaxis, edges)
        axes.yaxis.set_major_formatter(lambda rows, place: f"{rows:,.0f}")
    return axes


def _draw_density(axes: "Axes", density: Density) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    counts = np.asarray(density.counts)
    bounds = _bounds(int(counts.max(initial=0)))
    levels = list(pairwise(bounds))
    for (low, high), shade in zip(levels, SHADES[len(SHADES) - len(levels) :]):
        corners = np.array(list(_runs((counts >= low) & (counts < high), density))).reshape(-1, 2)
        label = f"{low:,}" if high == low + 1 else f"{low:,}–{high - 1:,}"
        if low == 1:
            label += " row" if high == 2 else " rows"
        # One path for all cells of a shade: thousands of squares would weigh in the page.
        path = Path(corners, np.tile(RECTANGLE, len(corners) // len(RECTANGLE)))
        axes.add_patch(PathPatch(path, facecolor=palette().blue, alpha=shade, linewidth=0, label=label))
    axes.set_xlim(density.x_edges[0], density.x_edges[-1])
    axes.set_ylim(density.y_edges[0], density.y_edges[-1])
    _shorten_ticks(axes.xaxis, density.x_edges)
    _shorten_ticks(axes.yaxis, density.y_edges)


def _bounds(most: int) -> list[int]:
    """Where the counts of each shade begin, in steps of about one ratio, and one past the end."""
    if most == 0:
        return [1]
    return sorted({round(bound) for bound in np.geomspace(1, most + 1, len(SHADES) + 1)})


def _runs(chosen: np.ndarray, density: Density) -> Iterator[np.ndarray]:
    """Corners of rectangles, neighbours of a column of cells as one, closed by a fifth."""
    for column, cells in enumerate(chosen):
        turns = np.flatnonzero(np.diff(np.concatenate([[0], cells, [0]])))
        left, right = density.x_edges[column], density.x_edges[column + 1]
        for low, high in density.y_edges[turns].reshape(-1, 2):
            yield np.array([[left, low], [right, low], [right, high], [left, high], [left, low]])


def _shorten_ticks(axis: Any, values: np.ndarray) -> None:
    """250k instead of 250000, where numbers are long."""
    if 1e4 <= np.abs(values).max() < 1e12:
        from matplotlib.ticker import EngFormatter

        axis.set_major_formatter(EngFormatter(sep=""))
