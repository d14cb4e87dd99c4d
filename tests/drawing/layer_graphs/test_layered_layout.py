from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurode.drawing.layer_graphs.layered_layout import Link, Node, layered_layout
from neurode.drawing.layer_graphs.row_order import Segment, ordered_rows
from neurode.drawing.layer_graphs.row_places import LINK_GAP, NODE_GAP, straight_places
from neurode.errors import ArgumentError

UNIT = Node(1.0, 1.0)


def links(*pairs):
    return [Link(start, end) for start, end in pairs]


def crossings(rows, pairs):
    place = {item: i for row in rows for i, item in enumerate(row)}
    ends = [(place[a], place[b]) for a, b in pairs]
    return sum((a < c and b > d) for a, b in ends for c, d in ends)


def test_a_node_is_one_row_below_its_deepest_source():
    layout = layered_layout([UNIT] * 5, links((0, 1), (1, 2), (0, 2), (2, 3), (0, 4)))
    depths = [depth for _, depth in layout.centers]
    assert depths[4] == depths[1] < depths[2] < depths[3]


def test_first_and_last_nodes_stay_there():
    edges = links((0, 1), (1, 2), (3, 2), (0, 4))
    free = [depth for _, depth in layered_layout([UNIT] * 5, edges).centers]
    held = [depth for _, depth in layered_layout([UNIT] * 5, edges, first={3}, last={4}).centers]
    assert free[3] == free[1] == free[4]
    assert held[3] == held[0]
    assert held[4] == held[2]


@pytest.mark.parametrize("seed", range(8))
def test_a_shuffled_tree_is_drawn_without_crossings(seed):
    # A tree of three levels with three children each; names are shuffled within their level.
    generator = np.random.default_rng(seed)
    levels = [np.arange(1), 1 + generator.permutation(3), 4 + generator.permutation(9)]
    pairs = [(int(levels[i][j // 3]), int(levels[i + 1][j])) for i in range(2) for j in range(3 ** (i + 1))]
    segments = [Segment(start, end, 0.0, 0.0) for start, end in pairs]
    rows = ordered_rows([0] + [1] * 3 + [2] * 9, [1.0] * 13, segments)
    assert crossings([sorted(row) for row in rows], pairs) > 0
    assert crossings(rows, pairs) == 0


def test_ports_order_what_they_feed():
    # The right port feeds the earlier node.
    rows = ordered_rows([0, 1, 1], [1.0] * 3, [Segment(0, 1, 0.3, 0.0), Segment(0, 2, -0.3, 0.0)])
    assert rows == [[0], [2, 1]]


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_no_other_places_are_straighter(data):
    pairs = data.draw(st.lists(st.tuples(st.integers(0, 2), st.integers(3, 5)), min_size=1, max_size=6))
    segments = [Segment(start, end, 0.0, 0.0) for start, end in pairs]
    places = straight_places([[0, 1, 2], [3, 4, 5]], [1.0] * 6, segments, 6)
    steps = [np.diff(places[:3]), np.diff(places[3:])]
    assert np.min(steps) >= 1 + NODE_GAP - 1e-6
    slant = sum(abs(places[a] - places[b]) for a, b in pairs)
    # Others: any gaps of at least the least, and one row shifted against the other.
    for _ in range(20):
        others = data.draw(st.lists(st.floats(0, 3), min_size=5, max_size=5))
        upper, lower = (
            np.cumsum([0.0, *(1 + NODE_GAP + more for more in part)]) for part in (others[:2], others[2:4])
        )
        other = np.concatenate([upper, lower + others[4] - 1.5])
        assert slant <= sum(abs(other[a] - other[b]) for a, b in pairs) + 1e-6


def test_a_link_that_passes_rows_is_straight_beside_them():
    layout = layered_layout([UNIT] * 4, links((0, 1), (1, 2), (2, 3), (0, 3)))
    passing = layout.routes[3][2:-2]
    (place,) = {across for across, _ in passing}
    assert place == pytest.approx(layout.centers[1][0] + 0.5 + LINK_GAP)


def test_links_turn_only_between_rows():
    layout = layered_layout([UNIT, Node(1.0, 3.0), UNIT, UNIT], links((0, 1), (0, 2), (2, 3), (0, 3)))
    # The second row is as deep as its deepest node.
    tall = layout.centers[1][1]
    rows = [(0.0, 1.0), (tall - 1.5, tall + 1.5), (layout.size[1] - 1, layout.size[1])]
    for route in layout.routes:
        for (a, start), (b, end) in pairwise(route):
            assert start < end
            assert a == b or not any(start < bottom - 1e-6 and end > top + 1e-6 for top, bottom in rows)


def test_given_ports_are_kept():
    layout = layered_layout([Node(4.0, 1.0), Node(4.0, 1.0)], [Link(0, 1, 1.5, -1.0)])
    (start, *_, end), (a, b) = layout.routes[0], layout.centers
    assert start[0] - a[0] == pytest.approx(1.5)
    assert end[0] - b[0] == pytest.approx(-1.0)
    # The boxes give way, the link does not.
    assert start[0] == pytest.approx(end[0])


def test_two_links_between_the_same_nodes_are_parallel():
    first, second = layered_layout([UNIT, UNIT], links((0, 1), (0, 1))).routes
    assert len({across for across, _ in first}) == len({across for across, _ in second}) == 1
    assert first[0][0] != second[0][0]


def test_many_arrows_find_room_on_a_narrow_node():
    layout = layered_layout([UNIT] * 13, links(*((i, 12) for i in range(12))))
    ends = sorted(route[-1][0] - layout.centers[12][0] for route in layout.routes)
    assert -0.5 < ends[0] < ends[-1] < 0.5
    assert np.min(np.diff(ends)) > 0.05


def test_nothing_takes_no_room():
    assert layered_layout([], []).size == (0.0, 0.0)


def test_a_cycle_is_named():
    with pytest.raises(ArgumentError, match="a cycle among 1, 2\n"):
        layered_layout([UNIT] * 4, links((0, 1), (1, 2), (2, 1), (2, 3)))
