import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurode.errors import ArgumentError
from neurode.layers import Dropout
from neurode.layers.randomness import keep_mask, split

ONES = jnp.ones((200, 500))


@pytest.mark.parametrize("rate", [0.1, 0.2, 0.5, 0.75, 0.9])
def test_the_share_of_zeros_is_the_rate_and_the_mean_stays(rate, key):
    y = np.asarray(Dropout(rate).apply({}, {}, ONES, train=True, key=key)[0])
    met = round(rate * 256) / 256
    # 100,000 bytes: 5 standard errors of a share.
    assert (y == 0).mean() == pytest.approx(met, abs=5 * np.sqrt(met * (1 - met) / y.size))
    assert set(np.unique(y)) == {np.float32(0), np.float32(1 / (1 - met))}
    assert y.mean() == pytest.approx(1, abs=5 * np.sqrt(met / (1 - met) / y.size))


def test_the_rate_is_met_to_a_256th():
    for rate in np.linspace(0.01, 0.99, 50):
        kept = keep_mask(jnp.arange(256, dtype=jnp.uint8)[:, None], float(rate), 256, 1)
        assert (np.asarray(kept) == 0).mean() == pytest.approx(rate, abs=1 / 512)
        assert float(kept.mean()) == pytest.approx(1, rel=1e-6)


def test_use_drops_nothing():
    assert Dropout(0.5).apply({}, {}, ONES)[0] is ONES


def test_a_rate_of_zero_drops_nothing_and_needs_no_key():
    assert Dropout(0.0).apply({}, {}, ONES, train=True)[0] is ONES
    assert Dropout(0.0).random_bytes((5,)) == 0


def test_the_same_key_drops_the_same(key):
    first, second = (Dropout(0.5).apply({}, {}, ONES, train=True, key=key)[0] for _ in range(2))
    np.testing.assert_array_equal(first, second)
    other = Dropout(0.5).apply({}, {}, ONES, train=True, key=jax.random.key(1))[0]
    assert (np.asarray(first) != np.asarray(other)).mean() == pytest.approx(0.5, abs=0.02)


def test_rows_and_units_are_dropped_apart(key):
    kept = np.asarray(Dropout(0.5).apply({}, {}, ONES, train=True, key=key)[0]) > 0
    # Neighbours agree half the time, along rows and along units: nothing is dropped in blocks.
    assert (kept[1:] == kept[:-1]).mean() == pytest.approx(0.5, abs=0.02)
    assert (kept[:, 1:] == kept[:, :-1]).mean() == pytest.approx(0.5, abs=0.02)


def test_the_gradient_passes_where_the_value_passed(key):
    def total(x):
        return Dropout(0.5).apply({}, {}, x, train=True, key=key)[0].sum()

    y = Dropout(0.5).apply({}, {}, ONES, train=True, key=key)[0]
    np.testing.assert_array_equal(jax.grad(total)(ONES), y)


def test_training_without_a_key_is_refused():
    with pytest.raises(ArgumentError, match="dropout needs a key"):
        Dropout(0.5).apply({}, {}, ONES, train=True)


@pytest.mark.parametrize("rate", [-0.1, 1.5, float("nan")])
def test_a_rate_is_a_share(rate):
    with pytest.raises(ArgumentError, match="rate="):
        Dropout(rate)


def test_layers_of_a_chain_get_bytes_of_their_own(key):
    bytes_of_step = jnp.arange(12, dtype=jnp.uint8).reshape(2, 6)
    first, none, second = split(bytes_of_step, [4, 0, 2])
    assert (first.shape, none.shape, second.shape) == ((2, 4), (2, 0), (2, 2))
    assert np.concatenate([first, second], axis=1).tolist() == bytes_of_step.tolist()
    assert split(None, [4, 2]) == [None, None]
    one, other = split(key, [4, 2])
    assert one != other
