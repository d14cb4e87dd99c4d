"""scikit-learn's own checks of an estimator, on the defaults."""

import pytest
from sklearn.utils.estimator_checks import (
    check_sample_weight_equivalence_on_dense_data,
    check_sample_weight_equivalence_on_sparse_data,
    parametrize_with_checks,
)

from neurode.estimators.mlp import MLPClassifier, MLPRegressor

# Weights and repeated rows add up in another order, which in single precision is another number in the eighth
# digit; 200 steps of Adam make it one in the fourth, and the check allows the seventh. With "lbfgs", which is
# in double precision, and with few steps the two are equal (`tests/parity/test_mlp.py`).
ROUNDING = "in single precision 200 steps of Adam multiply what sums round differently"
EXPECTED = {
    MLPClassifier: {
        "check_sample_weight_equivalence_on_dense_data": ROUNDING,
        "check_sample_weight_equivalence_on_sparse_data": ROUNDING,
    },
    MLPRegressor: {},
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(
    [MLPClassifier(), MLPRegressor()],
    expected_failed_checks=lambda estimator: EXPECTED[type(estimator)],
)
def test_checks_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.mark.parametrize(
    "check",
    [check_sample_weight_equivalence_on_dense_data, check_sample_weight_equivalence_on_sparse_data],
    ids=lambda check: check.__name__,
)
def test_weights_equal_repetition_in_double_precision(check):
    check("MLPClassifier", MLPClassifier(solver="lbfgs"))
