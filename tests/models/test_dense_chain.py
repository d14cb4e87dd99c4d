import numpy as np
import pytest

from neurode.errors import ArgumentError, NotFittedError
from neurode.layers import (
    Activation,
    BatchNormalization,
    Concatenate,
    Dense,
    Dropout,
    Embedding,
    GaussianDropout,
    Input,
    ReLU,
)
from neurode.models import Model, Sequential
from neurode.models.dense_chain import dense_chain


def test_kernels_and_biases_are_those_of_the_layers():
    net = Sequential([Input((3,)), Dense(4, use_bias=False), Dense(2, "softmax", bias_initializer="ones")])
    chain = dense_chain(net)
    first, second, bias = net.get_weights()
    np.testing.assert_array_equal(chain.kernels[0], first)
    np.testing.assert_array_equal(chain.kernels[1], second)
    assert chain.biases[0] is None
    np.testing.assert_array_equal(chain.biases[1], bias)
    assert (chain.layer_sizes, chain.activations) == ((3, 4, 2), (None, "softmax"))


def test_an_activation_of_its_own_belongs_to_the_layer_before_it():
    layers = [Dense(4), BatchNormalization(), Activation("tanh"), Dense(4), ReLU(), Dense(1)]
    assert dense_chain(Sequential([Input((3,)), *layers])).activations == ("tanh", "ReLU", None)


def test_dropout_stands_before_the_layer_that_it_reaches():
    layers = [Dropout(0.2), Dense(4), Dropout(0.5), GaussianDropout(0.5), Dense(4), Dense(1)]
    assert dense_chain(Sequential([Input((3,)), *layers])).dropouts == (0.2, 0.75, 0.0)


def test_a_model_inside_is_part_of_the_chain():
    inner = Sequential([Input((3,)), Dense(5)])
    assert dense_chain(Sequential([Input((3,)), inner, Dense(1)])).layer_sizes == (3, 5, 1)


def branching():
    x = Input((3,))
    wide = Dense(4, name="wide")(x)
    return Model(x, Dense(1)(Concatenate()([wide, x])))


@pytest.mark.parametrize(
    ("model", "why"),
    [
        (branching, "'concatenate' is not fed by the one before it"),
        (
            lambda: Model([a := Input((2,)), b := Input((2,))], Dense(1)(Concatenate()([a, b]))),
            "several inputs",
        ),
        (lambda: Sequential([Input((2,)), Embedding(5, 3), Dense(1)]), "is a Embedding"),
        (lambda: Sequential([Input((2,)), Activation("relu")]), "no dense layer"),
    ],
)
def test_what_is_no_chain_says_why(model, why):
    with pytest.raises(ArgumentError, match=why):
        dense_chain(model())


def test_a_model_without_weights_is_named():
    with pytest.raises(NotFittedError, match="has no weights yet"):
        dense_chain(Sequential([Dense(1)]))
