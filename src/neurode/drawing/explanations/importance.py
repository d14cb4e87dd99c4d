"""Importance: how much the model leans on each column of the table, as bars."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurode.drawing.explanations.strongest import MOST_COLUMNS, require_numbers, strongest
from neurode.drawing.labels import label_axes, letters_beside
from neurode.drawing.names import elided_apart
from neurode.drawing.style import figure_style, new_axes, palette
from neurode.drawing.wording import decimals_for, more_columns, number_text, shorten_ticks
from neurode.errors import ShapeError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST_NAME = 30

LONGEST_REST = 1.3
"""Length of the bar of the other columns, against the strongest single one, from where on it is broken."""


def draw_importance(
    columns: Sequence[str],
    importance: Any,
    intervals: Any = None,
    label: str = "mean |SHAP value|",
    most: int = MOST_COLUMNS,
    ax: "Axes | None" = None,
    *,
    values: Any = None,
) -> "Axes":
    """Draws a bar for each column, the most important on top; beyond `most`, the others are one hatched bar.

    With `values` that bar is what the others do together: the mean size of their sum in each row, where
    they may cancel each other. Without, it is the sum of their importances, which is no one column's and
    more than they do together; its name says so.

    Args:
        columns: Their names.
        importance: One number a column: mean |SHAP value|, or what shuffling the column costs.
        intervals: A lower and an upper end for each column, drawn as whiskers; NaN ends for none.
        label: What the numbers are.
        most: Columns drawn one by one.
        ax: Where to draw; a new figure unless given.
        values: `(rows, columns)`: the SHAP values whose mean size the importance is.

    Raises:
        ShapeError: If there is not one number a column.
        ArgumentError: If one is not finite.

    Example:
        >>> axes = draw_importance(["age", "income", "region"], [0.02, 0.11, 0.01], most=2)
        >>> [text.get_text() for text in axes.get_yticklabels()]
        ['income', 'age', '1 more column']
        >>> [text.get_text() for text in axes.texts]
        ['0.110', '0.020', '0.010']
    """
    sizes = np.asarray(importance, dtype=np.float64)
    require_numbers(columns, sizes, "importance")
    ends = np.full((len(sizes), 2), np.nan) if intervals is None else np.asarray(intervals, np.float64)
    if ends.shape != (len(sizes), 2):
        raise ShapeError(f"intervals of shape {ends.shape} for {len(sizes)} columns", hint="two ends each")
    shown, rest = strongest(sizes, most)
    names = elided_apart([columns[place] for place in shown], letters_beside(ax, LONGEST_NAME))
    bars, ends = sizes[shown], ends[shown]
    if len(rest):
        name, size = _rest(columns, sizes, values, rest)
        names.append(name)
        bars, ends = np.append(bars, size), np.vstack([ends, [np.nan, np.nan]])
    with figure_style():
        axes = ax or new_axes(6.4, 0.75 + 0.24 * len(names))
        lengths = bars.copy()
        longest = LONGEST_REST * max(float(np.fmax(bars[: len(shown)], ends[: len(shown), 1]).max()), 0.0)
        is_broken = len(rest) > 0 and bool(bars[-1] > longest > 0)
        if is_broken:
            lengths[-1] = longest
        _draw_bars(axes, lengths, len(shown), is_broken)
        _draw_whiskers(axes, ends)
        _write(axes, bars, lengths, ends)
        shorten_ticks(axes.xaxis)
        axes.set_yticks(np.arange(len(names)), names)
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.grid(visible=False, axis="y")
        label_axes(axes, x=label, names=names)
    return axes


def _rest(columns: Sequence[str], sizes: np.ndarray, values: Any, rest: np.ndarray) -> tuple[str, float]:
    """What the columns that are not drawn one by one are called, and the length of their bar."""
    name = more_columns(len(rest))
    if values is None:
        return name if len(rest) == 1 else f"sum of {name}", float(sizes[rest].sum())
    matrix = np.asarray(values, dtype=np.float64)
    if matrix.ndim != 2 or not len(matrix):
        raise ShapeError(f"values of shape {matrix.shape}", hint="give one output: (rows, columns)")
    require_numbers(columns, matrix, "values")
    together = float(np.abs(matrix[:, rest].sum(axis=1)).mean())
    return name if len(rest) == 1 else f"{name} together", together


def _draw_bars(axes: "Axes", lengths: np.ndarray, n_single: int, is_broken: bool) -> None:
    places = np.arange(len(lengths))
    axes.barh(places[:n_single], lengths[:n_single], height=0.68, color=palette().blue)
    axes.barh(
        places[n_single:],
        lengths[n_single:],
        height=0.68,
        facecolor="none",
        edgecolor=palette().muted,
        hatch="////",
        linewidth=0.8,
    )
    if is_broken:
        # A slanted cut says that the bar is longer than its room.
        x, place = 0.94 * lengths[-1], places[-1]
        slant = [0.99 * x, 1.01 * x], [place + 0.45, place - 0.45]
        axes.plot(*slant, color=palette().paper, linewidth=4, zorder=3)
    axes.axvline(0, color=palette().muted, linewidth=0.8)


def _draw_whiskers(axes: "Axes", ends: np.ndarray) -> None:
    known = np.isfinite(ends).all(axis=1)
    places = np.flatnonzero(known)
    # Ink is seen on the bar and beside it.
    axes.hlines(places, ends[known, 0], ends[known, 1], color=palette().ink, linewidth=1.1)
    for end in (0, 1):
        axes.plot(ends[known, end], places, "|", color=palette().ink, markersize=5)


def _write(axes: "Axes", bars: np.ndarray, lengths: np.ndarray, ends: np.ndarray) -> None:
    decimals = decimals_for(lengths)
    right = np.fmax(np.maximum(lengths, 0), ends[:, 1])
    left = float(np.fmin(np.minimum(lengths, 0), ends[:, 0]).min())
    span = (float(right.max()) - left) or 1.0
    for place, (value, end) in enumerate(zip(bars, right)):
        axes.annotate(
            number_text(value, decimals),
            (end, place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
    # Room for a number behind the longest bar.
    axes.set_xlim(left - (0.02 * span if left < 0 else 0), float(right.max()) + 0.16 * span)
