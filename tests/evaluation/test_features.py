import numpy as np
import pytest

from neurode.evaluation import features
from neurode.typing import Columns

NUMBERS = np.float32([[1.0, 5.0], [3.0, 5.0], [np.nan, 5.0], [8.0, 5.0]])
CODES = np.uint8([[2, 2], [3, 0], [2, 3], [0, 2]])
TRAIN = Columns(NUMBERS, CODES)


def test_training_columns_have_mean_zero_and_deviation_one():
    scaled = features.fit_linear_features(TRAIN)(TRAIN)[:, :3]
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-6)
    # The second number is constant: its deviation of 0 is left alone.
    np.testing.assert_allclose(scaled.std(axis=0), [1, 0, 1], atol=1e-6)


def test_missing_has_a_column_and_unseen_is_all_zeros():
    one_hot = features.fit_linear_features(TRAIN)
    rows = one_hot(Columns(NUMBERS[:3], np.uint8([[0, 0], [1, 1], [9, 2]])))[:, 3:]
    # Columns: missing, 2, 3 of the first; missing, 2, 3 of the second.
    assert rows.tolist() == [[1, 0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 0]]


def test_sparse_and_dense_are_equal(monkeypatch):
    dense = features.fit_linear_features(TRAIN)(TRAIN)
    monkeypatch.setattr(features, "WIDEST_DENSE", 0)
    np.testing.assert_array_equal(features.fit_linear_features(TRAIN)(TRAIN).toarray(), dense)


def test_the_rarest_levels_go_first(monkeypatch):
    monkeypatch.setattr(features, "MOST_ONE_HOT", 2)
    rows = features.fit_linear_features(TRAIN)(TRAIN)[:, 3:]
    # Level 2 occurs twice in either column; everything else once.
    assert rows.tolist() == [[1, 1], [0, 0], [1, 0], [0, 1]]


def test_trees_see_unseen_as_missing_and_levels_as_categories():
    function, rows, categorical = features.fit_tree_features(TRAIN, np.array([0, 1, 0, 1]), seed=0)
    np.testing.assert_array_equal(function(TRAIN), rows)
    assert categorical == [False, False, True, True]
    new = function(Columns(NUMBERS[:1], np.uint8([[1, 7]])))
    assert np.isnan(new[0, 2:]).all()


def test_a_wide_category_becomes_one_number_that_has_not_seen_its_own_row(monkeypatch):
    monkeypatch.setattr(features, "MOST_TREE_LEVELS", 1)
    generator = np.random.default_rng(0)
    codes = generator.integers(2, 1000, (1000, 1)).astype(np.uint16)
    target = generator.integers(0, 2, 1000)
    function, rows, categorical = features.fit_tree_features(
        Columns(np.empty((1000, 0), np.float32), codes), target, seed=0
    )
    assert categorical == [False]
    assert rows.shape == (1000, 1)
    # Levels are pure noise: a rate that knew its own row would betray the target.
    assert abs(np.corrcoef(rows[:, 0], target)[0, 1]) < 0.15
    assert function(Columns(np.empty((1, 0), np.float32), np.uint16([[1]])))[0, 0] == pytest.approx(
        target.mean(), abs=0.01
    )
