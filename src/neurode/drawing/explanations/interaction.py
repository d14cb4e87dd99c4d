"""Two columns at once: what the model says at each pair of their values, as shaded squares."""

from typing import TYPE_CHECKING, Any

import numpy as np

from neurode.drawing.labels import label_axes
from neurode.drawing.names import elided_apart
from neurode.drawing.style import elided, figure_style, new_axes, palette
from neurode.drawing.wording import decimals_for, number_text, shorten_ticks, value_text
from neurode.errors import ShapeError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST_NAME, LONGEST_LEVEL = 36, 16

LONGEST_VALUE = 400
"""Of a level, before it is told apart from the others."""

MOST_WRITTEN = 100
"""Up to so many squares hold their number."""

MOST_TICKS, MOST_LEVELS = 12, 30
"""Of more numbers or levels each second one is named, or each third."""


def draw_interaction(
    first: str,
    second: str,
    first_grid: Any,
    second_grid: Any,
    values: Any,
    output: str = "mean prediction",
    ax: "Axes | None" = None,
) -> "Axes":
    """Draws the mean prediction at each pair of two columns' values, the darker the higher.

    Squares are of one size, whatever lies between the values of a grid, so that quantiles have equal room.

    Args:
        first: Name of the column that goes up the axes.
        second: Name of the column that goes to the right.
        first_grid: Its values: numbers, dates or levels, low at the bottom.
        second_grid: Likewise.
        values: `(first, second)`; NaN where nothing can be said is left grey.
        output: What is predicted.
        ax: Where to draw; a new figure unless given.

    Raises:
        ShapeError: If the grids do not fit the values.

    Example:
        >>> axes = draw_interaction("age", "late", [20, 60], ["no", "yes"], [[0.1, 0.4], [0.1, 0.2]])
        >>> [text.get_text() for text in axes.texts]
        ['0.100', '0.400', '0.100', '0.200']

    References:
        Friedman 2001, "Greedy function approximation", section 8.2.
    """
    matrix = np.asarray(values, dtype=np.float64)
    shape = (len(first_grid), len(second_grid))
    if matrix.shape != shape or not matrix.size:
        raise ShapeError(f"values of shape {matrix.shape} for grids of {shape[0]} and {shape[1]} values")
    written = matrix.size <= MOST_WRITTEN
    with figure_style():
        axes = ax or new_axes(2.3 + _width(shape[1]), 1.0 + min(max(0.34 * shape[0], 1.2), 4.6))
        _draw_squares(axes, matrix, written, output)
        if written:
            _write(axes, matrix)
        _label(axes, first_grid, second_grid)
        names = [text.get_text() for text in axes.get_yticklabels()]
        label_axes(axes, elided(second, LONGEST_NAME), elided(first, LONGEST_NAME), names if written else ())
    return axes


def _width(columns: int) -> float:
    """Inches of all squares."""
    return min(max(0.46 * columns, 2.2), 5.2)


def _draw_squares(axes: "Axes", matrix: np.ndarray, written: bool, output: str) -> None:
    from matplotlib.colors import LinearSegmentedColormap, to_rgba

    # Never so dark that the ink on it is hard to read.
    ends = [to_rgba(palette().blue, opacity) for opacity in (0.03, 0.55 if written else 0.95)]
    colors = LinearSegmentedColormap.from_list("shade", ends, N=64).with_extremes(bad=palette().grid)
    known = matrix[np.isfinite(matrix)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    squares = axes.pcolormesh(
        np.arange(matrix.shape[1] + 1) - 0.5,
        np.arange(matrix.shape[0] + 1) - 0.5,
        np.ma.masked_invalid(matrix),
        cmap=colors,
        vmin=low,
        vmax=high,
        edgecolors=palette().paper,
        linewidth=0.8 if written else 0.15,
    )
    bar = axes.figure.colorbar(squares, ax=axes, fraction=0.05, pad=0.03, aspect=18)
    shorten_ticks(bar.ax.yaxis)
    label_axes(bar.ax, y=elided(output, LONGEST_NAME))
    bar.outline.set_visible(False)


def _write(axes: "Axes", matrix: np.ndarray) -> None:
    known = matrix[np.isfinite(matrix)]
    decimals = decimals_for(known)
    longest = max((len(number_text(value, decimals)) for value in known), default=1)
    # A letter of 8 points is about 0.065 inches wide, a square about 0.46.
    size = 7 if longest <= 6 else 5.5
    for (row, column), value in np.ndenumerate(matrix):
        text = number_text(value, decimals) if np.isfinite(value) else "–"
        axes.text(column, row, text, ha="center", va="center", fontsize=size, clip_on=True)


def _label(axes: "Axes", first_grid: Any, second_grid: Any) -> None:
    for axis, grid in ((axes.yaxis, first_grid), (axes.xaxis, second_grid)):
        is_level = any(isinstance(value, str) for value in grid)
        step = -(-len(grid) // (MOST_LEVELS if is_level else MOST_TICKS))
        places = np.arange(0, len(grid), step)
        names = elided_apart([value_text(grid[place], LONGEST_VALUE) for place in places], LONGEST_LEVEL)
        upright = axis is axes.xaxis and 0.07 * max(map(len, names)) > 0.9 * step * _width(len(grid)) / len(
            grid
        )
        axis.set_ticks(places, names, rotation=90 if upright else 0, fontsize=8 if len(names) <= 16 else 6.5)
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
