"""Where the nodes of a directed graph go, row after row, so that links are short, straight and seldom cross.

Sugiyama, Tagawa and Toda's method (1981): rows by the longest path, stand-ins where a link passes a row, few
crossings by sweeps, then places in a row that keep the links straight. Lengths are in any unit; inches here.
"""

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from neurode.drawing.layer_graphs.row_order import Segment, ordered_rows
from neurode.drawing.layer_graphs.row_places import straight_places
from neurode.errors import ArgumentError, listed

Point = tuple[float, float]
"""Breadth (across the flow) and depth (along it)."""

ROW_GAP = 0.44
ROW_GAP_PER_BREADTH = 0.07
WIDEST_ROW_GAP = 1.8
PORT_GAP = 0.17

ARROW = 0.13
"""A link runs straight so long before it meets its target."""


class Node(NamedTuple):
    """A rectangle to be placed."""

    breadth: float
    depth: float


class Link(NamedTuple):
    """A link from one node to another; a port is an offset from the middle of a side, None for any place."""

    source: int
    target: int
    source_port: float | None = None
    target_port: float | None = None


class Layout(NamedTuple):
    """The middle of each node, the points of each link, and the size of it all.

    Between two points of a link whose breadth differs there is nothing, so that any curve fits.
    """

    centers: list[Point]
    routes: list[list[Point]]
    size: Point


def layered_layout(
    nodes: Sequence[Node],
    links: Sequence[Link],
    first: Collection[int] = (),
    last: Collection[int] = (),
    names: Sequence[str] | None = None,
) -> Layout:
    """Places the nodes of a graph without cycles.

    Args:
        nodes: Their sizes. The order breaks ties: earlier is further left.
        links: From nodes to nodes; several between the same two are kept apart.
        first: Nodes that stay in the first row. Others without a source stand right before what they feed.
        last: Nodes that stay in the last row.
        names: Of the nodes, for the message about a cycle.

    Raises:
        ArgumentError: If links lead in a circle.

    Example:
        >>> layout = layered_layout([Node(2, 1), Node(2, 1)], [Link(0, 1)])
        >>> layout.centers, layout.routes[0][0], layout.routes[0][-1]
        ([(1.0, 0.5), (1.0, 1.94)], (1.0, 1.0), (1.0, 1.44))
    """
    if not nodes:
        return Layout([], [], (0.0, 0.0))
    ranks = _ranks(len(nodes), links, set(first), set(last), names)
    # Items are the nodes, then the stand-ins of links that pass a row.
    breadths = [float(node.breadth) for node in nodes]
    item_ranks = list(ranks)
    chains = []
    for link in links:
        passed = range(ranks[link.source] + 1, ranks[link.target])
        stand_ins = range(len(breadths), len(breadths) + len(passed))
        breadths.extend(0.0 for _ in passed)
        item_ranks.extend(passed)
        chains.append([link.source, *stand_ins, link.target])
    segments = [
        Segment(start, end, _offset(link.source_port, i == 0), _offset(link.target_port, i == len(chain) - 2))
        for link, chain in zip(links, chains)
        for i, (start, end) in enumerate(pairwise(chain))
    ]
    rows = ordered_rows(item_ranks, breadths, segments)
    places = straight_places(rows, breadths, segments, len(nodes))
    return _routed(nodes, links, chains, ranks, places, rows)


def _offset(port: float | None, at_node: bool) -> float:
    return port if at_node and port is not None else 0.0


def _ranks(
    n_nodes: int, links: Sequence[Link], first: set[int], last: set[int], names: Sequence[str] | None
) -> list[int]:
    """The row of each node: one more than the deepest of its sources."""
    ranks = [0] * n_nodes
    waiting = [0] * n_nodes
    targets: list[list[int]] = [[] for _ in range(n_nodes)]
    for link in links:
        targets[link.source].append(link.target)
        waiting[link.target] += 1
    ready = [node for node in range(n_nodes) if not waiting[node]]
    sources = set(ready)
    for node in ready:
        for target in targets[node]:
            ranks[target] = max(ranks[target], ranks[node] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    if len(ready) < n_nodes:
        circle = [node for node in range(n_nodes) if waiting[node]]
        # What a circle feeds waits too, but is no part of it.
        while kept := [node for node in circle if set(targets[node]) & set(circle)]:
            if len(kept) == len(circle):
                break
            circle = kept
        raise ArgumentError(
            f"the graph has a cycle among {listed(names[node] if names else node for node in circle)}",
            hint="let no layer feed, over others, itself",
        )
    for node in sources - first:
        ranks[node] = max(0, min((ranks[target] for target in targets[node]), default=1) - 1)
    for node in last:
        ranks[node] = max(max(ranks), 1)
    return ranks


def _routed(
    nodes: Sequence[Node],
    links: Sequence[Link],
    chains: list[list[int]],
    ranks: list[int],
    places: np.ndarray,
    rows: list[list[int]],
) -> Layout:
    offsets = _port_offsets(nodes, links, chains, places)
    across = [
        [
            float(places[item]) + (own if item in (chain[0], chain[-1]) else 0.0)
            for item, own in zip(chain, ends)
        ]
        for chain, (start, end) in zip(chains, offsets)
        for ends in [[start, *[0.0] * (len(chain) - 2), end]]
    ]
    # A wide step needs a deeper gap, or its curve would run flat along the boxes.
    widest = [0.0] * len(rows)
    for link, path in zip(links, across):
        for rank, (start, end) in enumerate(pairwise(path), start=ranks[link.source]):
            widest[rank] = max(widest[rank], abs(end - start))
    tops, bottoms, depth = [], [], 0.0
    for row, breadth in zip(rows, widest):
        tops.append(depth)
        bottoms.append(depth + max(nodes[item].depth for item in row if item < len(nodes)))
        depth = bottoms[-1] + min(ROW_GAP + ROW_GAP_PER_BREADTH * breadth, WIDEST_ROW_GAP)
    middles = [(tops[rank] + bottoms[rank]) / 2 for rank in ranks]
    routes = []
    for link, path in zip(links, across):
        start, end = link.source, link.target
        route = [(path[0], middles[start] + nodes[start].depth / 2), (path[0], bottoms[ranks[start]])]
        for rank, place in enumerate(path[1:-1], start=ranks[start] + 1):
            route += [(place, tops[rank]), (place, bottoms[rank])]
        route += [(path[-1], tops[ranks[end]] - ARROW), (path[-1], middles[end] - nodes[end].depth / 2)]
        routes.append([point for i, point in enumerate(route) if not i or point != route[i - 1]])
    edges = [float(places[i]) + sign * node.breadth / 2 for i, node in enumerate(nodes) for sign in (-1, 1)]
    edges += [place for route in routes for place, _ in route]
    left = min(edges)
    return Layout(
        [(round(float(places[i]) - left, 6), round(middles[i], 6)) for i in range(len(nodes))],
        [[(round(place - left, 6), round(deep, 6)) for place, deep in route] for route in routes],
        (round(max(edges) - left, 6), round(bottoms[-1], 6)),
    )


def _port_offsets(
    nodes: Sequence[Node], links: Sequence[Link], chains: list[list[int]], places: np.ndarray
) -> list[tuple[float, float]]:
    """Where each link leaves its source and meets its target, from the middle of their sides."""
    offsets = [(link.source_port or 0.0, link.target_port or 0.0) for link in links]
    for node in {link.target for link in links}:
        free = [i for i, link in enumerate(links) if link.target == node and link.target_port is None]
        coming = {i: float(places[chains[i][-2]]) + offsets[i][0] - float(places[node]) for i in free}
        free.sort(key=coming.__getitem__)
        straight = [position for position, i in enumerate(free) if abs(coming[i]) < 0.01]
        # A link that could run straight does, and the others make room.
        anchor = straight[0] if len(straight) == 1 else (len(free) - 1) / 2
        room = nodes[node].breadth / 2 - PORT_GAP / 2
        gap = min(PORT_GAP, room / max(anchor, len(free) - 1 - anchor, 1))
        for position, i in enumerate(free):
            offsets[i] = (offsets[i][0], (position - anchor) * gap)
        for source in {links[i].source for i in free}:
            twins = [i for i in free if links[i].source == source and links[i].source_port is None]
            if len(twins) > 1:
                mean = sum(offsets[i][1] for i in twins) / len(twins)
                for i in twins:
                    offsets[i] = (offsets[i][1] - mean, offsets[i][1])
    return offsets
