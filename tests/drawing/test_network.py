from itertools import pairwise

import numpy as np
import pytest

from neurode.drawing import draw_network
from neurode.errors import ShapeError


def texts(axes):
    return [text.get_text() for text in axes.texts]


def weights(sizes):
    generator = np.random.default_rng(0)
    return [generator.normal(size=pair) for pair in pairwise(sizes)]


def inside(axes):
    """Whether every text lies within the figure, as measured by the renderer."""
    axes.figure.draw_without_rendering()
    page = axes.figure.bbox
    boxes = [text.get_window_extent() for text in axes.texts]
    return all(page.x0 <= b.x0 and b.x1 <= page.x1 and page.y0 <= b.y0 and b.y1 <= page.y1 for b in boxes)


@pytest.mark.parametrize(
    "sizes", [(1, 1), (2, 3, 1), (23, 64, 64, 1), (13, 30, 30), (1, 512, 256, 128, 64, 32, 16, 8, 4, 2, 1)]
)
def test_every_text_lies_within_the_figure(sizes):
    axes = draw_network(
        sizes,
        weights(sizes),
        [f"a rather long column name {i}" for i in range(sizes[0])],
        ["leaky_relu"] * (len(sizes) - 1),
        [f"a rather long class name {i}" for i in range(sizes[-1])],
    )
    assert inside(axes)


def test_at_most_a_dozen_neurons_are_drawn_and_the_rest_is_counted():
    axes = draw_network([13, 64, 12])
    drawn = [len(collection.get_offsets()) for collection in axes.collections[-3:]]
    assert drawn == [11, 11, 12]
    assert "… 2 more" in texts(axes)
    assert "… 53 more" in texts(axes)


def test_captions_tell_sizes_and_activations():
    axes = draw_network([4, 1024, 1], activations=["relu", None])
    assert texts(axes)[-3:] == ["inputs\n4", "layer 1\n1,024\nrelu", "outputs\n1"]


def test_the_strongest_weight_is_the_thickest_and_signs_differ_in_colour_and_dash():
    axes = draw_network([2, 2], [np.array([[1.0, -4.0], [0.5, 2.0]])])
    positive, negative = axes.collections[:2]
    assert len(positive.get_segments()) == 3
    assert len(negative.get_segments()) == 1
    assert negative.get_linewidths()[0] > max(positive.get_linewidths())
    assert tuple(positive.get_colors()[0][:3]) != tuple(negative.get_colors()[0][:3])
    assert positive.get_linestyle() != negative.get_linestyle()


def test_weights_of_encoded_features_are_drawn_in_grey():
    # 23 columns became 77 features: no weight belongs to a column.
    axes = draw_network([23, 4], [np.ones((77, 4))])
    assert len(axes.collections[0].get_segments()) == 11 * 4
    assert axes.collections[0].get_linestyle()[0][1] is None


def test_weights_of_zero_and_of_one_sign_are_drawn():
    draw_network([2, 2], [np.zeros((2, 2))])
    draw_network([2, 2], [-np.ones((2, 2))])


def test_dollars_in_a_name_are_no_formula():
    axes = draw_network([1, 1], input_names=["$x_1$"])
    axes.figure.draw_without_rendering()
    assert texts(axes)[0] == "$x_1$"
    assert not axes.texts[0].get_parse_math()


def test_it_draws_where_it_is_told():
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    assert draw_network([2, 1], ax=axes) is axes


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"layer_sizes": [3]}, "is no network"),
        ({"layer_sizes": [3, 0]}, "is no network"),
        ({"layer_sizes": [3, 1], "input_names": ["a"]}, "input_names has 1 entries, needed 3"),
        ({"layer_sizes": [3, 1], "weights": []}, "weights has 0 entries, needed 1"),
    ],
)
def test_what_does_not_fit_is_named(arguments, message):
    with pytest.raises(ShapeError, match=message):
        draw_network(**arguments)
