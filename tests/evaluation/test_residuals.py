import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurode.evaluation import errors_by_decile, prediction_density, residual_density, residual_histogram


@st.composite
def pairs(draw):
    rows = draw(st.integers(1, 300))
    generator = np.random.default_rng(draw(st.integers(0, 2**32)))
    decimals = draw(st.sampled_from([0, 9]))
    target = generator.normal(size=rows).round(decimals)
    return target, (target + generator.normal(size=rows)).round(decimals)


few = settings(max_examples=40, deadline=None)


@few
@given(pairs())
def test_every_row_is_in_the_grid_or_counted_outside(rows):
    n_rows = len(rows[0])
    for record in (prediction_density(*rows), residual_density(*rows), residual_histogram(*rows)):
        assert record.counts.sum() + record.n_outside == n_rows


@few
@given(pairs())
def test_deciles_equal_their_definition(rows):
    target, prediction = rows
    deciles = errors_by_decile(target, prediction)
    assert deciles.n_rows.sum() == len(target)
    assert (np.diff(deciles.prediction) > 0).all()
    rising = np.sort(prediction)
    ends = deciles.n_rows.cumsum()
    for place, end in enumerate(ends):
        first, last = rising[end - deciles.n_rows[place]], rising[end - 1]
        part = (prediction >= first) & (prediction <= last)
        residual = (target - prediction)[part]
        assert deciles.n_rows[place] == part.sum()
        assert deciles.target[place] == pytest.approx(target[part].mean(), abs=1e-12)
        assert deciles.residual[place] == pytest.approx(residual.mean(), abs=1e-12)
        assert deciles.mae[place] == pytest.approx(np.abs(residual).mean(), abs=1e-12)
        outer = (deciles.lower[place], deciles.upper[place])
        assert outer == pytest.approx(np.quantile(residual, [0.1, 0.9]))


def test_deciles_are_of_one_size_where_predictions_differ():
    prediction = np.random.default_rng(0).permutation(1003.0 * np.arange(1003))
    sizes = errors_by_decile(prediction, prediction).n_rows
    assert len(sizes) == 10
    assert set(sizes) <= {100, 101}


def test_rows_of_one_prediction_stay_together():
    prediction = np.array([1.0] * 70 + [2.0] * 30)
    assert errors_by_decile(prediction, prediction).n_rows.tolist() == [70, 30]
    assert errors_by_decile(prediction, np.ones(100)).n_rows.tolist() == [100]


def test_many_rows_of_one_prediction_do_not_shift_the_tenths_above_them():
    prediction = np.append(np.zeros(40), np.arange(1.0, 61.0))
    assert errors_by_decile(prediction, prediction).n_rows.tolist() == [40, 10, 10, 10, 10, 10, 10]


def test_a_few_far_rows_do_not_squeeze_the_others():
    target = np.append(np.random.default_rng(0).normal(size=5000), 1e9)
    density = prediction_density(target, np.zeros(5001))
    assert density.x_edges[-1] < 10
    assert density.n_outside > 0


def test_actual_and_predicted_share_a_scale():
    density = prediction_density(np.linspace(0, 1, 100), np.linspace(3, 4, 100))
    np.testing.assert_array_equal(density.x_edges, density.y_edges)
    assert (density.x_edges[0], density.x_edges[-1]) == (0, 4)


def test_a_constant_prediction_has_a_width():
    density = residual_density(np.arange(5.0), np.full(5, 3.0))
    assert (np.diff(density.x_edges) > 0).all()
    assert density.counts.sum() == 5
