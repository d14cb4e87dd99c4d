import numpy as np
import pytest

from neurode.drawing import draw_importance, figure_style
from neurode.drawing.style import palette
from neurode.errors import ArgumentError, ShapeError

CASES = {
    "one column": (["age"], [0.2]),
    "five columns": (list("abcde"), [0.1, -0.02, 0.3, 0, 1e-5]),
    "all zero": (list("abc"), [0, 0, 0]),
    "large numbers": (list("abc"), [45000, 3, 12000.5]),
    "many long names": (
        [f"a column with quite a long name, number {i}" for i in range(200)],
        np.linspace(0, 1, 200),
    ),
}


def names(axes):
    return [text.get_text() for text in axes.get_yticklabels()]


def texts(axes):
    return [text.get_text() for text in axes.texts]


def within(axes, artists):
    """Whether the figure holds all of these, and none lies on another."""
    axes.figure.draw_without_rendering()
    paper = axes.figure.bbox
    boxes = [artist.get_window_extent() for artist in artists]
    cut = [box for box in boxes if box.x0 < paper.x0 - 1 or box.x1 > paper.x1 + 1 or box.y0 < paper.y0 - 1]
    clash = [(i, j) for i, a in enumerate(boxes) for j, b in enumerate(boxes[:i]) if a.overlaps(b)]
    return not cut and not clash


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_overlaps_or_is_cut(case, theme):
    columns, values = CASES[case]
    ends = np.column_stack([np.subtract(values, 0.05), np.add(values, 0.05)])
    with figure_style(theme):
        axes = draw_importance(columns, values, ends)
    assert within(axes, [*axes.get_yticklabels(), *axes.texts])


def test_the_most_important_is_on_top_and_equal_ones_stay_in_order():
    axes = draw_importance(list("abcd"), [0.1, 0.3, -0.2, 0.1])
    assert names(axes) == ["b", "a", "d", "c"]
    assert axes.yaxis_inverted()
    assert texts(axes) == ["0.300", "0.100", "0.100", "−0.200"]


def test_beyond_the_top_columns_are_summed_and_hatched():
    axes = draw_importance([f"c{i}" for i in range(23)], np.arange(23.0) / 100)
    assert names(axes)[-2:] == ["c3", "sum of 3 more columns"]
    assert texts(axes)[-1] == "0.030"
    rest = axes.patches[-1]
    assert rest.get_hatch()
    assert rest.get_width() == pytest.approx(0.03)


def test_with_values_the_rest_is_what_it_does_together():
    # One column decides; the two others cancel each other in each row.
    values = np.array([[9.0, 1.0, -1.0], [-9.0, 2.0, -1.5]])
    axes = draw_importance(list("abc"), np.abs(values).mean(axis=0), most=1, values=values)
    assert names(axes) == ["a", "2 more columns together"]
    assert axes.patches[-1].get_width() == pytest.approx((0.0 + 0.5) / 2)
    with pytest.raises(ShapeError, match="for 3 columns"):
        draw_importance(list("abc"), [1, 2, 3], most=1, values=values[:, :2])
    with pytest.raises(ShapeError, match="one output"):
        draw_importance(list("abc"), [1, 2, 3], most=1, values=values[0])


def test_a_sum_that_dwarfs_every_column_is_cut_short_but_told():
    axes = draw_importance([f"c{i}" for i in range(200)], np.ones(200))
    assert texts(axes)[-1] == "180.00"
    assert axes.patches[-1].get_width() == pytest.approx(1.3)
    assert axes.get_xlim()[1] < 2


def test_a_column_without_an_interval_has_no_whisker():
    axes = draw_importance(["a", "b"], [2.0, 1.0], [[1.5, 2.5], [np.nan, np.nan]])
    (whiskers,) = axes.collections
    assert [line.tolist() for line in whiskers.get_segments()] == [[[1.5, 0], [2.5, 0]]]


def test_the_theme_in_force_gives_the_colours():
    colors = {}
    for theme in ("light", "dark"):
        with figure_style(theme):
            colors[theme] = draw_importance(["a"], [1.0]).patches[0].get_facecolor()
            assert palette().paper
    assert colors["light"] != colors["dark"]


def test_what_does_not_fit_is_named():
    with pytest.raises(ShapeError, match="for 3 columns"):
        draw_importance(list("abc"), [1.0, 2.0])
    with pytest.raises(ShapeError, match="two ends each"):
        draw_importance(["a"], [1.0], [[1.0]])
    with pytest.raises(ArgumentError, match="importance of 'b'"):
        draw_importance(list("abc"), [1.0, np.nan, 2.0])
    with pytest.raises(ArgumentError, match="most=0"):
        draw_importance(["a"], [1.0], most=0)
