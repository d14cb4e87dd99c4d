"""What every layer promises. A new layer is one line in CASES."""

import functools
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurode import layers
from neurode.initializers import RandomNormal, RandomUniform
from neurode.layers import LAYERS, Activation, BatchNormalization, Dense, Dropout, Graph, TableEncoding
from neurode.layers.layer import Layer
from neurode.layers.merging import Merge
from neurode.typing import Columns

ROWS = 6
WIDE = TableEncoding(gaps=(False,), cardinalities=(40, 5), one_hot_limit=32)
CASES = {
    "dense": Dense(3),
    "dense_gelu": Dense(3, activation="gelu"),
    "dense_no_bias": Dense(3, use_bias=False),
    "dense_drawn": Dense(
        3, kernel_initializer=RandomNormal(0.0, 0.2), bias_initializer=RandomUniform(-1.0, 1.0)
    ),
    "activation": Activation("tanh"),
    "relu": layers.ReLU(max_value=2, negative_slope=0.1, threshold=0.5),
    "leaky_relu": layers.LeakyReLU(),
    "elu": layers.ELU(alpha=0.5),
    "softmax": layers.Softmax(axis=[1]),
    "prelu": layers.PReLU(alpha_initializer="ones"),
    "dropout": Dropout(0.5),
    "dropout_shared": Dropout(0.5, noise_shape=[1, None], seed=3),
    "alpha_dropout": layers.AlphaDropout(0.3),
    "gaussian_dropout": layers.GaussianDropout(0.3),
    "gaussian_noise": layers.GaussianNoise(0.5),
    "batch": BatchNormalization(),
    "batch_plain": BatchNormalization(momentum=0.5, epsilon=1e-5, center=False, scale=False),
    "batch_frozen": BatchNormalization(trainable=False),
    "layer_normalization": layers.LayerNormalization(),
    "layer_normalization_old": layers.LayerNormalization(axis=[-1], rms_scaling=True),
    "rms_normalization": layers.RMSNormalization(),
    "group_normalization": layers.GroupNormalization(groups=2),
    "unit_normalization": layers.UnitNormalization(),
    "identity": layers.Identity(),
    "activity_regularization": layers.ActivityRegularization(l1=0.1, l2=0.2),
    "embedding": layers.Embedding(9, 2),
    "flatten": layers.Flatten(data_format="channels_first"),
    "reshape": layers.Reshape([2, -1]),
    "permute": layers.Permute([2, 1]),
    "repeat_vector": layers.RepeatVector(3),
    "average_pooling": layers.GlobalAveragePooling1D(),
    "max_pooling": layers.GlobalMaxPooling1D(keepdims=True),
    "add": layers.Add(),
    "subtract": layers.Subtract(),
    "multiply": layers.Multiply(),
    "average": layers.Average(),
    "maximum": layers.Maximum(),
    "minimum": layers.Minimum(),
    "concatenate": layers.Concatenate(),
    "dot": layers.Dot(axes=[1, -1], normalize=True),
    "rescaling": layers.Rescaling(scale=[1.0, 2.0, 3.0, 4.0], offset=1),
    "normalization": layers.Normalization(mean=[1.0, 2.0, 3.0, 4.0], variance=np.ones(4)),
    "category_encoding": layers.CategoryEncoding(num_tokens=9, output_mode="count"),
    "discretization": layers.Discretization(bin_boundaries=[-1.0, 0.0, 1.0]),
    "discretization_vectors": layers.Discretization(bin_boundaries=[0.0], output_mode="one_hot"),
    "integer_lookup": layers.IntegerLookup(vocabulary=[3, 1], num_oov_indices=2),
    "integer_lookup_vectors": layers.IntegerLookup(vocabulary=[3, 1], output_mode="multi_hot"),
    "lambda": layers.Lambda(jnp.square),
    "operation": layers.Operation("multiply", (("input", 0), 2.0)),
    "encoding": TableEncoding(gaps=(True, False), cardinalities=(4, 5)),
    "encoding_pieces": TableEncoding(gaps=(True, False), cardinalities=(4,), scaling="piecewise"),
    "encoding_ranks": TableEncoding(gaps=(True, False), cardinalities=(4,), scaling="quantile"),
    "encoding_embedded": WIDE,
    "chain": Graph.chain([Dense(5, activation="tanh"), Dropout(0.25), Dense(2)]),
    "chain_table": Graph.chain([WIDE, BatchNormalization(), Dense(1, activation="sigmoid")]),
}
NO_NETWORK = {layers.Hashing, layers.StringLookup, layers.InputLayer}
"""Layers that compute nothing inside a network: see test_lookup.py."""
OF_CODES = layers.Embedding | layers.CategoryEncoding | layers.IntegerLookup
OF_STEPS = layers.Permute | layers.GlobalAveragePooling1D | layers.GlobalMaxPooling1D | layers.Flatten


def shape_for(layer):
    """The shape of one row that the layer takes."""
    first = layer.layers[0] if isinstance(layer, Graph) else layer
    if isinstance(first, TableEncoding):
        return first.columns_shape
    if isinstance(first, Merge):
        return ((4,), (4,))
    shape = (3, 4) if isinstance(first, OF_STEPS) else (4,)
    return (shape,) if first.takes_many else shape


def rows_for(layer, seed=1, rows=ROWS):
    """Rows of numbers, of codes, or of columns with a gap and an unseen level."""
    rng, shape = np.random.default_rng(seed), shape_for(layer)
    if not isinstance(shape, Columns):
        several = shape if layer.takes_many else (shape,)
        if isinstance(layer, OF_CODES):
            made = tuple(jnp.asarray(rng.integers(0, 9, (rows, *own)), jnp.int32) for own in several)
        else:
            made = tuple(jnp.asarray(rng.normal(size=(rows, *own)), jnp.float32) for own in several)
        return made if layer.takes_many else made[0]
    first = layer.layers[0] if isinstance(layer, Graph) else layer
    numbers = rng.normal(size=(rows, *shape.numbers))
    numbers[0, : sum(first.gaps)] = np.nan
    codes = np.stack([rng.integers(0, n, rows) for n in first.cardinalities] or [np.zeros(rows)])[
        : shape.codes[0]
    ]
    codes[:, 1] = 1
    return Columns(jnp.asarray(numbers, jnp.float32), jnp.asarray(codes.T.reshape(rows, -1), jnp.uint8))


def sees_the_batch(layer):
    """Whether rows meet in training: that is what batch normalisation is for."""
    return any(
        isinstance(part, BatchNormalization) and part.trainable for part in getattr(layer, "layers", [layer])
    )


@pytest.fixture(params=CASES)
def layer(request):
    return CASES[request.param]


@functools.cache
def making(layer):
    return jax.jit(lambda key: layer.init(key, shape_for(layer)))


@functools.cache
def made(layer):
    return making(layer)(jax.random.key(0))


@functools.cache
def applied(layer):
    """`(params, state, x, key, mask) -> (y, state)`, compiled for use and for training."""
    use = jax.jit(lambda params, state, x: layer.apply(params, state, x))
    train = jax.jit(
        lambda params, state, x, key, mask=None: layer.apply(params, state, x, train=True, key=key, mask=mask)
    )
    return use, train


def assert_equal(first, second, **tolerance):
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, **tolerance), first, second)


def test_every_layer_is_in_the_list():
    assert set(LAYERS.values()) - NO_NETWORK <= {type(layer) for layer in CASES.values()}


def test_same_key_same_weights_and_another_key_others(layer):
    again = making(layer)(jax.random.key(0))
    jax.tree.map(np.testing.assert_array_equal, made(layer), again)
    other = jax.tree.leaves(making(layer)(jax.random.key(1))[0])
    drawn = [name for name, _ in jax.tree_util.tree_leaves_with_path(made(layer)[0]) if "kernel" in str(name)]
    assert not drawn or any((a != b).any() for a, b in zip(other, jax.tree.leaves(made(layer)[0])))


def test_weights_are_float32(layer):
    assert {leaf.dtype for leaf in jax.tree.leaves(made(layer))} <= {np.dtype(np.float32)}


def test_jit_agrees_with_eager(layer):
    x = rows_for(layer)
    assert_equal(applied(layer)[0](*made(layer), x), layer.apply(*made(layer), x), rtol=1e-5, atol=1e-6)


def test_rows_do_not_see_each_other_in_use(layer):
    x = rows_for(layer)
    whole, _ = applied(layer)[0](*made(layer), x)
    alone, _ = applied(layer)[0](*made(layer), jax.tree.map(lambda a: a[:1], x))
    np.testing.assert_allclose(whole[:1], alone, rtol=1e-5, atol=1e-6)


def test_rows_do_not_see_each_other_in_training(layer):
    if sees_the_batch(layer):
        pytest.skip("in training it centres each row by the mean of the batch: that is what it is for")
    x, key = rows_for(layer), jax.random.key(2)
    whole, _ = applied(layer)[1](*made(layer), x, key)
    other = jax.tree.map(lambda a: a.at[1:].set(a[:1]), x)
    changed, _ = applied(layer)[1](*made(layer), other, key)
    np.testing.assert_allclose(whole[:1], changed[:1], rtol=1e-5, atol=1e-6)


def weighed(y, coefficients):
    """The sum of squares, each row with its coefficient."""
    return (coefficients.reshape(-1, *[1] * (y.ndim - 1)) * y.astype(jnp.float32) ** 2).sum()


def test_every_parameter_gets_a_gradient(layer):
    params, state = made(layer)
    x, key = rows_for(layer, rows=64), jax.random.key(2)
    # Squares, since the sum of a row of probabilities is 1 whatever the weights.
    gradients = jax.jit(
        jax.grad(lambda p: weighed(layer.apply(p, state, x, train=True, key=key)[0], jnp.arange(1.0, 65)))
    )(params)
    for gradient in jax.tree.leaves(gradients):
        assert np.isfinite(gradient).all()
        assert np.abs(gradient).sum() > 0


def test_the_gradient_of_the_input_is_finite(layer):
    if isinstance(layer, OF_CODES):
        pytest.skip("codes have no gradient")
    params, state = made(layer)
    x = rows_for(layer)
    leaf = x.numbers if isinstance(x, Columns) else x

    def total(values):
        rows = x._replace(numbers=values) if isinstance(x, Columns) else values
        return (layer.apply(params, state, rows)[0].astype(jnp.float32) ** 2).sum()

    for gradient in jax.tree.leaves(jax.jit(jax.grad(total))(leaf)):
        assert np.isfinite(gradient).all()


def test_the_output_has_the_shape_that_was_announced(layer):
    y, _ = applied(layer)[0](*made(layer), rows_for(layer))
    assert y.shape == (ROWS, *layer.output_shape(shape_for(layer)))
    assert y.dtype in (np.float32, np.int32)


def test_no_rows_are_no_rows(layer):
    nothing = jax.tree.map(lambda a: a[:0], rows_for(layer))
    assert applied(layer)[0](*made(layer), nothing)[0].shape[0] == 0


def test_use_leaves_the_state_alone(layer):
    _, state = applied(layer)[0](*made(layer), rows_for(layer))
    jax.tree.map(np.testing.assert_array_equal, state, made(layer)[1])


def test_traced_once_for_one_shape(layer):
    traces = 0

    @jax.jit
    def step(params, state, x, key):
        nonlocal traces
        traces += 1
        return layer.apply(params, state, x, train=True, key=key)

    params, state = made(layer)
    for seed in range(3):
        _, state = step(params, state, rows_for(layer, seed), jax.random.key(seed))
    assert traces == 1


def test_masked_padding_rows_change_nothing_not_even_a_gradient(layer):
    params, state = made(layer)
    x, count = rows_for(layer), max(1, layer.random_bytes(shape_for(layer)))
    # The engine fills up with real rows, so codes stay in range; numbers are taken far out.
    far = 1 if isinstance(layer, OF_CODES) else 9
    noise = jax.random.bits(jax.random.key(2), (ROWS + 3, count), jnp.uint8)
    padded = jax.tree.map(lambda a: jnp.concatenate([a, jnp.repeat(a[-1:], 3, axis=0) * far]), x)
    mask = jnp.array([1.0] * ROWS + [0.0] * 3)

    @jax.jit
    def step(x, noise, mask):
        def total(p):
            y, after = layer.apply(p, state, x, train=True, key=noise, mask=mask)
            return weighed(y, mask), (y, after)

        gradient, (y, after) = jax.grad(total, has_aux=True)(params)
        return y[:ROWS], after, gradient

    assert_equal(step(padded, noise, mask), step(x, noise[:ROWS], mask[:ROWS]), rtol=1e-4, atol=1e-5)


def test_config_round_trip(layer):
    if isinstance(layer, Graph | layers.Lambda):
        pytest.skip(
            "a graph is written layer by layer, a function not at all: see tests/models/test_saving.py"
        )
    again = type(layer).from_config(layer.get_config())
    assert again.output_shape(shape_for(layer)) == layer.output_shape(shape_for(layer))
    x = rows_for(layer)
    jax.tree.map(
        np.testing.assert_array_equal,
        applied(again)[0](*made(again), x),
        applied(layer)[0](*made(layer), x),
    )


def test_config_is_json(layer):
    if isinstance(layer, layers.Lambda):
        assert json.loads(json.dumps(layer.get_config()))["function"] == {"own_function": "square"}
    elif not isinstance(layer, Graph):
        again = type(layer).from_config(json.loads(json.dumps(layer.get_config())))
        assert again.get_config() == layer.get_config()
        assert hash(again) is not None


def test_equal_layers_are_one_key(layer):
    assert isinstance(layer, Layer)
    assert hash(layer) == hash(CASES[next(name for name, known in CASES.items() if known == layer)])


def test_randomness_as_bytes_or_as_a_key_is_taken(layer):
    x, count = rows_for(layer), layer.random_bytes(shape_for(layer))
    by_key, _ = applied(layer)[1](*made(layer), x, jax.random.key(2))
    noise = jax.random.bits(jax.random.key(2), (ROWS, max(1, count)), jnp.uint8)
    by_bytes, _ = applied(layer)[1](*made(layer), x, noise)
    assert by_key.shape == by_bytes.shape
    if not count:
        np.testing.assert_array_equal(by_key, by_bytes)
