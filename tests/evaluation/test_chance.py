import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from neurode.evaluation.chance import (
    auc_interval,
    auc_variance,
    holm,
    mean_p_value,
    share_deviation,
    sum_p_value,
    welch,
)
from neurode.evaluation.reliability import NORMAL_975


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_steps_down(p_values):
    corrected = holm(np.array(p_values))
    # Step by step: reject the smallest while it is small enough for those that are left.
    for level in (0.01, 0.05, 0.3):
        rejected = set()
        for place in sorted(range(len(p_values)), key=lambda place: p_values[place]):
            if p_values[place] * (len(p_values) - len(rejected)) > level:
                break
            rejected.add(place)
        assert set(np.flatnonzero(corrected <= level)) == rejected


def test_a_larger_p_value_is_never_corrected_below_a_smaller_one():
    # 2 × 0.02 against 1 × 0.021.
    np.testing.assert_allclose(holm(np.array([0.021, 0.02])), [0.04, 0.04])


def test_nothing_to_correct_is_no_test():
    assert holm(np.empty(0)).shape == (0,)


@pytest.mark.parametrize(
    ("rate", "found"), [(0.05, 1), (0.05, 2), (1.0, 6), (4.0, 15), (30.0, 60), (30.0, 8)]
)
def test_the_p_value_of_rare_events_is_near_the_exact_one(rate, found):
    # Many rows of a small probability: the exact number of events is Poisson.
    exact = scipy.stats.poisson.sf(found - 1, rate) if found > rate else scipy.stats.poisson.cdf(found, rate)
    (p_value,) = sum_p_value(np.array([found - rate]), np.array([rate]))
    # Of one tail as of two; a deficit has the shorter tail and is told with caution.
    assert exact / 2 < p_value
    assert p_value < 3.5 * exact or found < rate


def test_many_events_are_normal():
    excess, variance = np.array([120.0, -120.0]), np.array([3600.0, 3600.0])
    # The cubic term of the tail is 2 / 180 of z here.
    np.testing.assert_allclose(sum_p_value(excess, variance), 2 * scipy.stats.norm.sf(2), rtol=0.08)
    tiny = sum_p_value(np.array([1e-6]), np.array([1e4]))
    assert tiny[0] == pytest.approx(1.0)


def test_what_was_certain_leaves_no_room_for_chance():
    np.testing.assert_array_equal(sum_p_value(np.array([1.0, 0.0]), np.zeros(2)), [0.0, 1.0])


def test_means_are_compared_as_scipy_does():
    generator = np.random.default_rng(0)
    ours, theirs = generator.normal(0.5, 1, 40), generator.normal(0, 3, 200)
    parts = (ours.var(ddof=1), 40, theirs.var(ddof=1), 200)
    error, degrees = welch(*(np.array([part]) for part in parts))
    p_value = mean_p_value(np.array([ours.mean() - theirs.mean()]), error, degrees)
    reference = scipy.stats.ttest_ind(ours, theirs, equal_var=False)
    assert p_value[0] == pytest.approx(reference.pvalue)
    alone = mean_p_value(np.array([ours.mean()]), np.array([ours.std(ddof=1) / 40**0.5]), np.array([39]))
    assert alone[0] == pytest.approx(scipy.stats.ttest_1samp(ours, 0).pvalue)


def test_errors_all_alike_are_no_news_or_certain_news():
    p_values = mean_p_value(np.array([0.0, 1.0]), np.zeros(2), np.array([9, 9]))
    np.testing.assert_array_equal(p_values, [1.0, 0.0])


def test_the_variance_of_an_area_is_that_of_exponential_scores():
    # Hanley and McNeil's formula is exact where both classes are exponential.
    generator = np.random.default_rng(0)
    areas = []
    for _ in range(3000):
        positive, negative = generator.exponential(3, 12), generator.exponential(1, 30)
        areas.append((positive[:, None] > negative).mean())
    (variance,) = auc_variance(np.array([0.75]), np.array([12]), np.array([30]))
    assert np.mean(areas) == pytest.approx(0.75, abs=0.005)
    assert np.var(areas) == pytest.approx(variance, rel=0.1)


@pytest.mark.parametrize("auc", [0.0, 0.3, 0.5, 0.9, 1.0])
def test_the_ends_of_an_area_are_just_no_surprise(auc):
    lower, upper = (end[0] for end in auc_interval(np.array([auc]), np.array([20]), np.array([50])))
    assert 0 <= lower <= auc <= upper <= 1
    assert upper > lower
    for end in (lower, upper):
        if 0 < end < 1:
            error = np.sqrt(auc_variance(np.array([end]), np.array([20]), np.array([50]))[0])
            assert abs(end - auc) == pytest.approx(NORMAL_975 * error, rel=1e-6)


def test_an_area_without_a_class_is_unknown():
    lower, upper = auc_interval(np.array([np.nan]), np.array([0]), np.array([5]))
    assert np.isnan([lower, upper]).all()


@settings(deadline=None)
@given(st.integers(1, 400), st.just(0.0) | st.floats(1e-9, 1), st.booleans())
def test_the_deviation_of_a_share_is_that_of_the_binomial(rows, share, is_whole):
    share = round(share * rows) / rows if is_whole else share
    counts = np.arange(rows + 1)
    wanted = (scipy.stats.binom.pmf(counts, rows, share) * np.abs(counts / rows - share)).sum()
    found = share_deviation(np.array([share]), np.array([rows]))
    assert found == pytest.approx(wanted, rel=1e-9, abs=1e-12)
