"""The finite differences that stand beside the gradients."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurode import trace
from neurode.glass_box.double import in_double_precision
from neurode.layers import Dense, Embedding, Flatten, Input, Lambda
from neurode.models import Sequential


def one_unit(layer, x, y, loss="mse"):
    model = Sequential([Input((1,)), layer])
    model.compile("sgd", loss)
    if model.get_weights():
        model.set_weights([np.array([[1.0]]), np.array([0.0])])
    return trace(model, x, y).check


@jax.custom_jvp
def wrong_square(x):
    return x**2


@wrong_square.defjvp
def _(primals, tangents):
    return primals[0] ** 2, 1.01 * 2 * primals[0] * tangents[0]


def test_a_wrong_gradient_is_found():
    check = one_unit(Dense(1, activation=wrong_square), [[1.5]], [0.0])
    assert not check.agrees
    assert max(array.difference for array in check.arrays) == pytest.approx(0.01, rel=0.05)
    assert "DISAGREE" in str(check)


def test_a_right_one_is_not():
    check = one_unit(Dense(1, activation=lambda x: x**2), [[1.5]], [0.0])
    assert check.agrees
    assert max(array.difference for array in check.arrays) < 1e-6


def test_in_a_corner_any_slope_between_both_sides_is_right():
    # relu at exactly 0: the slopes of both sides are 0 and 1, the gradient is one of them, the mean neither.
    check = one_unit(Dense(1, activation="relu"), [[0.0]], [1.0])
    assert check.agrees
    assert check.checked == 3


def test_where_the_loss_jumps_nothing_is_compared():
    check = one_unit(Dense(1, activation=lambda x: (x >= 1).astype(jnp.float32) + x), [[1.0]], [0.0])
    assert check.agrees
    assert check.checked == 0
    assert sum(array.at_edges for array in check.arrays) == 3


def test_a_sample_has_the_steepest_and_is_bounded():
    model = Sequential([Input((30,)), Dense(50, activation="tanh"), Dense(1)])
    model.compile("sgd", "mse")
    found = trace(model, np.random.default_rng(0).normal(size=(3, 30)), np.ones(3))
    sizes = {array.path: (array.size, array.checked) for array in found.check.arrays}
    assert sizes["dense/kernel"] == (1500, 8)
    assert sizes["dense_1/bias"] == (1, 1)
    assert sizes["inputs/input_layer"] == (90, 8)


def test_codes_are_not_moved():
    model = Sequential([Input((2,), dtype="int32"), Embedding(4, 3), Flatten(), Dense(1)])
    model.compile("sgd", "mse")
    paths = {array.path for array in trace(model, [[1, 3]], [1.0]).check.arrays}
    assert paths == {"embedding/embeddings", "dense/kernel", "dense/bias"}


def test_a_network_without_gradients_has_nothing_to_compare():
    model = Sequential([Input((1,), dtype="int32"), Lambda(lambda x: x.astype(jnp.float32))])
    model.compile("sgd", "mse")
    check = trace(model, [[2]], [1.0]).check
    assert check.agrees
    assert str(check) == "no gradient to compare with finite differences"


def test_loops_of_ones_own_are_computed_in_double_precision_too():
    def loop(x):
        with_while = jax.lax.fori_loop(0, 3, lambda i, total: total + jnp.sin(total), x)
        carried, several = jax.lax.scan(
            lambda carry, step: (carry * step, carry + 1), with_while, x * jnp.ones(3)
        )
        return jax.lax.cond(x > 0, jnp.exp, jnp.cos, carried).sum() + several.sum()

    program = jax.make_jaxpr(loop)(jnp.float32(0))
    for x in (0.3, -0.3):
        with jax.enable_x64(True):
            [found] = in_double_precision(program)(jnp.float64(x))
            expected = loop(jnp.float64(x))
        assert found.dtype == np.float64
        assert float(found) == pytest.approx(float(expected), rel=1e-14)


def test_a_dynamic_loop_is_a_loop():
    program = jax.make_jaxpr(lambda n, x: jax.lax.fori_loop(0, n, lambda i, total: total * x, x))(
        3, jnp.float32(1)
    )
    with jax.enable_x64(True):
        [found] = in_double_precision(program)(jnp.int32(3), jnp.float64(1.1))
    assert float(found) == pytest.approx(1.1**4, rel=1e-15)
