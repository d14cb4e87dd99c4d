import numpy as np
import pytest
from sklearn.metrics import r2_score

from neurode.errors import ArgumentError, ShapeError
from neurode.evaluation import features, fit_regression_baselines
from neurode.typing import Columns

NAMES = ["mean", "median", "ridge regression", "gradient boosting"]


def table(rows, levels=(3, 5), seed=0, dtype=np.uint8):
    """A target that a number, a bend, a gap and a category each tell something about."""
    generator = np.random.default_rng(seed)
    numbers = generator.normal(size=(rows, 3)).astype(np.float32)
    codes = np.column_stack([generator.integers(2, 2 + n, rows) for n in levels]).astype(dtype)
    gap = generator.random(rows) < 0.2
    target = 1000 + 3 * numbers[:, 0] + 2 * np.abs(numbers[:, 2]) + 2 * gap + 3 * (codes[:, 0] % 2)
    numbers[gap, 1] = np.nan
    codes[generator.random(rows) < 0.1, 1] = 0
    return Columns(numbers, codes), target + generator.normal(size=rows)


@pytest.fixture(scope="module")
def fitted():
    columns, target = table(2500)
    train, test = slice(0, 2000), slice(2000, 2500)
    return fit_regression_baselines(columns.rows(train), target[train]), columns.rows(test), target[test]


def test_there_are_four_with_their_times(fitted):
    assert [baseline.name for baseline in fitted[0]] == NAMES
    assert all(baseline.fit_seconds >= 0 for baseline in fitted[0])


def test_both_models_find_the_signal_and_the_trees_the_bend(fitted):
    (mean, median, ridge, trees), test, target = fitted
    assert len(np.unique(mean.predict(test))) == len(np.unique(median.predict(test))) == 1
    assert r2_score(target, mean.predict(test)) < 0.01
    found = [r2_score(target, model.predict(test)) for model in (ridge, trees)]
    assert found[0] > 0.75
    assert found[1] > found[0] + 0.03


def test_the_constants_are_the_mean_and_the_median_of_the_training_rows():
    columns, _ = table(5)
    mean, median, *_ = fit_regression_baselines(columns, [1.0, 2.0, 3.0, 4.0, 100.0])
    assert mean.predict(columns).tolist() == [22] * 5
    assert median.predict(columns).tolist() == [3] * 5


def test_several_targets_are_answered_side_by_side():
    columns, target = table(400)
    several = fit_regression_baselines(columns, np.column_stack([target, -1e6 * target]))
    alone = fit_regression_baselines(columns, target)
    for one, two in zip(alone, several):
        assert two.predict(columns).shape == (400, 2)
        np.testing.assert_allclose(two.predict(columns)[:, 0], one.predict(columns), rtol=1e-9)


def test_ridge_answers_alike_in_any_unit():
    columns, target = table(400)
    plain, scaled = (
        fit_regression_baselines(columns, unit * target)[2].predict(columns) for unit in (1, 1e6)
    )
    np.testing.assert_allclose(scaled, 1e6 * plain, rtol=1e-7)


def test_noise_alone_makes_ridge_cautious():
    generator = np.random.default_rng(0)
    columns = Columns(generator.normal(size=(120, 60)).astype(np.float32), np.empty((120, 0), np.uint8))
    ridge = fit_regression_baselines(columns, generator.normal(size=120))[2]
    # With next to no penalty, 60 columns of noise would explain half of 120 rows.
    assert ridge.predict(columns).std() < 0.4


def test_thousands_of_levels_are_managed_and_their_noise_is_not_learned():
    columns, target = table(4000, levels=(3, 3500), dtype=np.uint16)
    train, test = slice(0, 3000), slice(3000, 4000)
    _, _, ridge, trees = fit_regression_baselines(columns.rows(train), target[train])
    for model in (ridge, trees):
        assert r2_score(target[test], model.predict(columns.rows(test))) > 0.7


def test_a_wide_category_is_described_by_means_that_have_not_seen_their_own_row(monkeypatch):
    monkeypatch.setattr(features, "MOST_TREE_LEVELS", 1)
    generator = np.random.default_rng(0)
    codes = generator.integers(2, 1000, (1000, 1)).astype(np.uint16)
    outcomes = generator.normal(size=(1000, 2)) * [1, 50]
    columns = Columns(np.empty((1000, 0), np.float32), codes)
    function, rows, categorical = features.fit_tree_features(columns, outcomes, seed=0)
    assert categorical == [False, False]
    assert all(abs(np.corrcoef(rows[:, k], outcomes[:, k])[0, 1]) < 0.15 for k in (0, 1))
    unseen = function(Columns(np.empty((1, 0), np.float32), np.uint16([[1]])))
    np.testing.assert_allclose(unseen[0], outcomes.mean(axis=0), rtol=1e-5)
    level = codes[:, 0] == codes[0, 0]
    drawn_in = (outcomes[level].sum(axis=0) + 20 * outcomes.mean(axis=0)) / (level.sum() + 20)
    np.testing.assert_allclose(function(columns)[0], drawn_in, rtol=1e-5)


@pytest.mark.parametrize("levels", [2, 400])
def test_two_rows_are_enough(levels):
    columns = Columns(np.zeros((2, levels), np.float32), np.array([[2], [3]], np.uint16))
    for baseline in fit_regression_baselines(columns, [1.0, 2.0]):
        assert np.isfinite(baseline.predict(columns)).all()


def test_one_number_alone_leaves_the_mean():
    columns, _ = table(50)
    (only,) = fit_regression_baselines(columns, np.full(50, 7))
    assert only.predict(columns).tolist() == [7] * 50


def test_rows_with_unseen_levels_and_gaps_everywhere_get_an_answer(fitted):
    strange = Columns(np.full((1, 3), np.nan, np.float32), np.array([[1, 200]], np.uint8))
    for baseline in fitted[0]:
        assert np.isfinite(baseline.predict(strange)).all()


def test_rows_must_agree_and_be_numbers():
    columns, target = table(50)
    with pytest.raises(ShapeError, match=r"target has shape \(49,\), for 50 rows of numbers"):
        fit_regression_baselines(columns, target[1:])
    target[3] = np.nan
    with pytest.raises(ArgumentError, match="1 rows have a target that is not a finite number"):
        fit_regression_baselines(columns, target)


def test_the_seed_decides():
    columns, target = table(10_500)  # beyond 10,000 rows the trees hold rows out by chance
    answers = [fit_regression_baselines(columns, target, seed=s)[3].predict(columns) for s in (0, 0, 1)]
    np.testing.assert_array_equal(answers[0], answers[1])
    assert (answers[0] != answers[2]).any()
