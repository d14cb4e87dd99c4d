from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from neurode.diagnosis.evidence import Evidence, Rows
from neurode.diagnosis.judgements import better_baseline, class_never_called, poor_calibration
from neurode.evaluation import Comparison, calibration_curve, judge, judge_regression


@dataclass(frozen=True)
class Judged:
    comparison: Any = None
    reliability: Any = None


def evidence(**judged):
    return Evidence({}, 10, judgements=(Judged(**judged),))


def two_columns(positive):
    return np.column_stack([1 - positive, positive])


@pytest.mark.parametrize("seed", range(3))
def test_a_baseline_that_is_surely_better_is_found(seed):
    random = np.random.default_rng(seed)
    target = random.integers(0, 2, 1_000)
    good = np.clip(0.5 + 0.3 * (2 * target - 1) + 0.3 * random.normal(size=1_000), 0, 1)
    poor = np.clip(0.5 + 0.1 * (2 * target - 1) + 0.3 * random.normal(size=1_000), 0, 1)
    judged = [
        judge(name, target, two_columns(p), ["no", "yes"]) for name, p in (("good", good), ("poor", poor))
    ]
    finding = better_baseline(evidence(comparison=Comparison(judged[1], (judged[0],))))
    assert "for good; the difference is -0." in finding.evidence
    assert better_baseline(evidence(comparison=Comparison(judged[0], (judged[1],)))) is None
    # As good as the network is not better.
    assert better_baseline(evidence(comparison=Comparison(judged[0], (judged[0],)))) is None


def test_numbers_are_compared_by_what_is_explained():
    target = np.arange(200.0)
    network = judge_regression("network", target, target + 40 * np.sin(target))
    line = judge_regression("line", target, target + np.sin(target))
    assert "R²" in better_baseline(evidence(comparison=Comparison(network, (line,)))).evidence


@pytest.mark.parametrize("seed", range(3))
def test_probabilities_that_promise_too_much_are_found(seed):
    random = np.random.default_rng(seed)
    chance = random.uniform(0.05, 0.5, 4_000)
    happened = (random.random(4_000) < chance).astype(int)
    odds = 4 * chance / (1 - chance)
    bent = calibration_curve(happened, two_columns(odds / (1 + odds)))
    honest = calibration_curve(happened, two_columns(chance))
    assert "promised" in poor_calibration(evidence(reliability=bent)).evidence
    assert poor_calibration(evidence(reliability=honest)) is None


def test_few_rows_are_not_enough_to_call_probabilities_off():
    random = np.random.default_rng(0)
    chance = random.uniform(0.2, 0.8, 60)
    curve = calibration_curve((random.random(60) < chance).astype(int), two_columns(chance))
    assert poor_calibration(evidence(reliability=curve)) is None


def test_a_mean_that_is_better_is_no_proof_that_the_columns_tell_anything():
    random = np.random.default_rng(0)
    target, noise = random.normal(size=(2, 300))
    network = judge_regression("network", target, 2 * noise)
    mean = judge_regression("mean", target, np.zeros(300))
    finding = better_baseline(evidence(comparison=Comparison(network, (mean,))))
    assert "for mean" in finding.evidence
    assert "can be learned" not in finding.meaning
    assert "no better than chance" in finding.meaning
    assert "-0.000" not in finding.evidence


def test_the_strongest_of_better_baselines_is_named():
    random = np.random.default_rng(0)
    target = random.normal(size=300)
    network = judge_regression("network", target, 2 * random.normal(size=300))
    weaker = [
        judge_regression("mean", target, np.zeros(300)),
        judge_regression("linear model", target, target + 0.9 * random.normal(size=300)),
    ]
    best = judge_regression("gradient boosting", target, target + 0.1 * random.normal(size=300))
    finding = better_baseline(evidence(comparison=Comparison(network, (*weaker, best))))
    assert "for gradient boosting" in finding.evidence
    assert "can be learned" in finding.meaning


def test_one_row_of_a_class_makes_no_baseline_better():
    random = np.random.default_rng(0)
    target = (np.arange(450) == 7).astype(int)
    good, poor = np.where(target == 1, 0.99, random.random(450)), random.random(450) * (1 - 0.99 * target)
    judged = [
        judge(name, target, two_columns(p), ["no", "yes"]) for name, p in (("poor", poor), ("good", good))
    ]
    assert better_baseline(evidence(comparison=Comparison(judged[0], (judged[1],)))) is None


@pytest.mark.parametrize(("n_rare", "is_found"), [(12, True), (9, False)])
def test_a_class_of_several_that_is_never_called_is_found(n_rare, is_found):
    target = np.append(np.arange(300) % 2, np.full(n_rare, 2))
    probability = np.eye(3)[np.minimum(target, 1)] * 0.8 + 0.2 / 3
    judged = judge("network", target, probability, ["paid", "late", "lost"], n_resamples=0)
    finding = class_never_called(evidence(comparison=Comparison(judged)))
    assert (finding is not None) == is_found
    if is_found:
        assert finding.evidence == "none of 312 test rows is called ‘lost’ (0 of 12)"
    called = judge("network", target, np.eye(3)[target], ["paid", "late", "lost"], n_resamples=0)
    assert class_never_called(evidence(comparison=Comparison(called))) is None


def test_a_class_that_no_training_row_is_called_is_found():
    actual = np.array(["a", "b", "c"]).repeat(20)
    called = np.where(actual == "c", "a", actual)
    losses = np.zeros(60, np.float32)
    rows = Rows(losses, losses, losses, (), (), ((called, actual),))
    assert "‘c’ (0 of 20)" in class_never_called(Evidence({}, 10, training=rows)).evidence
    assert class_never_called(Evidence({}, 10, training=replace(rows, calls=((actual, actual),)))) is None
    # Of two classes, the threshold is what counts: `one_class_for_all`.
    two = Rows(losses[:40], losses[:40], losses[:40], (), (), ((called[:20].repeat(2), actual[:40]),))
    assert class_never_called(Evidence({}, 10, training=two)) is None
