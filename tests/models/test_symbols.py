"""Ops and operators on symbolic tensors equal NumPy's on numbers."""

import numpy as np
import pytest

from neurode import ops
from neurode.errors import ArgumentError
from neurode.layers import Concatenate, Dense, Input
from neurode.models import Model, load_model

X = np.random.default_rng(0).uniform(0.5, 2.0, (6, 4)).astype(np.float32)

CASES = {
    "x + 1": (lambda x: x + 1, lambda x: x + 1),
    "1 - x": (lambda x: 1 - x, lambda x: 1 - x),
    "2 * x": (lambda x: 2 * x, lambda x: 2 * x),
    "x / 2": (lambda x: x / 2, lambda x: x / 2),
    "1 / x": (lambda x: 1 / x, lambda x: 1 / x),
    "x ** 2": (lambda x: x**2, lambda x: x**2),
    "-x": (lambda x: -x, lambda x: -x),
    "abs(x - 1)": (lambda x: abs(x - 1), lambda x: abs(x - 1)),
    "x * x": (lambda x: x * x, lambda x: x * x),
    "x[:, 0:2]": (lambda x: x[:, 0:2], lambda x: x[:, 0:2]),
    "x[:, 1]": (lambda x: x[:, 1], lambda x: x[:, 1]),
    "x[:, -1:]": (lambda x: x[:, -1:], lambda x: x[:, -1:]),
    "x[..., ::2]": (lambda x: x[..., ::2], lambda x: x[..., ::2]),
    "log": (ops.log, np.log),
    "exp of a sum": (lambda x: ops.exp(x + x), lambda x: np.exp(2 * x)),
    "sum": (lambda x: ops.sum(x, axis=-1, keepdims=True), lambda x: x.sum(-1, keepdims=True)),
    "mean": (lambda x: ops.mean(x, axis=1), lambda x: x.mean(1)),
    "concatenate": (lambda x: ops.concatenate([x, -x], axis=-1), lambda x: np.concatenate([x, -x], -1)),
    "stack": (lambda x: ops.stack([x, x + 1], axis=1), lambda x: np.stack([x, x + 1], 1)),
    "maximum": (lambda x: ops.maximum(x, 1.0), lambda x: np.maximum(x, 1.0)),
    "where": (lambda x: ops.where(x > 1, x, 0.0), lambda x: np.where(x > 1, x, 0.0)),
    "reshape": (lambda x: ops.reshape(x, (-1, 2, 2)), lambda x: x.reshape(-1, 2, 2)),
    "transpose": (
        lambda x: ops.transpose(ops.reshape(x, (-1, 1, 4)), (0, 2, 1)),
        lambda x: x.reshape(-1, 1, 4).transpose(0, 2, 1),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_an_op_on_a_symbol_equals_numpy(name):
    ours, numpy = CASES[name]
    x = Input((4,))
    model = Model(x, ours(x))
    expected = numpy(X)
    assert model.output_shape == (None, *expected.shape[1:])
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_an_op_is_saved(name, tmp_path):
    x = Input((4,))
    model = Model(x, CASES[name][0](x))
    model.save(tmp_path / "net.neurode")
    np.testing.assert_array_equal(load_model(tmp_path / "net.neurode").predict(X), model.predict(X))


def test_gradients_go_through_ops():
    x = Input((4,))
    model = Model(x, ops.exp(Dense(1)(x) * 0.5) + 1)
    model.compile("sgd", "mse")
    before = model.get_weights()[0]
    model.fit(X, X[:, 0], verbose=0)
    assert not np.array_equal(model.get_weights()[0], before)


def test_an_op_that_mixes_rows_is_refused():
    with pytest.raises(ArgumentError, match="does not keep the rows apart"):
        ops.sum(Input((4,)), axis=0)


def test_an_op_of_several_results_gives_several_tensors(tmp_path):
    x = Input((4,))
    left, right = ops.split(x, 2, axis=1)
    model = Model(x, Concatenate()([right, left * 2]))
    table = np.arange(8.0).reshape(2, 4)
    expected = np.concatenate([table[:, 2:], table[:, :2] * 2], axis=1)
    np.testing.assert_array_equal(model.predict(table), expected)
    model.save(tmp_path / "split.neurode")
    np.testing.assert_array_equal(load_model(tmp_path / "split.neurode").predict(table), expected)
