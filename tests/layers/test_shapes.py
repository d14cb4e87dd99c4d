"""Embedding, reshaping, pooling, discretization, encoding, activations, Lambda: values and refusals."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurode import layers
from neurode.errors import ArgumentError, NotFittedError, ShapeError
from neurode.layers import Embedding, Graph, Input, Lambda, Layer
from neurode.records import record


def test_a_code_without_a_row_is_nan_and_negative_codes_count_from_the_end():
    table = jnp.arange(6.0).reshape(3, 2)
    y, _ = Embedding(3, 2).apply({"embeddings": table}, {}, jnp.array([[0, 2], [3, -1]]))
    assert y[0].tolist() == [[0, 1], [4, 5]]
    assert np.isnan(y[1, 0]).all()
    assert y[1, 1].tolist() == [4, 5]


def test_only_rows_that_are_used_get_a_gradient():
    layer = Embedding(3, 1)
    gradient = jax.grad(lambda p: layer.apply(p, {}, jnp.array([[0, 0, 2]]))[0].sum())(
        {"embeddings": jnp.ones((3, 1))}
    )
    assert gradient["embeddings"].tolist() == [[2], [0], [1]]


def test_codes_to_a_prediction_in_one_network():
    network = Graph.chain([Embedding(5, 2), layers.GlobalAveragePooling1D(), layers.Dense(1)])
    y, _ = network.apply(*network.init(jax.random.key(0), (3,)), jnp.array([[0, 1, 4]]))
    assert y.shape == (1, 1)


def test_a_lambda_takes_arguments_training_and_several_inputs():
    assert Lambda(lambda x, by: x * by, arguments={"by": 3})(jnp.ones((2, 1))).tolist() == [[3], [3]]
    training = Lambda(lambda x, training: x * training)
    assert training(jnp.ones((1, 1)), training=True).tolist() == [[1]]
    both = Lambda(lambda pair: pair[0] - pair[1])
    assert both([jnp.ones((1, 2)), jnp.ones((1, 2))]).tolist() == [[0, 0]]
    assert both([Input((2,)), Input((2,))]).shape == (None, 2)


def test_the_shape_of_a_lambda_is_found_or_told():
    assert Lambda(lambda x: x[:, :1])(Input((4,))).shape == (None, 1)
    assert Lambda(lambda x: x, output_shape=(4,))(Input((4,))).shape == (None, 4)
    assert Lambda(lambda x: x, output_shape=lambda shape: shape)(Input((4,))).shape == (None, 4)
    # Two arrays of different rank, which the library itself would refuse.
    assert Lambda(lambda x: x + jnp.ones(4))(jnp.ones((2, 4))).tolist() == [[2] * 4] * 2


def test_a_file_names_a_lambda_s_function_and_does_not_carry_it():
    config = Lambda(jnp.square, name="square").get_config()
    assert config["function"] == {"own_function": "square"}
    with pytest.raises(ArgumentError, match="without its code"):
        Lambda.from_config(config)


def test_a_layer_of_ones_own_is_a_record():
    @record
    class Shift(Layer):
        """Adds a learned number to each feature."""

        shift_initializer: object = "ones"
        weight_names = ("shift",)

        def init(self, key, input_shape):
            return {"shift": self.shift_initializer.draw(key, input_shape)}, {}

        def apply(self, params, state, x, *, train=False, key=None, mask=None):
            return x + params["shift"][None, :], state

    layer = Shift()
    assert layer(jnp.zeros((1, 2))).tolist() == [[1, 1]]
    assert [weight.path for weight in layer.weights] == ["shift/shift"]
    assert layer(Input((3,))).shape == (None, 3)


def test_weights_of_a_code_count_only_in_counts():
    layer = layers.CategoryEncoding(num_tokens=3, output_mode="count")
    codes, weights = Input((2,), dtype="int32"), Input((2,))
    assert layer(codes, count_weights=weights).shape == (None, 3)
    with pytest.raises(ArgumentError, match="output_mode='count'"):
        layers.CategoryEncoding(num_tokens=3)([[0, 1]], count_weights=[[1.0, 2.0]])


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: Embedding(0, 2), ArgumentError, "input_dim"),
        (lambda: Embedding(2, 2, mask_zero=True), ArgumentError, "mask_zero"),
        (lambda: layers.Reshape((3,))(jnp.ones((2, 4))), ShapeError, "makes rows of shape"),
        (lambda: layers.Reshape((-1, -1)), ArgumentError, "at most one"),
        (lambda: layers.Permute((1, 3)), ArgumentError, "every axis once"),
        (lambda: layers.Permute((2, 1))(jnp.ones((2, 4))), ShapeError, "orders 2 axes"),
        (lambda: layers.RepeatVector(0), ArgumentError, "at least 1"),
        (lambda: layers.RepeatVector(2)(jnp.ones((2, 4, 4))), ShapeError, "rows of features"),
        (lambda: layers.Flatten(data_format="rows_first"), ArgumentError, "channels_last"),
        (lambda: layers.GlobalMaxPooling1D()(jnp.ones((2, 4))), ShapeError, "steps and features"),
        (lambda: layers.ReLU(max_value=-1), ArgumentError, "max_value"),
        (lambda: layers.LeakyReLU(negative_slope=-1), ArgumentError, "negative_slope"),
        (lambda: layers.Softmax(axis=0)(jnp.ones((2, 4))), ShapeError, "that of the rows"),
        (lambda: layers.LayerNormalization(axis=2)(jnp.ones((2, 4))), ShapeError, "axis 2"),
        (lambda: layers.LayerNormalization(epsilon=0), ArgumentError, "epsilon"),
        (lambda: layers.GroupNormalization(groups=3)(jnp.ones((2, 4))), ShapeError, "do not divide 4"),
        (lambda: layers.BatchNormalization(renorm=True), ArgumentError, "renorm"),
        (lambda: layers.Discretization(), ArgumentError, "without boundaries"),
        (lambda: layers.Discretization(bin_boundaries=[1.0, 0.0]), ArgumentError, "sort them"),
        (lambda: layers.Discretization(num_bins=3)([[1.0]]), NotFittedError, "call layer.adapt"),
        (lambda: layers.Discretization(num_bins=3)(Input((1,))), NotFittedError, "call layer.adapt"),
        (lambda: layers.Discretization(bin_boundaries=[0.0]).adapt([1.0]), ArgumentError, "was given"),
        (lambda: layers.Discretization(num_bins=3).adapt([np.nan]), ArgumentError, "gaps"),
        (lambda: layers.CategoryEncoding(num_tokens=0), ArgumentError, "num_tokens"),
        (lambda: layers.CategoryEncoding(num_tokens=2, sparse=True), ArgumentError, "sparse"),
        (lambda: Lambda("x"), ArgumentError, "give a function"),
        (lambda: Lambda(lambda x: x, mask=1), ArgumentError, "mask"),
        (lambda: Lambda(lambda x: x @ jnp.ones((9, 1)))(Input((2,))), ArgumentError, "does not take rows"),
    ],
)
def test_what_does_not_fit_is_named(call, kind, message):
    with pytest.raises(kind, match=message):
        call()
