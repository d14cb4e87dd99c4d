import json
from datetime import date

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.compose import make_column_transformer
from sklearn.inspection import partial_dependence as sklearn_dependence
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, PolynomialFeatures

from neurode.errors import ArgumentError, NotFittedError, TableError, UnknownNameError
from neurode.estimators import NeuralClassifier, NeuralRegressor
from neurode.explain.dependence import partial_dependence

N = 200


@pytest.fixture(scope="module")
def frame():
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "size": random.normal(size=N),
            "rooms": random.integers(1, 6, N).astype(float),
            "town": random.choice(["Ulm", "Bonn", "Kiel"], N, p=[0.5, 0.3, 0.2]),
        }
    )


@pytest.fixture(scope="module")
def pipeline(frame):
    late = frame["size"] + (frame["town"] == "Ulm") * frame["rooms"] > 1
    columns = make_column_transformer((OneHotEncoder(), ["town"]), (PolynomialFeatures(2), ["size", "rooms"]))
    return make_pipeline(columns, LogisticRegression(max_iter=1000)).fit(frame, late)


@pytest.fixture(scope="module")
def classifier():
    random = np.random.default_rng(0)
    table = pl.DataFrame(
        {
            "income": [None if each < 0.1 else 1000 * each for each in random.random(N)],
            "town": random.choice(["Ulm", "Bonn"], N),
            "opened": [date(2020, 1, 1 + int(day)) for day in random.integers(0, 28, N)],
            "owner": random.random(N) < 0.5,
            "note": [f"row {row} of the table, in words" for row in range(N)],
        }
    )
    target = np.where((table["town"] == "Ulm").to_numpy(), "late", "paid")
    return NeuralClassifier((4,), epochs=10, learning_rate=0.02, random_state=0).fit(table, target), table


@pytest.mark.parametrize("column", ["size", "rooms", "town"])
def test_curves_are_those_of_scikit_learn(pipeline, frame, column):
    found = partial_dependence(pipeline, frame, column, n_points=7)
    theirs = sklearn_dependence(
        pipeline, frame, [column], kind="both", categorical_features=["town"],
        custom_values={column: np.array(found.grid, dtype=object if column == "town" else float)},
        response_method="predict_proba",
    )  # fmt: skip
    np.testing.assert_allclose(found.average[:, 0], theirs["average"][0], atol=1e-12)
    np.testing.assert_allclose(found.individual[:, :, 0], theirs["individual"][0], atol=1e-12)


def test_a_sum_has_a_line_with_the_columns_own_slope():
    table = np.random.default_rng(0).normal(size=(50, 2))
    found = partial_dependence(lambda rows: 3 * rows[:, 0] + rows[:, 1] ** 2, table, "x0", grid=[-1, 0, 2])
    np.testing.assert_allclose(found.average[:, 0], np.mean(table[:, 1] ** 2) + np.array([-3, 0, 6]))
    assert found.grid == (-1.0, 0.0, 2.0)


@pytest.mark.parametrize("kind", [pl.DataFrame, pd.DataFrame, pa.table, dict])
def test_it_is_the_same_for_every_kind_of_table(kind):
    def score(table):
        return np.asarray(table["a"], dtype=float) * np.asarray(table["b"], dtype=float)

    found = partial_dependence(score, kind({"a": [1, 2, 3], "b": [0.5, 1.5, 4.0]}), "a", grid=[1.5, 2.0])
    np.testing.assert_allclose(found.average[:, 0], [3.0, 4.0])


def test_names_that_are_numbers_are_found_by_their_text():
    table = pd.DataFrame({0: [1.0, 2.0], 7: [10.0, 20.0]})
    found = partial_dependence(lambda rows: rows[0] + rows[7], table, "7", grid=[30.0])
    assert found.average.tolist() == [[31.5]]


def test_a_grid_of_many_numbers_are_their_quantiles():
    table = np.random.default_rng(0).normal(size=(1000, 1))
    found = partial_dependence(lambda rows: rows[:, 0], table, "x0", n_points=5)
    wanted = np.quantile(table[:, 0], [0.01, 0.255, 0.5, 0.745, 0.99], method="nearest")
    np.testing.assert_array_equal(found.grid, wanted)
    np.testing.assert_allclose(found.average[:, 0], wanted)
    nearest = np.abs(table - wanted).argmin(axis=1)
    np.testing.assert_allclose(found.shares, np.bincount(nearest) / 1000)


def test_levels_come_by_frequency_and_the_rest_is_told(frame):
    found = partial_dependence(lambda table: table["rooms"], frame, "town", n_points=2)
    assert found.grid == ("Ulm", "Bonn")
    counts = frame["town"].value_counts()
    assert found.shares.tolist() == (counts[["Ulm", "Bonn"]] / N).tolist()
    assert (found.n_other, found.other_share) == (1, pytest.approx(counts["Kiel"] / N))
    assert str(found).endswith(f"and 1 other level ({100 * counts['Kiel'] / N:.1f} % of the rows)")


def test_levels_that_are_numbers_keep_their_order():
    table = pl.DataFrame({"delay": ["-1", "0", "10", "2"] * 3 + ["2"]})
    found = partial_dependence(lambda rows: rows["delay"].cast(float).to_numpy(), table, "delay")
    assert found.grid == ("-1", "0", "2", "10")


def test_a_gap_is_a_point_of_its_own():
    table = pl.DataFrame({"a": [1.0, None, 3.0], "b": [10.0, 20.0, 30.0]})

    def score(rows):
        return rows["a"].fill_null(-5.0).to_numpy() + rows["b"].to_numpy()

    found = partial_dependence(score, table, "a")
    assert found.grid == (1.0, 3.0)
    assert found.gap_average.tolist() == [15.0]
    assert found.gap_individual[:, 0].tolist() == [5.0, 15.0, 25.0]
    assert found.gap_share == pytest.approx(1 / 3)
    assert found.observed == (1.0, None, 3.0)
    assert "missing" in str(found)


def test_our_classifier_agrees_with_tables_that_are_set_by_hand(classifier):
    model, table = classifier
    for column, values in (("town", ["Bonn", "Ulm"]), ("owner", [False, True])):
        found = partial_dependence(model, table, column)
        assert set(found.grid) == set(values)
        for value, average in zip(found.grid, found.average[:, 0]):
            changed = table.with_columns(pl.lit(value).alias(column))
            assert average == pytest.approx(model.predict_proba(changed)[:, 1].mean(), abs=1e-6)


def test_dates_are_points_on_a_line_and_gaps_of_numbers_are_read(classifier):
    model, table = classifier
    found = partial_dependence(model, table, "opened", n_points=4)
    assert found.order == "date"
    assert list(found.grid) == sorted(found.grid)
    for value, average in zip(found.grid, found.average[:, 0]):
        changed = model.predict_proba(table.with_columns(pl.lit(value).alias("opened")))
        assert average == pytest.approx(changed[:, 1].mean(), abs=1e-6)
    gap = partial_dependence(model, table, "income", n_points=3).gap_average[0]
    changed = model.predict_proba(table.with_columns(income=pl.lit(None, pl.Float64)))
    assert gap == pytest.approx(changed[:, 1].mean(), abs=1e-6)


def test_every_class_of_more_than_two_has_a_curve():
    table = pl.DataFrame({"a": np.linspace(-1, 1, 90)})
    model = NeuralClassifier((4,), epochs=3, random_state=0).fit(table, ["x", "y", "z"] * 30)
    found = partial_dependence(model, table, "a", n_points=5)
    assert found.outputs == ("x", "y", "z")
    np.testing.assert_allclose(found.average.sum(axis=1), 1, atol=1e-6)
    one = partial_dependence(model, table, "a", n_points=5, outputs="z")
    np.testing.assert_allclose(one.average[:, 0], found.average[:, 2])


def test_of_a_large_table_some_rows_are_drawn():
    table = np.random.default_rng(0).normal(size=(500, 2))
    found = partial_dependence(lambda rows: rows.sum(axis=1), table, "x0", max_rows=100, n_points=3)
    assert found.individual.shape == (100, 3, 1)
    assert len(found.observed) == 100
    again = partial_dependence(lambda rows: rows.sum(axis=1), table, "x0", max_rows=100, n_points=3)
    np.testing.assert_array_equal(found.individual, again.individual)


def test_one_row_and_one_column_have_a_point():
    found = partial_dependence(lambda rows: 2 * rows[:, 0], [[3.0]], "x0")
    assert (found.grid, found.average.tolist()) == ((3.0,), [[6.0]])


def test_it_is_json(classifier):
    model, table = classifier
    document = json.loads(json.dumps(partial_dependence(model, table, "opened", n_points=3).to_json()))
    assert document["grid"][0].startswith("2020-01-")
    assert len(document["average"]) == 3


def test_columns_that_cannot_be_asked_for_are_named(classifier, pipeline, frame):
    model, table = classifier
    with pytest.raises(ArgumentError, match="does not use column 'note'") as caught:
        partial_dependence(model, table, "note")
    assert "'income', 'town'" in caught.value.available
    with pytest.raises(UnknownNameError, match="'incom'") as caught:
        partial_dependence(model, table, "incom")
    assert "'income'" in caught.value.hint
    with pytest.raises(ArgumentError, match="does not use column 'colour'"):
        partial_dependence(pipeline, frame.assign(colour="red"), "colour")
    with pytest.raises(ArgumentError, match="lacks 'town'"):
        partial_dependence(pipeline, frame[["size", "rooms"]], "size")
    with pytest.raises(NotFittedError):
        partial_dependence(NeuralRegressor(), frame, "size")


def test_values_that_do_not_fit_are_named(frame):
    def score(table):
        return table["size"].to_numpy()

    with pytest.raises(ArgumentError, match="which is a number"):
        partial_dependence(score, frame, "size", grid=["small"])
    with pytest.raises(ArgumentError, match="grid="):
        partial_dependence(score, frame, "size", grid=[])
    with pytest.raises(ArgumentError, match="n_points=0"):
        partial_dependence(score, frame, "size", n_points=0)
    with pytest.raises(TableError, match="'size' has no value"):
        partial_dependence(score, frame.assign(size=np.nan), "size")
    with pytest.raises(ArgumentError, match="NaN"):
        partial_dependence(lambda table: table["size"] * np.nan, frame, "size")


def test_a_category_of_pandas_takes_only_its_own_levels(frame):
    table = frame.assign(town=frame["town"].astype("category"))

    def score(rows):
        return (rows["town"] == "Ulm").to_numpy().astype(float)

    found = partial_dependence(score, table, "town", grid=["Kiel", "Ulm"])
    assert found.average.tolist() == [[0.0], [1.0]]
    with pytest.raises(ValueError, match="no category 'Paris'"):
        partial_dependence(score, table, "town", grid=["Paris"])


@pytest.mark.parametrize("grid", [[0, 1], [0.0, 1.0], ["0", "1"], [False, True]], ids=str)
def test_a_flag_is_found_however_it_is_written(grid):
    table = pl.DataFrame({"flag": [0, 1] * 50, "size": np.random.default_rng(0).normal(size=100)})
    model = NeuralClassifier((4,), epochs=2, random_state=0).fit(table, table["flag"].to_numpy())
    found = partial_dependence(model, table, "flag", grid=grid)
    usual = partial_dependence(model, table, "flag")
    assert found.grid == usual.grid == (0, 1)
    assert found.shares.tolist() == [0.5, 0.5]
    np.testing.assert_array_equal(found.average, usual.average)
    with pytest.raises(ArgumentError, match=r"no category 0\.5"):
        partial_dependence(model, table, "flag", grid=[0, 0.5, 1])


def test_a_level_that_does_not_exist_is_named(frame):
    with pytest.raises(ArgumentError, match="no category 'Paris'") as caught:
        partial_dependence(lambda table: table["size"], frame, "town", grid=["Ulm", "Paris"])
    assert caught.value.available == "categories: 'Bonn', 'Kiel', 'Ulm'"


def test_a_word_is_no_grid_of_letters(frame):
    with pytest.raises(ArgumentError, match="grid='hi'"):
        partial_dependence(lambda table: table["size"], frame, "town", grid="hi")


def test_dates_may_be_given_as_text(classifier):
    model, table = classifier
    found = partial_dependence(model, table, "opened", grid=["2020-01-05", "2020-01-20"])
    assert found.grid == (date(2020, 1, 5), date(2020, 1, 20))
    with pytest.raises(ArgumentError, match="which is a date"):
        partial_dependence(model, table, "opened", grid=["soon"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_rows": 0}, "max_rows=0"), ({"max_rows": -1}, "max_rows=-1"), ({"seed": -1}, "seed=-1"),
    ],
    ids=str,
)  # fmt: skip
def test_arguments_that_make_no_sense_are_named(frame, arguments, message):
    with pytest.raises(ArgumentError, match=message):
        partial_dependence(**{"model": lambda table: table["size"], "X": frame, "column": "size"} | arguments)
