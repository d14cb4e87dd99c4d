import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurode.errors import ArgumentError, FileError
from neurode.evaluation.prices import check_cost
from neurode.evaluation.refer import ReferBand, choose_refer_band, decide

SCORE = np.array([0.9, 0.8, 0.6, 0.5, 0.3, 0.1])
TARGET = np.array([1, 1, 0, 1, 0, 0])
COST = {"false_negative": 4, "false_positive": 2, "refer": 0.5}


def two(score):
    return np.column_stack([1 - score, score])


@pytest.mark.parametrize(
    ("rule", "threshold", "referred"),
    [
        ("rate=0.34", 0.55, [0.6, 0.5]),
        ("rate=0.67", 0.55, [0.8, 0.6, 0.5, 0.3]),
        ("rate=0.5", 0.55, [0.6, 0.5, 0.3]),  # a row and a half on each side: below comes first
        ("rate=0.1", 0.55, []),
        ("rate=0", 0.55, []),
        ("rate=1", 0.55, [0.9, 0.8, 0.6, 0.5, 0.3, 0.1]),
        ("rate=0.5", 0.05, [0.5, 0.3, 0.1]),  # nobody is below, so above gives all
        ("rate=0.67", 0.85, [0.9, 0.8, 0.6, 0.5]),  # one above, three below
        ("0.3..0.6", 0.5, [0.5, 0.3]),
        (" 0.3 .. 0.6 ", 0.5, [0.5, 0.3]),
        # A miss loses 4 p, an alarm 2 (1 - p), a person 0.5: from 0.125 to 0.75.
        ("cost", 1 / 3, [0.6, 0.5, 0.3]),
        ("cost", 0.85, [0.8, 0.6, 0.5, 0.3]),  # reaches to the threshold
    ],
)
def test_the_rows_that_are_referred_are_those_worked_out_by_hand(rule, threshold, referred):
    cost = COST if rule == "cost" else None
    band = choose_refer_band(TARGET, two(SCORE), threshold=threshold, rule=rule, cost=cost)
    assert SCORE[decide(SCORE, threshold, band) == -1].tolist() == referred
    assert band.low <= threshold <= band.high


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), min_size=1, max_size=30),
    st.floats(0, 1),
    st.floats(0, 1),
    st.booleans(),
)
def test_a_rate_is_used_up_but_never_overdrawn(rows, rate, threshold, single):
    score, weight = np.array([(6, 1), *rows]).T
    score = (score / 12).astype(np.float32 if single else np.float64)
    target = np.arange(len(score)) % 2
    band = choose_refer_band(
        target, two(score), threshold=threshold, rule=f"rate={rate:.6f}", sample_weight=weight
    )
    calls = decide(score, threshold, band)
    asked = float(f"{rate:.6f}")
    referred = weight[calls == -1].sum()
    assert referred <= asked * weight.sum() + 1e-9
    assert band.reached["refer_rate"] == pytest.approx(referred / weight.sum())
    # The next rows on either side would be too many, or there are none.
    for side, nearest in ((score >= threshold, np.min), (score < threshold, np.max)):
        left = side & (calls != -1) & (weight > 0)
        if left.any():
            following = score == nearest(score[left])
            assert referred + weight[following].sum() > asked * weight.sum() - 1e-9
    # Outside the band the threshold decides.
    np.testing.assert_array_equal(calls[calls != -1], (score >= threshold)[calls != -1])


def test_what_is_reached_is_told_of_the_decided_rows():
    amounts = np.array([1, 2, 3, 4, 5, 6])
    band = choose_refer_band(TARGET, two(SCORE), threshold=0.7, rule="0.55..0.7", cost=COST, amounts=amounts)
    # Yes: 0.9 and 0.8, rightly. Referred: 0.6. No: 0.5 wrongly, which costs 4 × 4, and two rightly.
    assert band.reached == pytest.approx(
        {"yes_rate": 2 / 6, "no_rate": 3 / 6, "refer_rate": 1 / 6, "accuracy": 4 / 5, "mean_cost": 16 / 5}
    )


def test_referring_by_cost_is_cheaper_than_deciding_alone():
    generator = np.random.default_rng(0)
    score = generator.random(20_000)
    target = (generator.random(20_000) < score).astype(int)
    prices = check_cost(COST)
    line = prices.threshold()
    band = choose_refer_band(target, two(score), threshold=line, rule="cost", cost=COST)
    assert (band.low, band.high) == prices.referral()

    def paid(low, high):
        calls = decide(score, line, ReferBand(low, high, "", {}))
        wrong = 4 * (calls == 0) * target + 2 * (calls == 1) * (1 - target)
        return (wrong + 0.5 * (calls == -1)).mean()

    best = paid(band.low, band.high)
    for low, high in ((line, line), (0.05, 0.75), (0.2, 0.75), (0.125, 0.65), (0.125, 0.85)):
        assert best < paid(low, high)


def test_a_person_who_costs_too_much_is_not_asked():
    cost = {**COST, "refer": 3}
    band = choose_refer_band(TARGET, two(SCORE), threshold=0.4, rule="cost", cost=cost)
    assert (band.low, band.high) == (0.4, 0.4)
    assert band.reached["refer_rate"] == 0


def test_everybody_referred_leaves_nothing_to_judge():
    band = choose_refer_band(TARGET, two(SCORE), threshold=0.5, rule="0..1", cost=COST)
    assert np.isnan([band.reached["accuracy"], band.reached["mean_cost"]]).all()
    assert np.isnan(ReferBand.from_json(band.to_json()).reached["accuracy"])


def test_a_band_that_misses_the_threshold_reaches_to_it():
    band = ReferBand(0.3, 0.6, "0.3..0.6", {})
    assert decide(SCORE, 0.85, band).tolist() == [1, -1, -1, -1, -1, 0]
    # An empty band has nothing to reach with.
    assert decide(SCORE, 0.85, ReferBand(0.3, 0.3, "cost", {})).tolist() == [1, 0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("0.3-0.6", "rules: 'rate=0.1'"),
        ("rate=much", "cannot read"),
        ("rate=e", "cannot read"),
        ("rate=1.1", "outside 0 to 1"),
        ("0.6..0.8", "does not lie in the refer band"),
        ("0.6..0.4", "does not lie in the refer band"),
        ("cost", "price of a referral"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule, message):
    with pytest.raises(ArgumentError, match=message):
        choose_refer_band(TARGET, two(SCORE), threshold=0.5, rule=rule)


def test_a_refer_band_goes_through_json():
    band = choose_refer_band(TARGET, two(SCORE), threshold=0.5, rule="rate=0.4")
    assert ReferBand.from_json(band.to_json()) == band
    with pytest.raises(FileError, match=r"refer_band.high"):
        ReferBand.from_json({**band.to_json(), "high": band.low - 0.1})
