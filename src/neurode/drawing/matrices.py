"""Matrices as shaded squares: what each class was called."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from neurode.drawing.style import BLUE, PAPER, elided, figure_style, new_axes
from neurode.errors import ShapeError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_COUNTED = 8
"""Up to this many classes a square holds count and share; beyond, the share alone in whole percents."""

LEAST_SHARE = 0.05
"""With many classes only shares from here on are written; the shading shows the rest."""

LONGEST_NAME = 18


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
