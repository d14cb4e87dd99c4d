import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurode.errors import ArgumentError, ShapeError
from neurode.evaluation import choose_threshold, measure, threshold_curve
from neurode.evaluation.curves import MOST_POINTS
from neurode.evaluation.intervals import draws
from neurode.evaluation.reliability import NORMAL_975

COST = {"false_negative": 5, "false_positive": 1, "true_negative": -0.5}

# Falling score: 0.9 0.8 0.6 0.5 0.3 0.1
TARGET = np.array([1, 1, 0, 1, 0, 0])
SCORE = np.array([0.9, 0.8, 0.6, 0.5, 0.3, 0.1])
ROWS = np.column_stack([1 - SCORE, SCORE])


def rows(n, rate=0.3, seed=0):
    generator = np.random.default_rng(seed)
    target = (generator.random(n) < rate).astype(int)
    score = np.clip(generator.normal(0.35 + 0.25 * target, 0.15), 0, 1)
    return target, np.column_stack([1 - score, score])


def row_costs(target, score, line, amounts=1.0):
    """The cost of each row at a threshold, the slow way."""
    called = score >= line
    price = np.select(
        [(target == 1) & ~called, (target == 0) & called, (target == 0) & ~called],
        [COST["false_negative"], COST["false_positive"], COST["true_negative"]],
        0.0,
    )
    return price * amounts


def test_a_curve_tells_of_every_threshold_what_choosing_it_would():
    curve = threshold_curve(TARGET, ROWS, cost=COST)
    assert (np.diff(curve.threshold) < 0).all()
    best = choose_threshold(TARGET, ROWS, "cost", cost=COST)
    assert curve.threshold[curve.cheapest] == best.value
    assert {name: values[curve.cheapest] for name, values in curve.metrics.items()} == best.reached


def test_without_prices_there_is_no_cost():
    curve = threshold_curve(TARGET, ROWS)
    assert "mean_cost" not in curve.metrics
    assert (curve.mean_cost, curve.total_cost, curve.cheapest, curve.cost_lower) == (None,) * 4


@pytest.mark.parametrize("line", [0.85, 0.7, 0.4, 0.2])
def test_metrics_are_those_of_calling_at_the_threshold(line):
    curve = threshold_curve(TARGET, ROWS)
    place = int(np.argmin(np.abs(curve.threshold - line)))
    expected = measure(TARGET, ROWS, threshold=line)
    for name in ("accuracy", "precision", "recall", "specificity", "f1"):
        assert curve.metrics[name][place] == pytest.approx(expected[name])
    assert curve.metrics["approval_rate"][place] == pytest.approx((line > SCORE).mean())


def test_many_rows_are_thinned_and_keep_the_cheapest_threshold():
    target, probability = rows(20_000)
    curve = threshold_curve(target, probability, cost=COST)
    assert MOST_POINTS / 2 < len(curve.threshold) <= MOST_POINTS + 1
    best = choose_threshold(target, probability, "cost", cost=COST)
    assert curve.threshold[curve.cheapest] == best.value
    assert curve.mean_cost[curve.cheapest] == best.reached["mean_cost"]
    # Few rows lie at the ends: points by rows alone would leave long straight lines there.
    assert np.abs(np.diff(curve.threshold[1:])).max() < 0.02


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 8), st.integers(0, 3), st.integers(1, 9)), max_size=20
    ),
    st.booleans(),
)
def test_the_band_is_that_of_the_costs_of_the_rows(drawn, by_class):
    table = np.array([(0, 3, 1, 2), (1, 3, 1, 1), (0, 5, 1, 1), (1, 2, 2, 3), *drawn])
    target, score, weight, amounts = table.T
    score = score / 8
    options = {"base_rate": 0.2} if by_class else {}
    curve = threshold_curve(
        target,
        np.column_stack([1 - score, score]),
        cost=COST,
        amounts=amounts,
        sample_weight=weight,
        **options,
    )
    for place, line in enumerate(curve.threshold):
        costs = row_costs(target, score, line, amounts)
        mean, variance = 0.0, 0.0
        groups = [target == 0, target == 1] if by_class else [np.ones(len(target), bool)]
        for group, share in zip(groups, [0.8, 0.2] if by_class else [1.0]):
            kept = group & (weight > 0)
            w, c, n = weight[kept], costs[kept], np.count_nonzero(kept)
            group_mean = np.average(c, weights=w)
            mean += share * group_mean
            variance += share**2 * (w**2 * (c - group_mean) ** 2).sum() / w.sum() ** 2 * n / (n - 1)
        assert curve.mean_cost[place] == pytest.approx(mean)
        half = (curve.cost_upper[place] - curve.cost_lower[place]) / 2
        assert half == pytest.approx(NORMAL_975 * np.sqrt(variance), abs=1e-6)
        assert (curve.cost_upper[place] + curve.cost_lower[place]) / 2 == pytest.approx(mean)


def test_the_band_is_as_wide_as_that_of_resampled_rows():
    target, probability = rows(1500)
    curve = threshold_curve(target, probability, cost=COST)
    for place in (60, 250, 400):
        costs = row_costs(target, probability[:, 1], curve.threshold[place])
        resampled = np.concatenate([costs[drawn].mean(axis=1) for drawn in draws(1500, 2000, seed=1)])
        ends = (curve.cost_lower[place], curve.cost_upper[place])
        assert ends == pytest.approx(tuple(np.quantile(resampled, [0.025, 0.975])), abs=0.02)


def test_the_cost_of_all_rows_is_what_they_cost_together():
    target, probability = rows(300)
    curve = threshold_curve(target, probability, cost=COST)
    line = curve.threshold[120]
    assert curve.total_cost[120] == pytest.approx(row_costs(target, probability[:, 1], line).sum())
    assert curve.rows == 300


def test_a_base_rate_stands_for_rows_of_deployment():
    target, probability = rows(40_000, rate=0.5)
    weighted = threshold_curve(target, probability, cost=COST, base_rate=0.1)
    rare = threshold_curve(*rows(40_000, rate=0.1, seed=1), cost=COST)
    for line in (0.3, 0.5):
        here, there = (np.argmin(np.abs(curve.threshold - line)) for curve in (weighted, rare))
        assert weighted.mean_cost[here] == pytest.approx(rare.mean_cost[there], abs=0.03)
        precision = (weighted.metrics["precision"][here], rare.metrics["precision"][there])
        assert precision[0] == pytest.approx(precision[1], abs=0.04)
    assert weighted.rows == pytest.approx(40_000)


def test_one_row_of_a_class_has_no_band_but_a_cost():
    curve = threshold_curve(TARGET[1:4], ROWS[1:4], cost=COST, base_rate=0.5)
    assert np.isnan(curve.cost_upper).all()
    assert np.isfinite(curve.mean_cost).all()


@pytest.mark.parametrize(
    ("target", "probability", "options", "error", "message"),
    [
        (np.ones(6, int), ROWS, {}, ArgumentError, "a threshold curve needs rows of both classes"),
        ([1], ROWS[:1], {}, ArgumentError, "all 1 rows are of class 1"),
        (TARGET, np.full((6, 2), np.nan), {}, ArgumentError, "6 rows have a probability"),
        (TARGET, np.full((6, 3), 1 / 3), {}, ShapeError, "two classes, got 3"),
        (TARGET, ROWS, {"base_rate": 0}, ArgumentError, "base_rate=0"),
        (TARGET, ROWS, {"base_rate": 1.5}, ArgumentError, "base_rate=1.5"),
        (TARGET, ROWS, {"cost": {"false_negative": 5}}, ArgumentError, "price both"),
        (TARGET, ROWS, {"amounts": [1]}, ShapeError, "amounts has shape"),
        (TARGET, ROWS, {"sample_weight": TARGET}, ArgumentError, "of both classes"),
    ],
)
def test_rows_that_have_no_curve_are_named(target, probability, options, error, message):
    with pytest.raises(error, match=message):
        threshold_curve(target, probability, **options)
