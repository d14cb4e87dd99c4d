"""What every activation promises. A new one is one line in EXACT."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neurode import activations
from neurode.activations import ACTIVATIONS, get, name_of, serialized
from neurode.errors import ArgumentError, UnknownNameError

ALPHA, SCALE = 1.6732632423543772, 1.0507009873554805
"""Klambauer et al. (2017), Self-Normalizing Neural Networks, section 2.1."""


def naive_softmax(x):
    return np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True)


def naive_sparsemax(x):
    """The threshold found by halving an interval."""
    low, high = x.min(axis=-1, keepdims=True) - 1, x.max(axis=-1, keepdims=True)
    for _ in range(80):
        middle = (low + high) / 2
        too_much = np.maximum(x - middle, 0).sum(axis=-1, keepdims=True) > 1
        low, high = np.where(too_much, middle, low), np.where(too_much, high, middle)
    return np.maximum(x - low, 0)


# The textbook formulas in float64 NumPy: slow, unstable, obviously right.
EXACT = {
    "linear": lambda x: x,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "log_sigmoid": lambda x: -np.log(1 + np.exp(-x)),
    "tanh": lambda x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)),
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x),
    "elu": lambda x: np.where(x > 0, x, np.exp(x) - 1),
    "celu": lambda x: np.where(x > 0, x, np.exp(x) - 1),
    "selu": lambda x: SCALE * np.where(x > 0, x, ALPHA * (np.exp(x) - 1)),
    "gelu": lambda x: x * 0.5 * (1 + np.vectorize(math.erf, otypes=[float])(x / math.sqrt(2))),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "swish": lambda x: x / (1 + np.exp(-x)),
    "mish": lambda x: x * np.tanh(np.log(1 + np.exp(x))),
    "softplus": lambda x: np.log(1 + np.exp(x)),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "exponential": np.exp,
    "softmax": naive_softmax,
    "log_softmax": lambda x: np.log(naive_softmax(x)),
    "sparse_sigmoid": lambda x: np.clip((x + 1) / 2, 0, 1),
    "tanh_shrink": lambda x: x - np.tanh(x),
    "hard_silu": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "hard_swish": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "squareplus": lambda x: (x + np.sqrt(x**2 + 4)) / 2,
    "sparse_plus": lambda x: np.where(x <= -1, 0, np.where(x >= 1, x, (x + 1) ** 2 / 4)),
    "soft_shrink": lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0),
    "hard_shrink": lambda x: np.where(np.abs(x) > 0.5, x, 0),
    "sparsemax": naive_sparsemax,
}
KINKS = np.array([-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 6.0])
"""Where one of the functions has no derivative."""


@pytest.fixture(params=sorted(ACTIVATIONS))
def name(request):
    return request.param


def test_every_activation_has_a_formula_here():
    assert EXACT.keys() == ACTIVATIONS.keys()


@pytest.mark.parametrize(
    ("name", "x", "expected"),
    [
        ("sigmoid", 0.0, 0.5),
        ("hard_sigmoid", 1.5, 0.75),  # half-way between the middle and the end at 3
        ("leaky_relu", -1.0, -0.2),  # Keras's slope, not the 0.01 of others
        ("gelu", 1.0, 0.8413447),  # Φ(1), the exact form; the tanh form gives 0.8411920
        ("selu", -1e9, -SCALE * ALPHA),  # the floor of the saturating side
        ("relu6", 7.0, 6.0),
        ("softsign", 3.0, 0.75),
        ("softplus", 0.0, math.log(2)),
        ("mish", 0.0, 0.0),
        ("elu", -1e9, -1.0),
        ("sparse_sigmoid", 0.5, 0.75),
        ("sparse_plus", 0.0, 0.25),
        ("squareplus", 0.0, 1.0),  # √4 / 2
        ("soft_shrink", -2.0, -1.5),
        ("hard_shrink", 0.5, 0.0),  # the threshold itself does not pass
        ("hard_silu", -1.5, -0.375),  # -1.5 times a quarter
        ("tanh_shrink", 0.0, 0.0),
    ],
)
def test_values(name, x, expected):
    np.testing.assert_allclose(get(name)(jnp.array([x])), [expected], rtol=1e-6)


@jax.jit
def all_values(x):
    return {name: function(x) for name, function in ACTIVATIONS.items()}


@jax.jit
def all_gradients(x, coefficients):
    return {
        name: jax.grad(lambda z, f=function: (f(z) * coefficients).sum())(x)
        for name, function in ACTIVATIONS.items()
    }


@settings(max_examples=25, deadline=None)
@given(x=arrays(np.float64, (3, 4), elements=st.floats(-8, 8)))
def test_all_match_the_textbook(x):
    found = all_values(np.float32(x))
    for name, exact in EXACT.items():
        expected = exact(np.float32(x).astype(np.float64))
        np.testing.assert_allclose(found[name], expected, rtol=2e-5, atol=2e-6, err_msg=name)


@settings(max_examples=10, deadline=None)
@given(x=arrays(np.float64, 5, elements=st.floats(-7, 7)))
def test_gradients_are_the_slope_of_the_textbook(x):
    x = np.float32(x).astype(np.float64)
    x = np.where(np.abs(x[:, None] - KINKS).min(axis=1) < 1e-2, 0.7, x)
    coefficients = np.arange(1.0, 6)
    gradients = all_gradients(np.float32(x), np.float32(coefficients))
    for name, exact in EXACT.items():
        slope = [
            ((exact(x + bump) - exact(x - bump)) * coefficients).sum() / 2e-5 for bump in 1e-5 * np.eye(5)
        ]
        np.testing.assert_allclose(gradients[name], slope, rtol=1e-3, atol=1e-4, err_msg=name)


def test_shape_and_type_stay(name):
    x = jnp.ones((2, 3, 4))
    y = get(name)(x)
    assert (y.shape, y.dtype) == (x.shape, jnp.float32)


def test_jit_agrees_with_eager(key):
    x = jax.random.normal(key, (5, 4))
    for name, jitted in all_values(x).items():
        np.testing.assert_allclose(jitted, get(name)(x), rtol=1e-6, atol=1e-6, err_msg=name)


def test_far_out_there_is_no_nan_and_neither_in_the_gradient():
    x = np.float32([-1e4, -100, -20, 80, 1e4])
    values, gradients = all_values(x), all_gradients(x, np.ones(5, np.float32))
    for name in sorted(ACTIVATIONS):
        # Only e^x may overflow, where it is larger than any float32.
        end = 4 if name == "exponential" else 5
        assert np.isfinite(values[name][:end]).all(), name
        assert np.isfinite(gradients[name][:end]).all(), name


def test_rows_of_a_softmax_are_probabilities(key):
    p = activations.softmax(20 * jax.random.normal(key, (50, 6)))
    np.testing.assert_allclose(p.sum(axis=1), np.ones(50), rtol=1e-6)
    # A shift of all scores changes nothing.
    x = jax.random.normal(key, (50, 6))
    np.testing.assert_allclose(activations.softmax(x + 3), activations.softmax(x), rtol=1e-5)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [0, 0, 0.5, 3, 9]),
        ({"negative_slope": 0.5}, [-1, -0.25, 0.5, 3, 9]),
        ({"max_value": 6}, [0, 0, 0.5, 3, 6]),
        ({"threshold": 1.0}, [0, 0, 0, 3, 9]),
        # a (x - θ) below: 0.5 (-2 - 1), 0.5 (-0.5 - 1), 0.5 (0.5 - 1)
        ({"negative_slope": 0.5, "threshold": 1.0, "max_value": 4}, [-1.5, -0.75, -0.25, 3, 4]),
    ],
    ids=str,
)
def test_a_rectifier_has_slope_limit_and_threshold(settings, expected):
    np.testing.assert_allclose(activations.relu([-2, -0.5, 0.5, 3, 9], **settings), expected)


def test_settings_change_the_curve():
    assert float(activations.leaky_relu(-1.0, negative_slope=0.01)) == pytest.approx(-0.01)
    assert float(activations.elu(-1e9, alpha=2.0)) == -2.0
    assert float(activations.celu(-1e9, alpha=2.0)) == -2.0
    assert float(activations.gelu(1.0, approximate=True)) == pytest.approx(0.8411920, rel=1e-6)
    assert float(activations.squareplus(0.0, b=16)) == 2.0
    assert float(activations.soft_shrink(3.0, threshold=1.0)) == 2.0
    assert float(activations.hard_shrink(0.7, threshold=1.0)) == 0.0


def test_the_axis_of_shares_may_be_chosen():
    x = np.random.default_rng(0).normal(size=(4, 3))
    for function in (activations.softmax, activations.log_softmax, activations.sparsemax):
        np.testing.assert_allclose(function(x, axis=0), function(x.T).T, rtol=1e-6)
    np.testing.assert_allclose(activations.glu(x, axis=0), activations.glu(x.T).T, rtol=1e-6)


@settings(max_examples=25, deadline=None)
@given(x=arrays(np.float32, (2, 5), elements=st.floats(-1e4, 1e4, width=32)))
def test_rows_of_a_sparsemax_are_probabilities(x):
    p = activations.sparsemax(x)
    np.testing.assert_allclose(p.sum(axis=1), np.ones(2), rtol=1e-5)
    assert (p >= 0).all()


def test_lists_and_whole_numbers_are_taken(name):
    expected = get(name)(jnp.array([[-1.0, 2.0]]))
    np.testing.assert_array_equal(get(name)([[-1, 2]]), expected)
    np.testing.assert_array_equal(get(name)(np.array([[-1.0, 2.0]])), expected)


def test_a_name_gives_the_function_and_back(name):
    assert get(get(name)) is get(name)
    assert get(name_of(get(name))) is get(name)
    assert serialized(name) == name
    # A function that has two names gives its first.
    assert activations.serialize(get(name)) == {"swish": "silu", "hard_swish": "hard_silu"}.get(name, name)
    assert activations.deserialize(name) is get(name) is getattr(activations, name)


def test_functions_for_which_a_layer_has_no_place_have_names_too():
    assert get("glu") is activations.glu
    assert get("threshold") is activations.threshold
    assert serialized("glu") == "glu"


@pytest.mark.parametrize(
    "config",
    [
        {"module": "builtins", "class_name": "function", "config": "gelu", "registered_name": "function"},
        {"class_name": "gelu", "config": {}},
        {"registered_name": "gelu"},
    ],
    ids=str,
)
def test_a_configuration_names_a_function(config):
    assert get(config) is activations.gelu


def test_a_function_of_ones_own_is_found_among_custom_objects():
    def cube(x):
        return x**3

    config = activations.serialize(cube)
    assert activations.deserialize(config, custom_objects={"cube": cube}) is cube
    with pytest.raises(UnknownNameError, match="no activation named 'cube'"):
        activations.deserialize(config)
    with pytest.raises(ArgumentError, match="without a name"):
        activations.serialize(lambda x: x)


def test_none_is_linear():
    assert get(None) is activations.linear
    assert name_of(None) == serialized(None) == "linear"


def test_an_unknown_name_gets_a_hint():
    with pytest.raises(UnknownNameError, match="did you mean 'relu'"):
        get("rellu")


def test_a_function_of_ones_own_has_a_name_but_cannot_be_written():
    def cube(x):
        return x**3

    assert get(cube) is cube
    assert name_of(cube) == "cube"
    with pytest.raises(ArgumentError, match="'cube' is a function of your own"):
        serialized(cube)


def test_a_function_that_borrows_a_built_in_name_cannot_be_written():
    def relu(x):
        return x

    with pytest.raises(ArgumentError, match="of your own"):
        serialized(relu)
