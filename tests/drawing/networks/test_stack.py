import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurode.drawing.networks.stack import MOST_NEURONS, grouped_stack, stack


def groups_of(*sizes):
    return [f"column {i}" for i, size in enumerate(sizes) for _ in range(size)]


@given(st.integers(1, 2000))
def test_every_neuron_is_drawn_or_counted(size):
    layer = stack(size)
    assert len(layer.members) + sum(gap.hidden for gap in layer.gaps) == size
    assert len(layer.members) <= MOST_NEURONS


@given(st.lists(st.integers(1, 40), min_size=1, max_size=60))
def test_every_input_of_every_column_is_drawn_or_counted(sizes):
    layer = grouped_stack(groups_of(*sizes))
    drawn = np.concatenate(layer.members)
    assert len(set(drawn)) == len(drawn)
    assert len(drawn) + sum(gap.hidden for gap in layer.gaps) == sum(sizes) == layer.size
    assert len(layer.members) <= MOST_NEURONS


@given(st.lists(st.integers(1, 40), min_size=1, max_size=60))
def test_rows_of_inputs_are_apart_and_around_the_middle(sizes):
    layer = grouped_stack(groups_of(*sizes))
    heights = sorted([*layer.heights, *(gap.height for gap in layer.gaps)])
    assert np.diff(heights).min(initial=1) >= 1 - 1e-9
    assert heights[0] == pytest.approx(-heights[-1])
    assert layer.rows <= 1.35 * MOST_NEURONS


def test_few_inputs_are_all_drawn_below_their_column():
    layer = grouped_stack(groups_of(1, 4, 3))
    assert not layer.gaps
    assert [(each.size, round(each.top - each.bottom)) for each in layer.brackets] == [(1, 0), (4, 3), (3, 2)]


def test_a_wide_column_shows_its_first_inputs():
    layer = grouped_stack(groups_of(2, 30))
    assert [members.tolist() for members in layer.members] == [[i] for i in range(11)]
    assert [(gap.hidden, gap.total) for gap in layer.gaps] == [(21, 30)]


def test_many_columns_are_a_circle_each():
    layer = grouped_stack(groups_of(*[5] * 11))
    assert [len(members) for members in layer.members] == [5] * 11
    assert all(each.bundled and each.label.endswith("(5)") for each in layer.brackets)


def test_columns_in_the_middle_are_left_out_of_very_many():
    layer = grouped_stack(groups_of(*[2] * 200))
    assert layer.columns_hidden == (189, 200)
    assert [(gap.hidden, gap.total) for gap in layer.gaps] == [(378, 400)]
    assert [each.name for each in layer.brackets][5:7] == ["column 5", "column 195"]


def test_inputs_of_a_column_need_not_be_neighbours():
    layer = grouped_stack(["age", "pay", "age"])
    assert [members.tolist() for members in layer.members] == [[0], [2], [1]]
