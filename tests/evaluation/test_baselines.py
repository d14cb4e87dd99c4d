import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from neurode.errors import ShapeError
from neurode.evaluation import fit_baselines
from neurode.typing import Columns


def table(rows, levels=(3, 5), seed=0, dtype=np.uint8):
    """A target that a number, a gap and a category each tell something about."""
    generator = np.random.default_rng(seed)
    numbers = generator.normal(size=(rows, 3)).astype(np.float32)
    codes = np.column_stack([generator.integers(2, 2 + n, rows) for n in levels]).astype(dtype)
    gap = generator.random(rows) < 0.2
    logit = numbers[:, 0] + 1.5 * gap + (codes[:, 0] % 2) - 1
    numbers[gap, 1] = np.nan
    codes[generator.random(rows) < 0.1, 1] = 0
    return Columns(numbers, codes), (generator.random(rows) < 1 / (1 + np.exp(-logit))).astype(int)


def rows_of(columns, selection):
    return Columns(columns.numbers[selection], columns.codes[selection])


@pytest.fixture(scope="module")
def fitted():
    columns, target = table(3000)
    train, test = slice(0, 2000), slice(2000, 3000)
    return fit_baselines(rows_of(columns, train), target[train]), rows_of(columns, test), target[test]


def test_there_are_three_with_their_times(fitted):
    names = [baseline.name for baseline in fitted[0]]
    assert names == ["majority", "logistic regression", "gradient boosting"]
    assert all(baseline.fit_seconds >= 0 for baseline in fitted[0])


def test_probabilities_are_probabilities(fitted):
    baselines, test, _ = fitted
    for baseline in baselines:
        probability = baseline.predict_proba(test)
        assert probability.shape == (1000, 2)
        np.testing.assert_allclose(probability.sum(axis=1), 1, atol=1e-6)


def test_both_models_find_the_signal_and_the_majority_does_not(fitted):
    (majority, *models), test, target = fitted
    assert len(np.unique(majority.predict_proba(test)[:, 1])) == 1
    for model in models:
        assert roc_auc_score(target, model.predict_proba(test)[:, 1]) > 0.72


def test_rows_with_unseen_levels_and_gaps_everywhere_get_an_answer(fitted):
    strange = Columns(np.full((1, 3), np.nan, np.float32), np.array([[1, 200]], np.uint8))
    for baseline in fitted[0]:
        assert np.isfinite(baseline.predict_proba(strange)).all()


def test_a_class_that_training_missed_gets_a_column_of_zeros():
    columns, target = table(200)
    for baseline in fit_baselines(columns, target * 2, n_classes=4):
        probability = baseline.predict_proba(columns)
        assert probability.shape == (200, 4)
        assert (probability[:, [1, 3]] == 0).all()


def test_numbers_alone_and_codes_alone_are_enough():
    columns, target = table(300)
    nothing = np.empty((300, 0))
    for part in (
        Columns(columns.numbers, nothing.astype(np.uint8)),
        Columns(nothing.astype(np.float32), columns.codes),
    ):
        assert all(np.isfinite(b.predict_proba(part)).all() for b in fit_baselines(part, target))


def test_thousands_of_levels_are_managed_and_their_noise_is_not_learned():
    columns, target = table(4000, levels=(3, 3500), dtype=np.uint16)
    train, test = slice(0, 3000), slice(3000, 4000)
    _, linear, trees = fit_baselines(rows_of(columns, train), target[train])
    for model in (linear, trees):
        assert roc_auc_score(target[test], model.predict_proba(rows_of(columns, test))[:, 1]) > 0.65


def test_one_class_alone_leaves_the_majority():
    columns, target = table(50)
    (only,) = fit_baselines(columns, np.zeros_like(target))
    assert only.predict_proba(columns)[0].tolist() == [1, 0]


def test_rows_must_agree():
    columns, target = table(50)
    with pytest.raises(ShapeError, match="target has 49 rows, numbers 50"):
        fit_baselines(columns, target[1:])


def test_the_seed_decides(fitted):
    columns, target = table(10_500)  # beyond 10,000 rows the trees hold rows out by chance
    answers = [fit_baselines(columns, target, seed=s)[2].predict_proba(columns) for s in (0, 0, 1)]
    np.testing.assert_array_equal(answers[0], answers[1])
    assert (answers[0] != answers[2]).any()
