"""Colours from low to high: blue through purple to orange, ever lighter, so that grey print reads too."""

from typing import TYPE_CHECKING, Any

import numpy as np

from neurode.drawing.style import palette

if TYPE_CHECKING:
    from matplotlib.colors import Colormap

STEPS = 24


def low_to_high() -> "Colormap":
    """The colours of the theme in force, from 0 (low) to 1 (high); fit for light and dark paper.

    Example:
        >>> colors = low_to_high()
        >>> [float(round(sum(colors(share)[:3]), 1)) for share in (0.0, 1.0)]
        [0.9, 1.5]
    """
    from matplotlib.colors import LinearSegmentedColormap, to_rgb

    colors = palette()
    dark = min((colors.ink, colors.paper), key=lambda color: sum(to_rgb(color)))

    def deep(color: str, share: float) -> Any:
        return (1 - share) * np.array(to_rgb(color)) + share * np.array(to_rgb(dark))

    anchors = [deep(colors.blue, 0.3), deep(colors.purple, 0.2), np.array(to_rgb(colors.orange))]
    return LinearSegmentedColormap.from_list("low to high", anchors, N=STEPS)


def shares_of_rank(values: np.ndarray) -> np.ndarray:
    """Where each number stands among the others: 0 the lowest, 1 the highest, equal ones alike, NaN for NaN.

    Ranks and not the numbers themselves, since one enormous income would make all others equal.

    Example:
        >>> shares_of_rank(np.array([10.0, 1e9, 10.0, 30.0, np.nan]))
        array([0. , 1. , 0. , 0.6, nan])
    """
    shares = np.full(len(values), np.nan)
    known = np.isfinite(values)
    if not known.any():
        return shares
    _, inverse, counts = np.unique(values[known], return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts + 1) / 2
    span = middle[-1] - middle[0]
    scaled = (middle - middle[0]) / span if span else np.full(len(middle), 0.5)
    shares[known] = scaled[inverse]
    return shares
