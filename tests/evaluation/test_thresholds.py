import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurode.errors import ArgumentError
from neurode.evaluation import choose_threshold, measure

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
        ("f2", "rules: '0.5', 'f1', 'youden'"),
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


def test_prices_have_to_name_both_mistakes():
    with pytest.raises(ArgumentError, match="price both"):
        choose_threshold(TARGET, ROWS, "cost", cost={"false_negative": 5})
    with pytest.raises(ArgumentError, match="go together"):
        choose_threshold(TARGET, ROWS, "f1", cost={"false_negative": 5, "false_positive": 1})


def test_rows_of_one_class_cannot_choose_but_can_apply():
    with pytest.raises(ArgumentError, match="rows of both classes"):
        choose_threshold(np.ones(6, int), ROWS, "f1")
    assert choose_threshold(np.ones(6, int), ROWS, 0.5).reached["recall"] == pytest.approx(4 / 6)
