import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from neurode.errors import ArgumentError, ShapeError
from neurode.layers import BatchNormalization

LAYER = BatchNormalization(momentum=0.9, epsilon=1e-3)
PARAMS = {"gamma": jnp.array([2.0, 0.5]), "beta": jnp.array([1.0, -1.0])}
STATE = {"moving_mean": jnp.array([0.5, 0.0]), "moving_variance": jnp.array([4.0, 1.0])}


def naive(x, mean, variance):
    return np.array([2.0, 0.5]) * (x - mean) / np.sqrt(variance + 1e-3) + np.array([1.0, -1.0])


train = jax.jit(lambda x, mask=None: LAYER.apply(PARAMS, STATE, x, train=True, mask=mask))


def test_values_in_use():
    y, state = LAYER.apply(PARAMS, STATE, jnp.array([[2.5, 1.0]]))
    # 2 (2.5 - 0.5) / √4.001 + 1 and 0.5 (1 - 0) / √1.001 - 1
    np.testing.assert_allclose(y, [[2.99975, -0.50025]], rtol=1e-5)
    assert state is STATE


def test_values_in_training():
    _, state = train(jnp.array([[1.0, 0.0], [3.0, 0.0]]))
    # Mean 2, variance 1 (of the two rows, not of the population they come from, as in Keras).
    np.testing.assert_allclose(state["moving_mean"], [0.9 * 0.5 + 0.1 * 2, 0.0], rtol=1e-6)
    np.testing.assert_allclose(state["moving_variance"], [0.9 * 4 + 0.1 * 1, 0.9], rtol=1e-6)


@settings(max_examples=20, deadline=None)
@given(x=arrays(np.float64, (5, 2), elements=st.floats(-20, 20)), rows=st.integers(1, 5))
def test_training_matches_numpy_with_and_without_padding(x, rows):
    x = np.float32(x).astype(float)
    seen = x[:rows]
    y, state = train(np.float32(x), np.float32(np.arange(5) < rows))
    expected = naive(seen, seen.mean(axis=0), seen.var(axis=0))
    np.testing.assert_allclose(y[:rows], expected, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(
        state["moving_mean"], 0.9 * STATE["moving_mean"] + 0.1 * seen.mean(axis=0), rtol=1e-4, atol=1e-5
    )
    np.testing.assert_allclose(
        state["moving_variance"], 0.9 * STATE["moving_variance"] + 0.1 * seen.var(axis=0), rtol=1e-4
    )


def test_a_mask_of_ones_is_no_mask():
    x = jnp.asarray(np.random.default_rng(0).normal(size=(5, 2)), jnp.float32)
    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6), train(x), train(x, jnp.ones(5))
    )


def test_a_batch_comes_out_centred_and_scaled():
    x = jnp.asarray(np.random.default_rng(0).normal(5, 3, size=(500, 2)), jnp.float32)
    layer = BatchNormalization()
    y, _ = layer.apply(*layer.init(jax.random.key(0), (2,)), x, train=True)
    np.testing.assert_allclose(y.mean(axis=0), [0, 0], atol=1e-5)
    np.testing.assert_allclose(y.std(axis=0), [1, 1], atol=1e-3)


def test_the_gradient_sees_that_the_batch_shares_its_mean():
    # A shift of all rows changes nothing, so gradients of the rows add up to zero.
    x = jnp.asarray(np.random.default_rng(0).normal(size=(5, 2)), jnp.float32)
    gradient = jax.jit(jax.grad(lambda x: (LAYER.apply(PARAMS, STATE, x, train=True)[0] ** 3).sum()))(x)
    np.testing.assert_allclose(gradient.sum(axis=0), [0, 0], atol=1e-4)
    assert np.abs(gradient).sum() > 0.1


def test_running_means_get_there():
    x = jnp.asarray(np.random.default_rng(0).normal(5, 3, size=(500, 2)), jnp.float32)
    layer, step = BatchNormalization(momentum=0.9), None
    params, state = layer.init(jax.random.key(0), (2,))
    step = jax.jit(lambda state: layer.apply(params, state, x, train=True)[1])
    for _ in range(100):
        state = step(state)
    np.testing.assert_allclose(state["moving_mean"], x.mean(axis=0), rtol=1e-3)
    np.testing.assert_allclose(state["moving_variance"], x.var(axis=0), rtol=1e-3)


@pytest.mark.parametrize("settings", [{"momentum": 1.5}, {"momentum": -0.1}, {"epsilon": 0.0}], ids=str)
def test_settings_out_of_range_are_named(settings):
    with pytest.raises(ArgumentError, match="BatchNormalization"):
        BatchNormalization(**settings)


@pytest.mark.parametrize("axis", [1, 2, -1])
def test_rows_of_steps_share_the_statistics_of_an_axis_without_padding(axis):
    x = np.random.default_rng(0).normal(size=(5, 3, 4)).astype(np.float32)
    layer = BatchNormalization(axis=axis, momentum=0.0)
    params, state = layer.init(jax.random.key(0), (3, 4))
    mask = jnp.array([1.0, 1.0, 1.0, 0.0, 0.0])
    y, state = layer.apply(params, state, jnp.asarray(x), train=True, mask=mask)
    others = (0, 2) if axis == 1 else (0, 1)
    np.testing.assert_allclose(state["moving_mean"], x[:3].mean(axis=others), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(state["moving_variance"], x[:3].var(axis=others), rtol=1e-4)
    np.testing.assert_allclose(np.asarray(y)[:3].mean(axis=others), np.zeros(x.shape[axis]), atol=1e-5)


def test_a_frozen_layer_uses_its_running_means_in_training_too():
    layer = BatchNormalization(trainable=False)
    x = jnp.array([[1.0, 0.0], [3.0, 0.0]])
    y, state = layer.apply(PARAMS, STATE, x, train=True)
    assert state is STATE
    np.testing.assert_array_equal(y, layer.apply(PARAMS, STATE, x)[0])


def test_weights_are_drawn_kept_small_and_bounded_as_told():
    layer = BatchNormalization(
        gamma_initializer="zeros",
        beta_regularizer="l2",
        gamma_constraint="non_neg",
        moving_mean_initializer="ones",
    )
    params, state = layer.init(jax.random.key(0), (2,))
    assert (params["gamma"].tolist(), state["moving_mean"].tolist()) == ([0, 0], [1, 1])
    assert float(layer.penalty({"beta": jnp.ones(2)})) == pytest.approx(0.02)
    assert layer.constrained({"gamma": jnp.array([-1.0, 1.0])})["gamma"].tolist() == [0, 1]


def test_the_wrong_width_is_named():
    with pytest.raises(ShapeError, match="was built for 2 features, got 3"):
        LAYER.apply(PARAMS, STATE, jnp.ones((2, 3)))
