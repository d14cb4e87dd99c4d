"""The order of nodes in their rows: links from row to row cross as seldom as a few sweeps can make them."""

from bisect import bisect_right, insort
from collections.abc import Callable
from typing import NamedTuple

SWEEPS = 24

Neighbours = list[list[tuple[int, float, float]]]
"""Of each item: those it is linked to, each with the ends of the link at that one and at its own, as parts of
their breadths from the middle."""


class Segment(NamedTuple):
    """The part of a link between two rows that follow each other, with the offsets of its ends."""

    start: int
    end: int
    start_offset: float
    end_offset: float


def ordered_rows(ranks: list[int], breadths: list[float], segments: list[Segment]) -> list[list[int]]:
    """The items of each row from left to right, with the fewest crossings that the sweeps met.

    Sweeps down and up sort each row by the mean place of what an item is linked to in the row before.

    Args:
        ranks: The row of each item.
        breadths: The breadth of each item.
        segments: The links, each from one row to the next.

    Example:
        >>> crossed = [Segment(0, 3, 0.0, 0.0), Segment(1, 2, 0.0, 0.0)]
        >>> ordered_rows([0, 0, 1, 1], [1.0, 1.0, 1.0, 1.0], crossed)
        [[0, 1], [3, 2]]

    References:
        Sugiyama, Tagawa and Toda 1981, "Methods for visual understanding of hierarchical system structures",
        the barycentric method.
    """
    rows: list[list[int]] = [[] for _ in range(max(ranks) + 1)]
    for item, rank in enumerate(ranks):
        rows[rank].append(item)
    above: Neighbours = [[] for _ in ranks]
    below: Neighbours = [[] for _ in ranks]
    for start, end, start_offset, end_offset in segments:
        # Offsets as parts of the width, below a half, so that they order links within one place.
        start_part = start_offset / max(breadths[start], 1e-9)
        end_part = end_offset / max(breadths[end], 1e-9)
        above[end].append((start, start_part, end_part))
        below[start].append((end, end_part, start_part))
    place = [0.0] * len(ranks)

    def number(row: list[int]) -> None:
        for position, item in enumerate(row):
            place[item] = float(position)

    for row in rows:
        number(row)
    best, fewest = [list(row) for row in rows], _crossings(rows, below, place)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        downwards = sweep % 2 == 0
        neighbours = above if downwards else below
        for row in rows[1:] if downwards else rows[-2::-1]:
            row.sort(key=_middle(neighbours, place))
            number(row)
        crossings = _crossings(rows, below, place)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    return best


def _middle(neighbours: Neighbours, place: list[float]) -> Callable[[int], float]:
    def mean(item: int) -> float:
        places = [place[other] + part for other, part, _ in neighbours[item]]
        return sum(places) / len(places) if places else place[item]

    return mean


def _crossings(rows: list[list[int]], below: Neighbours, place: list[float]) -> int:
    total = 0
    for row in rows[:-1]:
        ends = [
            end
            for _, end in sorted(
                (place[item] + own, place[other] + part) for item in row for other, part, own in below[item]
            )
        ]
        # Pairs whose ends are in the other order than their starts.
        met: list[float] = []
        for end in ends:
            total += len(met) - bisect_right(met, end + 1e-9)
            insort(met, end)
    return total
