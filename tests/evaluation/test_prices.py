import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurode.errors import ArgumentError, FileError
from neurode.evaluation.prices import Prices, check_cost

LENDER = {"false_negative": 1000, "true_negative": -100, "refer": 20}


@given(st.floats(0.1, 50), st.floats(0.1, 50), st.floats(-20, 20), st.floats(-20, 20), st.floats(0.01, 20))
def test_the_closed_forms_are_where_expected_prices_cross(miss, alarm, hit, left, refer):
    prices = Prices(hit + miss, left + alarm, hit, left, refer)
    chance = np.linspace(0, 1, 2001)
    yes = chance * prices.true_positive + (1 - chance) * prices.false_positive
    no = chance * prices.false_negative + (1 - chance) * prices.true_negative
    person = chance * prices.true_positive + (1 - chance) * prices.true_negative + refer
    away = np.abs(chance - prices.threshold()) > 1e-3
    np.testing.assert_array_equal((yes < no)[away], (chance > prices.threshold())[away])
    referred = np.minimum(yes, no) > person
    band = prices.referral()
    if band is None:
        assert referred.sum() <= 1
    else:
        away = (np.abs(chance - band[0]) > 1e-3) & (np.abs(chance - band[1]) > 1e-3)
        np.testing.assert_array_equal(referred[away], ((chance > band[0]) & (chance < band[1]))[away])
        assert band[0] <= prices.threshold() <= band[1]


def test_a_gain_counts_as_the_price_of_not_getting_it():
    # Turned down, a good loan loses 100 of interest; approved, a bad one loses 1,000.
    prices = check_cost(LENDER)
    assert (prices.alarm, prices.miss) == (100, 1000)
    assert prices.threshold() == pytest.approx(100 / 1100)
    assert prices.referral() == pytest.approx((0.02, 0.8))


def test_nobody_refers_for_free_or_for_more_than_a_mistake():
    assert check_cost({"false_negative": 1, "false_positive": 1}).referral() is None
    assert check_cost({"false_negative": 1, "false_positive": 1, "refer": 0.5}).referral() is None
    assert check_cost({"false_negative": 1, "false_positive": 1, "refer": 0.0}).referral() == (0, 1)


@pytest.mark.parametrize(
    ("cost", "message"),
    [
        ({"false_negative": 5}, "does not price both mistakes"),
        ({"false_negative": 5, "false_positive": 1, "true_positive": 5}, "does not price both mistakes"),
        ({"false_negatives": 5, "false_positive": 1}, "no place for 'false_negatives'"),
        ({"false_negative": 5, "false_positive": float("nan")}, "not a finite number"),
        ({"false_negative": 5, "false_positive": "1"}, "not a finite number"),
        ({"false_negative": 5, "false_positive": True}, "not a finite number"),
        ({"false_negative": 5, "false_positive": 1, "refer": -1}, "cannot cost -1"),
    ],
)
def test_prices_that_make_no_sense_are_refused(cost, message):
    with pytest.raises(ArgumentError, match=message):
        check_cost(cost)


def test_prices_go_through_json():
    prices = check_cost(LENDER)
    assert Prices.from_json(prices.to_json()) == prices
    with pytest.raises(FileError, match="price both"):
        Prices.from_json({**prices.to_json(), "false_negative": -5.0})
    with pytest.raises(FileError, match="cost.refer"):
        Prices.from_json({**prices.to_json(), "refer": "much"})
