"""A pass drawn, from a record that anything with these attributes may be."""

from types import SimpleNamespace

import numpy as np
import pytest

from neurode.drawing import draw_trace, figure_style
from neurode.drawing.glass_box.passes import MOST_LAYERS
from neurode.drawing.style import DARK


def layer(name, source, value, units, rng, *, weights=True, loss=True, kind="Dense", trainable=True):
    shape, inputs = (len(value), units), value.shape[1]
    drawn = lambda: rng.normal(size=shape).astype(np.float32)  # noqa: E731
    return SimpleNamespace(
        name=name, use=1, kind=kind, activation="relu" if weights else None, trainable=trainable,
        sources=(source,), input=value, z=drawn() if weights else None, a=drawn(),
        gradient_z=drawn() if weights and loss else None, gradient_a=drawn() if loss else None,
        weights={"kernel": rng.normal(size=(inputs, units)), "bias": -1e-5 * rng.random(units)}
        if weights
        else {},
    )  # fmt: skip


def record(sizes, rows=1, loss=True, name="sequential", value=None, dropout=False):
    rng = np.random.default_rng(0)
    value = rng.normal(size=(rows, sizes[0])).astype(np.float32) if value is None else value
    columns = tuple(f"a rather long column name {i}" for i in range(sizes[0]))
    gradient = rng.normal(size=value.shape) if loss else None
    layers, source, fed = [], "input", value
    for number, units in enumerate(sizes[1:]):
        layers.append(layer(f"a_layer_of_a_long_name_{number}", source, fed, units, rng, loss=loss))
        source, fed = layers[-1].name, layers[-1].a
        if dropout:
            layers.append(layer(f"dropout_{number}", source, fed, units, rng, weights=False, loss=loss))
    weights = {f"{own.name}/{key}": array for own in layers for key, array in own.weights.items()}
    changes = {path: 1e-4 * rng.normal(size=array.shape) for path, array in weights.items()} if loss else {}
    check = SimpleNamespace(agrees=True, arrays=(SimpleNamespace(difference=2e-7),))
    return SimpleNamespace(
        name=name, training=False, layers=layers, gradients=changes, steps=changes,
        inputs=[SimpleNamespace(name="input", columns=columns, value=value, gradient=gradient)],
        predictions={"end": layers[-1].a}, targets={"end": layers[-1].a} if loss else {},
        loss=0.123456 if loss else None, penalty=0.01, check=check if loss else None,
    )  # fmt: skip


def boxes(axes):
    axes.figure.draw_without_rendering()
    return [text.get_window_extent() for text in axes.texts if text.get_text()]


def texts(axes):
    return [text.get_text() for text in axes.texts]


RECORDS = {
    "neuron": {"sizes": (1, 1)},
    "small": {"sizes": (2, 3, 1)},
    "links": {"sizes": (2, 4, 2, 4)},
    "middle": {"sizes": (5, 12, 2)},
    "wide": {"sizes": (13, 64, 512, 30)},
    "batch": {"sizes": (13, 64, 3), "rows": 40},
    "forward": {"sizes": (2, 3, 1), "loss": False},
    "forward_batch": {"sizes": (9, 8, 1), "rows": 1000, "loss": False},
    "deep": {"sizes": (3, *[2] * 30)},
    "named": {"sizes": (2, 5), "name": "a model that somebody gave a very long name indeed"},
}


@pytest.fixture(params=RECORDS)
def axes(request):
    return draw_trace(record(**RECORDS[request.param]))


def test_every_text_lies_within_the_figure(axes):
    page = axes.figure.bbox
    for box in boxes(axes):
        assert page.x0 <= box.x0 <= box.x1 <= page.x1
        assert page.y0 <= box.y0 <= box.y1 <= page.y1


def test_no_text_lies_on_another(axes):
    every = boxes(axes)
    for number, one in enumerate(every):
        for other in every[number + 1 :]:
            across = min(one.x1, other.x1) - max(one.x0, other.x0)
            down = min(one.y1, other.y1) - max(one.y0, other.y0)
            # A pixel is the measure of the renderer.
            assert across < 1 or down < 1


def test_of_a_small_network_every_number_is_there():
    found = record((2, 3, 1))
    every = " ".join(texts(draw_trace(found)))
    for value in (
        found.layers[0].z[0, 1],
        found.layers[1].weights["kernel"][2, 0],
        found.inputs[0].value[0, 1],
    ):
        assert f"{abs(value):.3g}" in every
    assert "w₁₂" in every
    assert "loss L = 0.123, 0.01 of it penalties" in every
    assert "gradients agree with finite differences (largest relative difference 2e-07)" in every


def test_signs_differ_in_colour_and_dash():
    found = record((1, 2))
    found.layers[0].weights["kernel"] = np.array([[2.0, -1.0]])
    positive, negative = draw_trace(found).lines
    assert positive.get_color() != negative.get_color()
    assert positive.get_linestyle() != negative.get_linestyle()
    assert positive.get_linewidth() > negative.get_linewidth()


def test_bars_of_a_wide_layer_point_by_sign():
    found = record((9, 20))
    value = found.layers[0].z[0]
    up, down = draw_trace(found).collections[4:6]
    assert len(up.get_segments()) == (value > 0).sum()
    assert all(end[1] > start[1] for start, end in up.get_segments())
    assert all(end[1] < start[1] for start, end in down.get_segments())
    assert tuple(up.get_colors()[0]) != tuple(down.get_colors()[0])


def test_zeros_are_counted():
    found = record((9, 20))
    found.layers[0].a[:, :5] = 0
    assert any("25% zero" in text for text in texts(draw_trace(found)))


def test_of_a_deep_network_the_first_and_last_layers_are_drawn():
    axes = draw_trace(record((3, *[2] * 30)))
    assert f"… {31 - MOST_LAYERS + 1} more layers" in texts(axes)
    assert any(text.endswith("name_29") for text in texts(axes))


def test_layers_that_are_not_dense_are_drawn_as_strips():
    axes = draw_trace(record((2, 3, 1), dropout=True))
    assert "dropout_0" in texts(axes)


def test_a_frozen_layer_says_so():
    found = record((2, 20))
    found.layers[0].trainable = False
    found.gradients.clear()
    assert "frozen: no gradient" in texts(draw_trace(found))


@pytest.mark.parametrize("rows", [1, 3])
def test_a_table_is_told_in_words(rows):
    value = np.array([[50_000.0, np.nan, "A", "own", "x", "y"]] * rows, dtype=object)
    found = record((6, 3), value=value)
    found.inputs[0].gradient = np.array([[1e-6, 0.0, np.nan, np.nan, np.nan, np.nan]] * rows)
    every = "\n".join(texts(draw_trace(found)))
    if rows == 1:
        assert "= 50,000" in every
        assert "= missing" in every
        assert "… 2 more" in every
    else:
        assert "columns of a table" in every


def test_numbers_that_are_not_finite_are_left_out():
    found = record((9, 20))
    found.layers[0].a[0, 3], found.layers[0].gradient_a[:] = np.inf, np.nan
    draw_trace(found).figure.draw_without_rendering()


def test_it_is_drawn_in_the_colours_of_the_theme():
    with figure_style("dark"):
        axes = draw_trace(record((2, 3, 1)))
    assert axes.texts[0].get_color() == DARK.ink


def test_it_is_drawn_where_it_is_asked_to_be():
    for sizes in ((2, 3, 1), (9, 20)):
        with figure_style():
            own = draw_trace(record(sizes))
            assert draw_trace(record(sizes), own) is own
