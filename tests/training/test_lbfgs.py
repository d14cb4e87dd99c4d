import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import check_grad
from scipy.special import log_softmax

from neurode.errors import UnknownNameError
from neurode.training.lbfgs import LOSSES, ROWS_PER_BLOCK, value_and_gradient

SHAPES = ((3, 4), (4, 2))
X = np.random.default_rng(0).normal(size=(7, 3))
Y = np.eye(2)[[0, 1, 1, 0, 0, 1, 0]]
WEIGHT = np.array([1.0, 2.0, 0.0, 0.5, 1.0, 3.0, 1.0])


def slow(vector, last, weight, alpha):
    """The same loss in NumPy."""
    first, second = vector[:12].reshape(3, 4), vector[12:20].reshape(4, 2)
    score = np.tanh(X @ first + vector[20:24]) @ second + vector[24:]
    rows = {
        "softmax": lambda: -(Y * log_softmax(score, axis=1)).sum(axis=1),
        "sigmoid": lambda: (np.log(1 + np.exp(score)) - Y * score).sum(axis=1),
        "exponential": lambda: (np.exp(score) - Y * score).sum(axis=1),
        "linear": lambda: ((score - Y) ** 2).sum(axis=1) / 2,
    }[last]()
    return (weight @ rows + alpha / 2 * ((first**2).sum() + (second**2).sum())) / weight.sum()


@pytest.mark.parametrize("last", LOSSES)
@given(seed=st.integers(0, 2**32 - 1), alpha=st.floats(0, 5))
@settings(max_examples=10, deadline=None)
def test_loss_and_gradient_are_those_of_numpy(last, seed, alpha):
    vector = np.random.default_rng(seed).normal(size=26)
    function = value_and_gradient(SHAPES, "tanh", last, X, Y, WEIGHT, alpha=alpha)
    value, gradient = function(vector)
    assert value == pytest.approx(slow(vector, last, WEIGHT, alpha), rel=1e-12)
    assert gradient.dtype == np.float64
    error = check_grad(lambda v: slow(v, last, WEIGHT, alpha), lambda v: gradient, vector)
    assert error < 1e-4 * (1 + np.linalg.norm(gradient))


def test_rows_without_weights_count_one_each():
    vector = np.random.default_rng(0).normal(size=26)
    plain = value_and_gradient(SHAPES, "tanh", "softmax", X, Y, alpha=1.0)(vector)[0]
    assert plain == pytest.approx(slow(vector, "softmax", np.ones(7), 1.0), rel=1e-12)


def test_many_rows_are_taken_in_blocks():
    times = ROWS_PER_BLOCK // 7 + 100  # Two blocks, the last of which is filled up.
    vector = np.random.default_rng(0).normal(size=26)
    many = value_and_gradient(SHAPES, "tanh", "exponential", np.tile(X, (times, 1)), np.tile(Y, (times, 1)))
    value, gradient = value_and_gradient(SHAPES, "tanh", "exponential", X, Y)(vector)
    assert many(vector)[0] == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(many(vector)[1], gradient, rtol=1e-9, atol=1e-12)


def test_double_precision_stays_inside():
    value_and_gradient(SHAPES, "tanh", "softmax", X, Y)(np.zeros(26))
    assert jnp.asarray(1.5).dtype == jnp.float32


def test_an_activation_without_a_loss_is_named():
    with pytest.raises(UnknownNameError, match="relu"):
        value_and_gradient(SHAPES, "tanh", "relu", X, Y)
