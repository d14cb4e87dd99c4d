import copy
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score

from neurode.errors import ShapeError, TableError, UnknownNameError
from neurode.estimators import NeuralRegressor


@pytest.fixture(scope="module")
def fitted_numbers(make_regressor, rows, numbers):
    return make_regressor(epochs=60, learning_rate=0.02).fit(rows, numbers)


def test_numbers_are_predicted_in_their_own_unit(fitted_numbers, rows, numbers):
    prediction = fitted_numbers.predict(rows)
    assert (prediction.shape, prediction.dtype) == ((rows.height,), np.float64)
    assert fitted_numbers.score(rows, numbers) == r2_score(numbers, prediction) > 0.95


def test_the_unit_of_the_target_changes_nothing(rows, numbers, make_regressor):
    plain = make_regressor().fit(rows, numbers)
    millions = make_regressor().fit(rows, 2**20 * numbers)
    np.testing.assert_array_equal(millions.predict(rows), 2**20 * plain.predict(rows))


def test_mean_and_scale_are_of_the_training_rows(rows, numbers, make_regressor):
    strange = numbers + 1e6
    regressor = make_regressor().fit(rows, numbers, validation_data=(rows, strange))
    np.testing.assert_allclose(regressor.target_mean_, [numbers.mean()])
    np.testing.assert_allclose(regressor.target_scale_, [numbers.std()])
    weight = np.arange(1.0, 1 + rows.height)
    weighted = make_regressor(early_stopping=False).fit(rows, numbers, weight)
    np.testing.assert_allclose(weighted.target_mean_, [np.average(numbers, weights=weight)], rtol=1e-6)


def test_no_hidden_layer_is_linear_regression(make_regressor):
    random = np.random.default_rng(0)
    rows = random.normal(size=(320, 3))
    target = rows @ [3.0, -2.0, 1.0] + random.normal(size=320)
    line = make_regressor(
        hidden_layer_sizes=(), scaling="standard", epochs=200, learning_rate=0.05, early_stopping=False,
        optimizer="sgd", batch_size=320,
    ).fit(rows, target)  # fmt: skip
    np.testing.assert_allclose(
        line.predict(rows), LinearRegression().fit(rows, target).predict(rows), atol=1e-3
    )


def test_several_targets_are_learned_together(rows, numbers, make_regressor):
    both = np.column_stack([numbers, -1e3 * rows["size"].to_numpy()])
    regressor = make_regressor(epochs=60, learning_rate=0.02).fit(rows, both)
    assert regressor.predict(rows).shape == both.shape
    assert min(r2_score(both, regressor.predict(rows), multioutput="raw_values")) > 0.9
    named = make_regressor(epochs=60, learning_rate=0.02).fit(
        rows, pd.DataFrame(both, columns=["price", "loss"])
    )
    assert named.target_names_ == ("price", "loss")
    np.testing.assert_array_equal(named.predict(rows), regressor.predict(rows))


def test_every_form_of_a_target_is_learned_alike(rows, numbers, make_regressor):
    expected = make_regressor().fit(rows, numbers).predict(rows)
    for form in (
        numbers.tolist(),
        pd.Series(numbers),
        pl.Series("price", numbers),
        pl.DataFrame({"price": numbers}),
    ):
        np.testing.assert_array_equal(make_regressor().fit(rows, form).predict(rows), expected)
    text = [f"${number!r}" for number in numbers.tolist()]
    np.testing.assert_array_equal(make_regressor().fit(rows, text).predict(rows), expected)
    assert make_regressor().fit(rows, pl.Series("price", numbers)).target_names_ == ("price",)


def test_rows_without_a_target_are_left_out(rows, numbers, make_regressor):
    known = np.arange(rows.height) % 10 != 3
    without = make_regressor().fit(rows.filter(known), numbers[known])
    for gaps in (
        np.where(known, numbers, np.nan),
        [n if k else None for n, k in zip(numbers.tolist(), known)],
    ):
        np.testing.assert_array_equal(make_regressor().fit(rows, gaps).predict(rows), without.predict(rows))
    both = np.column_stack([np.where(known, numbers, np.nan), numbers])
    assert make_regressor().fit(rows, both).predict(rows).shape == (rows.height, 2)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (np.full(400, np.nan), "no value in any row"),
        ([None] * 400, "no value in any row"),
        (np.where(np.arange(400) == 3, np.inf, 1.0), "infinity"),
        (np.full((400, 2), np.nan), "no row has all targets"),
        (np.where(np.eye(400, 2), np.inf, 1.0), "infinity"),
        (["cheap", "dear"] * 200, "dear|cheap|number"),
        (np.arange(10.0), "400 rows, the target 10"),
    ],
    ids=["NaN", "gaps", "infinity", "NaN columns", "infinite columns", "words", "short"],
)
def test_what_no_numbers_are_is_refused(rows, make_regressor, target, message):
    with pytest.raises(TableError, match=message):
        make_regressor().fit(rows, target)


def test_a_target_that_never_changes_is_predicted(rows, make_regressor):
    regressor = make_regressor(epochs=40, learning_rate=0.05).fit(rows, np.full(rows.height, 7.0))
    np.testing.assert_allclose(regressor.predict(rows), 7.0, atol=0.1)


@pytest.mark.parametrize("loss", ["mae", "huber", "log_cosh"])
def test_another_loss_learns_too(rows, numbers, make_regressor, loss):
    regressor = make_regressor(loss=loss, epochs=40, learning_rate=0.02).fit(rows, numbers)
    assert regressor.score(rows, numbers) > 0.9
    with pytest.raises(UnknownNameError, match="did you mean"):
        make_regressor(loss=loss + "x").fit(rows, numbers)


def test_copies_and_clones(fitted_numbers, rows):
    expected = fitted_numbers.predict(rows)
    np.testing.assert_array_equal(copy.deepcopy(fitted_numbers).predict(rows), expected)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(fitted_numbers)).predict(rows), expected)
    settings = dict.fromkeys(NeuralRegressor().get_params(), "something")
    assert clone(NeuralRegressor(**settings)).get_params() == settings


def test_epochs_in_parts_add_up_to_a_fit(rows, numbers, make_regressor):
    whole = make_regressor(early_stopping=False, epochs=3).fit(rows, numbers)
    parts = make_regressor()
    for _ in range(3):
        parts.partial_fit(rows, numbers)
    np.testing.assert_array_equal(parts.predict(rows), whole.predict(rows))
    assert (parts.n_iter_, len(parts.history_.history["loss"])) == (3, 3)
    with pytest.raises(ShapeError, match="y has 2 targets, the fitted network 1"):
        parts.partial_fit(rows, np.column_stack([numbers, numbers]))


def test_a_warm_start_goes_on_in_the_unit_of_the_first_fit(rows, numbers, make_regressor):
    regressor = make_regressor(warm_start=True, epochs=20, learning_rate=0.02).fit(rows, numbers)
    first, mean = regressor.history_.history["loss"], regressor.target_mean_
    regressor.fit(rows, numbers + 1.0)
    assert regressor.history_.history["loss"][0] < first[0] / 2
    np.testing.assert_array_equal(regressor.target_mean_, mean)
    with pytest.raises(ShapeError, match="2 targets"):
        regressor.fit(rows, np.column_stack([numbers, numbers]))


def test_the_check_looks_at_predictions_too(fitted_numbers, rows):
    assert [column.name for column in fitted_numbers.profile_.scores] == ["prediction"]
    far = rows.with_columns(size=pl.col("size") + 100)
    assert [column.name for column in fitted_numbers.check(far).columns if column.needs_a_look] == ["size"]


def test_a_constant_target_is_predicted_as_it_is():
    X = np.random.default_rng(0).normal(size=(60, 2))
    model = NeuralRegressor(hidden_layer_sizes=(4,), epochs=2, random_state=0).fit(X, np.full(60, 7.0))
    assert (model.predict(X) == 7.0).all()
