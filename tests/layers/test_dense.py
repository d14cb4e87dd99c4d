import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neurode.errors import ArgumentError, DataTypeError, ShapeError, UnknownNameError
from neurode.layers import Dense, Input
from neurode.typing import Columns

KERNEL = np.array([[1.0, -1.0], [2.0, 0.5], [0.0, 3.0]])
BIAS = np.array([0.5, -0.5])
PARAMS = {"kernel": jnp.float32(KERNEL), "bias": jnp.float32(BIAS)}


def test_values():
    y, _ = Dense(2).apply(PARAMS, {}, jnp.array([[1.0, 2.0, 3.0]]))
    # 1·1 + 2·2 + 3·0 + 0.5 and -1·1 + 0.5·2 + 3·3 - 0.5
    assert y.tolist() == [[5.5, 8.5]]
    y, _ = Dense(2, activation="relu").apply(PARAMS, {}, jnp.array([[-1.0, 0.0, 1.0]]))
    assert y.tolist() == [[0.0, 3.5]]


@settings(max_examples=20, deadline=None)
@given(x=arrays(np.float64, (4, 3), elements=st.floats(-50, 50)))
def test_it_is_the_affine_map(x):
    y, _ = Dense(2, activation="tanh").apply(PARAMS, {}, jnp.float32(x))
    expected = np.tanh(np.array([[row @ KERNEL[:, unit] + BIAS[unit] for unit in range(2)] for row in x]))
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-5)


def test_the_gradient_of_the_kernel_is_input_times_error():
    x = jnp.array([[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]])
    gradient = jax.grad(lambda p: Dense(2).apply(p, {}, x)[0][:, 0].sum())(PARAMS)
    np.testing.assert_allclose(gradient["kernel"], np.stack([x.sum(axis=0), np.zeros(3)], axis=1))
    assert gradient["bias"].tolist() == [2.0, 0.0]


def test_wrong_width_names_the_layer():
    with pytest.raises(ShapeError, match="hidden was built for 3 features, got 7"):
        Dense(2, name="hidden").apply(PARAMS, {}, jnp.ones((5, 7)))


@pytest.mark.parametrize("shape", [(), Columns((2,), (3,))], ids=str)
def test_rows_without_an_axis_of_features_are_refused(shape):
    with pytest.raises(ShapeError, match="dense takes rows of features"):
        Dense(2).init(jax.random.key(0), shape)


# Other types are stopped by the type checker that tests run under, and by the same line without it.
@pytest.mark.parametrize("units", [0, -1, True])
def test_units_are_a_whole_number(units):
    with pytest.raises(ArgumentError, match="units="):
        Dense(units)


def test_unknown_names_are_met_when_the_layer_is_written():
    with pytest.raises(UnknownNameError, match="did you mean 'relu'"):
        Dense(2, activation="rellu")
    with pytest.raises(UnknownNameError, match="did you mean 'zeros'"):
        Dense(2, bias_initializer="zeroes")


def test_no_activation_is_the_linear_one():
    assert Dense(2) == Dense(2, activation="linear")


def test_a_function_of_ones_own_is_applied_and_written_by_its_name():
    layer = Dense(2, activation=lambda x: x * 2)
    assert layer.apply(PARAMS, {}, jnp.array([[1.0, 2.0, 3.0]]))[0].tolist() == [[11.0, 17.0]]
    assert layer.get_config()["activation"] == "<lambda>"


@pytest.mark.parametrize("shape", [(0,), (-1,), (None,), (2.5,), ("a",)])
def test_an_input_has_whole_sizes(shape):
    with pytest.raises(ShapeError, match="without the row axis"):
        Input(shape)


def test_an_input_of_one_number_is_a_vector():
    assert Input(7).shape == Input((7,)).shape == Input([7]).shape == (None, 7)


def test_keras_s_way_to_write_a_layer_is_refused_with_the_way_out():
    with pytest.raises(DataTypeError, match="the layer Twice is written with Keras's build and call"):

        class Twice(Dense):
            def call(self, x):
                return super().call(x) * 2


def test_an_initializer_that_is_none_is_the_usual_one():
    assert Dense(2, bias_initializer=None).bias_initializer == Dense(2).bias_initializer
