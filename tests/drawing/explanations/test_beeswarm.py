import io

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurode.drawing import draw_beeswarm, figure_style
from neurode.drawing.explanations.cells import as_numbers, cells_of, gaps_in
from neurode.drawing.explanations.swarm import swarm_offsets
from neurode.drawing.value_colors import low_to_high, shares_of_rank
from neurode.errors import ArgumentError, ShapeError

GENERATOR = np.random.default_rng(0)


def swarm(n_rows, n_columns, name="c{}"):
    columns = [name.format(i) for i in range(n_columns)]
    values = GENERATOR.normal(size=(n_rows, n_columns)) / np.arange(1, n_columns + 1)
    return columns, values, {column: values[:, i] for i, column in enumerate(columns)}


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def points(axes):
    return np.concatenate([np.asarray(part.get_offsets()) for part in axes.collections])


def overlapping(boxes):
    return [(i, j) for i, a in enumerate(boxes) for j, b in enumerate(boxes[:i]) if a.overlaps(b)]


@pytest.mark.parametrize(("n_rows", "n_columns"), [(1, 1), (300, 5), (40, 200)])
@pytest.mark.parametrize("name", ["c{}", "a column with quite a long name, number {}"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_overlaps_or_is_cut(n_rows, n_columns, name, theme):
    with figure_style(theme):
        axes = draw_beeswarm(*swarm(n_rows, n_columns, name))
    axes.figure.draw_without_rendering()
    boxes = [label.get_window_extent() for label in axes.get_yticklabels()]
    assert not overlapping(boxes)
    assert min(box.x0 for box in boxes) >= 0
    low, high = axes.get_xlim()
    assert ((points(axes)[:, 0] > low) & (points(axes)[:, 0] < high)).all()


def test_each_row_is_a_point_at_its_value_beside_its_column():
    columns, values, data = swarm(50, 3)
    axes = draw_beeswarm(columns, values, data)
    found = points(axes)
    for place in range(3):
        line = found[np.abs(found[:, 1] - place) < 0.45]
        assert np.sort(line[:, 0]) == pytest.approx(np.sort(values[:, place]))


def test_numbers_levels_and_gaps_have_their_own_sign():
    data = pl.DataFrame({"n": [1.0, None, 3.0], "s": ["x", "y", None], "flag": [True, False, None]})
    values = np.array([[3, 2, 1], [-3, 2, -1], [3, -2, 1]])
    axes = draw_beeswarm(["n", "s", "flag"], values, data)
    assert legend(axes) == ["a number, by its rank", "no order", "missing"]
    numbers, _, levels, gaps = [len(part.get_offsets()) for part in axes.collections]
    assert (numbers, levels, gaps) == (4, 2, 3)
    # Below the swarm of their line, where no point hides them.
    heights = np.asarray(axes.collections[-1].get_offsets())[:, 1]
    assert heights % 1 == pytest.approx(np.full(3, 0.33))


def test_a_group_of_columns_has_no_order():
    axes = draw_beeswarm(["age", "payments"], np.ones((3, 2)), {"age": [1, 2, 3]})
    assert legend(axes) == ["a number, by its rank", "no order"]


def test_the_other_columns_are_summed_by_row():
    values = np.array([[5.0, 1.0, 2.0], [5.0, -1.0, -3.0]])
    axes = draw_beeswarm(list("abc"), values, most=1)
    assert [text.get_text() for text in axes.get_yticklabels()] == ["a", "2 more columns"]
    assert sorted(points(axes)[:, 0]) == [-4, 3, 5, 5]


def test_many_rows_are_a_light_file_and_some_of_very_many_are_drawn():
    columns, values, data = swarm(9_000, 23)
    axes = draw_beeswarm(columns, values, data)
    assert "5,000 of 9,000 rows" in axes.get_xlabel().replace("\n", " ")
    file = io.BytesIO()
    axes.figure.savefig(file, format="svg")
    assert len(file.getvalue()) < 400_000


def test_values_that_are_all_zero_are_drawn():
    axes = draw_beeswarm(["a", "b"], np.zeros((30, 2)), {"a": np.arange(30), "b": np.ones(30)})
    assert axes.get_xlim() == (-1, 1)
    # Side by side, since they have one value.
    assert len(np.unique(points(axes)[:, 1])) == 60


def test_what_does_not_fit_is_named():
    with pytest.raises(ShapeError, match="one output"):
        draw_beeswarm(["a"], np.ones((2, 1, 2)))
    with pytest.raises(ShapeError, match="for 2 columns"):
        draw_beeswarm(["a", "b"], np.ones((2, 1)))
    with pytest.raises(ShapeError, match="3 rows of values, 2 of data"):
        draw_beeswarm(["a"], np.ones((3, 1)), {"a": [1, 2]})
    with pytest.raises(ArgumentError, match="values of 'b'"):
        draw_beeswarm(["a", "b"], np.array([[1, np.inf]]))


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=80))
def test_a_swarm_stays_in_its_line_and_a_lonely_point_in_the_middle(values):
    values = np.array(values)
    offsets = swarm_offsets(values, (-11.0, 11.0))
    assert np.abs(offsets).max() <= 0.41 + 1e-9
    alone = np.abs(values[:, None] - values).__lt__(1.0).sum(axis=1) == 1
    assert (offsets[alone] == 0).all()


def test_a_denser_place_is_broader():
    values = np.concatenate([np.full(60, 0.2), np.full(10, 0.8)])
    offsets = swarm_offsets(values, (0.0, 1.0))
    assert np.ptp(offsets[:60]) > 2 * np.ptp(offsets[60:])


@given(st.lists(st.one_of(st.floats(allow_nan=True, allow_infinity=False), st.integers(0, 3)), min_size=1))
def test_shares_of_rank_follow_the_mean_rank(values):
    values = np.array(values, dtype=np.float64)
    shares = shares_of_rank(values)
    known = values[~np.isnan(values)]
    assert (np.isnan(shares) == np.isnan(values)).all()
    if len(np.unique(known)) > 1:
        rank = np.array([(known < one).sum() + (known == one).sum() / 2 for one in known])
        expected = (rank - rank.min()) / (rank.max() - rank.min())
        assert shares[~np.isnan(values)] == pytest.approx(expected)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_colours_grow_lighter_from_low_to_high_so_that_grey_print_reads(theme):
    with figure_style(theme):
        colors = low_to_high()(np.linspace(0, 1, 24))[:, :3]
    grey = colors @ [0.299, 0.587, 0.114]
    assert (np.diff(grey) > 0).all()
    assert grey[-1] - grey[0] > 0.2


def test_cells_of_every_kind_of_table_are_found():
    pandas = pytest.importorskip("pandas")
    rows = {"a": [1.0, None], "b": ["x", None]}
    for table in (rows, pl.DataFrame(rows), pandas.DataFrame(rows)):
        assert as_numbers(cells_of(table, "a", 0)) == pytest.approx([1, np.nan], nan_ok=True)
        assert as_numbers(cells_of(table, "b", 1)) is None
        assert gaps_in(cells_of(table, "b", 1)).tolist() == [False, True]
        assert cells_of(table, "none", 2) is None
    assert cells_of(np.eye(2), "a", 1).tolist() == [0, 1]


def test_times_have_an_order_and_may_be_missing():
    times = np.array(["2020-01-02", "NaT", "2020-01-01"], dtype="datetime64[D]")
    numbers = as_numbers(times)
    assert np.isnan(numbers[1])
    assert numbers[0] - numbers[2] == 1
