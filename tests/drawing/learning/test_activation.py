import numpy as np
import pytest
from scipy.special import erf, expit

from neurode.activations import ACTIVATIONS
from neurode.drawing import draw_activation, draw_activations
from neurode.errors import ArgumentError


def labels(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def shaded(axes):
    """From where to where the function is said to saturate."""
    (area,) = [c for c in axes.collections if c.get_hatch()]
    return [(path.vertices[:, 0].min(), path.vertices[:, 0].max()) for path in area.get_paths()]


def step(z):
    return (z > 0).astype(float)


# Ranges by analysis: silu and gelu have a minimum, selu ends at -λα.
RANGES = {
    "linear": "−∞ … ∞", "relu": "0 … ∞", "relu6": "0 … 6", "sigmoid": "0 … 1", "tanh": "−1 … 1",
    "softsign": "−1 … 1", "softplus": "0 … ∞", "exponential": "0 … ∞", "elu": "−1 … ∞",
    "selu": "−1.76 … ∞", "silu": "−0.278 … ∞", "gelu": "−0.17 … ∞", "mish": "−0.309 … ∞",
    "leaky_relu": "−∞ … ∞", "log_sigmoid": "−∞ … 0", "hard_silu": "−0.375 … ∞",
}  # fmt: skip


@pytest.mark.parametrize(("name", "range_"), RANGES.items(), ids=list(RANGES))
def test_the_range_is_that_of_analysis(name, range_):
    assert labels(draw_activation(ACTIVATIONS[name], name))[0] == f"{name}: {range_}"


@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
        (expit, lambda z: expit(z) * (1 - expit(z))),
        (lambda z: z * (1 + erf(z / 2**0.5)) / 2, None),
    ],
)
def test_differences_are_the_derivative(function, slope):
    drawn = draw_activation(function).lines[3]
    z = drawn.get_xdata()
    exact = slope or (lambda z: (1 + erf(z / 2**0.5)) / 2 + z * np.exp(-(z**2) / 2) / (2 * np.pi) ** 0.5)
    np.testing.assert_allclose(drawn.get_ydata()[1:-1], exact(z)[1:-1], atol=2e-4)


def test_a_derivative_that_is_given_is_drawn():
    axes = draw_activation(np.square, "square", lambda z: 2 * z)
    np.testing.assert_allclose(axes.lines[3].get_ydata(), 2 * axes.lines[3].get_xdata(), rtol=1e-6)


@pytest.mark.parametrize(
    ("function", "places"),
    [
        # 1 - tanh² = 0.05 at ±2.18, σ(1 - σ) = 0.05 / 4 at ±4.36.
        (np.tanh, [(-5, -2.18), (2.18, 5)]),
        (expit, [(-5, -4.36), (4.36, 5)]),
        (lambda z: np.maximum(z, 0), [(-5, 0)]),
        (np.exp, [(-5, -3)]),
        (step, [(-5, 0), (0, 5)]),
    ],
)
def test_it_saturates_where_it_is_nearly_flat(function, places):
    np.testing.assert_allclose(shaded(draw_activation(function)), places, atol=0.03)


@pytest.mark.parametrize("function", [lambda z: z, lambda z: z * expit(z) + z])
def test_what_does_not_saturate_is_not_said_to(function):
    assert "saturated" not in labels(draw_activation(function))


def test_a_jump_has_no_slope():
    slopes = draw_activation(lambda z: z + 4 * (z > 0)).lines[3].get_ydata()
    assert np.nanmax(slopes) == pytest.approx(1, abs=1e-4)
    assert np.isnan(slopes).any()


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_what_looks_at_all_units_has_no_curve(name):
    with pytest.raises(ArgumentError, match=f"{name} is no function of one weighted sum alone"):
        draw_activation(ACTIVATIONS[name], name)


def test_what_cannot_be_drawn_is_named():
    with pytest.raises(ArgumentError, match="nothing is nowhere finite"):
        draw_activation(lambda z: z * np.nan, "nothing")
    with pytest.raises(ArgumentError, match="limits"):
        draw_activation(np.tanh, limits=(1, 1))
    with pytest.raises(ArgumentError, match="no function to draw"):
        draw_activations({})


def test_several_are_drawn_side_by_side_on_one_page():
    chosen = {name: ACTIVATIONS[name] for name in ("relu", "silu", "tanh", "exponential", "hard_sigmoid")}
    axes = draw_activations({**chosen, "a function of my own with quite a name": np.sin})
    figure = axes[0].figure
    figure.draw_without_rendering()
    assert [each.get_title("left").splitlines()[0] for each in axes[:3]] == ["relu", "silu", "tanh"]
    boxes = [each.get_tightbbox() for each in axes]
    assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 for box in boxes)
    assert not [1 for i, a in enumerate(boxes) for b in boxes[:i] if a.overlaps(b)]
    assert len(figure.legends) == 1


def test_of_several_the_one_without_a_curve_is_told():
    axes = draw_activations({"softmax": ACTIVATIONS["softmax"], "relu": ACTIVATIONS["relu"]})
    assert [text.get_text() for text in axes[0].texts] == ["looks at all\nunits of a row"]
    assert len(axes[1].lines) == 4


@pytest.mark.parametrize(
    ("name", "range_"),
    [
        ("tanh", "0 … 1"),
        ("sigmoid", "0 … 0.25"),
        ("relu", "0 … 1"),
        ("elu", "0 … 1"),
        ("exponential", "0 … ∞"),
    ],
    ids=lambda text: text if text.isalpha() else "",
)
@pytest.mark.parametrize("reach", [0.5, 5])
def test_the_range_of_the_slope_is_not_that_of_the_picture(name, range_, reach):
    axes = draw_activation(ACTIVATIONS[name], name, limits=(-reach, reach))
    assert labels(axes)[1] == f"slope: {range_}"
