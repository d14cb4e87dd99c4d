from itertools import pairwise

import numpy as np
import pytest

from neurode.drawing import draw_activation_histograms, draw_weight_histograms, figure_style
from neurode.drawing.learning.histograms import FEWEST
from neurode.drawing.style import DARK
from neurode.errors import ArgumentError
from neurode.reporting.svg import inline_svg

LONG = "a layer whose author could not stop writing its name"


def notes(axes):
    return [text.get_text().partition("\n")[2] for text in axes.get_yticklabels()]


def within_the_figure(axes):
    axes.figure.draw_without_rendering()
    page, box = axes.figure.bbox, axes.get_tightbbox()
    return page.x0 - 1 <= box.x0 and box.x1 <= page.x1 + 1 and page.y0 - 1 <= box.y0 and box.y1 <= page.y1 + 1


def apart(axes):
    """Whether no label beside a layer touches the next one."""
    axes.figure.draw_without_rendering()
    boxes = sorted((label.get_window_extent() for label in axes.get_yticklabels()), key=lambda box: box.y0)
    return all(low.y1 <= high.y0 for low, high in pairwise(boxes))


def network(layers, units=20):
    generator = np.random.default_rng(0)
    return {
        f"dense_{i}": {
            "kernel": generator.normal(0, 0.5, (units, units)),
            "bias": generator.normal(0, 0.1, units),
        }
        for i in range(layers)
    }


@pytest.mark.parametrize("layers", [1, 3, 30])
def test_each_layer_has_a_row_from_the_input_down(layers):
    axes = draw_weight_histograms(network(layers))
    assert [text.get_text().partition("\n")[0] for text in axes.get_yticklabels()] == [
        f"dense_{i}" for i in range(layers)
    ]
    assert (np.diff(axes.get_yticks()) < 0).all()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["kernel", "bias"]
    assert apart(axes)
    assert within_the_figure(axes)


def test_the_tallest_bin_has_the_most_weights():
    values = np.concatenate([np.full(70, 0.1), np.full(30, -0.4)])
    axes = draw_weight_histograms({"dense": {"kernel": values}})
    heights, edges, _ = axes.patches[0].get_data()
    tallest = heights.argmax()
    assert edges[tallest] <= 0.1 <= edges[tallest + 1]
    assert sorted(heights[heights > 0] / heights.max()) == pytest.approx([3 / 7, 1])


def test_a_handful_of_values_is_drawn_one_by_one():
    axes = draw_weight_histograms({"dense": {"kernel": np.ones((1, 1)), "bias": np.zeros(1)}})
    assert not axes.patches
    assert [len(lines.get_segments()) for lines in axes.collections] == [1, 1]
    assert len(network(1, 4)["dense_0"]["kernel"].ravel()) > FEWEST
    assert within_the_figure(axes)


def test_layers_of_very_different_spread_are_drawn_in_units_of_it():
    generator = np.random.default_rng(0)
    layers = {
        "small": {"kernel": generator.normal(0, 1e-3, 500)},
        "large": {"kernel": generator.normal(0, 100, 500)},
    }
    axes = draw_weight_histograms(layers)
    assert axes.get_xlabel() == "weight, in spreads of its layer"
    widths = [np.ptp(np.flatnonzero(patch.get_data().values > 0)) for patch in axes.patches[::2]]
    assert min(widths) > 20
    assert draw_weight_histograms(network(2)).get_xlabel() == "weight"


def test_values_that_are_not_finite_are_counted():
    kernel = np.array([*np.linspace(-1, 1, 40), np.nan, np.inf])
    axes = draw_weight_histograms({"dense": {"kernel": kernel}, "gone": {"kernel": np.full(3, np.nan)}})
    assert notes(axes) == ["42 values, spread 0.592, 2 not finite", "3 values, 3 not finite"]
    assert within_the_figure(axes)


def test_zeros_are_told_and_not_drawn():
    generator = np.random.default_rng(0)
    outputs = np.maximum(generator.normal(size=(500, 10)), 0)
    axes = draw_activation_histograms(
        {"relu": outputs, "tanh": np.tanh(outputs - 1)}, dead={"relu": 0.1}, saturated={"tanh": 0.004}
    )
    zeros = f"{100 * (outputs == 0).mean():.0f} %"
    spreads = [f"{values.std():.3g}" for values in (outputs[outputs != 0], np.tanh(outputs - 1))]
    assert notes(axes) == [
        f"10 units, spread {spreads[0]}\n{zeros} zeros, 10 % dead",
        f"10 units, spread {spreads[1]}\n< 1 % saturated",
    ]
    heights, edges, base = axes.patches[0].get_data()
    first = np.flatnonzero(heights > np.max(base))[0]
    assert edges[first + 1] > 0
    assert apart(axes)


def test_a_layer_that_is_dead_altogether_is_an_empty_row():
    axes = draw_activation_histograms({"relu": np.zeros((5, 3))}, dead={"relu": 1.0})
    assert notes(axes) == ["3 units\n100 % zeros, 100 % dead"]
    assert not axes.patches
    assert within_the_figure(axes)


def test_one_unit_and_one_row_are_told_as_such():
    axes = draw_activation_histograms({LONG: np.array([[0.5]])})
    assert notes(axes) == ["1 unit"]
    assert within_the_figure(axes)


def test_the_dark_theme_is_taken_at_the_time_of_drawing():
    with figure_style("dark"):
        axes = draw_weight_histograms(network(1))
    assert axes.get_legend().get_lines()[0].get_color() == DARK.blue


def test_nothing_to_draw_is_named():
    with pytest.raises(ArgumentError, match="no weights"):
        draw_weight_histograms({"dropout": {}})
    with pytest.raises(ArgumentError, match="no activations"):
        draw_activation_histograms({"dense": np.empty((0, 3))})


def test_large_layers_weigh_little_in_a_page():
    axes = draw_weight_histograms(network(3, 400))
    assert len(inline_svg(axes.figure, "a", "b").encode()) < 40_000
