from itertools import combinations, pairwise

import numpy as np
import pytest

from neurode.drawing import draw_network, figure_style, save_figure
from neurode.drawing.style import DARK, LIGHT
from neurode.errors import ArgumentError, ShapeError


def texts(axes):
    return [text.get_text() for text in axes.texts]


def weights(sizes):
    generator = np.random.default_rng(0)
    return [generator.normal(size=pair) for pair in pairwise(sizes)]


def everything(sizes, name="a rather long {} name {}", **more):
    """A network with all that can be drawn of it."""
    return draw_network(
        sizes,
        weights(sizes),
        [name.format("column", i) for i in range(sizes[0])],
        ["leaky_relu"] * (len(sizes) - 1),
        [name.format("class", i) for i in range(sizes[-1])],
        biases=[np.ones(size) for size in sizes[1:]],
        dropouts=[0.25] * (len(sizes) - 1),
        **more,
    )


def boxes(axes):
    axes.figure.draw_without_rendering()
    key = axes.get_legend()
    found = [text.get_window_extent() for text in axes.texts if text.get_text() not in ("1", "Σ", "Σ│f")]
    return found + ([key.get_window_extent()] if key else [])


def inside(axes):
    """Whether every text lies within the figure, as measured by the renderer."""
    page = axes.figure.bbox
    return all(
        page.x0 <= b.x0 and b.x1 <= page.x1 and page.y0 <= b.y0 and b.y1 <= page.y1 for b in boxes(axes)
    )


def overlaps(axes):
    return [(a, b) for a, b in combinations(boxes(axes), 2) if a.overlaps(b)]


SIZES = [
    (1, 1), (2, 3, 1), (5, 12, 2), (23, 64, 64, 1), (13, 30, 30), (200, 512, 30),
    (1, 512, 256, 128, 64, 32, 16, 8, 4, 1), (5, 1, 1, 1, 1, 1, 1, 1, 1, 2),
]  # fmt: skip


@pytest.mark.parametrize("sizes", SIZES, ids=lambda sizes: "-".join(map(str, sizes)))
@pytest.mark.parametrize("name", ["{} {}", "a rather long {} name {}"], ids=["short", "long"])
def test_no_text_is_cut_or_lies_on_another(sizes, name):
    axes = everything(sizes, name)
    assert inside(axes)
    assert not overlaps(axes)


@pytest.mark.parametrize("n_columns", [1, 5, 8, 11, 200])
@pytest.mark.parametrize("size", [1, 4, 9])
def test_no_text_of_grouped_inputs_is_cut_or_lies_on_another(n_columns, size):
    groups = [f"a table column of quite a name {i}" for i in range(n_columns) for _ in range(size)]
    axes = everything((len(groups), 12, 2), input_groups=groups)
    assert inside(axes)
    assert not overlaps(axes)


@pytest.mark.parametrize("side", [(4, 2), (6, 6), (9, 2.5)], ids=str)
@pytest.mark.parametrize("sizes", SIZES[1:7], ids=lambda sizes: "-".join(map(str, sizes)))
def test_it_shrinks_to_the_axes_that_it_is_given(side, sizes):
    from matplotlib.figure import Figure

    axes = Figure(figsize=side).add_axes((0, 0, 1, 1))
    assert everything(sizes, ax=axes) is axes
    assert inside(axes)


def test_at_most_a_dozen_neurons_are_drawn_and_the_rest_is_counted():
    axes = draw_network([13, 64, 12])
    drawn = [len(collection.get_offsets()) for collection in axes.collections[-3:]]
    assert drawn == [11, 11, 12]
    assert "… 2 more\nof 13" in texts(axes)
    assert "… 53 more\nof 64" in texts(axes)


def test_a_gap_between_close_rows_is_told_in_one_line():
    from matplotlib.figure import Figure

    axes = draw_network([2, 64, 1], ax=Figure(figsize=(6, 2.2)).add_axes((0, 0, 1, 1)))
    assert "… 53 more of 64" in texts(axes)


def test_captions_tell_sizes_and_activations():
    axes = draw_network([4, 1024, 1], activations=["relu", None])
    assert [text for text in texts(axes) if "more" not in text] == [
        "inputs\n4", "layer 1\n1,024\nrelu", "outputs\n1",
    ]  # fmt: skip


def test_units_of_small_networks_show_sum_and_activation():
    axes = draw_network([2, 3, 1], activations=["tanh", None])
    assert texts(axes).count("Σ│f") == 3
    assert texts(axes).count("Σ") == 1
    assert "layer 1\n3\nf = tanh" in texts(axes)
    assert "Σ│f" not in texts(draw_network([2, 12, 1], activations=["tanh", None]))


def test_dropout_is_marked_on_the_way_into_its_layer():
    axes = draw_network([2, 3, 3, 1], dropouts=[None, 0.3, 0])
    assert [text for text in texts(axes) if "dropout" in text] == ["dropout\n30 %"]
    (line,) = axes.lines
    first, second = (axes.collections[place].get_offsets()[0][0] for place in (-3, -2))
    assert first < line.get_xdata()[0] < second


def test_biases_are_the_weights_of_a_unit_that_is_one():
    axes = draw_network([2, 2], [np.zeros((2, 2))], biases=[np.array([4.0, -2.0])])
    assert texts(axes).count("1") == 1
    positive, negative = axes.collections[:2]
    # Four weights of zero and the first bias.
    assert len(positive.get_segments()) == 5
    assert positive.get_linewidths()[-1] == max(positive.get_linewidths())
    assert len(negative.get_segments()) == 1


def test_columns_of_several_inputs_stand_in_brackets():
    axes = draw_network([3, 1], input_names=["age", "A", "B"], input_groups=["age", "grade", "grade"])
    assert texts(axes)[:3] == ["age", "A", "B"]
    assert "grade" in texts(axes)
    assert len(axes.lines) == 1


def test_the_strongest_weight_is_the_thickest_and_signs_differ_in_colour_and_dash():
    axes = draw_network([2, 2], [np.array([[1.0, -4.0], [0.5, 2.0]])])
    positive, negative = axes.collections[:2]
    assert len(positive.get_segments()) == 3
    assert len(negative.get_segments()) == 1
    assert negative.get_linewidths()[0] > max(positive.get_linewidths())
    assert tuple(positive.get_colors()[0][:3]) != tuple(negative.get_colors()[0][:3])
    assert positive.get_linestyle() != negative.get_linestyle()


def test_a_circle_of_many_inputs_has_their_strongest_links():
    groups = [f"column {i // 2}" for i in range(24)]
    kernel = np.full((24, 1), 0.1)
    kernel[3] = -5
    axes = draw_network([24, 1], [kernel], input_groups=groups)
    positive, negative = axes.collections[:2]
    assert (len(positive.get_segments()), len(negative.get_segments())) == (11, 1)


def test_weights_of_encoded_features_are_drawn_in_grey():
    # 23 columns became 77 features: no weight belongs to a column.
    axes = draw_network([23, 4], [np.ones((77, 4))])
    assert len(axes.collections[0].get_segments()) == 11 * 4
    assert axes.collections[0].get_linestyle()[0][1] is None


def test_weights_of_zero_and_of_one_sign_are_drawn():
    draw_network([2, 2], [np.zeros((2, 2))]).figure.draw_without_rendering()
    draw_network([2, 2], [-np.ones((2, 2))]).figure.draw_without_rendering()


def test_weights_that_are_no_numbers_are_dotted_and_told():
    axes = draw_network([2, 1], [np.array([[np.nan], [np.inf]])])
    axes.figure.draw_without_rendering()
    assert len(axes.collections[0].get_segments()) == 2
    assert axes.get_legend().get_texts()[-1].get_text() == "not a number"


def test_dollars_in_a_name_are_no_formula():
    axes = draw_network([1, 1], input_names=["$x_1$"])
    axes.figure.draw_without_rendering()
    assert texts(axes)[0] == "$x_1$"
    assert not axes.texts[0].get_parse_math()


@pytest.mark.parametrize(("theme", "colors"), [("light", LIGHT), ("dark", DARK)])
def test_it_is_drawn_and_saved_in_its_theme(tmp_path, theme, colors):
    import matplotlib.image

    with figure_style(theme):
        axes = everything((2, 3, 1))
    assert {text.get_color() for text in axes.texts} == {colors.ink}
    save_figure(axes, tmp_path / "network.png")
    corner = matplotlib.image.imread(tmp_path / "network.png")[0, 0, :3]
    assert matplotlib.colors.to_hex(corner) == colors.paper


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"layer_sizes": [3]}, "is no network"),
        ({"layer_sizes": [3, 0]}, "is no network"),
        ({"layer_sizes": [3, 1], "input_names": ["a"]}, "input_names has 1 entries, needed 3"),
        ({"layer_sizes": [3, 1], "input_groups": ["a"]}, "input_groups has 1 entries, needed 3"),
        ({"layer_sizes": [3, 1], "weights": []}, "weights has 0 entries, needed 1"),
        ({"layer_sizes": [3, 1], "biases": [1, 2]}, "biases has 2 entries, needed 1"),
        ({"layer_sizes": [3, 1], "dropouts": []}, "dropouts has 0 entries, needed 1"),
    ],
)
def test_what_does_not_fit_is_named(arguments, message):
    with pytest.raises(ShapeError, match=message):
        draw_network(**arguments)


def test_a_dropout_beyond_one_is_named():
    with pytest.raises(ArgumentError, match="dropouts: 1.5 is no share"):
        draw_network([3, 1], dropouts=[1.5])
