import numpy as np
import pytest
from sklearn.utils.class_weight import compute_sample_weight

from neurode.errors import ArgumentError
from neurode.estimators.class_rates import class_totals, class_weights, deployment_rates

NAMES = np.array(["a", "b", "c"])
CODES = np.array([0, 0, 0, 1, 1, 2, 0])


@pytest.mark.parametrize("asked", ["balanced", {"a": 0.5, "b": 2, "c": 1.5}, {"c": 3}], ids=str)
def test_class_weights_are_those_of_scikit_learn(asked):
    np.testing.assert_allclose(
        class_weights(asked, CODES, None, NAMES), compute_sample_weight(asked, NAMES[CODES]), rtol=1e-6
    )


def test_weights_of_rows_count_in_what_is_balanced():
    weight = np.array([1, 1, 1, 5, 1, 2, 1], np.float32)
    totals = class_totals(CODES, class_weights("balanced", CODES, weight, NAMES), 3)
    np.testing.assert_allclose(totals, weight.sum() / 3, rtol=1e-6)


def test_a_class_without_rows_takes_no_weight_from_the_others():
    codes = np.array([0, 0, 1])
    assert class_weights("balanced", codes, None, NAMES).sum() == pytest.approx(3)


@pytest.mark.parametrize(
    "asked", ["even", 3, {"d": 1}, {"a": 0}, {"a": -1}, {"a": float("nan")}, {"a": np.inf}]
)
def test_weights_that_mean_nothing_are_named(asked):
    with pytest.raises(ArgumentError, match="class_weight"):
        class_weights(asked, CODES, None, NAMES)


def test_rates_in_use_are_taken_in_three_forms():
    assert deployment_rates("training", NAMES) is None
    assert deployment_rates(None, NAMES) is None
    assert deployment_rates(0.25, NAMES[:2]) == (0.75, 0.25)
    assert deployment_rates({"b": 0.3, "a": 0.6, "c": 0.1}, NAMES) == (0.6, 0.3, 0.1)
    assert deployment_rates([0.6, 0.3, 0.1], NAMES) == (0.6, 0.3, 0.1)
    assert deployment_rates({1: 0.3, 0: 0.7}, np.array([0, 1])) == (0.7, 0.3)


@pytest.mark.parametrize(
    "asked",
    [0.3, {"a": 0.5, "b": 0.5}, {"a": 0.5, "b": 0.3, "c": 0.2, "d": 0.0}, [0.5, 0.5, 0.5], [1, 0, 0], "all"],
    ids=str,
)
def test_rates_that_mean_nothing_are_named(asked):
    with pytest.raises(ArgumentError, match="base_rate="):
        deployment_rates(asked, NAMES)
