import numpy as np
import pytest

from neurode.drawing import draw_gradient_norms, draw_update_ratios, figure_style
from neurode.drawing.learning.gradients import MOST_POINTS, USUAL
from neurode.drawing.style import DARK
from neurode.errors import ArgumentError, ShapeError
from neurode.reporting.svg import inline_svg

LONG = "a layer whose author could not stop writing its name"


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def within_the_figure(axes):
    axes.figure.draw_without_rendering()
    page, box = axes.figure.bbox, axes.get_tightbbox()
    return page.x0 - 1 <= box.x0 and box.x1 <= page.x1 + 1 and page.y0 - 1 <= box.y0 and box.y1 <= page.y1 + 1


def norms(layers, times=40):
    generator = np.random.default_rng(0)
    return {f"dense_{i}": 10.0 ** (-i / 4) * generator.lognormal(0, 0.2, times) for i in range(layers)}


def test_few_layers_each_have_a_line():
    record = norms(6)
    axes = draw_gradient_norms(record)
    assert legend(axes) == list(record)
    assert axes.get_yscale() == "log"
    for line, values in zip(axes.lines, record.values()):
        np.testing.assert_array_equal(line.get_ydata(), values)
        np.testing.assert_array_equal(line.get_xdata(), np.arange(1, 41))
    assert len({line.get_color() for line in axes.lines}) == 6
    assert within_the_figure(axes)


def test_of_many_layers_the_ends_and_the_extremes_are_named():
    record = norms(30)
    record["dense_7"][-1] = 1e3
    record["dense_9"][-1] = 1e-12
    axes = draw_gradient_norms(record)
    assert legend(axes) == [
        "dense_0 (first)",
        "dense_7 (strongest)",
        "dense_9 (weakest)",
        "dense_29 (last)",
        "26 others",
    ]
    # 30 layers, and an empty one for the legend.
    assert len(axes.lines) == 31
    assert within_the_figure(axes)


def test_labels_are_plain_text():
    axes = draw_gradient_norms({"dense": np.geomspace(1e-9, 1, 20)})
    axes.figure.draw_without_rendering()
    texts = [label.get_text() for label in axes.get_yticklabels()]
    assert "10⁻⁸" in texts or "10⁻⁹" in texts
    assert not any("$" in text for text in texts)
    narrow = draw_gradient_norms({"dense": [0.2, 0.21]})
    narrow.figure.draw_without_rendering()
    assert {"0.1", "0.2", "0.5"} <= {label.get_text() for label in narrow.get_yticklabels()}


def test_zeros_and_what_is_not_finite_are_marked_at_the_ends():
    axes = draw_gradient_norms({"dense": [1.0, 0.0, np.nan, np.inf], "dead": [0.0] * 4})
    marks = {(line.get_marker(), tuple(line.get_xdata())) for line in axes.lines if line.get_marker() in "vx"}
    assert marks == {("v", (2,)), ("x", (3, 4)), ("v", (1, 2, 3, 4))}
    assert legend(axes) == ["dense", "dead (nothing above 0)"]
    assert within_the_figure(axes)


def test_a_long_series_keeps_its_peaks_and_weighs_little():
    values = np.random.default_rng(0).lognormal(0, 0.1, 100_000)
    values[77_777] = 1e6
    axes = draw_gradient_norms({"dense": values}, "step")
    x, y = axes.lines[0].get_data()
    assert len(y) == MOST_POINTS
    assert y.max() == 1e6
    assert abs(x[y.argmax()] - 77_778) <= 100_000 / MOST_POINTS
    assert len(inline_svg(axes.figure, "a", "b").encode()) < 40_000


def test_one_time_is_a_point():
    axes = draw_gradient_norms({"dense": [0.5], LONG: [0.1]})
    assert axes.lines[0].get_marker() == "o"
    assert within_the_figure(axes)


def test_the_usual_step_is_shaded():
    axes = draw_update_ratios({"dense": [0.1, 0.001]})
    assert legend(axes) == ["dense", "usual"]
    box = axes.patches[0].get_extents().transformed(axes.transData.inverted())
    assert (box.y0, box.y1) == pytest.approx(USUAL)


def test_the_dark_theme_is_taken_at_the_time_of_drawing():
    with figure_style("dark"):
        assert draw_gradient_norms(norms(1)).lines[0].get_color() == DARK.blue


@pytest.mark.parametrize(
    ("record", "error", "message"),
    [
        ({}, ArgumentError, "no layer"),
        ({"a": []}, ArgumentError, "nothing to draw yet"),
        ({"a": [1.0], "b": [1.0, 2.0]}, ShapeError, "'a' has 1 values, 'b' has 2"),
        ({"a": [[1.0]]}, ShapeError, r"'a' have shape \(1, 1\)"),
    ],
    ids=["none", "empty", "lengths", "shape"],
)
def test_what_cannot_be_drawn_is_named(record, error, message):
    with pytest.raises(error, match=message):
        draw_gradient_norms(record)
