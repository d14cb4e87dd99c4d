"""The functions of `K` against their definitions in NumPy: Keras 3 has dropped them.

The definitions are those of `keras.backend` in Keras 2, which needs TensorFlow.
"""

import numpy as np
import pytest

from neurode import backend as K

X = np.array([[0.5, -1.25, 2.0], [0.1, 3.5, -0.75]], np.float32)
Y = np.array([[1.0, -1.25, 0.0], [2.0, 3.5, -1.0]], np.float32)
BOOLS = np.array([[True, False, True], [False, False, True]])
CUBE = np.arange(24, dtype=np.float32).reshape(2, 3, 4) / 10


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    return np.exp(x) / np.exp(x).sum(-1, keepdims=True)


def old_relu(x, alpha=0.0, max_value=None, threshold=0.0):
    high = np.inf if max_value is None else max_value
    return np.where(x >= high, high, np.where(x >= threshold, x, alpha * (x - threshold)))


CASES = {
    "sum": [((X, 0), {}, X.sum(0)), ((BOOLS,), {}, 3)],
    "mean": [((X,), {"axis": -1, "keepdims": True}, X.mean(-1, keepdims=True)), ((BOOLS,), {}, 0.5)],
    "std": [((X,), {}, X.std()), ((BOOLS,), {}, 0.5)],
    "var": [((X, 1), {}, X.var(1))],
    "prod": [((X,), {}, X.prod())],
    "max": [((X, 0), {}, X.max(0))],
    "min": [((X,), {"axis": 1}, X.min(1))],
    "any": [((BOOLS, 0), {}, BOOLS.any(0))],
    "all": [((BOOLS, 0), {}, BOOLS.all(0))],
    "abs": [((X,), {}, np.abs(X))],
    "square": [((X,), {}, X**2)],
    "sqrt": [((X,), {}, np.sqrt(np.maximum(X, 0)))],
    "exp": [((X,), {}, np.exp(X))],
    "log": [((X**2,), {}, np.log(X**2))],
    "pow": [((X, 2), {}, X**2), ((X,), {"a": 3}, X**3)],
    "round": [((X,), {}, np.round(X))],
    "sign": [((X,), {}, np.sign(X))],
    "sin": [((X,), {}, np.sin(X))],
    "cos": [((X,), {}, np.cos(X))],
    "clip": [((X, 0, 1), {}, X.clip(0, 1)), ((X,), {"min_value": None, "max_value": 1.0}, np.minimum(X, 1))],
    "equal": [((X,), {"y": Y}, X == Y)],
    "not_equal": [((X, Y), {}, X != Y)],
    "greater": [((X, Y), {}, X > Y), ((X, 0.5), {}, X > 0.5)],
    "greater_equal": [((X, Y), {}, X >= Y)],
    "less": [((X, Y), {}, X < Y)],
    "less_equal": [((X, Y), {}, X <= Y)],
    "maximum": [((X, Y[0]), {}, np.maximum(X, Y[0]))],
    "minimum": [((X, 0.0), {}, np.minimum(X, 0))],
    "dot": [
        ((X, Y.T), {}, X @ Y.T),
        ((CUBE, CUBE[0].T), {}, CUBE @ CUBE[0].T),
        ((X, CUBE), {}, np.dot(X, CUBE)),
    ],
    "batch_dot": [
        ((X, Y), {}, (X * Y).sum(1, keepdims=True)),
        ((X, Y), {"axes": 1}, (X * Y).sum(1, keepdims=True)),
        ((CUBE, CUBE), {"axes": (2, 2)}, np.einsum("bij,bkj->bik", CUBE, CUBE)),
        ((CUBE, CUBE), {"axes": [1, 1]}, np.einsum("bij,bik->bjk", CUBE, CUBE)),
        ((CUBE.swapaxes(1, 2), CUBE), {}, np.einsum("bji,bjk->bik", CUBE, CUBE)),
        ((X, CUBE), {"axes": 1}, np.einsum("bi,bij->bj", X, CUBE)),
        ((CUBE, X), {"axes": (1, -1)}, np.einsum("bij,bi->bj", CUBE, X)),
        ((CUBE.swapaxes(1, 2), X), {}, np.einsum("bij,bi->bj", CUBE, X)),
    ],
    "transpose": [((X,), {}, X.T)],
    "permute_dimensions": [((CUBE, [0, 2, 1]), {}, CUBE.swapaxes(1, 2))],
    "flatten": [((X,), {}, X.ravel())],
    "batch_flatten": [((CUBE,), {}, CUBE.reshape(2, 12))],
    "reshape": [((X, (3, -1)), {}, X.reshape(3, 2))],
    "expand_dims": [((X,), {}, X[..., None]), ((X, 0), {}, X[None])],
    "squeeze": [((X[None], 0), {}, X)],
    "concatenate": [(([X, Y],), {}, np.concatenate([X, Y], -1)), (([X, Y], 0), {}, np.concatenate([X, Y]))],
    "stack": [(([X, Y],), {"axis": 1}, np.stack([X, Y], 1))],
    "tile": [((X, (2, 1)), {}, np.tile(X, (2, 1)))],
    "repeat": [((X, 2), {}, np.stack([X, X], 1))],
    "repeat_elements": [((X, 2), {"axis": 1}, np.repeat(X, 2, 1))],
    "reverse": [((X, 1), {}, X[:, ::-1]), ((X, [0, 1]), {}, X[::-1, ::-1])],
    "gather": [((X, [1, 0, 1]), {}, X[[1, 0, 1]])],
    "one_hot": [((np.array([0, 2]), 3), {}, np.eye(3)[[0, 2]])],
    "in_top_k": [
        ((X, np.array([0, 1]), 2), {}, [True, True]),
        ((X, np.array([1, 2]), 1), {}, [False, False]),
    ],
    "argmax": [((X,), {}, X.argmax(-1)), ((X, 0), {}, X.argmax(0))],
    "argmin": [((X,), {}, X.argmin(-1))],
    "cumsum": [((X,), {}, X.cumsum(0)), ((X, 1), {}, X.cumsum(1))],
    "cumprod": [((X,), {"axis": 1}, X.cumprod(1))],
    "logsumexp": [((X, -1), {}, np.log(np.exp(X).sum(-1)))],
    "ones_like": [((X,), {}, np.ones_like(X))],
    "zeros_like": [((X,), {}, np.zeros_like(X))],
    "zeros": [(((2, 3),), {}, np.zeros((2, 3)))],
    "ones": [(((2, 3),), {}, np.ones((2, 3)))],
    "eye": [((3,), {}, np.eye(3))],
    "arange": [((3,), {}, [0, 1, 2]), ((1, 2, 0.5), {"dtype": "float32"}, [1, 1.5])],
    "identity": [((X,), {}, X)],
    "shape": [((X,), {}, (2, 3))],
    "ndim": [((X,), {}, 2)],
    "sigmoid": [((X,), {}, sigmoid(X))],
    "hard_sigmoid": [((X,), {}, (0.2 * X + 0.5).clip(0, 1))],
    "tanh": [((X,), {}, np.tanh(X))],
    "relu": [
        ((X,), keywords, old_relu(X, **keywords))
        for keywords in (
            {},
            {"alpha": 0.1},
            {"max_value": 1.0},
            {"max_value": 6, "alpha": 0.2},
            {"threshold": 0.3},
            {"alpha": 0.1, "max_value": 3.0, "threshold": 0.3},
        )
    ],
    "elu": [((X,), {"alpha": 0.5}, np.where(X > 0, X, 0.5 * np.expm1(X)))],
    "softmax": [((X,), {}, softmax(X)), ((X,), {"axis": 0}, softmax(X.T).T)],
    "softplus": [((X,), {}, np.log1p(np.exp(X)))],
    "softsign": [((X,), {}, X / (1 + np.abs(X)))],
    "l2_normalize": [
        ((X, -1), {}, X / np.linalg.norm(X, axis=-1, keepdims=True)),
        ((X,), {}, X / np.linalg.norm(X)),
        ((np.zeros(3, np.float32), -1), {}, np.zeros(3)),
        ((np.array([1e-8], np.float32), -1), {}, [1e-2]),
    ],
    "binary_crossentropy": [
        ((BOOLS * 1.0, sigmoid(X)), {}, -np.log(np.where(BOOLS, sigmoid(X), 1 - sigmoid(X)))),
        ((BOOLS * 1.0, X), {"from_logits": True}, -np.log(np.where(BOOLS, sigmoid(X), 1 - sigmoid(X)))),
    ],
    "categorical_crossentropy": [
        ((BOOLS * 1.0, softmax(X)), {}, -(BOOLS * np.log(softmax(X))).sum(-1)),
        ((BOOLS * 1.0, X), {"from_logits": True}, -(BOOLS * np.log(softmax(X))).sum(-1)),
    ],
    "sparse_categorical_crossentropy": [
        ((np.array([2, 0]), softmax(X)), {}, -np.log(softmax(X)[[0, 1], [2, 0]])),
        ((np.array([[2], [0]]), X), {"from_logits": True}, -np.log(softmax(X)[[0, 1], [2, 0]])),
    ],
    "cast": [((BOOLS, "float32"), {}, BOOLS * 1.0)],
}
ELSEWHERE = {
    "cast_to_floatx", "clear_session", "constant", "count_params", "dtype", "epsilon", "floatx", "get_value",
    "int_shape", "set_epsilon", "set_floatx", "set_value", "stop_gradient", "switch", "variable",
}  # fmt: skip


def test_every_function_is_compared_here_or_in_its_own_tests():
    assert set(K.__all__) == CASES.keys() | ELSEWHERE


@pytest.mark.parametrize("name", sorted(CASES))
def test_k_is_what_it_was(name):
    for args, kwargs, wanted in CASES[name]:
        made = getattr(K, name)(*args, **kwargs)
        assert np.shape(made) == np.shape(wanted)
        np.testing.assert_allclose(made, wanted, rtol=1e-5, atol=1e-6)
