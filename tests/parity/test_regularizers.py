"""Penalties and their gradients against Keras 3.15."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurode import regularizers

X = jnp.array(np.random.default_rng(0).normal(size=(5, 4)), jnp.float32)
CONFIGURED = [
    ("L1", {"l1": 0.3}),
    ("L1", {}),
    ("L2", {"l2": 0.3}),
    ("L2", {}),
    ("L1L2", {"l1": 0.3, "l2": 0.2}),
    ("L1L2", {}),
    ("OrthogonalRegularizer", {}),
    ("OrthogonalRegularizer", {"factor": 0.7, "mode": "columns"}),
]


@pytest.mark.parametrize(("name", "config"), CONFIGURED)
def test_penalty_and_gradient(name, config, keras):
    ours, theirs = getattr(regularizers, name)(**config), getattr(keras.regularizers, name)(**config)
    x = X.at[0, 0].set(0.0)
    np.testing.assert_allclose(ours(x), theirs(x), rtol=1e-5)
    np.testing.assert_allclose(jax.grad(ours)(x), jax.grad(theirs)(x), rtol=1e-4, atol=1e-6)
    assert ours.get_config() == pytest.approx(theirs.get_config())
    assert type(keras.regularizers.deserialize(regularizers.serialize(ours))) is type(theirs)
    assert regularizers.deserialize(keras.regularizers.serialize(theirs)).get_config() == pytest.approx(
        ours.get_config()
    )


def test_every_name_of_keras_is_known(keras):
    from keras.src.regularizers import ALL_OBJECTS_DICT

    for name in set(ALL_OBJECTS_DICT) - {"Regularizer", "regularizer"}:
        assert type(regularizers.get(name)).__name__ == ALL_OBJECTS_DICT[name].__name__
    assert {name for name in dir(keras.regularizers) if name[0] != "_"} <= set(dir(regularizers))


def test_l1_l2_by_name_is_what_keras_documents(keras):
    # Its documentation promises 0.01 for both, its code knows no such name.
    assert regularizers.get("l1_l2") == regularizers.L1L2(0.01, 0.01)
    with pytest.raises(ValueError, match="l1_l2"):
        keras.regularizers.get("l1_l2")


def test_a_single_row_and_a_row_of_zeros_are_numbers_here(keras):
    ours, theirs = regularizers.OrthogonalRegularizer(), keras.regularizers.OrthogonalRegularizer()
    assert (float(ours(X[:1])), np.isnan(theirs(X[:1]))) == (0.0, True)
    x = X.at[0].set(0.0)
    np.testing.assert_allclose(ours(x), theirs(x), rtol=1e-5)
    assert np.isfinite(jax.grad(ours)(x)).all()
    assert np.isnan(jax.grad(theirs)(x)).any()
