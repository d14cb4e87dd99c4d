"""Every metric against scikit-learn 1.9 and SciPy; intervals against plain draws."""

import numpy as np
import pytest
import sklearn.metrics as reference
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from neurode.errors import ArgumentError, ShapeError
from neurode.evaluation import judge_regression, measure_regression
from neurode.evaluation.regression import regression_measurer

few = settings(max_examples=60, deadline=None)


@st.composite
def number_rows(draw):
    """Targets and predictions that collide often, of any size and far from 0."""
    rows = draw(st.integers(3, 40))
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    decimals = draw(st.sampled_from([0, 1, 9]))
    target = generator.normal(size=rows).round(decimals)
    target[:2] = 1, 2
    prediction = (target + draw(st.sampled_from([0.0, 0.5, 5.0])) * generator.normal(size=rows)).round(
        decimals
    )
    prediction[:2] = 1, 3
    scale, shift = draw(st.sampled_from([1e-3, 1.0, 1e6])), draw(st.sampled_from([0.0, 1e4]))
    return scale * target + shift, scale * prediction + shift


def expected_of(target, prediction):
    has_zero = (np.abs(target) <= np.finfo(float).eps).any()
    relative = reference.mean_absolute_percentage_error(target, prediction)
    return {
        "r2": reference.r2_score(target, prediction),
        "mae": reference.mean_absolute_error(target, prediction),
        "rmse": reference.root_mean_squared_error(target, prediction),
        "median_absolute_error": reference.median_absolute_error(target, prediction),
        "mape": np.nan if has_zero else relative,
        "spearman": spearmanr(target, prediction).statistic,
    }


@few
@given(number_rows())
def test_metrics_equal_scikit_learn_and_scipy(rows):
    found = measure_regression(*rows)
    assert found == pytest.approx(expected_of(*rows), rel=1e-7, abs=1e-10, nan_ok=True)


@few
@given(number_rows(), st.integers(0, 2**32))
def test_a_weight_is_so_many_copies_of_a_row(rows, seed):
    target, prediction = rows
    weight = np.random.default_rng(seed).integers(0, 4, (3, len(target)))
    # Two different targets and predictions stay, so that nothing is undefined.
    weight[:, :2] = 2
    weighted = regression_measurer(target, prediction)(weight)
    for place, counts in enumerate(weight):
        copied = measure_regression(np.repeat(target, counts), np.repeat(prediction, counts))
        # The relative error is told of all rows or of none.
        assert {name: values[place] for name, values in weighted.items() if name != "mape"} == pytest.approx(
            {name: value for name, value in copied.items() if name != "mape"}, rel=1e-7, abs=1e-9
        )


def test_rows_are_worked_on_in_blocks_without_a_seam(monkeypatch):
    generator = np.random.default_rng(0)
    target, prediction = generator.normal(size=(2, 50))
    weight = generator.integers(0, 3, (7, 50))
    whole = regression_measurer(target, prediction)(weight)
    monkeypatch.setattr("neurode.evaluation.regression.CACHED_CELLS", 100)
    in_parts = regression_measurer(target, prediction)(weight)
    for name, values in whole.items():
        np.testing.assert_array_equal(in_parts[name], values)


def test_intervals_equal_a_plain_bootstrap():
    generator = np.random.default_rng(1)
    target = generator.gamma(2, size=300)
    prediction = target + generator.normal(size=300)
    found = judge_regression("network", target, prediction, n_resamples=2000).metrics
    drawn = [generator.integers(0, 300, 300) for _ in range(2000)]
    plain = [expected_of(target[rows], prediction[rows]) for rows in drawn]
    for name, interval in found.items():
        lower, upper = np.quantile([each[name] for each in plain], [0.025, 0.975])
        # Ends of two bootstraps differ by about a twentieth of the width at 2,000 draws.
        room = 0.15 * (upper - lower)
        assert interval.lower == pytest.approx(lower, abs=room), name
        assert interval.upper == pytest.approx(upper, abs=room), name


def test_several_targets_are_averaged_as_scikit_learn_averages_them():
    generator = np.random.default_rng(2)
    target = generator.normal(size=(60, 3)) * [1, 10, 100] + 500
    prediction = target + generator.normal(size=(60, 3)) * [2, 3, 4]
    found = measure_regression(target, prediction)
    assert found["r2"] == pytest.approx(reference.r2_score(target, prediction))
    assert found["mae"] == pytest.approx(reference.mean_absolute_error(target, prediction))
    assert found["rmse"] == pytest.approx(reference.root_mean_squared_error(target, prediction))
    assert found["median_absolute_error"] == pytest.approx(
        reference.median_absolute_error(target, prediction)
    )


def test_a_target_that_cannot_be_told_takes_no_part_in_the_mean():
    target = np.column_stack([[1.0, 2.0, 3.0], [5.0, 5.0, 5.0]])
    found = measure_regression(target, target[::-1])
    assert found["spearman"] == -1
    assert found["mae"] == pytest.approx(2 / 3)


def test_a_constant_target_has_no_r2_and_a_constant_prediction_no_spearman():
    same = measure_regression([0.1, 0.1, 0.1], [0.1, 0.2, 0.3])
    assert np.isnan(same["r2"])
    assert np.isnan(same["spearman"])
    assert np.isnan(measure_regression([1, 2, 3], [2, 2, 2])["spearman"])
    assert measure_regression([1, 2, 3], [2, 2, 2])["r2"] == 0


def test_a_draw_of_one_repeated_target_is_left_out():
    # Three times 0.1 is not 0.3: the variance by differences of sums is a small number instead of 0.
    target = np.array([0.1, 0.7, 0.9])
    weight = np.array([[3, 0, 0], [1, 1, 1], [0, 3, 0], [0, 0, 3]])
    measured = regression_measurer(target, target + 1)(weight)
    assert np.isnan(measured["r2"]).tolist() == [True, False, True, True]


def test_no_target_may_be_zero_for_a_relative_error():
    assert measure_regression([1.0, 2.0], [1.5, 2.0])["mape"] == 0.25
    assert np.isnan(measure_regression([0.0, 2.0], [1.5, 2.0])["mape"])


def test_one_row_is_measured_as_far_as_it_goes():
    found = measure_regression([3.0], [1.0])
    assert (found["mae"], found["rmse"], found["median_absolute_error"]) == (2, 2, 2)
    assert np.isnan(found["r2"])


@pytest.mark.parametrize(
    ("target", "prediction", "error", "words"),
    [
        ([1.0, 2.0], [1.0], ShapeError, r"target has shape \(2,\), prediction \(1,\)"),
        ([1.0, 2.0], [[1.0], [2.0]], ShapeError, "prediction"),
        ([], [], ArgumentError, "no rows"),
        ([1.0, np.nan], [1.0, 2.0], ArgumentError, "1 rows have a target that is not a finite number"),
        ([1.0, 2.0], [np.inf, np.nan], ArgumentError, "2 rows have a prediction"),
        ([1.0, 2.0], [1e200, 2.0], ArgumentError, "prediction has numbers as large as 1e\\+200"),
        (["a", "b"], [1.0, 2.0], ArgumentError, "target is of type"),
    ],
    ids=["lengths", "shapes", "empty", "gap", "infinite", "large", "words"],
)
def test_numbers_that_cannot_be_judged_are_refused(target, prediction, error, words):
    with pytest.raises(error, match=words):
        measure_regression(target, prediction)
