import warnings

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from neurode.errors import ArgumentError, ShapeError
from neurode.evaluation import gains_curve, ks_curve, measure
from neurode.evaluation.curves import MOST_POINTS
from neurode.evaluation.reliability import wilson_interval

PAIRS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 8)), max_size=25)


def rows(n, seed=0):
    generator = np.random.default_rng(seed)
    target = (generator.random(n) < 0.2).astype(int)
    score = np.clip(generator.normal(0.35 + 0.2 * target, 0.15), 0, 1)
    return target, np.column_stack([1 - score, score])


def table_of(pairs):
    target, score = np.array([(0, 3), (1, 4), *pairs]).T
    return target, np.column_stack([1 - score / 8, score / 8])


@settings(max_examples=60, deadline=None)
@given(PAIRS)
def test_ks_is_scipys_and_the_metric(pairs):
    target, probability = table_of(pairs)
    score = probability[:, 1]
    curve = ks_curve(target, probability)
    with warnings.catch_warnings():
        # Of its p-value, which a few rows do not have.
        warnings.simplefilter("ignore", RuntimeWarning)
        expected = scipy.stats.ks_2samp(score[target == 1], score[target == 0]).statistic
    assert curve.statistic == pytest.approx(expected)
    assert curve.statistic == pytest.approx(measure(target, probability)["ks"])
    # The place is where the two really are that far apart.
    at = curve.score[curve.place]
    apart = (score[target == 1] <= at).mean() - (score[target == 0] <= at).mean()
    assert abs(apart) == pytest.approx(curve.statistic)


@settings(max_examples=40, deadline=None)
@given(PAIRS)
def test_distributions_are_shares_with_at_most_each_score(pairs):
    target, probability = table_of(pairs)
    curve = ks_curve(target, probability)
    for at, negative, positive in zip(curve.score, curve.negative, curve.positive):
        assert negative == pytest.approx((probability[target == 0, 1] <= at).mean())
        assert positive == pytest.approx((probability[target == 1, 1] <= at).mean())
    assert (curve.negative[-1], curve.positive[-1]) == (1.0, 1.0)


@settings(max_examples=40, deadline=None)
@given(PAIRS)
def test_gains_are_what_is_found_in_the_highest_scores(pairs):
    target, probability = table_of(pairs)
    curve = gains_curve(target, probability)
    score = probability[:, 1]
    for depth, found, line in zip(curve.depth[1:], curve.found[1:], np.unique(score)[::-1]):
        assert depth == pytest.approx((score >= line).mean())
        assert found == pytest.approx(target[score >= line].sum() / target.sum())
    assert (curve.depth[0], curve.found[0]) == (0.0, 0.0)
    assert (curve.depth[-1], curve.found[-1]) == (1.0, 1.0)
    assert np.isnan(curve.lift[0])
    assert curve.lift[-1] == pytest.approx(1.0)


def test_the_table_tells_of_each_tenth_what_its_rows_do():
    target, probability = rows(5000)
    table = gains_curve(target, probability).table
    order = np.argsort(-probability[:, 1], kind="stable")
    tenths = target[order].reshape(10, 500)
    scores = probability[order, 1].reshape(10, 500)
    np.testing.assert_array_equal(table.n_rows, np.full(10, 500))
    np.testing.assert_allclose(table.rate, tenths.mean(axis=1))
    np.testing.assert_allclose(table.mean_score, scores.mean(axis=1))
    np.testing.assert_array_equal(table.lowest_score, scores[:, -1])
    np.testing.assert_allclose(table.lift, tenths.mean(axis=1) / target.mean())
    np.testing.assert_allclose(table.cumulative_rows, np.arange(1, 11) / 10)
    np.testing.assert_allclose(table.cumulative_found, tenths.sum(axis=1).cumsum() / target.sum())
    np.testing.assert_allclose(table.cumulative_lift, table.cumulative_found / table.cumulative_rows)
    lower, upper = wilson_interval(tenths.mean(axis=1), np.full(10, 500))
    np.testing.assert_allclose(table.lower, lower)
    np.testing.assert_allclose(table.upper, upper)


@settings(max_examples=40, deadline=None)
@given(PAIRS, st.integers(1, 12))
def test_rows_of_one_score_stay_in_one_part(pairs, parts):
    target, probability = table_of(pairs)
    table = gains_curve(target, probability, parts=parts).table
    assert len(table.n_rows) <= parts
    assert table.n_rows.sum() == len(target)
    assert (np.diff(table.lowest_score) < 0).all()
    for n_rows, lowest in zip(table.n_rows.cumsum(), table.lowest_score):
        assert n_rows == np.count_nonzero(probability[:, 1] >= lowest)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 8), st.integers(0, 3)), max_size=20))
def test_a_weight_is_as_good_as_so_many_rows(drawn):
    target, score, weight = np.array([(0, 3, 1), (1, 4, 2), *drawn]).T
    probability = np.column_stack([1 - score / 8, score / 8])
    copies = (target.repeat(weight), probability.repeat(weight, axis=0))
    weighted, repeated = gains_curve(target, probability, sample_weight=weight), gains_curve(*copies)
    for name in ("depth", "found"):
        np.testing.assert_allclose(getattr(weighted, name), getattr(repeated, name))
    np.testing.assert_allclose(weighted.table.rate, repeated.table.rate)
    np.testing.assert_allclose(weighted.table.mean_score, repeated.table.mean_score)
    assert weighted.base_rate == pytest.approx(repeated.base_rate)
    ks = ks_curve(target, probability, sample_weight=weight), ks_curve(*copies)
    assert ks[0].statistic == pytest.approx(ks[1].statistic)


def test_uneven_weights_make_a_rate_less_sure():
    target, probability = rows(2000)
    weight = np.tile([1.0, 4.0], 1000)
    table = gains_curve(target, probability, parts=1, sample_weight=weight).table
    # Kish: rows of weights 1 and 4 are worth 5² / (2 × 17) of as many equal ones.
    lower, upper = wilson_interval(table.rate, np.array([2000 * 25 / 34]))
    np.testing.assert_allclose(table.lower, lower)
    np.testing.assert_allclose(table.upper, upper)


def test_many_rows_are_thinned_and_keep_the_greatest_distance():
    target, probability = rows(20_000)
    ks, gains = ks_curve(target, probability), gains_curve(target, probability)
    assert len(ks.score) <= MOST_POINTS + 1
    assert len(gains.depth) <= MOST_POINTS
    assert ks.statistic == pytest.approx(measure(target, probability)["ks"])
    assert abs(ks.negative[ks.place] - ks.positive[ks.place]) == ks.statistic


@pytest.mark.parametrize("curve", [gains_curve, ks_curve], ids=["gains", "ks"])
def test_rows_that_have_no_curve_are_named(curve):
    target, probability = rows(20)
    with pytest.raises(ArgumentError, match="needs rows of both classes"):
        curve(np.zeros(20, int), probability)
    with pytest.raises(ArgumentError, match="not a finite number"):
        curve(target, np.where(target[:, None] == 1, np.nan, probability))
    with pytest.raises(ShapeError, match="two classes, got 3"):
        curve(target, np.full((20, 3), 1 / 3))


def test_no_part_is_refused():
    with pytest.raises(ArgumentError, match="parts=0"):
        gains_curve(*rows(20), parts=0)
