"""The reliability diagram: whether promised probabilities are kept."""

from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from neurode.drawing.labels import label_axes
from neurode.drawing.legend import legend_above
from neurode.drawing.style import elided, figure_style, new_axes, palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST_NAME = 32


@runtime_checkable
class Reliability(Protocol):
    """What a reliability diagram needs to have: one entry a bin, NaN in a bin without rows."""

    @property
    def mean_probability(self) -> np.ndarray: ...
    @property
    def observed_rate(self) -> np.ndarray: ...
    @property
    def counts(self) -> np.ndarray: ...
    @property
    def lower(self) -> np.ndarray: ...
    @property
    def upper(self) -> np.ndarray: ...


def draw_reliability(
    curve: Reliability, label: str = "the positive class", ax: "Axes | None" = None
) -> "Axes":
    """Draws the observed rate against the promised probability; what is kept lies on the line.

    Both axes end where the bins do, so that the small probabilities of a rare class are not squeezed.

    Args:
        curve: Bins with their intervals, such as `evaluation.calibration_curve` gives.
        label: Whose probability it is.
        ax: Where to draw; a new figure unless given.

    Example:
        >>> from types import SimpleNamespace
        >>> rates = np.array([0.1, 0.4])
        >>> curve = SimpleNamespace(mean_probability=rates, observed_rate=rates, counts=np.array([9, 9]),
        ...                         lower=rates - 0.05, upper=rates + 0.05)
        >>> draw_reliability(curve, "default").get_xlabel()
        'probability of default'
    """
    from matplotlib.ticker import MaxNLocator

    with figure_style():
        axes = ax or new_axes(4.2, 4.2)
        filled = np.asarray(curve.counts) > 0
        mean, rate, lower, upper = (
            np.asarray(values)[filled]
            for values in (curve.mean_probability, curve.observed_rate, curve.lower, curve.upper)
        )
        top = min(1.0, 1.06 * float(max(mean.max(initial=0), upper.max(initial=0)))) or 1.0
        axes.plot(
            [0, top],
            [0, top],
            color=palette().muted,
            linewidth=0.8,
            linestyle=(0, (1, 2)),
            label="as promised",
        )
        axes.vlines(mean, lower, upper, color=palette().blue, linewidth=1.4, label="95 % interval")
        axes.plot(mean, rate, "o-", color=palette().blue, linewidth=1, markersize=4.5, label="observed")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
        margin = 0.015 * top
        axes.set(xlim=(-margin, top + margin), ylim=(-margin, top + margin), aspect="equal")
        label_axes(axes, f"probability of {elided(label, LONGEST_NAME)}", "observed rate")
        legend_above(axes, handle=1.8)
    return axes
