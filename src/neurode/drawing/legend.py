"""The legend of a figure: above the axes, where it never lies on a curve, in as many columns as fit."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from neurode.drawing.style import text_width

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FONT = 8
"""Points of its letters, as `style.settings` says."""

HANDLE, SPACING = 2.4, 1.6
"""Widths of a line before a label and of the space behind it, in letters."""

MOST_COLUMNS = 4

LINE = 0.167
"""Inches from label to label."""

LABELS = 0.65
"""Inches beside the axes that the labels of ticks take."""


def legend_above(
    axes: "Axes",
    most: int = MOST_COLUMNS,
    handle: float = HANDLE,
    beside: float = 0.0,
    raised: float = 0.3,
    **look: Any,
) -> None:
    """Puts the legend above the axes, and a title, whenever it is set, above the legend.

    There is none if nothing is labelled.

    Args:
        axes: Where everything with a label is drawn already.
        most: Columns at most; fewer where the labels are too long for the width of the axes.
        handle: Width of the sign before a label, in letters.
        beside: Inches beside the axes that are taken up by more than the labels of numbers.
        raised: Space below the legend, in letters.
        look: What else `Axes.legend` is told.
    """
    labels = axes.get_legend_handles_labels()[1]
    if not labels:
        return
    figure = axes.get_figure(root=True)
    room = axes.bbox.width / axes.figure.dpi
    if figure is not None and len(figure.axes) == 1 and figure.get_layout_engine() is not None:
        # The layout is still to come; it leaves the axes all but the labels of the ticks.
        room = max(room, figure.bbox.width / figure.dpi - LABELS)
    # Each further line of the label beside the axes takes its width.
    room -= beside + LINE * axes.get_ylabel().count("\n")
    legend = axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=_columns(labels, room, most, handle),
        borderaxespad=raised,
        handlelength=handle,
        columnspacing=SPACING,
        borderpad=0,
        **look,
    )
    title_above(axes, legend)


@dataclass(frozen=True, eq=False)
class _Place:
    """Where something lies, in parts of the figure."""

    artist: Any

    def __call__(self, axes: Any, renderer: Any) -> Any:
        box = self.artist.get_window_extent(renderer)
        return box.transformed(axes.get_figure(root=False).transSubfigure.inverted())


def title_above(axes: "Axes", artist: Any) -> None:
    """Keeps a title, whenever it is set, above what is drawn above the axes."""
    # matplotlib puts titles above all axes that lie within these. Unseen ones in that place make it
    # do so as late as it draws, when a title that a person sets afterwards is there too.
    beneath = axes.inset_axes((0, 1, 1, 0.1))
    beneath.set_visible(False)
    beneath.set_in_layout(False)
    beneath.set_axes_locator(_Place(artist))


def legend_height(
    labels: Sequence[str], width: float, most: int = MOST_COLUMNS, handle: float = HANDLE
) -> float:
    """The inches that a legend of these labels takes above axes in a figure of this width.

    Example:
        >>> short = legend_height(["network", "guessing"], 4.2)
        >>> legend_height(["a model with a name as long as this one"] * 2, 4.2) > short
        True
    """
    columns = _columns(labels, width - LABELS, most, handle)
    return 0.05 + LINE * -(-len(labels) // columns)


def _columns(labels: Sequence[str], room: float, most: int, handle: float) -> int:
    """As many as fit; they are filled one after the other, the first ones with one more."""
    letter = FONT / 72
    widths = [text_width(label, FONT) + letter * (handle + 0.8 + SPACING) for label in labels]

    def total(columns: int) -> float:
        short, longer = divmod(len(widths), columns)
        ends = np.cumsum([0, *[short + 1] * longer, *[short] * (columns - longer)])
        return sum(max(widths[begin:end], default=0.0) for begin, end in pairwise(ends))

    return max((n for n in range(1, most + 1) if total(n) - SPACING * letter <= room), default=1)
