"""Every metric against scikit-learn 1.9, ties included; weights against repeated rows."""

import warnings

import numpy as np
import pytest
import sklearn.metrics as reference
from hypothesis import given, settings
from hypothesis import strategies as st

from neurode.evaluation import measure
from neurode.evaluation.metrics import measurer

few = settings(max_examples=60, deadline=None)


@st.composite
def two_class_rows(draw):
    """Rows of both classes whose scores collide often."""
    rows = draw(st.integers(2, 40))
    target = draw(
        st.lists(st.integers(0, 1), min_size=rows, max_size=rows).filter(lambda y: 0 < sum(y) < rows)
    )
    level = draw(st.sampled_from([2, 5, 1000]))
    score = np.array(draw(st.lists(st.integers(0, level), min_size=rows, max_size=rows))) / level
    kind = draw(st.sampled_from([np.float32, np.float64]))
    return np.array(target), np.column_stack([1 - score, score]).astype(kind)


@st.composite
def many_class_rows(draw):
    classes = draw(st.integers(3, 5))
    rows = draw(st.integers(classes, 40))
    more = st.lists(st.integers(0, classes - 1), min_size=rows - classes, max_size=rows - classes)
    target = np.array([*range(classes), *draw(more)])
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    weight = generator.integers(1, draw(st.sampled_from([3, 1000])), (rows, classes)).astype(np.float64)
    return target, weight / weight.sum(axis=1, keepdims=True)


@few
@given(two_class_rows(), st.sampled_from([0.0, 0.2, 0.5, 0.73, 1.0]))
def test_two_class_metrics_equal_scikit_learn(rows, threshold):
    target, probability = rows
    score = probability[:, 1]
    called = (score >= threshold).astype(int)
    expected = {
        "accuracy": reference.accuracy_score(target, called),
        "precision": reference.precision_score(target, called, zero_division=0),
        "recall": reference.recall_score(target, called),
        "specificity": reference.recall_score(target, called, pos_label=0),
        "f1": reference.f1_score(target, called, zero_division=0),
        "roc_auc": reference.roc_auc_score(target, score),
        "gini": 2 * reference.roc_auc_score(target, score) - 1,
        "pr_auc": reference.average_precision_score(target, score),
        "brier": reference.brier_score_loss(target, score),
        "log_loss": reference.log_loss(target, probability, labels=[0, 1]),
    }
    found = measure(target, probability, threshold=threshold)
    assert found.pop("ks") == pytest.approx(slow_kolmogorov_smirnov(target, score), abs=1e-12)
    # float32 scores: scikit-learn averages in float32, we in float64.
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-6)


def slow_kolmogorov_smirnov(target, score):
    """The definition: the greatest distance of the two distribution functions, at every score."""
    return max(abs((score[target == 1] <= s).mean() - (score[target == 0] <= s).mean()) for s in score)


@few
@given(many_class_rows())
def test_many_class_metrics_equal_scikit_learn(rows):
    target, probability = rows
    called = probability.argmax(axis=1)
    expected = {
        "accuracy": reference.accuracy_score(target, called),
        "balanced_accuracy": reference.balanced_accuracy_score(target, called),
        "macro_f1": reference.f1_score(target, called, average="macro", zero_division=0),
        "roc_auc": reference.roc_auc_score(target, probability, multi_class="ovr"),
        "log_loss": reference.log_loss(target, probability),
    }
    assert measure(target, probability) == pytest.approx(expected, rel=1e-9)


@few
@given(two_class_rows() | many_class_rows(), st.integers(0, 2**32))
def test_a_weight_is_so_many_copies_of_a_row(rows, seed):
    target, probability = rows
    generator = np.random.default_rng(seed)
    # Every class keeps a row, so that nothing is undefined.
    weight = generator.integers(0, 4, len(target))
    weight[np.unique(target, return_index=True)[1]] = 2
    weighted = measurer(target, probability)(weight[None, :])
    copied = measure(np.repeat(target, weight), np.repeat(probability, weight, axis=0))
    assert {name: value[0] for name, value in weighted.items()} == pytest.approx(copied, rel=1e-9)


def test_one_class_alone_has_no_ranking_but_an_accuracy():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = measure([1, 1], [[0.2, 0.8], [0.6, 0.4]])
    assert np.isnan(found["roc_auc"])
    assert np.isnan(found["specificity"])
    assert found["accuracy"] == 0.5


def test_a_sure_mistake_costs_a_finite_loss():
    # -log of the smallest step of each type: 36.04 nats in float64, 15.94 in float32.
    wrong = np.array([[1.0, 0.0]])
    assert measure([1], wrong)["log_loss"] == pytest.approx(36.0437, abs=1e-3)
    assert measure([1], wrong.astype(np.float32))["log_loss"] == pytest.approx(15.9424, abs=1e-3)


def test_a_class_that_never_occurs_takes_no_part_in_the_mean():
    probability = np.array([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.6, 0.3, 0.1]])
    assert measure([0, 1, 1], probability)["balanced_accuracy"] == pytest.approx(0.75)
