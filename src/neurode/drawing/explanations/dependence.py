"""Partial dependence: what the model says on average, and of each row, while one column moves."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from neurode.drawing.explanations.cells import as_numbers, gaps_in
from neurode.drawing.explanations.levels import draw_levels
from neurode.drawing.labels import label_axes
from neurode.drawing.legend import legend_above
from neurode.drawing.style import elided, figure_style, new_axes, palette
from neurode.drawing.wording import MISSING, is_missing, shorten_ticks
from neurode.errors import ArgumentError, ShapeError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST_NAME = 40

MOST_CURVES = 100
"""Of more rows, so many are drawn alone, evenly from the first to the last."""

MOST_BINS = 40

STRIP = 0.13
"""Height of the histogram below, as a part of the axes."""


def draw_dependence(
    column: str,
    grid: Any,
    mean: Any,
    curves: Any = None,
    values: Any = None,
    output: str = "mean prediction",
    ax: "Axes | None" = None,
) -> "Axes":
    """Draws the mean prediction over a grid of one column's values, and that of single rows as thin lines.

    Numbers and dates are a line, with a histogram of the rows below; levels and flags are points, one a
    line, with the share of the rows that have them. A missing value stands apart.

    Args:
        column: Its name.
        grid: Values of the column, ascending numbers or dates, or levels; one of them may be missing.
        mean: The mean prediction at each.
        curves: `(rows, points)`: the prediction of each row there, for thin lines.
        values: The column as it is in the rows, for histogram and shares.
        output: What is predicted.
        ax: Where to draw; a new figure unless given.

    Raises:
        ShapeError: If grid, mean and curves do not fit each other.
        ArgumentError: If a mean is not finite.

    Example:
        >>> axes = draw_dependence("age", [20, 40, 60], [0.3, 0.2, 0.25], values=[23, 31, 57])
        >>> [text.get_text() for text in axes.get_legend().get_texts()]
        ['mean of all rows', 'how many rows']
        >>> axes = draw_dependence("grade", ["A", "B", None], [0.1, 0.2, 0.3], values=["A", "B", "B", "B"])
        >>> [text.get_text() for text in axes.get_yticklabels()]
        ['A', 'B', 'missing']

    References:
        Friedman 2001, "Greedy function approximation", section 8.2; Goldstein et al. 2015, "Peeking inside
        the black box".
    """
    points, heights = _points(grid), np.asarray(mean, dtype=np.float64)
    lines = np.empty((0, len(points))) if curves is None else np.asarray(curves, dtype=np.float64)
    if not len(points) or heights.shape != (len(points),) or lines.ndim != 2 or lines.shape[1] != len(points):
        raise ShapeError(
            f"a grid of {len(points)} values with means of shape {heights.shape} and curves of {lines.shape}"
        )
    if not np.isfinite(heights).all():
        raise ArgumentError(
            f"the mean prediction at {points[int(np.isnan(heights).argmax())]!r} is no number"
        )
    cells = None if values is None else _points(values)
    gaps = gaps_in(points)
    numbers = as_numbers(points)
    flags = all(isinstance(point, bool | np.bool_) for point in points[~gaps])
    with figure_style():
        if numbers is None or flags:
            axes = draw_levels(column, points, heights, lines, cells, output, ax)
        else:
            axes = ax or new_axes(4.6, 3.3)
            _draw_line(axes, points, heights, lines, None if cells is None else cells[~gaps_in(cells)])
            _set_ticks(axes, points[~gaps])
            label_axes(axes, elided(column, LONGEST_NAME), elided(output, LONGEST_NAME))
            legend_above(axes, most=3, handle=1.6, raised=1.6 if gaps.any() else 0.3)
    return axes


def _points(values: Any) -> np.ndarray:
    """The values as they are, numbers and dates apart from levels, whose kind decides how they are drawn."""
    array = np.asarray(values)
    if array.ndim == 1 and array.dtype.kind in "biufmM":
        return array
    # A list of levels and gaps, or of numbers and gaps, keeps its None.
    listed: Sequence[Any] = list(values)
    known = next((value for value in listed if not is_missing(value)), None)
    if isinstance(known, date | np.datetime64):
        return np.array([None if is_missing(value) else value for value in listed], "datetime64[us]")
    cells = np.empty(len(listed), dtype=object)
    cells[:] = listed
    return cells


def _draw_line(
    axes: "Axes", points: np.ndarray, heights: np.ndarray, lines: np.ndarray, cells: np.ndarray | None
) -> None:
    from matplotlib.collections import LineCollection

    gaps = gaps_in(points)
    x = _places(points[~gaps])
    lines = lines[np.unique(np.linspace(0, len(lines) - 1, min(len(lines), MOST_CURVES)).astype(int))]
    low, high = (float(x.min()), float(x.max())) if len(x) else (0.0, 0.0)
    span = (high - low) or 1.0
    apart = high + 0.11 * span
    if len(lines):
        ends = np.stack([np.broadcast_to(x, lines[:, ~gaps].shape), lines[:, ~gaps]], axis=-1)
        axes.add_collection(LineCollection(list(ends), colors=palette().muted, linewidths=0.5, alpha=0.35))
        axes.plot([], [], color=palette().muted, linewidth=0.8, label="a row alone")
    style = "o-" if len(x) < 3 else "-"
    axes.plot(x, heights[~gaps], style, color=palette().blue, linewidth=2, ms=4.5, label="mean of all rows")
    if gaps.any():
        for line in lines:
            axes.plot(
                apart + np.array([-0.025, 0.025]) * span, [line[gaps][0]] * 2,
                color=palette().muted, linewidth=0.5, alpha=0.35,
            )  # fmt: skip
        axes.plot(apart, heights[gaps][0], "D", color=palette().vermillion, markersize=5, zorder=4)
        axes.axvline(high + 0.05 * span, color=palette().muted, linewidth=0.8, linestyle=(0, (1, 2)))
        axes.annotate(
            MISSING, (apart, 1), xycoords=axes.get_xaxis_transform(), ha="center", va="bottom", fontsize=8
        )
    axes.set_xlim(low - 0.03 * span, apart + 0.06 * span if gaps.any() else high + 0.03 * span)
    _set_height(axes, np.concatenate([heights, lines.ravel()]), with_strip=cells is not None)
    if cells is not None:
        _draw_strip(axes, _places(cells), low, high)


def _places(points: np.ndarray) -> np.ndarray:
    if points.dtype.kind == "M":
        from matplotlib.dates import date2num

        return np.asarray(date2num(points), dtype=np.float64)
    return points.astype(np.float64)


def _set_height(axes: "Axes", heights: np.ndarray, with_strip: bool) -> None:
    low, high = float(heights.min()), float(heights.max())
    span = (high - low) or max(abs(high), 1.0) * 0.1
    below = (STRIP + 0.04) / (1 - STRIP - 0.04) * 1.1 if with_strip else 0.05
    axes.set_ylim(low - below * span, high + 0.06 * span)
    shorten_ticks(axes.yaxis)
    # Beside the histogram the axis has no meaning.
    bottom, top = axes.get_ylim()
    axes.set_yticks([tick for tick in axes.get_yticks() if low - 0.05 * span <= tick <= top])
    axes.set_ylim(bottom, top)


def _draw_strip(axes: "Axes", places: np.ndarray, low: float, high: float) -> None:
    inside = places[(places >= low) & (places <= high)]
    bins = min(MOST_BINS, max(len(np.unique(inside)), 1))
    edges = np.linspace(low, high, bins + 1) if high > low else np.array([low - 0.02, low + 0.02])
    counts = np.histogram(inside, edges)[0]
    shares = STRIP * counts / max(counts.max(initial=0), 1)
    axes.bar(
        edges[:-1], shares, np.diff(edges), align="edge", color=palette().muted, alpha=0.45, linewidth=0,
        transform=axes.get_xaxis_transform(), label="how many rows",
    )  # fmt: skip


def _set_ticks(axes: "Axes", known: np.ndarray) -> None:
    low, high = axes.get_xlim()
    if known.dtype.kind == "M":
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

        locator = AutoDateLocator(maxticks=6)
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    else:
        shorten_ticks(axes.xaxis)
    if len(known):
        # No tick stands where the missing value does.
        highest = _places(known).max() + 1e-9 * (high - low)
        axes.set_xticks([tick for tick in axes.get_xticks() if low <= tick <= highest])
        axes.set_xlim(low, high)
