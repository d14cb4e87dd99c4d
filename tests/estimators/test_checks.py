"""scikit-learn's own checks of an estimator, on the defaults."""

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from neurode.estimators import NeuralClassifier, NeuralRegressor

# A repeated row is two rows: it is shuffled into two batches, and one of the two may be held out to say when
# to stop. A row of weight 2 is one row in one place. Both learn the same function, not the same bits.
PLACES = "rows are shuffled into batches and held out by their places, which repetition changes"
EXPECTED = {"check_sample_weight_equivalence_on_dense_data": PLACES}


@parametrize_with_checks(
    [NeuralClassifier(), NeuralRegressor()], expected_failed_checks=lambda estimator: EXPECTED
)
def test_checks_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.parametrize("kind", [NeuralClassifier, NeuralRegressor])
def test_weight_zero_equals_a_removed_row_to_the_last_bit(kind):
    random = np.random.default_rng(0)
    rows, target = random.normal(size=(160, 3)), np.arange(160) % 2
    weight = (random.random(160) < 0.6).astype(float)
    settings = {"hidden_layer_sizes": (4,), "epochs": 3, "random_state": 0}
    weighted = kind(**settings).fit(rows, target, weight)
    removed = kind(**settings).fit(rows[weight > 0], target[weight > 0])
    assert weighted.history_.history == removed.history_.history
    ask = "predict_proba" if kind is NeuralClassifier else "predict"
    np.testing.assert_array_equal(getattr(weighted, ask)(rows), getattr(removed, ask)(rows))
