"""Matrices as shaded squares: what each class was called, which columns move together."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurode.drawing.labels import in_lines, letters_beside
from neurode.drawing.names import elided_apart
from neurode.drawing.style import figure_style, new_axes, palette, readable_on, text_width
from neurode.errors import ShapeError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_COUNTED = 8
"""Up to this many classes a square holds count and share; beyond, the share alone in whole percents."""

LEAST_SHARE = 0.05
"""With many classes only shares from here on are written; the shading shows the rest."""

LONGEST_NAME = 18

MOST_WRITTEN = 25
"""Up to this many columns a square holds its correlation; beyond, the shading alone."""

MOST_LINED = 60
"""Up to this many columns lines part the squares; beyond, they would be as wide as the squares."""

SMALLEST_NAME, SMALLEST_NUMBER = 7, 4.5
"""Points. Where names would be smaller, only every second, third, … is written; smaller numbers are not."""

LEAST_CORRELATION = 0.05
"""Weaker ones are not written: most are chance."""


def draw_confusion_matrix(counts: np.ndarray, labels: Sequence[str], ax: "Axes | None" = None) -> "Axes":
    """Draws counts of actual against predicted classes, shaded by the share of the actual class.

    Args:
        counts: `(classes, classes)`; rows are actual, columns predicted classes.
        labels: One name a class.
        ax: Where to draw; a new figure unless given.

    Example:
        >>> axes = draw_confusion_matrix(np.array([[90, 10], [5, 15]]), ["paid", "default"])
        >>> [text.get_text() for text in axes.texts]
        ['90\\n90.0 %', '10\\n10.0 %', '5\\n25.0 %', '15\\n75.0 %']
    """
    counts = np.asarray(counts)
    n_classes = len(labels)
    if counts.shape != (n_classes, n_classes):
        raise ShapeError(f"a matrix of shape {counts.shape} has no place for {n_classes} labels")
    totals = counts.sum(axis=1, keepdims=True)
    rates = counts / np.maximum(totals, 1)
    with figure_style():
        names = elided_apart(labels, letters_beside(ax, LONGEST_NAME))
        room = _widest(names, 8)
        side = max(0.85 * n_classes, 2.2) if n_classes <= MOST_COUNTED else 6.4
        if ax is not None:
            side = _side(ax, room)
        upright = room > 0.85 * side / n_classes
        axes = ax or new_axes(side + room + 0.6, side + (room if upright else 0.2) + 0.5)
        _draw_squares(axes, rates)
        told = _draw_cells(axes, counts, rates, 72 * side / n_classes)
        told += _name_squares(axes, names, 72 * side / n_classes, upright)
        axes.set(xlabel="predicted class", ylabel="actual class")
        axes.set_title(in_lines("; ".join(told), side) if told else "")
    return axes


def draw_correlations(names: Sequence[str], matrix: np.ndarray, ax: "Axes | None" = None) -> "Axes":
    """Draws how strongly columns move together: blue together, red against each other.

    Args:
        names: One name a column.
        matrix: `(columns, columns)`, from -1 to 1; NaN where nothing can be said is left grey.
        ax: Where to draw; a new figure unless given.

    Example:
        >>> matrix = np.array([[1, 0.4, -0.2], [0.4, 1, 0], [-0.2, 0, 1]])
        >>> axes = draw_correlations(["bad", "rate", "age"], matrix)
        >>> [text.get_text() for text in axes.texts]
        ['.40', '-.20', '.40', '-.20']
    """
    matrix = np.asarray(matrix, dtype=np.float64)
    n_columns = len(names)
    if matrix.shape != (n_columns, n_columns):
        raise ShapeError(f"a matrix of shape {matrix.shape} has no place for {n_columns} columns")
    with figure_style():
        shown = elided_apart(names, letters_beside(ax, LONGEST_NAME))
        square = float(np.clip(11.5 / n_columns, 0.06, 0.36))
        side = max(1.8, square * n_columns)
        room = _widest(shown, 8)
        if ax is not None:
            # The bar of colours takes its part too.
            side = 0.85 * _side(ax, room)
            square = side / n_columns
        upright = room > 0.8 * square
        axes = ax or new_axes(side + room + 1.2, side + (room if upright else 0.2) + 0.2)
        squares = _draw_diverging(axes, matrix)
        told = _write_correlations(axes, squares, matrix, 72 * side / n_columns)
        told += _name_squares(axes, shown, 72 * side / n_columns, upright)
        axes.set_title(in_lines("; ".join(told), max(side, 1.6)) if told else "")
        bar = axes.figure.colorbar(squares, ax=axes, shrink=0.5, aspect=16, ticks=[-1, -0.5, 0, 0.5, 1])
        bar.set_label("rank correlation")
        bar.outline.set_visible(False)
    return axes


def _draw_diverging(axes: "Axes", matrix: np.ndarray) -> Any:
    from matplotlib.colors import LinearSegmentedColormap

    colors = LinearSegmentedColormap.from_list(
        "correlation", [palette().vermillion, palette().paper, palette().blue]
    ).with_extremes(bad=palette().grid)
    n_columns = len(matrix)
    edges = np.arange(n_columns + 1) - 0.5
    lines = 1 if n_columns <= MOST_WRITTEN else 0.3 if n_columns <= MOST_LINED else 0
    squares = axes.pcolormesh(
        edges,
        edges,
        np.ma.masked_invalid(matrix),
        cmap=colors,
        vmin=-1,
        vmax=1,
        edgecolors=palette().paper,
        linewidth=lines,
    )
    axes.set(xlim=(-0.5, n_columns - 0.5), ylim=(n_columns - 0.5, -0.5), aspect="equal")
    return squares


def _side(axes: "Axes", room: float) -> float:
    """Inches that squares have in axes which someone else made, beside names that are so wide."""
    width, height = axes.bbox.width / axes.figure.dpi, axes.bbox.height / axes.figure.dpi
    # A figure leaves about so much beside its axes before any name is written.
    return float(max(min(width, height) - max(room - 0.35, 0.0), 0.3 * min(width, height)))


def _write_correlations(axes: "Axes", squares: Any, matrix: np.ndarray, points: float) -> list[str]:
    """Writes what squares of so many points have room for.

    Returns:
        What a reader must be told of squares that stay blank.
    """
    size = min(7.0, 7 * 0.85 * points / (72 * text_width("-1.00", 7)))
    if len(matrix) > MOST_WRITTEN or size < SMALLEST_NUMBER:
        return []
    is_blank = False
    for (row, column), value in np.ndenumerate(matrix):
        if row == column or np.isnan(value):
            continue
        if abs(value) < LEAST_CORRELATION:
            is_blank = True
            continue
        text = f"{value:.2f}".replace("0.", ".")
        color = readable_on(squares.to_rgba(value)[:3])
        axes.text(column, row, text, ha="center", va="center", fontsize=size, color=color)
    return [f"blank: weaker than {LEAST_CORRELATION:g}"] if is_blank else []


def _draw_squares(axes: "Axes", rates: np.ndarray) -> None:
    from matplotlib.colors import to_rgba

    n_classes = len(rates)
    shade = np.empty((n_classes, n_classes, 4))
    shade[:] = to_rgba(palette().blue)
    # Never so dark that the ink on it is hard to read.
    shade[..., 3] = 0.04 + 0.5 * rates
    edges = np.arange(n_classes + 1) - 0.5
    axes.pcolormesh(
        edges,
        edges,
        shade,
        edgecolors=palette().paper,
        linewidth=2 if n_classes <= MOST_COUNTED else 0.6 if n_classes <= MOST_LINED else 0,
    )
    axes.set(xlim=(-0.5, n_classes - 0.5), ylim=(n_classes - 0.5, -0.5), aspect="equal")


def _draw_cells(axes: "Axes", counts: np.ndarray, rates: np.ndarray, points: float) -> list[str]:
    """Writes what squares of so many points have room for: counts and shares, or shares alone.

    Returns:
        What a reader must be told of shares alone.
    """
    widest = 72 * _widest([*(f"{count:,}" for count in counts.flat), "100.0 %"], 1)
    largest = 10 if len(counts) <= 3 else 8
    size = min(largest, 0.92 * points / widest, 0.92 * points / 2.8)
    few = len(counts) <= MOST_COUNTED and size >= SMALLEST_NUMBER
    if not few:
        size = min(8.0, 0.5 * points)
    if size < SMALLEST_NUMBER:
        return ["the darker, the larger the share of the actual class"]
    for (actual, predicted), rate in np.ndenumerate(rates):
        text = f"{counts[actual, predicted]:,}\n{100 * rate:.1f} %" if few else f"{100 * rate:.0f}"
        if few or rate >= LEAST_SHARE:
            axes.text(predicted, actual, text, ha="center", va="center", fontsize=size, linespacing=1.4)
    return [] if few else [f"percent of the actual class, from {100 * LEAST_SHARE:g} up"]


def _name_squares(axes: "Axes", names: list[str], points: float, upright: bool) -> list[str]:
    """Names rows and columns, every so many of them where squares of so many points are too small.

    Returns:
        What a reader must be told of that, if anything.
    """
    step = max(1, math.ceil(1.25 * SMALLEST_NAME / points))
    size = float(np.clip(0.8 * points * step, SMALLEST_NAME, 8))
    places = np.arange(0, len(names), step)
    axes.set_xticks(places, names[::step], rotation=90 if upright else 0, fontsize=size)
    axes.set_yticks(places, names[::step], fontsize=size)
    axes.tick_params(length=0 if step == 1 else 2)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    return [f"one name in {step} is written"] if step > 1 else []


def _widest(names: Sequence[str], size: float | int) -> float:
    return max((text_width(name, size) for name in names), default=0.0)
