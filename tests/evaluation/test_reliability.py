import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve as reference_curve

from neurode.errors import ArgumentError
from neurode.evaluation.reliability import calibration_curve, calibration_error, wilson_interval


def two(score):
    score = np.asarray(score, dtype=np.float64)
    return np.column_stack([1 - score, score])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 20)), min_size=1, max_size=60),
    st.integers(1, 12),
    st.sampled_from(["quantile", "uniform"]),
)
def test_the_curve_goes_through_scikit_learns_points(pairs, n_bins, strategy):
    target, score = np.array(pairs).T
    curve = calibration_curve(target, two(score / 20), n_bins=n_bins, strategy=strategy)
    assert curve.counts.sum() == len(target)
    assert len(curve.edges) == len(curve.counts) + 1
    filled = curve.counts > 0
    observed, promised = reference_curve(target, score / 20, n_bins=n_bins, strategy=strategy)
    np.testing.assert_allclose(curve.observed_rate[filled], observed)
    np.testing.assert_allclose(curve.mean_probability[filled], promised)
    error = sum((np.abs(curve.mean_probability - curve.observed_rate) * curve.counts / len(target))[filled])
    assert calibration_error(target, two(score / 20), n_bins=n_bins, strategy=strategy) == pytest.approx(
        error
    )


def test_intervals_are_wilsons():
    target = np.arange(400) % 7 == 0
    score = np.linspace(0, 0.4, 400) ** 2
    curve = calibration_curve(target, two(score), n_bins=4)
    for place in range(4):
        positive = round(curve.observed_rate[place] * curve.counts[place])
        expected = binomtest(positive, int(curve.counts[place])).proportion_ci(method="wilson")
        assert (curve.lower[place], curve.upper[place]) == pytest.approx(tuple(expected))


def test_rates_of_nothing_and_everything_have_intervals_within_0_and_1():
    lower, upper = wilson_interval(np.array([0.0, 1.0, np.nan]), np.array([5, 5, 0]))
    assert lower[0] == 0
    assert upper[1] == 1
    assert np.isnan([lower[2], upper[2]]).all()


def test_more_classes_are_judged_by_the_likeliest():
    probability = np.array([[0.6, 0.3, 0.1], [0.6, 0.2, 0.2], [0.1, 0.1, 0.8], [0.1, 0.8, 0.1]])
    curve = calibration_curve([0, 1, 2, 1], probability, n_bins=10, strategy="uniform")
    filled = curve.counts > 0
    np.testing.assert_allclose(curve.mean_probability[filled], [0.6, 0.8])
    np.testing.assert_allclose(curve.observed_rate[filled], [0.5, 1.0])
    # (2 × 0.1 + 2 × 0.2) / 4
    assert calibration_error([0, 1, 2, 1], probability, strategy="uniform") == pytest.approx(0.15)


def test_honest_probabilities_have_an_error_of_chance_alone():
    generator = np.random.default_rng(0)
    score = generator.random(20_000)
    target = (generator.random(20_000) < score).astype(int)
    # sqrt(2 / π) sqrt(p (1 - p) × 10 / 20,000), averaged over p.
    assert calibration_error(target, two(score)) == pytest.approx(0.007, abs=0.004)
    assert calibration_error(target, two(score**2)) > 0.1


def test_one_probability_for_all_rows_is_one_bin():
    curve = calibration_curve([0, 1], np.full((2, 2), 0.5))
    assert curve.counts.tolist() == [2]
    assert calibration_error([0, 1], np.full((2, 2), 0.5)) == 0


def test_bins_that_make_no_sense_are_refused():
    with pytest.raises(ArgumentError, match="n_bins=0"):
        calibration_curve([0, 1], np.full((2, 2), 0.5), n_bins=0)
    with pytest.raises(ArgumentError, match="'quantile', 'uniform'"):
        calibration_curve([0, 1], np.full((2, 2), 0.5), strategy="equal")
