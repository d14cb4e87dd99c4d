"""Every layer against keras.layers 3.15: outputs in use and in training, weights and the order of weights.

Lookups and hashing need TensorFlow in Keras; what is known of them is in tests/layers/test_lookup.py.
"""

import inspect

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurode import layers
from neurode.layers import LAYERS

RNG = np.random.default_rng(7)
FLAT = RNG.normal(size=(6, 4)).astype(np.float32) * 3
STEPS = RNG.normal(size=(5, 3, 4)).astype(np.float32)
CUBE = RNG.normal(size=(4, 2, 3, 4)).astype(np.float32)
EDGES = np.array([[0.0, -0.0, 1e-30, -1e-30], [88.0, -88.0, 1e4, -1e4]], np.float32)
CODES = np.array([[0, 2, 1], [3, 3, 0]], np.int32)


def shown(value):
    """A test's name: the same in every process, unlike the address of a function."""
    if isinstance(value, dict):
        return ",".join(f"{name}={getattr(part, '__name__', part)}" for name, part in value.items())[:40]
    arrays = value if isinstance(value, list) else [value]
    return value if isinstance(value, str) else "+".join(str(np.shape(array)) for array in arrays)


CASES = [
    ("ReLU", {}, [FLAT, EDGES]),
    ("ReLU", {"max_value": 2, "negative_slope": 0.1, "threshold": 0.5}, [FLAT, EDGES, STEPS]),
    ("LeakyReLU", {}, [FLAT, EDGES]),
    ("LeakyReLU", {"negative_slope": 0.7}, [STEPS]),
    ("ELU", {}, [FLAT, EDGES]),
    ("ELU", {"alpha": 0.5}, [STEPS]),
    ("PReLU", {"alpha_initializer": "ones"}, [FLAT, STEPS]),
    ("PReLU", {"alpha_initializer": "ones", "shared_axes": [1]}, [STEPS, CUBE]),
    ("Softmax", {}, [FLAT, EDGES, STEPS]),
    ("Softmax", {"axis": 1}, [STEPS]),
    ("Softmax", {"axis": [1, -1]}, [STEPS, CUBE]),
    ("LayerNormalization", {}, [FLAT, STEPS]),
    ("LayerNormalization", {"axis": 1, "epsilon": 1e-5, "center": False}, [STEPS, CUBE]),
    ("LayerNormalization", {"axis": [1, 2], "scale": False}, [STEPS, CUBE]),
    ("RMSNormalization", {}, [FLAT, STEPS]),
    ("RMSNormalization", {"axis": -1, "epsilon": 1e-3}, [STEPS, CUBE]),
    ("GroupNormalization", {"groups": 2}, [FLAT, STEPS, CUBE]),
    ("GroupNormalization", {"groups": -1}, [STEPS]),
    ("GroupNormalization", {"groups": 3, "axis": 1, "scale": False}, [STEPS]),
    ("UnitNormalization", {}, [FLAT, STEPS, np.zeros((2, 3), np.float32)]),
    ("UnitNormalization", {"axis": [1, 2]}, [STEPS]),
    ("BatchNormalization", {}, [FLAT, STEPS, CUBE]),
    ("BatchNormalization", {"axis": 1, "momentum": 0.5, "epsilon": 1e-2}, [STEPS, CUBE]),
    ("BatchNormalization", {"center": False, "scale": False}, [FLAT]),
    ("BatchNormalization", {"trainable": False}, [FLAT]),
    ("Embedding", {"input_dim": 4, "output_dim": 3}, [CODES, CODES[:, 0], CODES.astype(np.float32)]),
    ("Embedding", {"input_dim": 3, "output_dim": 2}, [CODES]),
    ("Flatten", {}, [FLAT, STEPS, CUBE, FLAT[:, 0]]),
    ("Flatten", {"data_format": "channels_first"}, [STEPS, CUBE]),
    ("Reshape", {"target_shape": (2, -1)}, [FLAT, STEPS]),
    ("Reshape", {"target_shape": [4]}, [FLAT]),
    ("Permute", {"dims": (2, 1)}, [STEPS]),
    ("Permute", {"dims": (3, 1, 2)}, [CUBE]),
    ("RepeatVector", {"n": 3}, [FLAT]),
    ("GlobalAveragePooling1D", {}, [STEPS]),
    ("GlobalAveragePooling1D", {"data_format": "channels_first", "keepdims": True}, [STEPS]),
    ("GlobalMaxPooling1D", {}, [STEPS]),
    ("GlobalMaxPooling1D", {"keepdims": True}, [STEPS]),
    ("Rescaling", {"scale": 0.5, "offset": -1}, [FLAT, STEPS]),
    ("Rescaling", {"scale": [1.0, 2.0, 3.0, 4.0]}, [FLAT, STEPS]),
    ("Normalization", {"mean": 3.0, "variance": 2.0}, [FLAT, STEPS]),
    ("Normalization", {"mean": [3, 1, 0, 0], "variance": [2, 1, 0, 4], "invert": True}, [FLAT, STEPS]),
    ("Normalization", {"axis": None, "mean": 3.0, "variance": 2.0}, [FLAT, FLAT[:, 0]]),
    ("CategoryEncoding", {"num_tokens": 4}, [CODES, CODES[:, 0]]),
    ("CategoryEncoding", {"num_tokens": 3, "output_mode": "one_hot"}, [CODES, CODES[:, :1], CODES[:, 0]]),
    ("CategoryEncoding", {"num_tokens": 4, "output_mode": "count"}, [CODES, CODES[0]]),
    (
        "Discretization",
        {"bin_boundaries": [-1.0, 0.0, 0.5]},
        [FLAT, EDGES, np.float32([[-1.0, 0.5, np.nan]])],
    ),
    ("Discretization", {"bin_boundaries": [0.0, 1.0], "output_mode": "one_hot"}, [FLAT]),
    ("Discretization", {"bin_boundaries": [0.0, 1.0], "output_mode": "count"}, [FLAT]),
    ("Identity", {}, [FLAT]),
    ("ActivityRegularization", {"l1": 0.1, "l2": 0.2}, [FLAT]),
    ("Dropout", {"rate": 0.5}, [FLAT]),
    ("AlphaDropout", {"rate": 0.5}, [FLAT]),
    ("GaussianDropout", {"rate": 0.5}, [FLAT]),
    ("GaussianNoise", {"stddev": 0.5}, [FLAT]),
    ("Lambda", {"function": lambda x: x * 2 + 1}, [FLAT, STEPS]),
    ("Dense", {"units": 3, "activation": "tanh"}, [FLAT, STEPS]),
    ("Activation", {"activation": "gelu"}, [FLAT]),
]
MERGES = [
    *((kind, {}) for kind in ("Add", "Multiply", "Average", "Maximum", "Minimum", "Subtract")),
    ("Concatenate", {}),
]
NOISY = {"Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise"}
OURS_ALONE = {"TableEncoding", "InputLayer", "Operation"}


@pytest.fixture(autouse=True)
def strict_ranks(keras):
    """The library's setting, inside which Keras itself is allowed to broadcast."""
    with jax.numpy_rank_promotion("raise"):
        yield


def loose(function, *args, **kwargs):
    with jax.numpy_rank_promotion("allow"):
        return jax.tree.map(np.asarray, function(*args, **kwargs))


def pair(keras, kind, settings, x):
    """Both layers, built for `x`, with the same weights."""
    ours, theirs = getattr(layers, kind)(**settings), getattr(keras.layers, kind)(**settings)
    loose(theirs, x)
    ours(x)
    rng = np.random.default_rng(3)
    weights = [rng.uniform(0.5, 2.0, w.shape).astype(np.float32) for w in theirs.get_weights()]
    theirs.set_weights(weights)
    ours.set_weights(weights)
    return ours, theirs


@pytest.mark.parametrize(("kind", "settings", "inputs"), CASES, ids=shown)
def test_the_same_weights_give_the_same_output(keras, kind, settings, inputs):
    for x in inputs:
        ours, theirs = pair(keras, kind, settings, x)
        expected = loose(theirs, x)
        assert ours(x).shape == expected.shape
        np.testing.assert_allclose(ours(x), expected, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize(
    ("kind", "settings", "inputs"),
    [case for case in CASES if case[0] not in NOISY],
    ids=shown,
)
def test_training_gives_the_same_output_and_weights(keras, kind, settings, inputs):
    if kind in ("CategoryEncoding", "Discretization"):
        pytest.skip("Keras's have no training argument")
    ours, theirs = pair(keras, kind, settings, inputs[0])
    expected = loose(theirs, inputs[0], training=True)
    np.testing.assert_allclose(ours(inputs[0], training=True), expected, rtol=2e-5, atol=1e-5)
    assert len(ours.get_weights()) == len(theirs.get_weights())
    for mine, other in zip(ours.get_weights(), theirs.get_weights()):
        np.testing.assert_allclose(mine, other, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("kind", "settings"), MERGES, ids=str)
def test_merging_layers_and_functions_agree(keras, kind, settings):
    a, b = FLAT, RNG.normal(size=FLAT.shape).astype(np.float32)
    pairs = [[a, b], [STEPS, STEPS + 1], [STEPS]]
    if kind != "Concatenate":
        pairs += [[STEPS, STEPS[:, :1]], [STEPS[:, 0], STEPS]]
    for given in pairs:
        if kind == "Subtract" and len(given) != 2:
            continue
        expected = loose(getattr(keras.layers, kind)(**settings), given)
        np.testing.assert_allclose(getattr(layers, kind)(**settings)(given), expected, rtol=1e-6)
        function = getattr(layers, kind.lower())
        np.testing.assert_allclose(function(given), expected, rtol=1e-6)


@pytest.mark.parametrize("axis", [1, 2, -1, -2])
def test_concatenation_along_any_axis(keras, axis):
    expected = loose(keras.layers.Concatenate(axis=axis), [STEPS, STEPS * 2])
    np.testing.assert_array_equal(layers.Concatenate(axis=axis)([STEPS, STEPS * 2]), expected)


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize(
    ("axes", "first", "second"),
    [
        (1, FLAT, FLAT + 1),
        (-1, FLAT, FLAT + 1),
        ((1, 2), STEPS, STEPS.transpose(0, 2, 1)),
        ((2, 2), STEPS, STEPS + 1),
        ((1, -1), STEPS, CUBE[..., :3].repeat(2, axis=0)[:5]),
        ((2, 1), STEPS, FLAT[:5]),
    ],
    ids=str,
)
def test_dot(keras, axes, first, second, normalize):
    expected = loose(keras.layers.Dot(axes=axes, normalize=normalize), [first, second])
    ours = layers.Dot(axes=axes, normalize=normalize)([first, second])
    assert ours.shape == expected.shape
    np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(layers.dot([first, second], axes=axes, normalize=normalize), ours)


def test_count_weights(keras):
    weights = np.float32([[0.5, 1, 2], [1, 1, 3]])
    settings = {"num_tokens": 4, "output_mode": "count"}
    expected = loose(keras.layers.CategoryEncoding(**settings), CODES, count_weights=weights)
    np.testing.assert_allclose(layers.CategoryEncoding(**settings)(CODES, count_weights=weights), expected)


@pytest.mark.parametrize("axis", [-1, 1, None, (1, 2)], ids=str)
def test_normalization_adapts_to_the_same_statistics(keras, axis):
    ours, theirs = layers.Normalization(axis=axis), keras.layers.Normalization(axis=axis)
    with jax.numpy_rank_promotion("allow"):
        theirs.adapt(STEPS)
    ours.adapt(STEPS)
    np.testing.assert_allclose(ours(STEPS), loose(theirs, STEPS), rtol=1e-4, atol=1e-5)
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-5, atol=1e-6)


def test_normalization_adapts_to_batches_of_different_sizes(keras):
    batches = [FLAT[:2], FLAT[2:3], FLAT[3:]]
    ours, theirs = layers.Normalization(), keras.layers.Normalization()
    with jax.numpy_rank_promotion("allow"):
        theirs.adapt(FLAT)
    ours.adapt(iter(batches))
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("bins", "epsilon", "size"), [(4, 0.01, 1000), (10, 0.05, 357), (3, 0.01, 7)])
def test_discretization_adapts_to_the_same_boundaries(keras, bins, epsilon, size):
    data = np.random.default_rng(size).normal(size=(size, 1)).astype(np.float32)
    ours = layers.Discretization(num_bins=bins, epsilon=epsilon)
    theirs = keras.layers.Discretization(num_bins=bins, epsilon=epsilon)
    for batches in ([data], [data[: size // 2], data[size // 2 :]]):
        # The parts of its adapt, which as a whole needs TensorFlow.
        theirs.reset_state()
        for batch in batches:
            theirs.update_state(batch)
        theirs.finalize_state()
        ours.adapt(iter(batches))
        np.testing.assert_allclose(ours.bin_boundaries, theirs.bin_boundaries, rtol=1e-5)


def test_the_scale_of_rms_normalization_belongs_to_its_axis(keras):
    # Keras multiplies along the last axis, which here has the size of the first by chance.
    x = RNG.normal(size=(5, 3, 3)).astype(np.float32)
    ours, theirs = pair(keras, "RMSNormalization", {"axis": 1}, x)
    scale = np.asarray(ours.get_weights()[0])
    unscaled = x / np.sqrt((x**2).mean(axis=1, keepdims=True) + 1e-6)
    np.testing.assert_allclose(ours(x), unscaled * scale[None, :, None], rtol=1e-5)
    np.testing.assert_allclose(loose(theirs, x), unscaled * scale[None, None, :], rtol=1e-5)


def test_unit_normalization_of_zeros_has_a_finite_gradient(keras):
    def total(layer):
        return lambda x: layer(x).sum()

    assert np.isfinite(jax.grad(total(layers.UnitNormalization()))(jnp.zeros((1, 2)))).all()
    assert np.isnan(loose(jax.grad(total(keras.layers.UnitNormalization())), jnp.zeros((1, 2)))).any()


@pytest.mark.parametrize("kind", ["AlphaDropout", "GaussianDropout", "GaussianNoise", "Dropout"])
def test_noise_has_the_same_mean_and_spread(keras, kind):
    x = np.random.default_rng(1).normal(size=(400, 100)).astype(np.float32)
    settings = {"stddev": 0.25} if kind == "GaussianNoise" else {"rate": 0.25}
    expected = loose(getattr(keras.layers, kind)(**settings), x, training=True)
    y = np.asarray(getattr(layers, kind)(**settings)(x, training=True))
    np.testing.assert_allclose([y.mean(), y.std()], [expected.mean(), expected.std()], atol=0.02)


@pytest.mark.parametrize("kind", sorted(set(LAYERS) - OURS_ALONE))
def test_names_and_defaults_of_settings_are_keras_s(keras, kind):
    dropped = {"kwargs", "self", "quantization_config", "lora_rank", "lora_alpha", "renorm_clipping"}
    dropped |= {"renorm_momentum", "dtype", "weights"}
    theirs = inspect.signature(getattr(keras.layers, kind).__init__).parameters
    ours = inspect.signature(getattr(layers, kind).__init__).parameters
    assert not {name for name in theirs if name not in dropped} - set(ours)
    empty = inspect.Parameter.empty
    for name in set(theirs) & set(ours) - {"self", "vocabulary_dtype"}:
        mine, other = ours[name].default, theirs[name].default
        same = mine == other or str(mine).lower() == str(other).lower()
        # A number that must be given has no default here, where Keras takes None and refuses it.
        assert same or (mine is empty and other is None), (name, mine, other)
