import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from neurode.errors import ArgumentError, ShapeError
from neurode.layers import AlphaDropout, Dropout, GaussianDropout, GaussianNoise
from neurode.layers.randomness import kept, normal, rate_in_force

X = jnp.asarray(np.random.default_rng(0).normal(size=(300, 100)), jnp.float32)


def in_training(layer, x=X, seed=0):
    return np.asarray(layer.apply({}, {}, x, train=True, key=jax.random.key(seed))[0])


def test_numbers_from_bytes_are_normal():
    drawn = np.asarray(normal(jax.random.key(0), 200, 100)).ravel()
    assert stats.kstest(drawn, "norm").pvalue > 0.01
    ends = normal(jnp.array([[0] * 4, [255] * 4], jnp.uint8), 2, 1)
    # The outermost words are 2⁻²⁴ from 0 and 1.
    np.testing.assert_allclose(ends[:, 0], [-5.295, 5.295], atol=0.15)


def test_gaussian_noise_has_its_deviation_and_no_mean():
    noise = in_training(GaussianNoise(0.5)) - X
    assert noise.mean() == pytest.approx(0, abs=0.01)
    assert noise.std() == pytest.approx(0.5, abs=0.01)


def test_gaussian_dropout_keeps_the_mean_and_spreads_as_dropout_does():
    y = in_training(GaussianDropout(0.2), jnp.ones((300, 100)))
    assert y.mean() == pytest.approx(1, abs=0.01)
    # √(0.2 / 0.8)
    assert y.std() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("rate", [0.1, 0.5])
def test_alpha_dropout_keeps_mean_and_variance(rate):
    y = in_training(AlphaDropout(rate))
    assert y.mean() == pytest.approx(0, abs=0.02)
    assert y.std() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("layer", [GaussianNoise(0.5), GaussianDropout(0.5), AlphaDropout(0.5)], ids=str)
def test_in_use_nothing_happens_and_a_key_is_asked_for_in_training(layer):
    np.testing.assert_array_equal(layer.apply({}, {}, X)[0], X)
    with pytest.raises(ArgumentError, match="needs a key"):
        layer.apply({}, {}, X, train=True)


@pytest.mark.parametrize("layer", [GaussianNoise(0), GaussianDropout(0), AlphaDropout(0)], ids=str)
def test_no_noise_needs_no_bytes(layer):
    assert layer.random_bytes((4,)) == 0
    np.testing.assert_array_equal(layer.apply({}, {}, X, train=True)[0], X)


def test_bytes_that_are_asked_for_are_enough():
    assert GaussianNoise(0.5).random_bytes((3, 4)) == 48
    assert AlphaDropout(0.5).random_bytes((3, 4)) == 12
    assert Dropout(0.5, noise_shape=(None, 1, None)).random_bytes((3, 4)) == 4


def test_a_rate_of_one_drops_all():
    assert not in_training(Dropout(1.0)).any()
    assert (rate_in_force(0), rate_in_force(1), rate_in_force(0.999)) == (0, 1, 255 / 256)
    assert not kept(jax.random.key(0), 1, 10, 10).any()


def test_noise_is_shared_along_axes_of_size_one():
    x = jnp.ones((50, 6, 5))
    y = in_training(Dropout(0.5, noise_shape=(None, 1, None)), x)
    assert (y == y[:, :1]).all()
    assert len(np.unique(y[:, 0], axis=0)) > 10
    over_rows = in_training(Dropout(0.5, noise_shape=(1, 6, 5)), x)
    assert (over_rows == over_rows[:1]).all()


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: GaussianNoise(-0.1), ArgumentError, "stddev"),
        (lambda: GaussianDropout(1.0), ArgumentError, "rate"),
        (lambda: AlphaDropout(1.0), ArgumentError, "rate"),
        (lambda: Dropout(0.5, noise_shape=(None, 0)), ArgumentError, "noise_shape"),
        (lambda: Dropout(0.5, noise_shape=(None, 2)).random_bytes((4,)), ShapeError, "noise_shape"),
        (lambda: Dropout(0.5, noise_shape=(None, 1)).random_bytes((4, 4)), ShapeError, "noise_shape"),
    ],
)
def test_settings_out_of_range_are_named(make, kind, message):
    with pytest.raises(kind, match=message):
        make()
