import json

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.compose import make_column_transformer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.inspection import permutation_importance as sklearn_importance
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    log_loss,
    mean_squared_error,
    r2_score,
    recall_score,
    roc_auc_score,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from neurode.errors import ArgumentError, NotFittedError, TableError, UnknownNameError
from neurode.estimators import NeuralClassifier, NeuralRegressor
from neurode.explain.importance import permutation_importance

N = 300


@pytest.fixture(scope="module")
def frame():
    random = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "size": random.normal(size=N),
            "town": random.choice(["Ulm", "Bonn", "Kiel"], N),
            "noise": random.normal(size=N),
        }
    )


@pytest.fixture(scope="module")
def late(frame):
    chance = 1 / (1 + np.exp(-2 * frame["size"] - (frame["town"] == "Ulm")))
    return np.where(np.random.default_rng(1).random(N) < chance, "late", "paid")


@pytest.fixture(scope="module")
def pipeline(frame, late):
    columns = make_column_transformer((OneHotEncoder(), ["town"]), remainder="passthrough")
    return make_pipeline(columns, LogisticRegression()).fit(frame, late)


def shuffled_by_hand(frame, columns, seed, n_repeats):
    """The same shuffles, column by column, in pandas."""
    generator = np.random.default_rng(seed)
    for _ in range(n_repeats):
        others = generator.permutation(len(frame))
        yield frame.assign(**{name: frame[name].to_numpy()[others] for name in columns})


def test_drops_are_those_of_scikit_learns_metrics_on_the_same_shuffles(pipeline, frame, late):
    found = permutation_importance(pipeline, frame, late, n_repeats=3, seed=4)
    assert found.metric == "roc_auc"
    yes = late == "paid"
    before = roc_auc_score(yes, pipeline.predict_proba(frame)[:, 1])
    assert found.score == pytest.approx(before, abs=1e-12)
    for place, name in enumerate(found.columns):
        after = [
            roc_auc_score(yes, pipeline.predict_proba(table)[:, 1])
            for table in shuffled_by_hand(frame, [name], 4, 3)
        ]
        np.testing.assert_allclose(found.drops[place], before - np.array(after), atol=1e-12)


def test_means_are_those_of_scikit_learns_own_function_within_the_shuffles(pipeline, frame, late):
    ours = permutation_importance(pipeline, frame, late, n_repeats=30)
    theirs = sklearn_importance(pipeline, frame, late, scoring="roc_auc", n_repeats=30, random_state=0)
    error = np.hypot(ours.errors, theirs.importances_std / np.sqrt(30))
    assert (np.abs(ours.importance - theirs.importances_mean) < 4 * error + 1e-9).all()


def test_an_error_that_grows_is_a_drop(pipeline, frame, late):
    found = permutation_importance(pipeline, frame, late, metric="log_loss", n_repeats=1, columns=["size"])
    (table,) = shuffled_by_hand(frame, ["size"], 0, 1)
    before = log_loss(late, pipeline.predict_proba(frame))
    after = log_loss(late, pipeline.predict_proba(table))
    assert found.drops[0, 0] == pytest.approx(after - before, abs=1e-9)
    assert np.isnan(found.errors).all()


def test_a_column_that_is_not_used_loses_nothing(frame):
    found = permutation_importance(lambda table: 3 * table["size"], frame, 3 * frame["size"])
    assert found.metric == "r2"
    assert dict(zip(found.columns, found.importance > 0)) == {"size": True, "town": False, "noise": False}
    assert (found.importance[1:] == 0).all()


def test_columns_of_a_group_are_shuffled_together(frame):
    def difference(table):
        return table["size"] - table["noise"]

    y = difference(frame)
    apart = permutation_importance(difference, frame, y, seed=2)
    found = permutation_importance(difference, frame, y, groups={"both": ["size", "noise"]}, seed=2)
    after = [r2_score(y, difference(t)) for t in shuffled_by_hand(frame, ["size", "noise"], 2, 5)]
    assert found.columns[0] == "both"
    np.testing.assert_allclose(found.drops[0], 1 - np.array(after), atol=1e-12)
    assert found.importance[0] > apart.importance[0]


def test_a_function_is_a_metric(frame):
    def closeness(y, predicted):
        return -mean_squared_error(y, predicted)

    y = frame["size"] + frame["noise"]
    model = LinearRegression().fit(frame[["size", "noise"]], y)
    found = permutation_importance(model, frame[["size", "noise"]], y, metric=closeness, n_repeats=2)
    after = [
        closeness(y, model.predict(t)) for t in shuffled_by_hand(frame[["size", "noise"]], ["size"], 0, 2)
    ]
    assert found.metric == "closeness"
    before = closeness(y, model.predict(frame[["size", "noise"]]))
    np.testing.assert_allclose(found.drops[0], before - np.array(after))


def test_classes_of_more_than_two_are_judged_by_their_log_loss(frame):
    y = np.digitize(frame["size"], [-0.5, 0.5])
    forest = RandomForestClassifier(10, random_state=0).fit(frame[["size", "noise"]], y)
    found = permutation_importance(forest, frame[["size", "noise"]], y, n_repeats=2)
    assert found.metric == "log_loss"
    assert found.importance[0] > 10 * abs(found.importance[1])


@pytest.mark.parametrize("metric", ["r2", "mae", "rmse", "roc_auc", "log_loss"])
def test_a_row_of_weight_two_counts_as_two_rows(metric):
    random = np.random.default_rng(0)
    table, weight = random.random((40, 2)), random.integers(1, 3, 40)
    y = (table[:, 0] > 0.5).astype(int) if metric in {"roc_auc", "log_loss"} else table[:, 0]

    def score(rows):
        return 0.05 + 0.9 * rows[:, 0]

    twice = np.repeat(np.arange(40), weight)
    found = permutation_importance(score, table, y, metric=metric, sample_weight=weight, columns=["x0"])
    plain = permutation_importance(score, table[twice], y[twice], metric=metric, columns=["x0"])
    assert found.score == pytest.approx(plain.score)


def test_our_classifier_reads_a_polars_table(frame, late):
    table = pl.from_pandas(frame)
    model = NeuralClassifier((4,), epochs=20, learning_rate=0.02, random_state=0).fit(table, late)
    found = permutation_importance(model, table, late, n_repeats=2)
    assert found.columns[found.order[0]] == "size"
    places = {"late": 0, "paid": 1}
    codes = np.array([places[each] for each in late])
    assert found.score == pytest.approx(roc_auc_score(codes, model.predict_proba(table)[:, 1]), abs=1e-9)


def test_our_regressor_of_two_targets_is_judged_by_the_mean_over_both(frame):
    table = pl.from_pandas(frame)
    y = np.column_stack([frame["size"], -frame["size"]])
    model = NeuralRegressor((4,), epochs=20, learning_rate=0.02, random_state=0).fit(table, y)
    found = permutation_importance(model, table, y, n_repeats=1)
    assert found.score == pytest.approx(r2_score(y, model.predict(table)), abs=1e-6)


def test_several_labels_are_judged_by_the_mean_over_them(frame):
    table = pl.from_pandas(frame[["size", "noise"]])
    y = np.column_stack([frame["size"] > 0, frame["noise"] > 0.5]).astype(int)
    model = NeuralClassifier((4,), epochs=20, learning_rate=0.02, random_state=0).fit(table, y)
    found = permutation_importance(model, table, y, n_repeats=1)
    assert found.score == pytest.approx(roc_auc_score(y, model.predict_proba(table)), abs=1e-9)


def test_it_prints_the_most_important_first_and_is_json(frame):
    found = permutation_importance(lambda table: table["noise"], frame, frame["noise"], n_repeats=2)
    assert str(found).splitlines()[0] == "r2 1.0000 of 300 rows"
    assert str(found).splitlines()[3].startswith("noise")
    document = json.loads(json.dumps(found.to_json()))
    assert [each["column"] for each in document["columns"]] == ["noise", "size", "town"]


def test_of_many_columns_the_rest_is_counted():
    table = np.random.default_rng(0).normal(size=(10, 40))
    found = permutation_importance(lambda rows: rows[:, 7], table, table[:, 7], n_repeats=1)
    assert str(found).endswith("… (10 more columns)")


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"metric": "auc"}, UnknownNameError, "no metric named 'auc'"),
        ({"columns": ["colour"]}, UnknownNameError, "'colour'"),
        ({"n_repeats": 0}, ArgumentError, "n_repeats=0"),
        ({"sample_weight": [1.0]}, ArgumentError, "sample_weight"),
        ({"y": np.repeat("late", N)}, ArgumentError, "every class"),
        ({"y": ["late"]}, TableError, "300 rows, the target 1"),
        ({"y": [None] + ["late"] * (N - 1)}, TableError, "gaps"),
        ({"y": ["late"] * (N - 1) + ["lost"]}, TableError, "'lost'"),
    ],
    ids=["metric", "column", "repeats", "weights", "one class", "length", "gaps", "class"],
)
def test_what_does_not_fit_is_named(pipeline, frame, late, given, error, words):
    y = given.pop("y", late) if "y" in given else late
    with pytest.raises(error, match=words):
        permutation_importance(pipeline, frame, y, **given)


def test_one_row_and_no_fit_are_named(frame):
    with pytest.raises(TableError, match="one row cannot be shuffled"):
        permutation_importance(lambda table: table["size"], frame[:1], [1.0])
    with pytest.raises(NotFittedError):
        permutation_importance(NeuralClassifier(), frame, frame["town"])


def test_numbers_for_a_model_of_classes_and_words_for_one_of_numbers_are_named(frame):
    with pytest.raises(TableError, match="the model gives numbers"):
        permutation_importance(lambda table: table["size"], frame, frame["town"])


def test_the_models_own_threshold_decides(frame, late):
    table = pl.from_pandas(frame)
    model = NeuralClassifier((4,), epochs=5, random_state=0, threshold=0.3).fit(table, late)
    called, positive = model.predict(table), model.classes_[1]
    for metric, wanted in (
        ("accuracy", accuracy_score(late, called)),
        ("recall", recall_score(late, called, pos_label=positive)),
    ):
        found = permutation_importance(model, table, late, metric=metric, n_repeats=1)
        assert found.score == pytest.approx(wanted)
        # At 0.5 other rows are called.
        assert np.mean(called == positive) != np.mean(model.predict_proba(table)[:, 1] >= 0.5)


def test_one_class_has_nothing_to_judge(frame):
    numbers = frame.select_dtypes("number")
    model = DummyClassifier().fit(numbers, np.zeros(len(numbers)))
    with pytest.raises(ArgumentError, match="knows one class"):
        permutation_importance(model, numbers, np.zeros(len(numbers)))


def test_a_seed_below_zero_is_named(frame, late):
    with pytest.raises(ArgumentError, match="seed=-1"):
        permutation_importance(lambda rows: rows["size"], frame, late, seed=-1)
