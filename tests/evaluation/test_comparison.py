import json

import numpy as np
import pytest

from neurode.errors import ShapeError
from neurode.evaluation import Comparison, choose_threshold, count_confusion, judge


def scores(rows, noise, seed=0):
    generator = np.random.default_rng(seed)
    target = np.arange(rows) % 4 == 0
    logit = 2 * target - 1 + generator.normal(size=rows) + noise * np.random.default_rng(9).normal(size=rows)
    positive = 1 / (1 + np.exp(-logit))
    return target.astype(int), np.column_stack([1 - positive, positive])


def compared(classes=("paid", "default")):
    target, good = scores(2000, 0.0)
    _, poor = scores(2000, 2.0)
    threshold = choose_threshold(target, good, "recall=0.8")
    return Comparison(
        judge("network", target, good, classes, threshold.value, fit_seconds=1.5),
        (
            judge("majority", target, np.tile([0.75, 0.25], (2000, 1)), classes),
            judge("logistic regression", target, poor, classes, fit_seconds=12.25),
        ),
        threshold,
    )


@pytest.fixture(scope="module")
def comparison():
    return compared()


def many(n_classes):
    target = np.arange(600) % n_classes
    probability = np.random.default_rng(0).random((600, n_classes)) + np.eye(n_classes)[target]
    probability /= probability.sum(axis=1, keepdims=True)
    return Comparison(judge("network", target, probability, [f"class {i}" for i in range(n_classes)]))


def test_the_value_lies_within_its_interval(comparison):
    for name, interval in comparison.network.metrics.items():
        assert interval.lower <= interval.value <= interval.upper, name


def test_the_difference_of_a_model_with_itself_is_zero(comparison):
    same = comparison.difference("roc_auc", comparison.network)
    assert (same.value, same.lower, same.upper) == (0, 0, 0)


def test_a_paired_difference_is_narrower_than_the_two_intervals(comparison):
    network, rival = comparison.network, comparison.baselines[1]
    gap = comparison.difference("roc_auc", rival)
    apart = sum(m.metrics["roc_auc"].upper - m.metrics["roc_auc"].lower for m in (network, rival))
    assert gap.lower < gap.value < gap.upper
    assert gap.upper - gap.lower < apart


@pytest.mark.parametrize(
    "text",
    [
        str(compared()),
        str(
            compared(
                ("a class with a name that does not end when you expect it", "another of that kind, longer")
            )
        ),
        *(str(many(n)) for n in (3, 7, 10, 30)),
    ],
)
def test_every_line_fits_a_hundred_characters(text):
    assert max(map(len, text.splitlines())) <= 100


def test_the_text_says_what_matters(comparison):
    text = str(comparison)
    interval = comparison.network.metrics["roc_auc"]
    assert f"{interval.value:.3f} [{interval.lower:.3f}, {interval.upper:.3f}]" in text
    assert "* network" in text
    assert "called default" in text
    assert "by the rule recall=0.8" in text
    assert "12.25" in text


def test_the_conclusion_names_the_rival_and_leaves_the_majority_out(comparison):
    words = comparison.conclusion()
    assert "ranks a random row of ‘default’ above a random row of ‘paid’" in words
    assert "for logistic regression" in words
    assert "majority" not in words
    assert "It beats the strongest baseline" in words


def test_a_gap_within_chance_is_called_so(comparison):
    target, good = scores(2000, 0.0)
    _, near = scores(2000, 0.05)
    close = Comparison(
        judge("network", target, good, ["a", "b"]), (judge("gradient boosting", target, near, ["a", "b"]),)
    )
    assert "within chance" in close.conclusion()


def test_a_loss_to_a_baseline_is_said_plainly(comparison):
    turned = Comparison(comparison.baselines[1], (comparison.network,))
    assert "does worse than the strongest baseline" in turned.conclusion()


def test_json_is_plain_and_holds_no_nan(comparison):
    text = json.dumps(comparison.to_json(), allow_nan=False)
    record = json.loads(text)
    assert record["network"]["metrics"]["roc_auc"]["value"] == comparison.network.metrics["roc_auc"].value
    assert record["differences"]["logistic regression"]["roc_auc"]["lower"] > 0
    assert record["threshold"]["rule"] == "recall=0.8"


def test_rows_of_one_class_are_judged_as_far_as_they_go():
    alone = Comparison(judge("network", [1, 1, 1], np.full((3, 2), 0.5), ["no", "yes"]))
    assert json.dumps(alone.to_json(), allow_nan=False)
    assert "n/a" in str(alone)
    assert "all of one class" in alone.conclusion()
    assert alone.network.roc is None


def test_more_classes_have_neither_threshold_nor_roc_curve():
    evaluation = many(3).network
    assert evaluation.threshold is None
    assert evaluation.roc is None
    assert evaluation.confusion.counts.sum() == 600


def test_dropped_resamples_are_reported():
    target = np.zeros(20, int)
    target[0] = 1
    evaluation = judge("network", target, np.full((20, 2), 0.5), ["no", "yes"])
    assert evaluation.n_dropped > 200
    assert evaluation.n_resamples + evaluation.n_dropped == 1000
    assert "dropped that missed a class" in str(Comparison(evaluation))


def test_the_decision_is_at_least_the_threshold():
    probability = np.array([[0.5, 0.5], [0.6, 0.4]])
    assert judge("network", [1, 0], probability, ["no", "yes"], 0.5).confusion.counts.tolist() == [
        [1, 0],
        [0, 1],
    ]


def test_class_names_must_match_the_columns():
    with pytest.raises(ShapeError, match="3 class names for 2 columns"):
        judge("network", [0, 1], np.full((2, 2), 0.5), ["a", "b", "c"])


def test_a_class_without_rows_has_no_rates():
    confusion = count_confusion(np.array([0, 0]), np.array([0, 1]), ("a", "b"))
    assert np.isnan(confusion.rates[1]).all()
