"""Values with their intervals, one model a line: whether models differ is seen at a glance."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from neurode.drawing.labels import label_axes, letters_beside
from neurode.drawing.names import elided_apart
from neurode.drawing.style import figure_style, new_axes, palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST_NAME = 28


def draw_intervals(
    intervals: Mapping[str, tuple[float, float, float]], label: str, ax: "Axes | None" = None
) -> "Axes":
    """Draws a point and a whisker for each model, the first one (the network) on top.

    Args:
        intervals: The name of each model and its value, lower end and upper end; NaN ends draw the point
            alone, a NaN value is told in words.
        label: What the value is.
        ax: Where to draw; a new figure unless given.

    Example:
        >>> axes = draw_intervals({"network": (0.78, 0.76, 0.79), "majority": (0.5, 0.5, 0.5)}, "ROC AUC")
        >>> [text.get_text() for text in axes.get_yticklabels()]
        ['network', 'majority']
    """
    with figure_style():
        axes = ax or new_axes(6.4, 0.6 + 0.3 * len(intervals))
        for place, (value, lower, upper) in enumerate(intervals.values()):
            color = palette().series[0] if place == 0 else palette().muted
            axes.plot([lower, upper], [place, place], color=color, linewidth=2.6 if place == 0 else 1.6)
            axes.plot(value, place, "o", color=color, markersize=7 if place == 0 else 5)
            if not np.isfinite(value):
                axes.text(
                    0.5, place, "no value", transform=axes.get_yaxis_transform(), ha="center", va="center"
                )
                continue
            axes.annotate(
                f"{value:.3f}",
                (value, place),
                xytext=(0, 6),
                textcoords="offset points",
                ha="center",
                fontsize=8,
                color=palette().ink,
            )
        axes.set_yticks(
            np.arange(len(intervals)), elided_apart(list(intervals), letters_beside(ax, LONGEST_NAME))
        )
        axes.set_ylim(len(intervals) - 0.6, -0.7)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.grid(visible=False, axis="y")
        axes.margins(x=0.08)
        label_axes(axes, x=label, names=[text.get_text() for text in axes.get_yticklabels()])
    return axes
