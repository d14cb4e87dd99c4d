"""Where nodes stand in their rows: apart from each other, and so that links run as straight as can be."""

from itertools import pairwise

import numpy as np

from neurode.drawing.layer_graphs.row_order import Segment

NODE_GAP, LINK_GAP = 0.3, 0.2
"""Between nodes, and beside a link that passes."""

SPINE, LEAVING, ARRIVING, PASSING = 2.0, 0.5, 0.25, 8.0
"""What the slant of a part of a link costs: from node to node; the beginning, end and middle of a link that
passes rows. Such a link is straight before anything else, pulls no node aside, and turns where it arrives."""


def straight_places(
    rows: list[list[int]], breadths: list[float], segments: list[Segment], n_nodes: int
) -> np.ndarray:
    r"""The middle of each item: the least $\sum w |x_{end} - x_{start}|$ that keeps the items of a row apart.

    Of all the best answers the one furthest left and the one furthest right are averaged. The sum is convex,
    so that their mean is as good, and a node stands over the middle of two that it feeds.

    Args:
        rows: The items of each row from left to right.
        breadths: The breadth of each item.
        segments: The links, each from one row to the next.
        n_nodes: So many items come first that are nodes; the others stand in where a link passes a row.

    Example:
        >>> links = [Segment(0, 1, 0.0, 0.0), Segment(0, 2, 0.0, 0.0)]
        >>> places = straight_places([[0], [1, 2]], [1.0, 1.0, 1.0], links, 3)
        >>> places - places[0]
        array([ 0.  , -0.65,  0.65])

    References:
        Brandes and Köpf 2002, "Fast and simple horizontal coordinate assignment", averages extreme layouts
        too; here each is exact, by linear programming.
    """
    # `linprog` takes a third of a second to load; only this figure needs it.
    from scipy.optimize import linprog  # type: ignore[import-untyped]
    from scipy.sparse import coo_array  # type: ignore[import-untyped]

    apart = [pair for row in rows for pair in pairwise(row)]
    # Columns: the places, then the slant of each segment. A row: some entries and an upper limit.
    limits: list[tuple[list[tuple[int, float]], float]] = []
    for left, right in apart:
        gap = NODE_GAP if max(left, right) < n_nodes else LINK_GAP
        limits.append(([(left, 1), (right, -1)], -gap - (breadths[left] + breadths[right]) / 2))
    for i, segment in enumerate(segments, start=len(breadths)):
        shift = segment.end_offset - segment.start_offset
        limits.append(([(segment.end, 1), (segment.start, -1), (i, -1)], -shift))
        limits.append(([(segment.end, -1), (segment.start, 1), (i, -1)], shift))
    if not limits:
        return np.array(breadths) / 2
    entries = np.array([(row, *entry) for row, (limit, _) in enumerate(limits) for entry in limit])
    n_columns = len(breadths) + len(segments)
    matrix = coo_array((entries[:, 2], entries[:, :2].astype(int).T), (len(limits), n_columns)).tocsr()
    costs = np.array([0.0] * len(breadths) + [_cost(segment, n_nodes) for segment in segments])
    extremes = []
    for sign, bounds in ((1, (0, None)), (-1, (None, 0))):
        # So light a pull that it only chooses among equals.
        costs[: len(breadths)] = sign * 0.1 / len(breadths)
        sides = [bounds] * len(breadths) + [(0, None)] * len(segments)
        answer = linprog(costs, matrix, [limit for _, limit in limits], bounds=sides, method="highs")
        extremes.append(answer.x[: len(breadths)])
    return (extremes[0] + extremes[1]) / 2


def _cost(segment: Segment, n_nodes: int) -> float:
    if segment.start < n_nodes:
        return SPINE if segment.end < n_nodes else LEAVING
    return ARRIVING if segment.end < n_nodes else PASSING
