import json

import numpy as np
import pytest

from neurode.errors import ShapeError
from neurode.evaluation import (
    Comparison,
    Interval,
    choose_threshold,
    count_confusion,
    judge,
    judge_regression,
)


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


@pytest.mark.parametrize("n_positive", [1, 9])
def test_a_few_rows_of_a_class_give_neither_interval_nor_verdict(n_positive):
    generator = np.random.default_rng(0)
    target = (np.arange(450) < n_positive).astype(int)
    good, poor = np.where(target == 1, 0.9, generator.random(450)), generator.random(450) * (1 - 0.9 * target)
    judged = [
        judge(name, target, np.column_stack([1 - p, p]), ["paid", "late"])
        for name, p in (("network", poor), ("logistic regression", good))
    ]
    comparison = Comparison(judged[0], (judged[1],))
    for name in ("roc_auc", "pr_auc", "ks", "gini", "precision", "recall", "f1"):
        assert np.isnan(comparison.network.metrics[name].lower), name
        assert np.isnan(comparison.difference(name, judged[1]).upper), name
    # 440 rows and more of the other class say enough about these.
    for name in ("specificity", "accuracy", "brier"):
        assert comparison.network.metrics[name].lower < comparison.network.metrics[name].upper, name
    words = comparison.conclusion()
    assert "beyond chance" not in words
    assert "95 % interval" not in words
    rows = "1 row of ‘late’ is" if n_positive == 1 else "9 rows of ‘late’ are"
    assert f"{rows} too few to tell whether that is chance." in words
    assert max(map(len, str(comparison).splitlines())) <= 100


def test_ten_rows_of_a_class_are_judged():
    target = (np.arange(450) < 10).astype(int)
    chance = np.random.default_rng(0).random(450)
    evaluation = judge("network", target, np.column_stack([1 - chance, chance]), ["paid", "late"])
    assert evaluation.scarce is None
    assert evaluation.metrics["roc_auc"].lower < evaluation.metrics["roc_auc"].upper


def test_one_rare_class_of_several_leaves_means_over_classes_without_interval():
    target = np.append(np.arange(300) % 3, [3, 3, 3])
    probability = np.random.default_rng(0).dirichlet(np.ones(4), 303)
    evaluation = judge("network", target, probability, list("abcd"))
    assert evaluation.scarce == ("d", 3)
    for name in ("roc_auc", "balanced_accuracy", "macro_f1"):
        assert np.isnan(evaluation.metrics[name].lower), name
    assert evaluation.metrics["accuracy"].lower > 0
    assert "3 rows of ‘d’ are too few" in Comparison(evaluation).conclusion()
    # A class without rows takes no part in the means.
    assert judge("network", target[:300], probability[:300], list("abcd")).scarce is None


@pytest.mark.parametrize(("rows", "is_told"), [(9, False), (10, True)])
def test_a_few_rows_of_numbers_have_no_interval(rows, is_told):
    target = np.arange(float(rows))
    models = [judge_regression(name, target, target + size * np.sin(target)) for name, size in
              (("network", 2.0), ("line", 0.1))]  # fmt: skip
    words = Comparison(models[0], (models[1],)).conclusion()
    assert ("beyond chance" in words) == is_told
    assert (f"{rows} rows are too few to tell" in words) != is_told


def test_what_rounds_to_zero_has_no_sign():
    target = np.arange(100.0)
    mean = judge_regression("network", target, np.full(100, 49.51))
    assert "-0.000" not in str(Comparison(mean))
    assert "−0.0 %" not in Comparison(mean).conclusion()
    assert str(Interval(-1e-9)) == "0.000"
