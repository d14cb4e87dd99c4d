"""Activations give Keras 3.15's numbers."""

import jax
import numpy as np
import pytest

from neurode import activations

SETTINGS = [
    *((name, {}) for name in sorted(activations.ACTIVATIONS) if name != "sparsemax"),
    ("relu", {"negative_slope": 0.3}),
    ("relu", {"max_value": 1.5}),
    ("relu", {"max_value": 6}),
    ("relu", {"threshold": 0.7}),
    ("relu", {"negative_slope": 0.3, "max_value": 1.5, "threshold": 0.7}),
    ("relu", {"negative_slope": 0.3, "max_value": 6}),
    ("leaky_relu", {"negative_slope": 0.01}),
    ("elu", {"alpha": 0.5}),
    ("celu", {"alpha": 0.5}),
    ("gelu", {"approximate": True}),
    ("squareplus", {"b": 1}),
    ("soft_shrink", {"threshold": 1.0}),
    ("hard_shrink", {"threshold": 1.0}),
    ("threshold", {"threshold": 0.5, "default_value": -2.0}),
    ("softmax", {"axis": 0}),
    ("log_softmax", {"axis": 0}),
    ("glu", {}),
    ("glu", {"axis": 0}),
]
INPUTS = {
    "random": np.random.default_rng(0).normal(scale=2, size=(6, 4)),
    "zeros": np.zeros((2, 4)),
    "ones": np.ones((2, 4)),
    "kinks": np.array([[-3, -1, -0.5, 0], [0.5, 1, 3, 6]]),
    "far": np.array([[-80, -30, 30, 80], [-20, -10, 10, 20]]),
    "negative": -np.arange(1.0, 9).reshape(4, 2),
    "one row of two": np.array([[0.3, -0.3]]),
    "three axes": np.random.default_rng(1).normal(size=(2, 2, 4)),
}


@pytest.mark.parametrize("values", INPUTS)
@pytest.mark.parametrize(("name", "settings"), SETTINGS, ids=str)
def test_every_activation_gives_the_same_numbers(keras, name, settings, values):
    x = np.float32(INPUTS[values])
    if name == "glu" and settings and len(x) % 2:
        x = x[:, :, None].repeat(2, axis=0)[:, :, 0]
    theirs = getattr(keras.activations, name)(keras.ops.convert_to_tensor(x), **settings)
    ours = getattr(activations, name)(x, **settings)
    np.testing.assert_allclose(ours, theirs, rtol=2e-6, atol=2e-7)


@pytest.mark.parametrize("name", sorted(set(activations.ACTIVATIONS) - {"sparsemax"}))
def test_gradients_are_the_same(keras, name):
    x = np.float32(INPUTS["random"])
    share = np.arange(24, dtype=np.float32).reshape(6, 4)
    found = jax.grad(lambda x: (activations.get(name)(x) * share).sum())(x)
    expected = jax.grad(lambda x: (keras.activations.get(name)(x) * share).sum())(x)
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-6)


def test_rows_of_a_sparsemax_add_up_to_one_unlike_those_of_keras(keras):
    # One number above 0 is where the two agree.
    x = np.float32([[3.0, 0.0, -1.0], [1.0, 1.0, 1.0], [0.5, 0.0, -3.0]])
    ours, theirs = activations.sparsemax(x), np.asarray(keras.activations.sparsemax(x))
    np.testing.assert_allclose(ours, [[1, 0, 0], [1 / 3] * 3, [0.75, 0.25, 0]], atol=1e-6)
    np.testing.assert_allclose(theirs[0], ours[0])
    assert np.abs(theirs[1:].sum(axis=1) - 1).min() > 0.1


def test_the_list_of_names_is_complete(keras):
    missing = {name for name in dir(keras.activations) if not name.startswith("_")} - set(dir(activations))
    assert missing == set()
    for name in set(activations.ACTIVATIONS) | set(activations.OTHERS):
        assert keras.activations.get(name).__name__ == activations.get(name).__name__


@pytest.mark.parametrize("name", sorted(activations.ACTIVATIONS))
def test_names_are_written_alike(keras, name):
    written = keras.activations.serialize(keras.activations.get(name))
    assert activations.serialize(activations.get(name)) == written
    assert activations.deserialize(written) is activations.get(name)


def test_a_function_in_a_configuration_of_keras_is_found(keras):
    config = keras.saving.serialize_keras_object(keras.activations.gelu)
    assert activations.get(config) is activations.gelu
