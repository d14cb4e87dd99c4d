import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC

from neurode.errors import (
    ArgumentError,
    DataTypeError,
    NotFittedError,
    ShapeError,
    TableError,
    UnknownNameError,
)
from neurode.estimators import NeuralClassifier, NeuralRegressor
from neurode.explain import permutation, shap_values, shapley
from neurode.explain.hybrids import REST
from neurode.layers import Dense
from neurode.models import Sequential

COLUMNS = ("size", "income", "town", "owner", "age")


def product(table):
    """Of all columns, so that every coalition counts."""
    return np.prod(np.asarray(table), axis=1)


@pytest.mark.parametrize(
    "name", ["binary", "custom", "normalized", "embedded", "dates", "classes", "numbers"]
)
def test_exact_values_of_our_networks_equal_brute_force(models, name, brute_force):
    model, table, predict = models[name]
    rows, background = table[:3], table[50:54]
    found = shap_values(model, rows, background, method="exact")
    names = [column for column in table.columns if column != "note"]
    wanted = brute_force(predict, rows, background, {column: (column,) for column in names})
    scale = max(1.0, np.abs(wanted).max())
    np.testing.assert_allclose(found.values / scale, wanted / scale, atol=1e-5)
    assert found.columns == tuple(names)
    assert not found.errors.any()


def test_twelve_columns_equal_brute_force(brute_force):
    random = np.random.default_rng(0)
    table = pl.DataFrame(random.normal(size=(100, 12)), schema=[f"c{place}" for place in range(12)])
    target = product(table.to_numpy()[:, :3]) > 0
    model = NeuralClassifier((8,), epochs=5, learning_rate=0.05, random_state=0).fit(table, target)
    found = shap_values(model, table[:1], table[1:3])
    players = {column: (column,) for column in table.columns}
    wanted = brute_force(lambda rows: model.predict_proba(rows)[:, 1], table[:1], table[1:3], players)
    assert found.method == "exact"
    np.testing.assert_allclose(found.values, wanted, atol=1e-5)


@pytest.mark.parametrize("name", ["binary", "dates"])
def test_groups_are_players(models, name, brute_force):
    model, table, predict = models[name]
    # Of the dates, the days between belong to the group: it needs no table of mixed rows.
    groups = {"both": ("opened", "closed")} if name == "dates" else {"both": ("size", "owner")}
    found = shap_values(model, table[:3], table[50:54], groups=groups, method="exact")
    alone = [column for column in table.columns if column not in (*groups["both"], "note")]
    players = {name: groups.get(name, (name,)) for name in found.columns}
    assert set(found.columns) == {"both", *alone}
    wanted = brute_force(predict, table[:3], table[50:54], players)
    np.testing.assert_allclose(found.values, wanted, atol=1e-5)


def test_log_odds_are_those_of_the_probability(models, brute_force):
    model, table, predict = models["binary"]

    def log_odds(rows):
        probability = predict(rows).astype(float)
        return np.log(probability / (1 - probability))

    found = shap_values(model, table[:2], table[50:53], output="log_odds", method="exact")
    players = {column: (column,) for column in COLUMNS}
    wanted = brute_force(log_odds, table[:2], table[50:53], players)
    np.testing.assert_allclose(found.values, wanted, atol=1e-4)
    np.testing.assert_allclose(found.predictions[:, 0], log_odds(table[:2]), atol=1e-5)


@pytest.fixture(scope="module")
def pipeline(applicants):
    frame = applicants.drop("note").with_columns(pl.col("income").fill_null(0)).to_pandas()
    classes = np.array(["a", "b", "c"])[np.arange(len(frame)) % 3]
    columns = make_column_transformer((OneHotEncoder(), ["town"]), remainder="passthrough")
    model = make_pipeline(columns, RandomForestClassifier(10, random_state=0)).fit(frame, classes)
    return model, frame


def test_exact_values_of_a_pipeline_equal_brute_force(pipeline, brute_force):
    model, frame = pipeline
    rows, background = frame[:2], frame[50:53]
    found = shap_values(model, rows, background)
    players = {column: (column,) for column in frame}
    predict = lambda table: model.predict_proba(table.to_pandas())  # noqa: E731
    wanted = brute_force(predict, pl.from_pandas(rows), pl.from_pandas(background), players)
    assert (found.method, found.outputs) == ("exact", ("a", "b", "c"))
    np.testing.assert_allclose(found.values, wanted, atol=1e-12)


@pytest.mark.parametrize("name", ["binary", "custom", "normalized", "dates", "classes", "numbers"])
def test_sampled_values_are_the_exact_ones_within_their_errors(models, name):
    model, table, _ = models[name]
    exact = shap_values(model, table[:12], table[50:60], method="exact")
    found = shap_values(model, table[:12], table[50:60], method="permutation", n_permutations=100, seed=3)
    scale = np.abs(exact.values).max()
    # Where a column does not matter both are 0, but for what float32 rounds.
    away = np.abs(found.values - exact.values) / np.hypot(found.errors, 1e-6 * scale)
    # Now and then a value hangs on an order that is rare, and so does its error.
    assert (away < 3).mean() > 0.93
    assert 0.5 < np.sqrt(np.square(np.minimum(away, 3)).mean()) < 1.5
    assert np.abs(found.values - exact.values).max() < 0.05 * scale


@pytest.mark.parametrize("method", ["exact", "permutation"])
@pytest.mark.parametrize("name", ["binary", "classes", "numbers"])
def test_the_values_of_a_row_add_up(models, name, method):
    model, table, predict = models[name]
    found = shap_values(model, table, method=method, n_background=7, n_permutations="auto")
    tolerance = 1e-9 * np.abs(found.predictions).max()
    np.testing.assert_allclose(
        found.values.sum(axis=1), found.predictions - found.base_values, atol=tolerance
    )
    answers = np.asarray(predict(table), float).reshape(found.predictions.shape)
    np.testing.assert_allclose(found.predictions, answers)


def test_a_linear_function_has_no_chance_in_it():
    random = np.random.default_rng(0)
    table, weights = random.normal(size=(30, 20)), random.normal(size=20)
    found = shap_values(lambda rows: rows @ weights, table, table[:11])
    wanted = weights * (table - table[:11].mean(axis=0))
    assert found.method == "permutation"
    np.testing.assert_allclose(found.values[..., 0], wanted, atol=1e-12)
    assert found.errors.max() < 1e-12


def test_each_background_row_counts_the_same(models):
    model, table, predict = models["binary"]
    found = shap_values(model, table[:5], table[50:57], method="permutation", n_permutations=10)
    assert found.by_background.shape == (7, 5, 5, 1)
    np.testing.assert_allclose(found.by_background.mean(axis=0), found.values)
    # Against one background row, values add up to what the two rows differ by.
    differ = predict(table[:5])[None, :] - predict(table[50:57])[:, None]
    np.testing.assert_allclose(found.by_background.sum(axis=2)[..., 0], differ, atol=1e-6)


def test_fewer_orders_than_background_rows_use_fewer_of_those(models):
    model, table, predict = models["binary"]
    found = shap_values(model, table[:5], table[50:80], method="permutation", n_permutations=3)
    assert found.base_values[0] == pytest.approx(predict(table[50:80])[[0, 10, 20]].mean())
    np.testing.assert_allclose(found.values.sum(axis=1), found.predictions - found.base_values, atol=1e-12)


def test_pieces_change_nothing(models, monkeypatch):
    model, table, _ = models["binary"]
    whole = shap_values(model, table[:9], table[50:60], method="permutation")
    monkeypatch.setattr(permutation, "NUMBERS_AT_ONCE", 1)
    row_by_row = shap_values(model, table[:9], table[50:60], method="permutation")
    np.testing.assert_allclose(row_by_row.values, whole.values, atol=1e-6)
    np.testing.assert_allclose(row_by_row.errors, whole.errors, atol=1e-6)


def test_the_seed_is_all_the_chance_there_is(models):
    model, table, _ = models["binary"]
    values = [
        shap_values(model, table, method="permutation", n_background=5, n_permutations=5, seed=seed).values
        for seed in (1, 1, 2)
    ]
    np.testing.assert_array_equal(values[0], values[1])
    assert np.abs(values[0] - values[2]).max() > 1e-4


def test_values_against_each_background_row_are_kept_while_they_are_few(models, monkeypatch):
    model, table, _ = models["binary"]
    monkeypatch.setattr(shapley, "KEPT", 4 * 5 * 5)
    assert shap_values(model, table[:5], table[50:54]).by_background is not None
    assert shap_values(model, table[:6], table[50:54]).by_background is None


def test_the_method_is_chosen_by_the_work(monkeypatch):
    table = np.random.default_rng(0).normal(size=(4, 13))
    assert shap_values(product, table[:, :6]).method == "exact"
    assert shap_values(product, table).method == "permutation"
    monkeypatch.setitem(shapley.EVALUATIONS, False, 0)
    assert shap_values(product, table[:, :2]).method == "exact"
    assert shap_values(product, table[:, :11]).method == "permutation"


def test_columns_that_nobody_asked_about_are_one():
    table = np.random.default_rng(0).normal(size=(4, 5))
    found = shap_values(product, table, columns=["x1"])
    assert found.columns == ("x1", REST)
    assert found.members == (("x1",), ("x0", "x2", "x3", "x4"))
    np.testing.assert_allclose(found.values.sum(axis=1), found.predictions - found.base_values)


def test_one_column_gets_everything():
    table = np.array([[1.0], [2.0], [6.0]])
    found = shap_values(lambda rows: rows[:, 0] ** 2, table, method="permutation")
    np.testing.assert_allclose(found.values[:, 0, 0], np.array([1, 4, 36]) - 41 / 3)


def test_labels_have_a_value_each(applicants, late):
    labels = np.column_stack([late, 1 - late])
    model = NeuralClassifier((4,), epochs=2, random_state=0).fit(applicants, labels)
    found = shap_values(model, applicants[:2], applicants[5:8])
    assert found.values.shape == (2, 5, 2)
    np.testing.assert_allclose(found.predictions, model.predict_proba(applicants[:2]))


def test_outputs_are_chosen_by_name(models):
    model, table, _ = models["classes"]
    every = shap_values(model, table[:2], table[50:54])
    found = shap_values(model, table[:2], table[50:54], outputs=["ugly", "bad"])
    assert (every.outputs, found.outputs) == (("bad", "good", "ugly"), ("ugly", "bad"))
    np.testing.assert_allclose(found.values, every.values[..., [2, 0]])


def test_targets_keep_their_names(models):
    model, table, _ = models["numbers"]
    assert shap_values(model, table[:2], table[50:54]).outputs == ("a", "b")


@pytest.mark.parametrize("kind", [pl.DataFrame, pd.DataFrame, dict], ids=["polars", "pandas", "dict"])
def test_the_kind_of_frame_changes_nothing(models, kind):
    model, table, _ = models["binary"]
    given = (
        table
        if kind is pl.DataFrame
        else table.to_pandas()
        if kind is pd.DataFrame
        else table.to_dict(as_series=False)
    )
    found = shap_values(model, given, n_background=4)
    np.testing.assert_allclose(found.values, shap_values(model, table, n_background=4).values)


def test_a_table_may_be_a_file(models, tmp_path):
    model, table, _ = models["binary"]
    table[:3].write_parquet(tmp_path / "rows.parquet")
    found = shap_values(model, tmp_path / "rows.parquet", table[50:54])
    np.testing.assert_allclose(found.values, shap_values(model, table[:3], table[50:54]).values)


def test_categories_of_pandas_stay_categories():
    class Tree:
        classes_ = np.array([0, 1])

        def predict_proba(self, table):
            assert table.dtypes["town"] == "category"
            high = (table["town"] == "Ulm") * 0.5 + table["size"] / 10
            return np.column_stack([1 - high, high])

    frame = pd.DataFrame(
        {"size": [1.0, 2.0, 3.0], "town": pd.Categorical(["Ulm", "Bonn", "Ulm"])}, index=[7, 7, 9]
    )
    found = shap_values(Tree(), frame)
    np.testing.assert_allclose(found.values[:, 0, 0], [-0.1, 0.0, 0.1], atol=1e-12)
    np.testing.assert_allclose(found.values[:, 1, 0], [1 / 6, -1 / 3, 1 / 6])
    assert found.outputs == ("1",)


def test_arrays_go_by_place(applicants):
    array = applicants.select("size", "age").to_numpy()
    model = NeuralRegressor((4,), epochs=2, random_state=0).fit(array, array[:, 0])
    found = shap_values(model, array[:3], array)
    assert found.columns == ("x0", "x1")
    np.testing.assert_allclose(
        found.values.sum(axis=1)[:, 0], model.predict(array[:3]) - found.base_values[0], atol=1e-9
    )


def test_a_model_of_arrays_is_explained(brute_force):
    random = np.random.default_rng(0)
    table = random.normal(size=(20, 3)).astype(np.float32)
    model = Sequential([Dense(4, activation="relu", input_shape=(3,)), Dense(2)])
    with pytest.raises(NotFittedError, match="is not compiled"):
        shap_values(model, table[:2], table)
    model.compile(loss="mse")
    found = shap_values(model, table[:2], table)
    wanted = brute_force(
        lambda rows: model.predict(rows.to_numpy().astype(np.float32)),
        pl.DataFrame(table[:2], schema=["x0", "x1", "x2"]), pl.DataFrame(table, schema=["x0", "x1", "x2"]),
        {name: (name,) for name in ("x0", "x1", "x2")},
    )  # fmt: skip
    assert found.outputs == ("prediction_0", "prediction_1")
    np.testing.assert_allclose(found.values, wanted, atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"groups": {"both": ["size", "sise"]}}, UnknownNameError, "did you mean 'size'"),
        ({"groups": {"both": ["note"]}}, UnknownNameError, "no column of the model named 'note'"),
        ({"columns": ["height"]}, UnknownNameError, "no column of the model named 'height'"),
        (
            {"groups": {"one": ["size", "age"], "two": ["age"]}},
            ArgumentError,
            "'age' is in 'one' and in 'two'",
        ),
        ({"groups": {"none": []}}, ArgumentError, "'none' has no columns"),
        ({"groups": {"size": ["age", "town"]}}, ArgumentError, "'size' is called like a column"),
        ({"outputs": "2"}, UnknownNameError, "no output named '2'"),
        ({"output": "odds"}, ArgumentError, "output='odds'"),
        ({"method": "tree"}, ArgumentError, "method='tree'"),
        ({"n_background": 0}, ArgumentError, "n_background=0"),
        ({"n_permutations": 1}, ArgumentError, "n_permutations=1"),
    ],
    ids=lambda value: None,
)
def test_what_cannot_be_asked_is_named(models, arguments, error, message):
    model, table, _ = models["binary"]
    with pytest.raises(error, match=message):
        shap_values(model, table, **arguments)


def test_one_row_needs_a_background(models):
    model, table, _ = models["binary"]
    with pytest.raises(ArgumentError, match="background="):
        shap_values(model, table[:1])
    assert shap_values(model, table[:1], table[1:2]).values.shape == (1, 5, 1)


def test_tables_that_do_not_fit_are_named(models, pipeline):
    model, table, _ = models["binary"]
    with pytest.raises(ArgumentError, match="lacks 'size', which the model reads"):
        shap_values(model, table.drop("size"))
    with pytest.raises(TableError, match="'size'"):
        shap_values(model, table, table.drop("size"))
    forest, frame = pipeline
    with pytest.raises(TableError, match="the background lacks 'age'"):
        shap_values(forest, frame, frame.drop(columns="age"))
    with pytest.raises(TableError, match="differ: DataFrame of 5 columns and ndarray of 5 columns"):
        shap_values(forest, frame, frame.to_numpy())
    with pytest.raises(TableError, match="no rows"):
        shap_values(forest, frame[:0], frame)


def test_models_that_cannot_be_explained_are_named(applicants, late):
    numbers = applicants.select("size", "age").to_pandas()
    with pytest.raises(NotFittedError, match="not fitted"):
        shap_values(NeuralClassifier(), applicants)
    with pytest.raises(NotFittedError, match="this LinearRegression is not fitted"):
        shap_values(LinearRegression(), numbers)
    with pytest.raises(DataTypeError, match="classes without probabilities"):
        shap_values(LinearSVC().fit(numbers, late), numbers)
    with pytest.raises(DataTypeError, match="a str predicts nothing"):
        shap_values("model", numbers)
    with pytest.raises(ArgumentError, match="no predict_proba"):
        shap_values(LinearRegression().fit(numbers, late), numbers, output="log_odds")


@pytest.mark.parametrize(
    ("function", "error", "message"),
    [
        (lambda rows: np.where(rows[:, 0] > 0, np.nan, 1.0), ArgumentError, "NaN or infinite"),
        (lambda rows: rows[:3, 0], ShapeError, "3 predictions for 10 rows"),
        (lambda rows: rows[:, :, None], DataTypeError, "3 dimensions"),
        (lambda rows: np.full(len(rows), "late"), DataTypeError, "no numbers"),
        (lambda rows: [rows, rows], DataTypeError, "2 arrays"),
    ],
    ids=["nan", "rows", "dimensions", "words", "arrays"],
)
def test_predictions_that_make_no_sense_are_named(function, error, message):
    table = np.random.default_rng(0).normal(size=(10, 2))
    with pytest.raises(error, match=message):
        shap_values(function, table)


def test_many_coalitions_are_refused():
    with pytest.raises(ArgumentError, match=r"2\^17 coalitions"):
        shap_values(product, np.ones((2, 17)), method="exact")


def test_a_row_is_explained_alike_alone_and_anywhere_in_a_table(models):
    model, table, _ = models["binary"]
    background, asked = table[50:60], {"method": "permutation", "n_permutations": 20}
    whole = shap_values(model, table[:9], background, **asked)
    for row in (0, 4, 8):
        alone = shap_values(model, table[row : row + 1], background, **asked)
        np.testing.assert_allclose(alone.values[0], whole.values[row], atol=1e-6)
        np.testing.assert_allclose(alone.errors[0], whole.errors[row], atol=1e-6)


def test_the_number_of_rows_does_not_choose_the_method():
    table = np.random.default_rng(0).normal(size=(3_000, 6))
    for count in (1, 3_000):
        assert shap_values(product, table[:count], table[:60]).method == "exact"
    wide = np.random.default_rng(0).normal(size=(100, 12))
    for count in (1, 100):
        assert shap_values(product, wide[:count], wide).method == "permutation"


def test_labels_of_scikit_learn_have_a_value_each():
    random = np.random.default_rng(0)
    table = random.normal(size=(80, 3))
    labels = (table[:, :2] + random.normal(size=(80, 2)) > 0).astype(int)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network = MLPClassifier((4,), max_iter=20, random_state=0).fit(table, labels)
    for model in (
        OneVsRestClassifier(LogisticRegression()).fit(table, labels),
        make_pipeline(StandardScaler(), OneVsRestClassifier(LogisticRegression())).fit(table, labels),
        network,
    ):
        found = shap_values(model, table[:2], table)
        assert found.outputs == ("0", "1")
        np.testing.assert_allclose(found.predictions, model.predict_proba(table[:2]))


def test_probabilities_of_two_classes_that_are_no_share_are_named():
    class Labels:
        classes_ = np.array([0, 1])

        def predict_proba(self, table):
            return np.full((len(table), 2), 0.9)

    with pytest.raises(DataTypeError, match="do not sum to 1"):
        shap_values(Labels(), np.zeros((3, 2)))


def test_a_seed_below_zero_is_named():
    with pytest.raises(ArgumentError, match="seed=-1"):
        shap_values(product, np.ones((3, 2)), seed=-1)


@pytest.mark.parametrize("rows", ["x0", 1.0, [[0]]], ids=str)
def test_a_row_that_is_no_number_is_named(rows):
    found = shap_values(product, np.ones((3, 2)))
    with pytest.raises(ArgumentError, match="explanation"):
        found[rows]


def test_two_columns_of_one_name_are_named():
    frame = pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], columns=["a", "a"])
    with pytest.raises(TableError, match="'a'"):
        shap_values(product, frame)
