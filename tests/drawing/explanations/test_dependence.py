import datetime

import numpy as np
import pytest

from neurode.drawing import draw_dependence, draw_interaction, figure_style
from neurode.errors import ArgumentError, ShapeError

GRID = np.linspace(0, 500_000, 12)
MEAN = 0.4 - GRID / 2e6
CURVES = MEAN + np.linspace(-0.1, 0.1, 30)[:, None]


def texts(axes):
    return [text.get_text() for text in axes.texts]


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def boxes_of(axes, artists):
    axes.figure.draw_without_rendering()
    return [artist.get_window_extent() for artist in artists if artist.get_text()]


def overlapping(boxes):
    return [(i, j) for i, a in enumerate(boxes) for j, b in enumerate(boxes[:i]) if a.overlaps(b)]


def test_the_mean_is_a_line_and_rows_alone_are_thin_ones():
    axes = draw_dependence("limit", GRID, MEAN, CURVES, values=GRID)
    (mean,) = [line for line in axes.lines if line.get_label() == "mean of all rows"]
    assert mean.get_ydata() == pytest.approx(MEAN)
    assert len(axes.collections[0].get_segments()) == 30
    assert legend(axes) == ["a row alone", "mean of all rows", "how many rows"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("limit", "mean prediction")


def test_of_many_rows_some_are_drawn_from_first_to_last():
    curves = np.arange(1000.0)[:, None] + np.zeros(12)
    drawn = draw_dependence("x", GRID, MEAN, curves).collections[0].get_segments()
    assert len(drawn) == 100
    assert (drawn[0][0, 1], drawn[-1][0, 1]) == (0, 999)


def test_the_histogram_counts_the_rows_of_the_grid():
    values = np.concatenate([np.zeros(30), np.full(10, 499_999.0), [9e9, np.nan]])
    axes = draw_dependence("limit", GRID, MEAN, values=values)
    heights = [bar.get_height() for bar in axes.patches]
    assert heights == pytest.approx([0.13, 0.13 / 3])


def test_no_tick_stands_beside_the_histogram_or_under_the_missing_value():
    axes = draw_dependence("x", [*range(12), None], [*MEAN, 0.9], values=range(12))
    assert min(axes.get_yticks()) >= MEAN.min() - 0.05
    assert max(axes.get_xticks()) <= 11
    assert "missing" in texts(axes)
    assert [line.get_marker() for line in axes.lines if line.get_marker() == "D"] == ["D"]


def test_dates_are_an_axis_of_dates():
    days = np.datetime64("2019-01-01") + np.arange(12) * 30
    axes = draw_dependence("issued", [*days, None], [*MEAN, 0.3], values=list(days))
    axes.figure.draw_without_rendering()
    assert axes.get_xticklabels()[0].get_text() == "2019"
    assert sum(bar.get_height() > 0 for bar in axes.patches) == 12


@pytest.mark.parametrize(
    "first", [datetime.date(2020, 5, 1), datetime.datetime(2020, 5, 1, 12)], ids=["day", "moment"]
)
def test_python_s_own_dates_are_dates_too(first):
    days = [first + datetime.timedelta(days=30 * place) for place in range(12)]
    axes = draw_dependence("issued", [*days, None], [*MEAN, 0.3], values=[*days, None])
    (mean,) = [line for line in axes.lines if line.get_label() == "mean of all rows"]
    assert np.diff(mean.get_xdata()) == pytest.approx(30)
    assert sum(bar.get_height() > 0 for bar in axes.patches) == 12


@pytest.mark.parametrize("grid", [[3.0], [3.0, None], [1, 2]], ids=["one", "one and missing", "two"])
def test_few_points_are_seen(grid):
    axes = draw_dependence("x", grid, [0.5] * len(grid), [[0.4] * len(grid)], values=[3.0, 3.0])
    axes.figure.draw_without_rendering()
    assert any(line.get_marker() == "o" for line in axes.lines)


@pytest.mark.parametrize("n_levels", [1, 2, 5, 30])
@pytest.mark.parametrize("name", ["{}", "a level with quite a long name, number {}"])
def test_levels_are_a_line_each_and_nothing_overlaps(n_levels, name):
    levels = [name.format(i) for i in range(n_levels)]
    means = np.linspace(0.1, 0.4, n_levels + 1)
    curves = means + np.linspace(-0.1, 0.1, 11)[:, None]
    axes = draw_dependence("purpose", [*levels, None], means, curves, values=[*levels, None])
    assert [label.get_text() for label in axes.get_yticklabels()][-1] == "missing"
    artists = [*axes.get_yticklabels(), *axes.texts, axes.title, axes.yaxis.label]
    boxes = boxes_of(axes, artists)
    assert not overlapping(boxes)
    paper = axes.figure.bbox
    assert all(box.x0 >= -1 and box.x1 <= paper.x1 + 1 and box.y1 <= paper.y1 + 1 for box in boxes)


def test_a_level_shows_the_share_of_rows_and_where_eight_in_ten_lie():
    curves = np.linspace(0, 1, 11)[:, None] * [1, 1, 1]
    values = ["A"] * 50 + ["B"] * 49 + [None]
    axes = draw_dependence("grade", [None, "A", "B"], [0.9, 0.5, 0.5], curves, values)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["A", "B", "missing"]
    assert texts(axes) == ["50 % of rows", "49 %", "1 %"]
    whisker = axes.collections[0].get_segments()[0]
    assert whisker[:, 0] == pytest.approx([0.1, 0.9])
    assert axes.lines[0].get_xdata().tolist() == [0.5, 0.5]


def test_flags_are_levels():
    axes = draw_dependence("married", [False, True], [0.2, 0.3], values=[True, False, True])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["no", "yes"]
    assert texts(axes) == ["33 % of rows", "67 %"]


def test_what_does_not_fit_is_named():
    with pytest.raises(ShapeError, match="a grid of 2 values"):
        draw_dependence("x", [1, 2], [0.5])
    with pytest.raises(ShapeError, match=r"curves of \(1, 3\)"):
        draw_dependence("x", [1, 2], [0.5, 0.6], [[1, 2, 3]])
    with pytest.raises(ArgumentError, match="the mean prediction at 'B' is no number"):
        draw_dependence("x", ["A", "B"], [0.5, np.nan])


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (2, 12), (10, 10), (20, 20), (4, 30)])
@pytest.mark.parametrize("name", ["{}", "a level with quite a long name, number {}"])
def test_names_and_numbers_of_an_interaction_do_not_overlap(shape, name):
    values = 20_000 * np.linspace(0, 1, shape[0] * shape[1]).reshape(shape)
    second = [name.format(i) for i in range(shape[1])]
    axes = draw_interaction("income", "purpose", np.geomspace(1e3, 5e5, shape[0]), second, values)
    for artists in (axes.get_xticklabels(), axes.get_yticklabels(), axes.texts):
        assert not overlapping(boxes_of(axes, artists))


def test_the_theme_in_force_gives_the_colours():
    colors = []
    for theme in ("light", "dark"):
        with figure_style(theme):
            line = draw_dependence("x", GRID, MEAN).lines[0]
            squares = draw_interaction("a", "b", [1], [1, 2], [[0, 1]]).collections[0]
            colors.append((line.get_color(), tuple(squares.get_cmap()(0.5))))
    assert colors[0][0] != colors[1][0]
    assert colors[0][1] != colors[1][1]


def test_low_values_are_at_the_bottom_left():
    axes = draw_interaction("a", "b", [1, 2], [10, 20, 30], np.arange(6.0).reshape(2, 3))
    assert texts(axes)[0] == "0.00"
    assert axes.texts[0].get_position() == (0, 0)
    assert not axes.yaxis_inverted()
    assert [label.get_text() for label in axes.get_xticklabels()] == ["10", "20", "30"]
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("a", "b")


def test_a_pair_that_is_not_known_is_left_grey():
    axes = draw_interaction("a", "b", [1], [1, 2], [[np.nan, 0.5]])
    assert texts(axes) == ["–", "0.500"]
    assert axes.collections[0].get_array().mask.sum() == 1


def test_many_pairs_are_shaded_alone():
    assert texts(draw_interaction("a", "b", range(11), range(10), np.zeros((11, 10)))) == []


def test_grids_must_fit_the_values():
    with pytest.raises(ShapeError, match="grids of 2 and 2 values"):
        draw_interaction("a", "b", [1, 2], [1, 2], [[1, 2]])
