import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurode import activations
from neurode.errors import ArgumentError, ShapeError
from neurode.layers import Activation, BatchNormalization, Chain, Dense, Dropout

NET = Chain.of(
    [Dense(3, activation="tanh"), Dropout(0.5), BatchNormalization(), Dense(2, activation="softmax")]
)


def test_layers_without_names_are_numbered_by_kind_as_in_keras():
    chain = Chain.of([Dense(1), Dropout(0.5), Dense(1), BatchNormalization(), Dense(1)])
    assert [layer.name for layer in chain.layers] == [
        "dense", "dropout", "dense_1", "batch_normalization", "dense_2",
    ]  # fmt: skip


def test_a_given_name_is_kept_and_not_given_again():
    chain = Chain.of([Dense(1), Dense(1, name="dense"), Dense(1, name="dense_2"), Dense(1)])
    assert [layer.name for layer in chain.layers] == ["dense_1", "dense", "dense_2", "dense_3"]


def test_two_layers_of_one_name_are_refused():
    with pytest.raises(ArgumentError, match="two layers are named 'a'"):
        Chain.of([Dense(1, name="a"), Dense(1, name="a")])


def test_a_name_with_a_slash_is_refused_as_in_keras():
    # Weights are filed under layer/weight.
    with pytest.raises(ArgumentError, match="'a/b'"):
        Chain.of([Dense(1, name="a/b")])


@pytest.fixture(scope="module")
def built():
    return jax.jit(lambda key: NET.init(key, (4,)))(jax.random.key(0))


def test_weights_are_kept_by_layer(built):
    params, state = built
    assert set(params) == {"dense", "batch_normalization", "dense_1"}
    assert set(state) == {"batch_normalization"}
    assert NET.shapes((4,)) == [(4,), (3,), (3,), (3,), (2,)]


def test_layers_of_one_shape_start_from_different_weights():
    params, _ = Chain.of([Dense(4), Dense(4)]).init(jax.random.key(0), (4,))
    assert (params["dense"]["kernel"] != params["dense_1"]["kernel"]).all()


def test_a_chain_is_its_layers_one_after_the_other(key, built):
    params, state = built
    x = jax.random.normal(key, (5, 4))
    expected = x
    for layer in NET.layers:
        expected, _ = layer.apply(params.get(layer.name, {}), state.get(layer.name, {}), expected)
    np.testing.assert_array_equal(NET.apply(params, state, x)[0], expected)


def test_the_state_of_every_layer_goes_on(key, built):
    params, state = built
    _, after = NET.apply(params, state, jax.random.normal(key, (5, 4)), train=True, key=key)
    assert set(after) == set(state)
    moving = "batch_normalization", "moving_mean"
    assert (after[moving[0]][moving[1]] != state[moving[0]][moving[1]]).any()


def test_the_head_is_split_off_and_put_on_again_without_a_change(key, built):
    params, state = built
    x = jax.random.normal(key, (5, 4))
    scores, activation = NET.head()
    assert activation is activations.softmax
    np.testing.assert_array_equal(
        activation(scores.apply(params, state, x)[0]), NET.apply(params, state, x)[0]
    )


def test_an_activation_layer_at_the_end_is_a_head_too():
    chain = Chain.of([Dense(1), Activation("sigmoid")])
    scores, activation = chain.head()
    assert (len(scores.layers), activation) == (1, activations.get("sigmoid"))
    assert Chain.of([Dense(1), Dropout(0.5)]).head()[1] is activations.linear
    assert Chain(()).head()[1] is activations.linear


def test_a_row_needs_the_bytes_of_all_its_layers():
    assert Chain.of([Dropout(0.5), Dense(3), Dropout(0.0), Dropout(0.1)]).random_bytes((4,)) == 4 + 3
    assert NET.random_bytes((4,)) == 3


def test_two_dropouts_of_a_chain_drop_apart(key):
    chain = Chain.of([Dropout(0.5), Dropout(0.5)])
    y, _ = chain.apply({}, {}, jnp.ones((200, 100)), train=True, key=key)
    # Were the two the same, half would be left, not a quarter.
    assert (np.asarray(y) > 0).mean() == pytest.approx(0.25, abs=0.02)


def test_the_layer_that_does_not_fit_is_named():
    with pytest.raises(ShapeError, match="dense takes rows of features"):
        NET.shapes((4, 4))
