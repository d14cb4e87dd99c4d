import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import accuracy_score, log_loss, mean_poisson_deviance, mean_squared_error, r2_score

from neurode.estimators.mlp.losses import PoissonDeviance, mean_loss, poisson_targets
from neurode.estimators.mlp.network import activated
from neurode.estimators.mlp.stopping import HeldOut, accuracy, r2, score_and_loss

SCORES = arrays(np.float64, (6, 3), elements=st.floats(-8, 8))
WEIGHTS = st.none() | arrays(np.float64, 6, elements=st.floats(0.1, 3))
ONE_HOT = np.eye(3)[[0, 1, 2, 0, 1, 2]]
LABELS = np.array([[0, 1, 1], [1, 0, 0], [0, 0, 0], [1, 1, 1], [0, 1, 0], [1, 0, 1.0]])
COUNTS = np.array([[0, 1, 2], [3, 0, 0], [1, 1, 5], [2, 0, 1], [0, 0, 9], [4, 2, 0.0]])


@given(SCORES, WEIGHTS)
def test_losses_are_scikit_learns(scores, weight):
    softmax, sigmoid = activated(scores, "softmax"), activated(scores, "logistic")
    expected = log_loss(ONE_HOT.argmax(axis=1), softmax, sample_weight=weight)
    assert mean_loss(ONE_HOT, scores, "softmax", weight) == pytest.approx(expected, rel=1e-9)
    expected = sum(
        log_loss(label, share, sample_weight=weight, labels=[0, 1])
        for label, share in zip(LABELS.T, sigmoid.T)
    )
    assert mean_loss(LABELS, scores, "logistic", weight) == pytest.approx(expected, rel=1e-6)
    expected = mean_squared_error(COUNTS, scores, sample_weight=weight) / 2
    assert mean_loss(COUNTS, scores, "identity", weight) == pytest.approx(expected, rel=1e-9)
    expected = sum(
        mean_poisson_deviance(count, np.exp(score), sample_weight=weight) / 2
        for count, score in zip(COUNTS.T, scores.T)
    )
    assert mean_loss(COUNTS, scores, "exp", weight) == pytest.approx(expected, rel=1e-6)


@given(SCORES)
def test_the_deviance_of_rows_is_what_their_mean_is_made_of(scores):
    rows = PoissonDeviance().rows(poisson_targets(COUNTS), scores)
    assert float(rows.mean()) == pytest.approx(mean_loss(COUNTS, scores, "exp"), rel=1e-4)


@given(SCORES, WEIGHTS)
def test_scores_are_scikit_learns(scores, weight):
    found = accuracy(ONE_HOT, scores, "softmax", weight)
    expected = accuracy_score(ONE_HOT.argmax(axis=1), scores.argmax(axis=1), sample_weight=weight)
    assert found == pytest.approx(expected)
    found = accuracy(LABELS, scores, "logistic", weight)
    assert found == pytest.approx(accuracy_score(LABELS, scores > 0, sample_weight=weight))
    assert r2(COUNTS, scores, weight) == pytest.approx(r2_score(COUNTS, scores, sample_weight=weight))


def test_a_constant_target_is_explained_or_not():
    constant = np.ones((3, 1))
    assert r2(constant, constant) == r2_score(constant, constant) == 1
    assert r2(constant, constant + 1) == r2_score(constant, constant + 1) == 0


def test_infinite_predictions_have_no_score():
    held_out = HeldOut(None, np.ones((2, 1)))
    score, loss = score_and_loss(np.array([[np.inf], [0.0]]), "identity", held_out)
    assert np.isnan(score)
    assert loss == np.inf
