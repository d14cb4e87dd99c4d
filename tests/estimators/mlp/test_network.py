import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, softmax

from neurode.estimators.mlp.network import (
    ROWS_AT_ONCE,
    Design,
    activated,
    initial_weights,
    log_probabilities,
    raw_scores,
)

SLOW = {
    "identity": lambda z: z,
    "logistic": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: z * (z > 0),
}


@given(
    st.sampled_from(sorted(SLOW)),
    st.lists(st.integers(1, 5), min_size=2, max_size=4),
    st.integers(0, 2**32 - 1),
)
def test_scores_are_those_of_one_row_after_the_other(activation, units, seed):
    random = np.random.RandomState(seed)
    design = Design(tuple(units), activation, "identity")
    coefs, intercepts = initial_weights(design, random)
    X = random.normal(size=(3, units[0]))
    expected = []
    for row in X:
        values = row
        for number, (matrix, vector) in enumerate(zip(coefs, intercepts)):
            values = SLOW[activation](values) if number else values
            values = np.array([sum(values * column) for column in matrix.T]) + vector
        expected.append(values)
    np.testing.assert_allclose(raw_scores(X, coefs, intercepts, activation), expected, rtol=1e-9, atol=1e-12)


def test_scores_leave_the_rows_as_they_are():
    X = -np.ones((2, 2))
    raw_scores(X, [np.eye(2), np.eye(2)], [np.zeros(2)] * 2, "relu")
    np.testing.assert_array_equal(X, -1)


def test_many_rows_go_through_in_parts():
    random = np.random.default_rng(0)
    X = random.normal(size=(2 * ROWS_AT_ONCE + 3, 2))
    matrix, vector = random.normal(size=(2, 3)), random.normal(size=3)
    np.testing.assert_allclose(raw_scores(X, [matrix], [vector], "relu"), X @ matrix + vector)


@pytest.mark.parametrize("container", [scipy.sparse.csr_array, scipy.sparse.csr_matrix])
def test_a_sparse_table_gives_the_scores_of_the_dense_one(container):
    X = np.random.default_rng(0).binomial(1, 0.2, (50, 8)).astype(float)
    coefs, intercepts = initial_weights(Design((8, 4, 2), "tanh", "softmax"), np.random.RandomState(0))
    sparse = raw_scores(container(X), coefs, intercepts, "tanh")
    assert type(sparse) is np.ndarray
    np.testing.assert_allclose(sparse, raw_scores(X, coefs, intercepts, "tanh"))


@pytest.mark.parametrize(("activation", "factor"), [("relu", 6), ("tanh", 6), ("logistic", 2)])
def test_first_weights_fill_their_bounds(activation, factor):
    coefs, intercepts = initial_weights(
        Design((300, 100), activation, "softmax"), np.random.RandomState(0), np.float32
    )
    bound = np.sqrt(factor / 400)
    assert 0.99 * bound < abs(coefs[0]).max() <= bound * (1 + 1e-6)
    assert 0.8 * bound < abs(intercepts[0]).max() <= bound * (1 + 1e-6)
    assert coefs[0].dtype == np.float32


@given(st.lists(st.floats(-700, 700), min_size=1, max_size=4))
def test_logarithms_are_those_of_the_probabilities(scores):
    row = np.array([scores])
    two = np.hstack([expit(-row), expit(row)]) if len(scores) == 1 else expit(row)
    np.testing.assert_allclose(np.exp(log_probabilities(row, "logistic")), two, rtol=1e-9, atol=1e-300)
    for shares in (activated(row, "softmax"), np.exp(log_probabilities(row, "softmax"))):
        np.testing.assert_allclose(shares, softmax(row, axis=1), rtol=1e-9, atol=1e-300)


def test_logarithms_are_finite_for_sure_predictions():
    assert np.isfinite(log_probabilities(np.array([[-1e5], [1e5]]), "logistic")).all()
    assert np.isfinite(log_probabilities(np.array([[-1e5, 1e5]]), "softmax")).all()
