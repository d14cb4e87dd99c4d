"""Points of one line spread to both sides, the more the denser they lie, so that each is seen."""

import numpy as np

BREADTH = 0.82
"""Of the densest line, where the distance between two lines is 1."""

POINT = 0.13
"""Breadth that a point asks for while there is room."""

BINS = 100


def swarm_offsets(values: np.ndarray, ends: tuple[float, float]) -> np.ndarray:
    """How far each point moves aside: within a breadth that follows the density, evenly, by no chance.

    Points that follow each other get the places of van der Corput's sequence, which spreads any run of them
    evenly. The same values have the same picture.

    Args:
        values: Where the points lie along the line.
        ends: Of the line.

    Returns:
        From -0.41 to 0.41.

    Example:
        >>> swarm_offsets(np.array([0.505, 0.1, 0.505]), (0.0, 1.0))
        array([-0.0325,  0.    ,  0.0325])

    References:
        van der Corput 1935, "Verteilungsfunktionen"; Clarke and Sherrill-Mix 2017, "ggbeeswarm", method
        quasirandom.
    """
    edges = np.linspace(*ends, BINS + 1)
    counts = np.histogram(values, edges)[0]
    smooth = np.convolve(counts, [0.5, 1, 0.5], mode="same")
    # A point beside an empty stretch is there itself.
    dense = np.maximum(np.interp(values, (edges[1:] + edges[:-1]) / 2, smooth), 1)
    breadth = POINT * (dense - 1)
    breadth *= min(1.0, BREADTH / max(float(breadth.max()), BREADTH))
    order = np.argsort(values, kind="stable")
    offsets = np.empty(len(values))
    offsets[order] = _spread(len(values)) - 0.5
    return offsets * breadth


def _spread(count: int) -> np.ndarray:
    """The first numbers of van der Corput's sequence: 1/2, 1/4, 3/4, 1/8, …"""
    numbers, spread, part = np.arange(1, count + 1), np.zeros(count), 0.5
    while numbers.any():
        spread += part * (numbers & 1)
        numbers, part = numbers >> 1, part / 2
    return spread
