import numpy as np
import pytest

from neurode.evaluation.intervals import Interval, _row_counts, bootstrap, percentile_interval
from neurode.evaluation.metrics import measurer


def judged(target, probability, n_resamples=200, seed=0):
    return bootstrap(measurer(target, probability), target, n_resamples=n_resamples, seed=seed)


def rows(n, share, generator):
    target = (generator.random(n) < share).astype(int)
    score = np.clip(0.5 * generator.random(n) + 0.3 * target, 0, 1)
    return target, np.column_stack([1 - score, score])


def test_counts_are_draws_with_replacement():
    weight = np.concatenate(list(_row_counts(50, 300, seed=0)))
    assert weight.shape == (300, 50)
    assert (weight.sum(axis=1) == 50).all()
    # Var of a multinomial count: n p (1 - p) = 0.98.
    assert weight.var() == pytest.approx(0.98, abs=0.05)


def test_one_seed_gives_one_answer_and_another_seed_another():
    target, probability = rows(300, 0.3, np.random.default_rng(1))
    first, again, other = (judged(target, probability, seed=seed).values["roc_auc"] for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_the_interval_of_an_accuracy_is_that_of_the_binomial():
    generator = np.random.default_rng(0)
    target = generator.integers(0, 2, 2000)
    right = generator.random(2000) < 0.8
    score = np.where(right, target, 1 - target).astype(float)
    values = judged(target, np.column_stack([1 - score, score]), n_resamples=2000).values["accuracy"]
    interval = percentile_interval(0.8, values)
    # 1.96 sqrt(0.8 × 0.2 / 2000) = 0.0175 on either side.
    assert interval.upper - interval.lower == pytest.approx(2 * 0.0175, rel=0.08)


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    generator = np.random.default_rng(3)
    covered = 0
    for seed in range(150):
        target, probability = rows(200, 0.4, generator)
        interval = percentile_interval(0, judged(target, probability, seed=seed).values["roc_auc"])
        # Scores U(0, .5) against U(.3, .8): P(positive > negative) = 1 - 0.2² / (2 × 0.5²).
        covered += interval.lower <= 0.92 <= interval.upper
    assert 0.88 <= covered / 150 <= 0.99


def test_a_resample_without_a_class_is_dropped_and_counted():
    target, probability = rows(30, 0.0, np.random.default_rng(0))
    target[0] = 1
    resampled = judged(target, probability, n_resamples=1000)
    # The one positive row is missed with probability (29/30)^30 = 0.36.
    assert resampled.n_dropped == pytest.approx(360, abs=60)
    for values in resampled.values.values():
        assert np.isnan(values).sum() == resampled.n_dropped
    interval = percentile_interval(0.5, resampled.values["roc_auc"])
    assert 0 <= interval.lower <= interval.upper <= 1


def test_without_resamples_there_is_a_value_alone():
    assert judged(np.array([0, 1]), np.full((2, 2), 0.5), n_resamples=0).values == {}
    assert str(percentile_interval(0.5, None)) == "0.500"
    assert str(Interval(float("nan"))) == "n/a"
