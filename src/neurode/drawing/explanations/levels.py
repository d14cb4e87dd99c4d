"""Levels of a category against what the model says: a line each, with the share of the rows that have it."""

from typing import TYPE_CHECKING

import numpy as np

from neurode.drawing.explanations.cells import gaps_in
from neurode.drawing.labels import label_axes, letters_beside
from neurode.drawing.legend import legend_above
from neurode.drawing.names import elided_apart
from neurode.drawing.style import elided, new_axes, palette, text_width
from neurode.drawing.wording import shorten_ticks, value_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST_NAME, LONGEST_LEVEL = 40, 26

NARROW = 3.0
"""Inches of axes in which few numbers fit below the lines, once names and shares have their room."""

LONGEST_VALUE = 400
"""Of a level, before it is told apart from the others."""


def draw_levels(
    column: str,
    levels: np.ndarray,
    means: np.ndarray,
    curves: np.ndarray,
    cells: np.ndarray | None,
    output: str,
    ax: "Axes | None",
) -> "Axes":
    """Draws a point for each level at its mean prediction, and between which ends eight rows in ten lie.

    Args:
        column: Its name.
        levels: The levels; one may be missing, and is drawn last.
        means: The mean prediction at each.
        curves: `(rows, levels)`: the prediction of each row there; none for points alone.
        cells: The column as it is in the rows; None for no shares.
        output: What is predicted.
        ax: Where to draw; a new figure unless given.
    """
    gaps = gaps_in(levels)
    order = np.argsort(gaps, kind="stable")
    names = elided_apart(
        [value_text(levels[place], LONGEST_VALUE) for place in order], letters_beside(ax, LONGEST_LEVEL)
    )
    places = np.arange(len(order))
    axes = ax or new_axes(5.4, 1.0 + 0.23 * len(order))
    if len(curves):
        low, high = np.quantile(curves[:, order], [0.1, 0.9], axis=0)
        axes.hlines(places, low, high, color=palette().muted, linewidth=1.4, label="8 in 10 rows")
    known, gap = places[~gaps[order]], places[gaps[order]]
    means = means[order]
    axes.plot(means[known], known, "o", color=palette().blue, markersize=6, label="mean of all rows")
    if len(gap):
        axes.plot(means[gap], gap, "D", color=palette().vermillion, markersize=5)
        axes.axhline(len(known) - 0.5, color=palette().muted, linewidth=0.8, linestyle=(0, (1, 2)))
    if cells is not None:
        _write_shares(axes, levels[order], cells)
    axes.set_yticks(places, names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.margins(x=0.08)
    shorten_ticks(axes.xaxis)
    if axes.bbox.width < NARROW * axes.figure.dpi:
        axes.locator_params(axis="x", nbins=2, min_n_ticks=1)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    label_axes(axes, x=elided(output, LONGEST_NAME), names=names)
    axes.yaxis.labelpad = 7
    if len(names) > 4:
        label_axes(axes, y=elided(column, LONGEST_NAME))
    legend_above(axes, most=2, handle=1.2, beside=max(text_width(name, 8) for name in names))
    if len(names) <= 4:
        # Beside so few lines the name has no room upright.
        axes.set_title(elided(column, LONGEST_NAME))
    return axes


def _write_shares(axes: "Axes", levels: np.ndarray, cells: np.ndarray) -> None:
    gaps = gaps_in(cells)
    known = cells[~gaps].astype(str)
    counts = dict(zip(*np.unique(known, return_counts=True)))
    for place, level in enumerate(levels):
        missing = bool(gaps_in(np.array([level], dtype=object))[0])
        share = (gaps.sum() if missing else counts.get(str(level), 0)) / max(len(cells), 1)
        text = "< 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"
        # Above the numbers a head would meet the legend.
        text += " of rows" if place == 0 else ""
        axes.annotate(
            text, (1.02, place), xycoords=axes.get_yaxis_transform(), va="center", fontsize=8,
            color=palette().ink, annotation_clip=False,
        )  # fmt: skip
