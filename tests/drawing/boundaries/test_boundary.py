from itertools import pairwise

import numpy as np
import pytest

from neurode.drawing import (
    BoundaryRows,
    boundary_grid,
    category_axis,
    draw_decision_boundary,
    figure_style,
    number_axis,
)
from neurode.drawing.boundaries.rows import MOST_ROWS
from neurode.drawing.style import DARK
from neurode.errors import ArgumentError, DataTypeError, ShapeError
from neurode.reporting.svg import inline_svg

LONG = "a feature whose author could not stop writing its name"
GENERATOR = np.random.default_rng(0)
X = GENERATOR.normal(size=(300, 2))
TARGET = (X.sum(axis=1) > 0).astype(int)


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def within_the_figure(axes):
    axes.figure.draw_without_rendering()
    page, box = axes.figure.bbox, axes.figure.get_tightbbox()
    inches = axes.figure.dpi
    return (
        page.x0 - 1 <= inches * box.x0
        and inches * box.x1 <= page.x1 + 1
        and page.y0 - 1 <= inches * box.y0
        and inches * box.y1 <= page.y1 + 1
    )


def sloped(rows):
    return 1 / (1 + np.exp(-3 * rows.sum(axis=1)))


def classes_of(n):
    centres = np.random.default_rng(1).normal(0, 1.6, (n, 2))

    def predict(rows):
        nearness = np.exp(-((rows[:, None] - centres) ** 2).sum(axis=-1))
        return nearness / nearness.sum(axis=1, keepdims=True)

    return predict


def grid_of(predict, points=40):
    return boundary_grid(predict, number_axis("income", X[:, 0], points), number_axis("age", X[:, 1], points))


def rows_of(target=TARGET, x=X):
    return BoundaryRows(x[:, 0], x[:, 1], target)


def test_a_grid_asks_at_each_place():
    x, y = number_axis("a", [0, 1], 3), number_axis("b", [10, 20], 4)
    grid = boundary_grid(lambda rows: rows[:, 0] + 100 * rows[:, 1], x, y)
    np.testing.assert_allclose(grid.answers[0], x.places + 100 * y.places[:, None])


def test_of_two_classes_the_second_is_kept():
    both = grid_of(lambda rows: np.column_stack([1 - sloped(rows), sloped(rows)]))
    np.testing.assert_array_equal(both.answers, grid_of(sloped).answers)
    assert grid_of(classes_of(3)).answers.shape == (3, 40, 40)


def test_a_category_is_asked_for_once_and_fills_a_band():
    asked = []

    def predict(rows):
        asked.append(rows)
        return rows[:, 0]

    grid = boundary_grid(predict, category_axis("grade", "ABC"), number_axis("age", [0, 1], 5))
    assert len(asked[0]) == 3 * 5
    np.testing.assert_array_equal(grid.answers[0, 0], [0, 0, 1, 1, 2, 2])


def test_the_line_lies_where_the_probability_crosses_the_threshold():
    axes = draw_decision_boundary(grid_of(sloped), rows_of(), ["paid", "default"], threshold=0.3)
    (line,) = [
        drawn
        for drawn in axes.collections
        if getattr(drawn, "levels", None) is not None and list(drawn.levels) == [0.3]
    ]
    vertices = line.get_paths()[0].vertices
    assert len(vertices) > 20
    np.testing.assert_allclose(sloped(vertices), 0.3, atol=0.02)
    assert legend(axes) == ["paid", "default", "threshold 0.3"]
    assert within_the_figure(axes)


def test_each_class_has_a_marker_of_its_own():
    axes = draw_decision_boundary(grid_of(sloped), rows_of())
    negative, positive = axes.lines[:2]
    assert negative.get_marker() != positive.get_marker()
    np.testing.assert_array_equal(positive.get_xdata(), X[TARGET == 1, 0])
    np.testing.assert_array_equal(negative.get_ydata(), X[TARGET == 0, 1])


@pytest.mark.parametrize("n", [3, 7, 30])
def test_several_classes_have_areas(n):
    predict = classes_of(n)
    grid, names = grid_of(predict), [f"class {i}" for i in range(n)]
    target = predict(X).argmax(axis=1)
    for rows in (None, rows_of(target)):
        axes = draw_decision_boundary(grid, rows, names)
        assert legend(axes)[:12] == names[:12]
        assert len(legend(axes)) == (n if n <= 12 else 13)
        assert within_the_figure(axes)


def test_classes_that_share_a_colour_differ_in_marker_and_hatch():
    axes = draw_decision_boundary(grid_of(classes_of(12)), rows_of(TARGET), [str(i) for i in range(12)])
    signs = {(line.get_color(), line.get_marker()) for line in axes.lines}
    assert len(signs) == 12
    areas = draw_decision_boundary(grid_of(classes_of(12)), None, [str(i) for i in range(12)])
    handles = areas.get_legend().get_patches()
    assert len({(patch.get_facecolor(), patch.get_hatch()) for patch in handles}) == 12


def test_numbers_have_a_scale_that_covers_grid_and_rows():
    def predict(rows):
        return 50_000 * rows[:, 0]

    actual = predict(X) * 2
    axes = draw_decision_boundary(grid_of(predict), rows_of(actual), None)
    bar = axes.figure.axes[1]
    assert bar.get_ylim()[0] <= actual.min()
    assert bar.get_ylim()[1] >= actual.max()
    axes.figure.draw_without_rendering()
    assert any(label.get_text().endswith("k") for label in bar.get_yticklabels())
    assert within_the_figure(axes)
    draw_decision_boundary(
        grid_of(lambda rows: np.zeros(len(rows))), None, None
    ).figure.draw_without_rendering()


def test_categories_label_their_bands_and_rows_stay_in_them():
    codes = np.arange(300) % 4
    levels = ["mortgage", "rent", "own", LONG]
    grid = boundary_grid(sloped, category_axis(LONG, levels), number_axis("age", X[:, 1], 40))
    axes = draw_decision_boundary(grid, BoundaryRows(codes, X[:, 1], TARGET))
    labels = [label.get_text() for label in axes.get_xticklabels()]
    assert labels[:3] == levels[:3]
    assert len(labels[3]) == 12
    drawn = np.concatenate([line.get_xdata() for line in axes.lines[:2]])
    assert np.sort(np.round(drawn)).tolist() == np.sort(codes).tolist()
    assert within_the_figure(axes)


def test_two_categories_spread_rows_both_ways():
    codes = np.zeros(200)
    grid = boundary_grid(sloped, category_axis("a", "uv"), category_axis("b", "wx"))
    axes = draw_decision_boundary(grid, BoundaryRows(codes, codes, np.zeros(200, int)))
    x, y = axes.lines[0].get_data()
    assert abs(np.corrcoef(x, y)[0, 1]) < 0.3


def test_many_categories_are_not_all_labelled():
    grid = boundary_grid(
        sloped, category_axis("a", [f"level {i}" for i in range(90)]), number_axis("b", [0, 1], 20)
    )
    axes = draw_decision_boundary(grid)
    axes.figure.draw_without_rendering()
    boxes = [label.get_window_extent() for label in axes.get_xticklabels()]
    assert len(boxes) <= 24
    assert all(left.x1 <= right.x0 for left, right in pairwise(boxes))


def test_of_many_rows_some_are_drawn_and_it_is_said():
    x = np.random.default_rng(0).normal(size=(100_000, 2))
    axes = draw_decision_boundary(grid_of(sloped), rows_of((x[:, 0] > 0).astype(int), x))
    assert "600 of 100,000 rows are drawn" in legend(axes)
    assert sum(len(line.get_xdata()) for line in axes.lines) == MOST_ROWS
    assert len(inline_svg(axes.figure, "a", "b").encode()) < 200_000


@pytest.mark.parametrize("constant", [0.0, 0.3, 0.5, 1.0])
def test_a_model_that_says_one_thing_has_no_line(constant):
    axes = draw_decision_boundary(
        grid_of(lambda rows: np.full(len(rows), constant)), rows_of(TARGET[:1], X[:1])
    )
    axes.figure.draw_without_rendering()
    levels = [getattr(drawn, "levels", ()) for drawn in axes.collections]
    assert not any(list(each) == [0.5] for each in levels)


def test_one_number_has_an_axis():
    axis = number_axis("a", [5.0, np.nan])
    assert axis.places[0] < 5 < axis.places[-1]


def test_the_dark_theme_is_taken_at_the_time_of_drawing():
    with figure_style("dark"):
        axes = draw_decision_boundary(grid_of(sloped), rows_of())
    assert axes.lines[0].get_color() == DARK.blue


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: grid_of(lambda rows: np.full(len(rows), np.nan)), ArgumentError, "1600 of 1600 answers"),
        (lambda: grid_of(lambda rows: rows[:5]), ShapeError, r"asked for 1600 rows"),
        (lambda: grid_of("model"), DataTypeError, "str is no function"),
        (lambda: number_axis("a", [np.nan]), ArgumentError, "no number among the values of 'a'"),
        (lambda: category_axis("a", []), ArgumentError, "no categories"),
        (lambda: BoundaryRows(X[:, 0], X[:, 1], TARGET[:3]), ShapeError, "300 rows of x"),
        (
            lambda: draw_decision_boundary(grid_of(sloped), None, ["a"]),
            ShapeError,
            "1 class name for 1 output",
        ),
        (
            lambda: draw_decision_boundary(grid_of(classes_of(3)), None, None),
            ShapeError,
            "0 class names for 3",
        ),
        (lambda: draw_decision_boundary(grid_of(classes_of(3))), ShapeError, "2 class names for 3 outputs"),
        (lambda: draw_decision_boundary(grid_of(sloped), threshold=1.5), ArgumentError, "threshold=1.5"),
        (
            lambda: draw_decision_boundary(grid_of(sloped), rows_of(TARGET + 1)),
            ArgumentError,
            "classes from 1 to 2",
        ),
    ],
    ids=range(11),
)
def test_what_cannot_be_drawn_is_named(make, error, message):
    with pytest.raises(error, match=message):
        make()
