import numpy as np
import pytest
import sklearn.metrics as reference
from hypothesis import given
from hypothesis import strategies as st

from neurode.evaluation.decisions import (
    Counts,
    balanced_accuracy,
    f1,
    f_beta,
    matthews_correlation,
)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=30))
def test_metrics_of_counts_are_scikit_learns(pairs):
    target, called = np.array(pairs).T.astype(int)
    counts = Counts(*(np.sum((target == y) & (called == c)) for y, c in ((1, 1), (0, 1), (0, 0), (1, 0))))
    for beta in (0.5, 2):
        expected = reference.fbeta_score(target, called, beta=beta, zero_division=0)
        assert f_beta(counts, beta) == pytest.approx(expected)
    if len(set(target)) == 2:
        assert balanced_accuracy(counts) == pytest.approx(reference.balanced_accuracy_score(target, called))
        assert matthews_correlation(counts) == pytest.approx(reference.matthews_corrcoef(target, called))


def test_f_beta_of_one_is_f1():
    counts = Counts(np.array([3, 0]), np.array([1, 0]), np.array([5, 4]), np.array([2, 1]))
    np.testing.assert_array_equal(f_beta(counts, 1), f1(counts))


def test_the_correlation_of_a_million_rows_does_not_overflow():
    counts = Counts(400_000, 100_000, 400_000, 100_000)
    # Four in five rows right on balanced classes: 0.8 - 0.2.
    assert matthews_correlation(counts) == pytest.approx(0.6)
    assert matthews_correlation(Counts(5, 5, 0, 0)) == 0  # everybody is called positive
