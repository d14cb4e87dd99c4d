"""The functions of `K`: found, and right on the cases that tutorials rely on."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from neurode import backend as K
from neurode import ops
from neurode.errors import ArgumentError, ShapeError

ASKED = [
    "sum", "mean", "std", "var", "prod", "max", "min", "any", "all", "abs", "square", "sqrt", "exp",
    "log", "pow", "round", "sign", "sin", "cos", "clip", "epsilon", "set_epsilon", "floatx",
    "set_floatx", "cast", "cast_to_floatx", "equal", "not_equal", "greater", "greater_equal", "less",
    "less_equal", "maximum", "minimum", "switch", "dot", "batch_dot", "transpose", "flatten",
    "batch_flatten", "reshape", "expand_dims", "squeeze", "concatenate", "stack", "tile",
    "repeat_elements", "gather", "one_hot", "argmax", "argmin", "cumsum", "cumprod", "logsumexp",
    "ones_like", "zeros_like", "zeros", "ones", "constant", "variable", "shape", "int_shape", "ndim",
    "dtype", "sigmoid", "hard_sigmoid", "tanh", "relu", "elu", "softmax", "softplus", "softsign",
    "l2_normalize", "binary_crossentropy", "categorical_crossentropy",
    "sparse_categorical_crossentropy", "stop_gradient", "identity", "get_value", "set_value",
    "clear_session",
]  # fmt: skip


@pytest.mark.parametrize("name", ASKED)
def test_the_functions_of_k_are_there_and_documented(name):
    assert name in K.__all__
    assert (getattr(K, name).__doc__ or "").strip()


def test_nothing_else_is_listed():
    assert not {"ops", "np", "math", "ArgumentError", "Callable", "Any"} & set(K.__all__)
    assert all(hasattr(K, name) for name in K.__all__)


def test_a_wrong_name_points_at_ops():
    with pytest.raises(AttributeError, match="look for it in neurode.ops"):
        K.conv2d  # noqa: B018


def test_the_metrics_of_tutorials():
    y, p = jnp.array([[1.0], [0.0], [1.0], [1.0]]), jnp.array([[0.9], [0.6], [0.2], [0.7]])
    hits = K.sum(K.round(K.clip(y * p, 0, 1)))
    precision = hits / (K.sum(K.round(K.clip(p, 0, 1))) + K.epsilon())
    recall = hits / (K.sum(K.round(K.clip(y, 0, 1))) + K.epsilon())
    # Two of three positives are found, and two of three that are called positive are.
    assert float(2 * precision * recall / (precision + recall)) == pytest.approx(2 / 3, rel=1e-6)
    assert float(K.mean(K.equal(y, K.round(p)))) == 0.5
    assert float(K.sqrt(K.mean(K.square(p - y), axis=-1))[0]) == pytest.approx(0.1, rel=1e-5)
    assert int(K.sum(K.cast(K.greater(p, 0.5), "float32"))) == 3
    ones_hot = jnp.eye(3)
    assert float(K.mean(K.equal(K.argmax(ones_hot), K.argmax(ones_hot, axis=-1)))) == 1.0


def test_a_loss_of_a_tutorial_has_a_gradient_inside_a_program():
    def focal(y, p):
        p = K.clip(p, K.epsilon(), 1 - K.epsilon())
        of_true = K.switch(K.equal(y, 1.0), p, 1 - p)
        return K.mean(-K.pow(1 - of_true, 2.0) * K.log(of_true))

    y, p = jnp.array([1.0, 0.0]), jnp.array([0.8, 0.4])
    by_hand = np.mean([-(0.2**2) * np.log(0.8), -(0.4**2) * np.log(0.6)])
    assert float(jax.jit(focal)(y, p)) == pytest.approx(by_hand, rel=1e-5)
    assert np.isfinite(jax.jit(jax.grad(focal, argnums=1))(y, p)).all()


def test_switch_takes_values_functions_rows_and_elements():
    rows = jnp.array([[1.0, 2.0], [3.0, 4.0]])
    assert K.switch(True, lambda: rows, lambda: -rows).tolist() == rows.tolist()
    assert K.switch(jnp.array(False), rows, 0.0).tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert K.switch(jnp.array([1, 0]), rows, lambda: -rows).tolist() == [[1.0, 2.0], [-3.0, -4.0]]
    assert K.switch(rows > 1.5, rows, 0.0).tolist() == [[0.0, 2.0], [3.0, 4.0]]
    assert float(jax.jit(lambda x: K.switch(K.greater(x, 0.0), lambda: x, lambda: 2 * x))(-1.0)) == -2.0
    with pytest.raises(ShapeError, match="2 axes, more than the 0"):
        K.switch(rows > 1.5, 1.0, 0.0)


def test_values_go_in_and_out():
    class Variable:
        def assign(self, value):
            self.value = value

        def numpy(self):
            return np.asarray(self.value)

    held = Variable()
    K.set_value(held, 0.5)
    assert (float(K.get_value(held)), K.get_value(3.0)) == (0.5, 3.0)
    assert isinstance(K.get_value(jnp.ones(2)), np.ndarray)
    with pytest.raises(ArgumentError, match="learning_rate = 0.01"):
        K.set_value(K.variable(1.0), 2.0)
    assert K.clear_session() is None


def test_constants_and_types():
    assert K.constant([1, 2]).dtype == K.variable(2).dtype == jnp.float32
    assert K.constant(3, dtype="int32", shape=(2, 1)).tolist() == [[3], [3]]
    assert isinstance(K.cast_to_floatx(np.arange(3)), np.ndarray)
    assert K.cast_to_floatx(jnp.arange(3)).dtype == K.cast_to_floatx([1]).dtype == np.float32
    assert (K.dtype(jnp.ones(1)), K.floatx(), K.int_shape(jnp.ones((2, 3)))) == ("float32", "float32", (2, 3))
    assert K.count_params(jnp.ones((2, 3))) == 6


def test_no_gradient_passes_a_stop():
    assert float(jax.grad(lambda x: x * K.stop_gradient(x))(3.0)) == 3.0
    assert [float(x) for x in K.stop_gradient([jnp.ones(()), jnp.zeros(())])] == [1.0, 0.0]


def test_batch_dot_names_what_does_not_fit():
    for x, y, axes in [
        ((2, 3), (3, 3), None),
        ((2, 3), (2, 4), None),
        ((2, 3), (2, 3), 0),
        ((2,), (2,), None),
    ]:
        with pytest.raises(ShapeError, match="batch_dot"):
            K.batch_dot(jnp.ones(x), jnp.ones(y), axes)


def test_epsilon_is_the_one_of_ops(monkeypatch):
    from neurode.ops import precision

    monkeypatch.setattr(precision, "_settings", dict(precision._settings))
    K.set_epsilon(0.1)
    assert (K.epsilon(), float(ops.binary_crossentropy([0.0], [1.0])[0])) == (
        0.1,
        pytest.approx(-np.log(0.1)),
    )
