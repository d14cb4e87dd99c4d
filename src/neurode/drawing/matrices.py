"""Matrices as shaded squares: what each class was called, which columns move together."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurode.drawing.style import BLUE, GRID, INK, PAPER, VERMILLION, elided, figure_style, new_axes
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
        side = min(6.8, 1.6 + max(0.9 * n_classes, 1.6)) if n_classes <= MOST_COUNTED else 6.8
        axes = ax or new_axes(side + 0.6, side)
        _draw_squares(axes, rates)
        _draw_cells(axes, counts, rates)
        _label(axes, [elided(label, LONGEST_NAME) for label in labels])
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
        side = min(max(3.2, 1.4 + 0.36 * n_columns), 14)
        axes = ax or new_axes(side + 1.1, side)
        squares = _draw_diverging(axes, matrix)
        _write_correlations(axes, matrix)
        size = float(np.clip(56 * side / max(n_columns, 1) / 1.6, 3.2, 8))
        shown = [elided(name, LONGEST_NAME) for name in names]
        axes.set_xticks(np.arange(n_columns), shown, rotation=90, fontsize=size)
        axes.set_yticks(np.arange(n_columns), shown, fontsize=size)
        axes.tick_params(length=0)
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        bar = axes.figure.colorbar(squares, ax=axes, shrink=0.5, aspect=16, ticks=[-1, -0.5, 0, 0.5, 1])
        bar.set_label("rank correlation")
        bar.outline.set_visible(False)
    return axes


def _draw_diverging(axes: "Axes", matrix: np.ndarray) -> Any:
    from matplotlib.colors import LinearSegmentedColormap

    colors = LinearSegmentedColormap.from_list("correlation", [VERMILLION, PAPER, BLUE]).with_extremes(
        bad=GRID
    )
    n_columns = len(matrix)
    edges = np.arange(n_columns + 1) - 0.5
    lines = 1 if n_columns <= MOST_WRITTEN else 0.3
    squares = axes.pcolormesh(
        edges,
        edges,
        np.ma.masked_invalid(matrix),
        cmap=colors,
        vmin=-1,
        vmax=1,
        edgecolors=PAPER,
        linewidth=lines,
    )
    axes.set(xlim=(-0.5, n_columns - 0.5), ylim=(n_columns - 0.5, -0.5), aspect="equal")
    return squares


def _write_correlations(axes: "Axes", matrix: np.ndarray) -> None:
    n_columns = len(matrix)
    if n_columns > MOST_WRITTEN:
        return
    for (row, column), value in np.ndenumerate(matrix):
        if row != column and abs(value) >= LEAST_CORRELATION:
            text = f"{value:.2f}".replace("0.", ".")
            color = PAPER if abs(value) > 0.85 else INK
            axes.text(column, row, text, ha="center", va="center", fontsize=7, color=color)


def _draw_squares(axes: "Axes", rates: np.ndarray) -> None:
    from matplotlib.colors import to_rgba

    n_classes = len(rates)
    shade = np.empty((n_classes, n_classes, 4))
    shade[:] = to_rgba(BLUE)
    # Never so dark that the ink on it is hard to read.
    shade[..., 3] = 0.04 + 0.5 * rates
    edges = np.arange(n_classes + 1) - 0.5
    axes.pcolormesh(edges, edges, shade, edgecolors=PAPER, linewidth=2 if n_classes <= MOST_COUNTED else 0.6)
    axes.set(xlim=(-0.5, n_classes - 0.5), ylim=(n_classes - 0.5, -0.5), aspect="equal")


def _draw_cells(axes: "Axes", counts: np.ndarray, rates: np.ndarray) -> None:
    few = len(counts) <= MOST_COUNTED
    size = (10 if len(counts) <= 3 else 8) if few else max(4.5, 8 - 0.12 * len(counts))
    for (actual, predicted), rate in np.ndenumerate(rates):
        text = f"{counts[actual, predicted]:,}\n{100 * rate:.1f} %" if few else f"{100 * rate:.0f}"
        if few or rate >= LEAST_SHARE:
            axes.text(predicted, actual, text, ha="center", va="center", fontsize=size, linespacing=1.4)


def _label(axes: "Axes", names: list[str]) -> None:
    n_classes = len(names)
    # About 0.065 inches a letter, against the width of a square.
    room = 1.2 if n_classes == 2 else min(1.0, 5.2 / n_classes)
    upright = 0.065 * max(map(len, names)) > room
    size = 8 if n_classes <= 16 else 6.5
    axes.set_xticks(np.arange(n_classes), names, rotation=90 if upright else 0, fontsize=size)
    axes.set_yticks(np.arange(n_classes), names, fontsize=size)
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    axes.set(xlabel="predicted class", ylabel="actual class")
    if n_classes > MOST_COUNTED:
        axes.set_title(f"percent of the actual class, from {100 * LEAST_SHARE:g} up")
