import numpy as np
import pytest
import sklearn.metrics as reference
from hypothesis import given, settings
from hypothesis import strategies as st

from neurode.errors import ArgumentError, FileError, ShapeError
from neurode.evaluation import choose_threshold, measure
from neurode.evaluation.thresholds import Threshold

# Falling score:          0.9 0.8 0.6 0.5 0.3 0.1
TARGET = np.array([1, 1, 0, 1, 0, 0])
SCORE = np.array([0.9, 0.8, 0.6, 0.5, 0.3, 0.1])
ROWS = np.column_stack([1 - SCORE, SCORE])


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        (0.5, 0.5),
        ("0.25", 0.25),
        (1, 1.0),
        ("f1", 0.4),  # calls four: 2 × 3 / (3 + 4) = 0.857, against 0.8 for two
        ("youden", 0.7),  # recall 2/3 + specificity 1 ties with 1 + 2/3: the higher threshold wins
        ("recall=0.6", 0.7),  # two of three found
        ("recall=0.7", 0.4),  # all three are needed
        ("recall=1", 0.4),
        ("precision=0.75", 0.4),  # 3 of 4
        ("precision=0.76", 0.7),  # 2 of 2
        ("approval_rate=0.5", 0.55),  # three of six approved
        ("approval_rate=0.51", 0.7),  # four of six
        ("approval_rate=1", 0.95),
        ("f2", 0.4),  # recall weighs more: all three found, 15 / 16 against 10 / 14
        ("f0.5", 0.7),  # precision weighs more: 2.5 / 2.75 against 3.75 / 4.75
        ("f=0.5", 0.7),
        ("specificity=0.6", 0.4),  # two of three left alone
        ("specificity=0.7", 0.7),  # all three
        ("balanced_accuracy", 0.7),
        ("mcc", 0.7),  # two and four rows called both give 4 / sqrt(32) = 0.707: the higher wins
        ("accuracy", 0.7),  # five of six, as for four rows called
        ("capacity=1 of 6", 0.85),
        ("capacity=2 of 6", 0.7),
        ("capacity=34 of 100", 0.7),
        ("capacity = 33 of 100", 0.85),
        ("capacity=5 of 5", 0.05),
    ],
)
def test_a_rule_gives_the_threshold_worked_out_by_hand(rule, value):
    assert choose_threshold(TARGET, ROWS, rule).value == pytest.approx(value)


def test_dear_misses_lower_the_threshold_and_dear_alarms_raise_it():
    missed = choose_threshold(TARGET, ROWS, "cost", cost={"false_negative": 5, "false_positive": 1})
    alarmed = choose_threshold(TARGET, ROWS, "cost", cost={"false_negative": 1, "false_positive": 5})
    assert missed.value == pytest.approx(0.4)
    assert missed.reached["mean_cost"] == pytest.approx(1 / 6)  # one false alarm
    assert alarmed.value == pytest.approx(0.7)
    assert alarmed.reached["mean_cost"] == pytest.approx(1 / 6)  # one miss
    assert missed.rule == "cost (false negative 5, false positive 1)"


def test_what_is_reached_is_what_the_threshold_gives():
    threshold = choose_threshold(TARGET, ROWS, "recall=0.7")
    metrics = measure(TARGET, ROWS, threshold=threshold.value)
    for name in ("accuracy", "precision", "recall", "specificity", "f1"):
        assert threshold.reached[name] == pytest.approx(metrics[name])
    assert threshold.reached["approval_rate"] == pytest.approx(2 / 6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 8)), min_size=2, max_size=25), st.booleans())
def test_no_other_threshold_does_better(pairs, single):
    target = np.array([0, 1, *(y for y, _ in pairs)])
    score = (np.array([3, 3, *(s for _, s in pairs)]) / 8).astype(np.float32 if single else np.float64)
    rows = np.column_stack([1 - score, score])
    everything = [measure(target, rows, threshold=float(t)) for t in [*np.unique(score), 1.1]]
    best_f1 = choose_threshold(target, rows, "f1")
    assert best_f1.reached["f1"] == pytest.approx(max(m["f1"] for m in everything))
    assert measure(target, rows, threshold=best_f1.value)["f1"] == pytest.approx(best_f1.reached["f1"])
    found = choose_threshold(target, rows, "recall=0.6")
    assert found.reached["specificity"] == pytest.approx(
        max(m["specificity"] for m in everything if m["recall"] >= 0.6)
    )


def test_an_aim_out_of_reach_says_what_is_in_reach():
    backwards = ROWS[:, ::-1]
    with pytest.raises(ArgumentError) as raised:
        choose_threshold(TARGET, backwards, "precision=0.9")
    assert "no threshold reaches precision=0.9" in str(raised.value)
    assert "best reachable: precision=0.5" in str(raised.value)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("f", "rules: '0.5', 'f1', 'youden'"),
        ("f0", "beta of 0"),
        ("f-1", "cannot read"),
        ("capacity=200", "'capacity=200 of 10000'"),
        ("capacity=0 of 10", "or for none"),
        ("capacity=11 of 10", "more cases than rows"),
        ("specificity", "cannot read"),
        ("recall=eighty", "cannot read"),
        ("recall=1.2", "at most 1"),
        ("recall=0", "above 0"),
        (1.5, "outside 0 to 1"),
        ("nan", "outside 0 to 1"),
        ("cost", "go together"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule, message):
    with pytest.raises(ArgumentError, match=message):
        choose_threshold(TARGET, ROWS, rule)


def test_a_gain_for_the_right_call_moves_the_threshold():
    cost = {"false_negative": 1, "false_positive": 1}
    alone = choose_threshold(TARGET, ROWS, "cost", cost=cost)
    gaining = choose_threshold(TARGET, ROWS, "cost", cost={**cost, "true_positive": -5})
    assert (alone.value, gaining.value) == pytest.approx((0.7, 0.4))
    assert gaining.reached["mean_cost"] == pytest.approx((1 - 3 * 5) / 6)
    assert gaining.rule == "cost (false negative 1, false positive 1, true positive -5)"


def test_the_amount_at_stake_multiplies_every_price():
    cost = {"false_negative": 1, "false_positive": 1}
    # The positive row of score 0.5 is worth a hundred of the others: it must not be missed.
    amounts = np.array([1, 1, 1, 100, 1, 1])
    threshold = choose_threshold(TARGET, ROWS, "cost", cost=cost, amounts=amounts)
    assert threshold.value == pytest.approx(0.4)
    assert threshold.reached["mean_cost"] == pytest.approx(1 / 6)
    assert threshold.rule.endswith("times the amount at stake")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 8), st.integers(0, 3)), min_size=1, max_size=20),
    st.sampled_from(["f2", "mcc", "balanced_accuracy", "accuracy", "specificity=0.7", "cost"]),
)
def test_a_weight_is_as_good_as_so_many_rows(rows, rule):
    target, score, weight = np.array([(0, 3, 1), (1, 3, 1), *rows]).T
    probability = np.column_stack([1 - score / 8, score / 8])
    cost = {"false_negative": 3, "false_positive": 1, "true_negative": -1} if rule == "cost" else None
    amounts = np.arange(len(target)) % 5 + 1
    weighted = choose_threshold(target, probability, rule, cost=cost, amounts=amounts, sample_weight=weight)
    repeated = choose_threshold(
        target.repeat(weight),
        probability.repeat(weight, axis=0),
        rule,
        cost=cost,
        amounts=amounts.repeat(weight),
    )
    for name, value in repeated.reached.items():
        assert weighted.reached[name] == pytest.approx(value, nan_ok=True)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 8), st.integers(1, 9)), min_size=1, max_size=25),
    st.sampled_from(["f2", "mcc", "balanced_accuracy", "cost"]),
)
def test_no_score_serves_the_rule_better_by_scikit_learns_measure(rows, rule):
    target, score, amounts = np.array([(0, 3, 1), (1, 3, 1), *rows]).T
    cost = {"false_negative": 3, "false_positive": 1, "true_negative": -1} if rule == "cost" else None
    kinds = {(1, 0): 3, (0, 1): 1, (0, 0): -1, (1, 1): 0}
    measures = {
        "f2": lambda called: reference.fbeta_score(target, called, beta=2, zero_division=0),
        "mcc": lambda called: reference.matthews_corrcoef(target, called),
        "balanced_accuracy": lambda called: reference.balanced_accuracy_score(target, called),
        "cost": lambda called: -np.mean([kinds[y, c] * a for y, c, a in zip(target, called, amounts)]),
    }
    best = max(measures[rule]((score >= t).astype(int)) for t in [*np.unique(score), 9])
    threshold = choose_threshold(
        target,
        np.column_stack([1 - score / 8, score / 8]),
        rule,
        cost=cost,
        amounts=amounts if rule == "cost" else None,
    )
    assert measures[rule]((score / 8 >= threshold.value).astype(int)) == pytest.approx(best)


def test_weights_of_deployment_choose_for_deployment():
    generator = np.random.default_rng(0)
    target = (generator.random(40_000) < 0.5).astype(int)
    score = np.clip(generator.normal(0.4 + 0.2 * target, 0.15), 0, 1)
    rows = np.column_stack([1 - score, score])
    rare = np.flatnonzero((target == 0) | (generator.random(len(target)) < 0.1))
    weighted = choose_threshold(target, rows, "f1", sample_weight=np.where(target == 1, 0.1, 1.0))
    thinned = choose_threshold(target[rare], rows[rare], "f1")
    assert weighted.reached["precision"] == pytest.approx(thinned.reached["precision"], abs=0.03)
    assert weighted.value == pytest.approx(thinned.value, abs=0.03)
    assert weighted.value > choose_threshold(target, rows, "f1").value + 0.1


@pytest.mark.parametrize(
    ("weight", "error", "message"),
    [
        ([1.0] * 5, ShapeError, "6 rows"),
        ([1.0, 1, 1, 1, 1, -1], ArgumentError, "0 or more"),
        ([0.0] * 6, ArgumentError, "not all 0"),
        ([1.0, 1, 1, 1, 1, np.nan], ArgumentError, "finite"),
        ([1.0, 1, 0, 1, 0, 0], ArgumentError, "rows of both classes"),
    ],
)
def test_weights_that_make_no_sense_are_refused(weight, error, message):
    with pytest.raises(error, match=message):
        choose_threshold(TARGET, ROWS, "f1", sample_weight=weight)


def test_a_threshold_goes_through_json():
    threshold = choose_threshold(TARGET, ROWS, "cost", cost={"false_negative": 5, "false_positive": 1})
    assert Threshold.from_json(threshold.to_json()) == threshold
    unknown = choose_threshold(np.ones(6, int), ROWS, 0.5)
    assert unknown.to_json()["reached"]["specificity"] is None
    assert np.isnan(Threshold.from_json(unknown.to_json()).reached["specificity"])


def test_a_threshold_above_every_probability_goes_through_json():
    score = np.array([1.0, 1.0, 0.0], dtype=np.float32)
    threshold = choose_threshold([0, 1, 1], np.column_stack([1 - score, score]), "approval_rate=1")
    assert threshold.value > 1
    assert Threshold.from_json(threshold.to_json()) == threshold


@pytest.mark.parametrize(
    "change", [{"value": 1.5}, {"value": "0.5"}, {"rule": 3}, {"reached": [1]}, {"x": 1}]
)
def test_a_threshold_that_was_edited_is_refused(change):
    document = choose_threshold(TARGET, ROWS, "f1").to_json()
    with pytest.raises(FileError, match="threshold"):
        Threshold.from_json({**document, **change})


def test_prices_have_to_name_both_mistakes():
    with pytest.raises(ArgumentError, match="price both"):
        choose_threshold(TARGET, ROWS, "cost", cost={"false_negative": 5})
    with pytest.raises(ArgumentError, match="go together"):
        choose_threshold(TARGET, ROWS, "f1", cost={"false_negative": 5, "false_positive": 1})


def test_rows_of_one_class_cannot_choose_but_can_apply():
    with pytest.raises(ArgumentError, match="rows of both classes"):
        choose_threshold(np.ones(6, int), ROWS, "f1")
    assert choose_threshold(np.ones(6, int), ROWS, 0.5).reached["recall"] == pytest.approx(4 / 6)
