import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurode import activations
from neurode.errors import ArgumentError, ShapeError
from neurode.layers import (
    Activation,
    Add,
    BatchNormalization,
    Concatenate,
    Dense,
    Dropout,
    Embedding,
    Flatten,
    Graph,
)
from neurode.layers.graph import Node

NET = Graph.chain(
    [Dense(3, activation="tanh"), Dropout(0.5), BatchNormalization(), Dense(2, activation="softmax")]
)
# Values 0 and 1 come in; 2 and 3 are what the shared layer gives, 4 their sum, 5 and 6 the outputs.
SHARED = Dense(3, name="shared", activation="tanh")
PAIR = Graph(
    inputs=("left", "right"),
    nodes=(
        Node(SHARED, (0,)),
        Node(SHARED, (1,)),
        Node(Add(name="sum"), (2, 3)),
        Node(Dense(1, name="chance", activation="sigmoid"), (4,)),
        Node(Dense(2, name="amount", activity_regularizer="l2"), (4,)),
    ),
    outputs=(5, 6),
)


@pytest.fixture(scope="module")
def built():
    return jax.jit(lambda key: NET.init(key, (4,)))(jax.random.key(0))


@pytest.fixture(scope="module")
def pair():
    return PAIR.init(jax.random.key(0), ((4,), (4,)))


def test_layers_without_names_are_numbered_by_kind_as_in_keras():
    chain = Graph.chain([Dense(1), Dropout(0.5), Dense(1), BatchNormalization(), Dense(1)])
    assert [layer.name for layer in chain.layers] == [
        "dense", "dropout", "dense_1", "batch_normalization", "dense_2",
    ]  # fmt: skip


def test_a_given_name_is_kept_and_not_given_again():
    chain = Graph.chain([Dense(1), Dense(1, name="dense"), Dense(1, name="dense_2"), Dense(1)])
    assert [layer.name for layer in chain.layers] == ["dense_1", "dense", "dense_2", "dense_3"]


def test_two_layers_of_one_name_are_refused():
    with pytest.raises(ArgumentError, match="two layers are named 'a'"):
        Graph.chain([Dense(1, name="a"), Dense(1, name="a")])


def test_a_name_with_a_slash_is_refused_as_in_keras():
    # Weights are filed under layer/weight.
    with pytest.raises(ArgumentError, match="'a/b'"):
        Graph.chain([Dense(1, name="a/b")])


def test_weights_are_kept_by_layer(built):
    params, state = built
    assert set(params) == {"dense", "batch_normalization", "dense_1"}
    assert set(state) == {"batch_normalization"}
    assert NET.shapes((4,)) == [(4,), (3,), (3,), (3,), (2,)]


def test_layers_of_one_shape_start_from_different_weights():
    params, _ = Graph.chain([Dense(4), Dense(4)]).init(jax.random.key(0), (4,))
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
    scores, (activation,) = NET.head()
    assert activation is activations.softmax
    np.testing.assert_array_equal(
        activation(scores.apply(params, state, x)[0]), NET.apply(params, state, x)[0]
    )


def test_an_activation_layer_at_the_end_is_a_head_too(key):
    chain = Graph.chain([Dense(1), Activation("sigmoid")])
    scores, found = chain.head()
    assert found == (activations.get("sigmoid"),)
    params, state = chain.init(key, (4,))
    x = jax.random.normal(key, (5, 4))
    np.testing.assert_array_equal(
        activations.sigmoid(scores.apply(params, state, x)[0]), chain.apply(params, state, x)[0]
    )
    assert Graph.chain([Dense(1), Dropout(0.5)]).head()[1] == (activations.linear,)
    assert Graph.chain([]).head()[1] == (activations.linear,)


def test_a_row_needs_the_bytes_of_all_its_layers():
    assert Graph.chain([Dropout(0.5), Dense(3), Dropout(0.0), Dropout(0.1)]).random_bytes((4,)) == 4 + 3
    assert NET.random_bytes((4,)) == 3


def test_two_dropouts_of_a_chain_drop_apart(key):
    chain = Graph.chain([Dropout(0.5), Dropout(0.5)])
    y, _ = chain.apply({}, {}, jnp.ones((200, 100)), train=True, key=key)
    # Were the two the same, half would be left, not a quarter.
    assert (np.asarray(y) > 0).mean() == pytest.approx(0.25, abs=0.02)


def test_the_layer_that_does_not_fit_is_named():
    with pytest.raises(ShapeError, match="dense takes rows of features"):
        Graph.chain([Dense(1)]).shapes(())


def test_a_shared_layer_has_one_set_of_weights(pair, key):
    params, _ = pair
    assert set(params) == {"shared", "chance", "amount"}
    assert [layer.name for layer in PAIR.layers] == ["shared", "sum", "chance", "amount"]
    a, b = jax.random.normal(key, (2, 5, 4))
    hidden = SHARED.apply(params["shared"], {}, a)[0] + SHARED.apply(params["shared"], {}, b)[0]
    _, amount = PAIR.apply(*pair, (a, b))[0]
    np.testing.assert_allclose(amount, Dense(2).apply(params["amount"], {}, hidden)[0], rtol=1e-6)


def test_a_shared_layer_learns_from_both_of_its_uses(pair, key):
    params, state = pair
    a, b = jax.random.normal(key, (2, 5, 4))

    def kernel_gradient(first, second):
        gradient = jax.grad(lambda p: PAIR.apply(p, state, (first, second))[0][1].sum())(params)
        return gradient["shared"]["kernel"]

    assert (kernel_gradient(a, 0 * b) != kernel_gradient(a, b)).any()
    assert (kernel_gradient(0 * a, b) != kernel_gradient(a, b)).any()


def test_several_inputs_and_outputs_have_their_shapes(pair):
    assert PAIR.output_shape(((4,), (4,))) == ((1,), (2,))
    chance, amount = PAIR.apply(*pair, [jnp.ones((5, 4)), jnp.ones((5, 4))])[0]
    assert (chance.shape, amount.shape) == ((5, 1), (5, 2))


def test_the_wrong_number_of_inputs_is_named(pair):
    with pytest.raises(ShapeError, match="takes 2 inputs"):
        PAIR.apply(*pair, jnp.ones((5, 4)))


def test_every_output_has_a_head_of_its_own(pair, key):
    a, b = jax.random.normal(key, (2, 5, 4))
    scores, found = PAIR.head()
    assert found == (activations.get("sigmoid"), activations.linear)
    raw, plain = scores.apply(*pair, (a, b))[0], PAIR.apply(*pair, (a, b))[0]
    np.testing.assert_array_equal(activations.sigmoid(raw[0]), plain[0])
    np.testing.assert_array_equal(raw[1], plain[1])


def test_a_value_that_another_layer_reads_keeps_its_activation():
    first = Dense(1, name="first", activation="sigmoid")
    graph = Graph(nodes=(Node(first, (0,)), Node(Dense(1, name="second"), (1,))), outputs=(1, 2))
    scores, found = graph.head()
    assert found[0] is activations.linear
    assert scores.layers[0].activation is activations.get("sigmoid")


def test_penalties_of_activities_are_summed(pair, key):
    a, b = jax.random.normal(key, (2, 5, 4))
    outcome = PAIR.run(*pair, (a, b))
    expected = 0.01 * (np.asarray(outcome.outputs[1]) ** 2).sum()
    assert float(outcome.penalty) == pytest.approx(expected, rel=1e-5)
    padded = PAIR.run(*pair, (a, b), mask=jnp.array([1.0, 0, 0, 0, 0])).penalty
    assert float(padded) == pytest.approx(0.01 * (np.asarray(outcome.outputs[1][:1]) ** 2).sum(), rel=1e-5)


def test_a_graph_within_a_graph_is_one_layer(key):
    inner = Graph.chain([Dense(3, activation="relu"), BatchNormalization()]).as_layer("inner")
    outer = Graph.chain([inner, Dense(1, activation="sigmoid")])
    params, state = outer.init(key, (4,))
    assert set(params) == {"inner", "dense"}
    assert set(state["inner"]["batch_normalization"]) == {"moving_mean", "moving_variance"}
    x = jax.random.normal(key, (5, 4))
    hidden, _ = inner.apply(params["inner"], state["inner"], x)
    expected, _ = outer.layers[1].apply(params["dense"], {}, hidden)
    np.testing.assert_array_equal(outer.apply(params, state, x)[0], expected)
    _, after = outer.apply(params, state, x, train=True, key=key)
    moved = after["inner"]["batch_normalization"]["moving_mean"]
    assert (moved != state["inner"]["batch_normalization"]["moving_mean"]).any()


def test_the_head_of_an_inner_graph_is_that_of_the_outer_one(key):
    outer = Graph.chain([Dense(2), Graph.chain([Dense(1, activation="sigmoid")]).as_layer("inner")])
    scores, found = outer.head()
    assert found == (activations.get("sigmoid"),)
    params, state = outer.init(key, (4,))
    x = jax.random.normal(key, (5, 4))
    np.testing.assert_array_equal(
        activations.sigmoid(scores.apply(params, state, x)[0]), outer.apply(params, state, x)[0]
    )


def test_frozen_layers_are_told_apart(key):
    inner = Graph.chain([Dense(2, trainable=False), Dense(2)]).as_layer("inner")
    outer = Graph.chain([inner, Dense(1)])
    free, frozen = outer.trained(outer.init(key, (4,))[0])
    assert {name: set(own) for name, own in free.items()} == {
        "inner": {"dense_1"}, "dense": {"kernel", "bias"},
    }  # fmt: skip
    assert {name: set(own) for name, own in frozen.items()} == {"inner": {"dense"}}


def test_penalties_and_constraints_reach_into_inner_graphs(key):
    layer = Dense(1, kernel_regularizer="l2", kernel_constraint="non_neg", kernel_initializer="ones")
    outer = Graph.chain([Graph.chain([layer]).as_layer("inner")])
    params, _ = outer.init(key, (4,))
    assert float(outer.penalty(params)) == pytest.approx(0.01 * 4)
    assert outer.is_constrained
    negative = jax.tree.map(jnp.negative, params)
    assert not outer.constrained(negative)["inner"]["dense"]["kernel"].any()


def test_numbers_and_codes_meet_in_one_network(key):
    graph = Graph(
        inputs=("numbers", "codes"),
        nodes=(
            Node(Embedding(5, 2, name="embedding"), (1,)),
            Node(Flatten(name="flatten"), (2,)),
            Node(Concatenate(name="all"), (0, 3)),
            Node(Dense(1, name="score"), (4,)),
        ),
        outputs=(5,),
    )
    params, state = graph.init(key, ((3,), (2,)))
    assert params["score"]["kernel"].shape == (7, 1)
    y, _ = graph.apply(params, state, (jnp.ones((6, 3)), jnp.array([[0, 4]] * 6)))
    assert y.shape == (6, 1)
    assert np.isfinite(y).all()
