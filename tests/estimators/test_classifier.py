import copy
import pickle

import numpy as np
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError as SklearnNotFittedError
from sklearn.utils.validation import check_is_fitted

from neurode.datasets import make_loans
from neurode.errors import ArgumentError, NotFittedError, TableError, UnknownNameError
from neurode.estimators import NeuralClassifier
from neurode.training import TRACES


def test_probabilities_sum_to_one_and_decide_the_class(fitted, rows):
    probability = fitted.predict_proba(rows)
    np.testing.assert_allclose(probability.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(
        fitted.predict(rows), fitted.classes_[(probability[:, 1] >= 0.5).astype(int)]
    )
    np.testing.assert_array_equal(fitted.predict_log_proba(rows), np.log(probability))


def test_an_untouched_table_is_learned(rows, codes, make):
    classifier = make(epochs=30, learning_rate=0.02, batch_size=32).fit(rows, codes)
    assert classifier.score(rows, codes) > 0.8 > np.mean(codes == 0)


def test_every_kind_of_table_gives_the_same_bits(fitted, rows, tmp_path):
    rows.write_parquet(tmp_path / "rows.parquet")
    rows.write_csv(tmp_path / "rows.csv")
    expected = fitted.predict_proba(rows)
    for table in (
        rows.to_pandas(),
        rows.to_arrow(),
        rows.to_dict(as_series=False),
        tmp_path / "rows.parquet",
        str(tmp_path / "rows.csv"),
        rows.select(reversed(rows.columns)),
        rows.with_columns(note=pl.lit("not read")),
    ):
        np.testing.assert_array_equal(fitted.predict_proba(table), expected)


def test_every_kind_of_table_is_learned_to_the_same_bits(fitted, rows, codes, make, tmp_path):
    rows.write_csv(tmp_path / "rows.csv")
    expected = fitted.predict_proba(rows)
    for table in (rows.to_pandas(), rows.to_arrow(), rows.to_dict(as_series=False), tmp_path / "rows.csv"):
        np.testing.assert_array_equal(make().fit(table, codes).predict_proba(rows), expected)


def test_one_seed_gives_the_same_bits_and_another_does_not(fitted, rows, codes, make):
    expected = fitted.predict_proba(rows)
    np.testing.assert_array_equal(make().fit(rows, codes).predict_proba(rows), expected)
    assert not np.array_equal(make(random_state=1).fit(rows, codes).predict_proba(rows), expected)


def test_a_generator_draws_another_seed_at_each_fit(rows, codes, make):
    classifier = make(random_state=np.random.RandomState(0))
    first, second = (classifier.fit(rows, codes).predict_proba(rows) for _ in range(2))
    assert not np.array_equal(first, second)
    again = make(random_state=np.random.RandomState(0)).fit(rows, codes).predict_proba(rows)
    np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize(
    "change",
    [{}, {"random_state": 5}, {"learning_rate": 0.01}, {"epochs": 2}, {"threshold": 0.3}, {"patience": 2}],
    ids=lambda change: next(iter(change), "nothing"),
)
def test_one_shape_is_traced_once(fitted, rows, codes, make, change):
    before = dict(TRACES)
    make(**change).fit(rows, codes).predict(rows)
    assert dict(TRACES) == before


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_predicts_the_same_bits_and_stands_alone(fitted, rows, copied):
    twin = copied(fitted)
    np.testing.assert_array_equal(twin.predict_proba(rows), fitted.predict_proba(rows))
    twin.threshold_ = 0.1
    assert fitted.threshold_ == 0.5
    assert str(copied(twin).decision_) == str(twin.decision_)


def test_every_setting_is_cloned(make):
    network = lambda x: x  # noqa: E731
    settings = dict.fromkeys(NeuralClassifier().get_params(), "something") | {"network": network}
    assert clone(NeuralClassifier(**settings)).get_params() == settings
    assert make().set_params(dropout=0.1, epochs=7).get_params()["dropout"] == 0.1
    with pytest.raises(ValueError, match="Invalid parameter 'depth'"):
        make().set_params(depth=3)


def test_it_shows_itself_as_html(fitted, make):
    assert "NeuralClassifier" in make()._repr_html_()
    assert "<i>Fitted</i>" in fitted._repr_html_() or "Fitted" in fitted._repr_html_()
    assert "hidden_layer_sizes=(4,)" in repr(fitted)


def test_names_are_kept_of_tables_and_not_of_arrays(fitted, make, codes, rows):
    assert fitted.feature_names_in_.tolist() == ["size", "income", "town", "owner"]
    assert fitted.n_features_in_ == 4
    by_place = make().fit(rows.select("size", "income").to_numpy(), codes)
    assert not hasattr(by_place, "feature_names_in_")
    assert by_place.n_features_in_ == 2


def test_positive_names_the_second_class(fitted, rows, words, make):
    classifier = make(positive="late").fit(rows, words)
    assert classifier.classes_.tolist() == ["paid", "late"]
    np.testing.assert_array_equal(
        classifier.predict_proba(rows), make().fit(rows, words == "late").predict_proba(rows)
    )


def test_no_hidden_layer_is_one_neuron(rows, codes, make):
    classifier = make(hidden_layer_sizes=()).fit(rows, codes)
    assert [type(layer).__name__ for layer in classifier.model_.layers] == ["TableEncoding", "Dense"]


def test_batch_normalisation_and_dropout_are_layers(rows, codes, make):
    classifier = make(hidden_layer_sizes=3, batch_normalization=True, dropout=0.5, activation="relu")
    assert [type(layer).__name__ for layer in classifier.fit(rows, codes).model_.layers] == [
        "TableEncoding", "Dense", "BatchNormalization", "Activation", "Dropout", "Dense",
    ]  # fmt: skip


def test_gaps_and_unseen_levels_are_scored_and_told(fitted, rows):
    new = rows.head(3).with_columns(size=pl.lit(None, pl.Float64), town=pl.lit("Rome"))
    assert np.isfinite(fitted.predict_proba(new)).all()
    size, _, town, _ = fitted.check(new).columns
    assert (size.n_new_gaps, town.n_unseen, town.unseen_levels) == (3, 3, ("Rome",))
    assert "'Rome'" in str(fitted.check(new))


def test_the_training_table_itself_needs_no_look(fitted, rows):
    check = fitted.check(rows)
    assert not [column.name for column in check.columns if column.needs_a_look]
    assert check.has_profile


def test_an_unseen_level_adds_nothing(fitted):
    new = pl.DataFrame(
        {"size": [0.0] * 2, "income": [9e3] * 2, "town": ["Rome", "Oslo"], "owner": [True] * 2}
    )
    first, second = fitted.predict_proba(new)
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("scaling", ["piecewise", "quantile", "robust", "standard", "min-max"])
def test_numbers_can_be_scaled_in_every_way(rows, codes, make, scaling):
    classifier = make(hidden_layer_sizes=(), scaling=scaling, learning_rate=0.2, epochs=12).fit(rows, codes)
    assert classifier.score(rows, codes) > 0.7
    assert classifier.encoding_.scaling == scaling


def test_a_category_of_many_levels_is_embedded(rows, codes, make):
    towns = [f"town {number}" for number in np.random.default_rng(0).integers(0, 60, rows.height)]
    classifier = make().fit(rows.with_columns(town=pl.Series(towns)), codes)
    assert any(weight.name.startswith("embedding") for weight in classifier.model_.get_layer("table").weights)


def test_a_kind_and_a_schema_can_be_given(rows, codes, make, fitted):
    coded = rows.with_columns(town=pl.col("town").replace_strict({"Ulm": 1, "Bonn": 2, "Kiel": 3}))
    by_kind = make(kinds={"town": "category"}).fit(coded, codes)
    assert {column.name: column.kind for column in by_kind.schema_.columns}["town"] == "category"
    by_schema = make().fit(coded, codes, schema=by_kind.schema_)
    np.testing.assert_array_equal(by_schema.predict_proba(coded), by_kind.predict_proba(coded))


def test_the_loans_are_learned_as_they_are(make):
    loans = make_loans(1_500)
    frame, target = loans.drop("problem_loan"), loans["problem_loan"]
    classifier = make(hidden_layer_sizes=(8,), epochs=15, learning_rate=0.01).fit(frame, target)
    assert classifier.score(frame, target) > 0.75


def test_what_is_not_fitted_says_so(make):
    with pytest.raises(NotFittedError, match="call fit"):
        make().predict({"a": [1]})
    with pytest.raises(NotFittedError, match="call fit"):
        make().check({"a": [1]})
    with pytest.raises(SklearnNotFittedError):
        check_is_fitted(make())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"threshold": 2.0}, "threshold=2.0"),
        ({"threshold": "f0.5x"}, "cannot read the threshold rule 'f0.5x'"),
        ({"threshold": "cost"}, "go together"),
        ({"threshold": "cost", "cost": {"false_negative": -1}}, "does not price both"),
        ({"cost": {"false_negative": 5, "false_positive": 1}}, "without a rule"),
        ({"calibration": "plat"}, "did you mean 'platt'"),
        ({"refer": "some"}, "cannot read the refer rule"),
        ({"activation": "rleu"}, "did you mean 'relu'"),
        ({"optimizer": "adamm"}, "did you mean 'adam'"),
        ({"scaling": "robusto"}, "did you mean 'robust'"),
        ({"balance": "smoted"}, "did you mean 'smote'"),
        ({"balance": "downsample", "balance_ratio": 2.0}, "not in"),
        ({"balance": "class_weight", "class_weight": "balanced"}, "both weigh"),
        ({"class_weight": "even"}, "class_weight='even'"),
        ({"class_weight": {0: 1, 7: 2}}, "class_weight has 7: 2"),
        ({"class_weight": {0: 0}}, "class_weight has 0: 0"),
        ({"focal_gamma": -1.0}, "focal_gamma=-1.0"),
        ({"base_rate": 1.5}, "base_rate=1.5"),
        ({"base_rate": {0: 0.5}}, "base_rate={0: 0.5}"),
        ({"positive": "maybe"}, "no class named 'maybe'"),
        ({"validation_fraction": 1.0}, "validation_fraction=1.0"),
        ({"kinds": {"twon": "category"}}, "twon"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "named",
)
def test_bad_settings_are_named(rows, codes, make, settings, message):
    with pytest.raises((ArgumentError, UnknownNameError), match=message):
        make(**settings).fit(rows, codes)


def test_missing_columns_are_all_named(fitted, rows):
    with pytest.raises(TableError, match="'size', 'town'|'town', 'size'"):
        fitted.predict(rows.drop("size", "town"))


def test_rows_and_targets_must_agree(rows, codes, make):
    with pytest.raises(TableError, match="400 rows, the target 10"):
        make().fit(rows, codes[:10])
    with pytest.raises(ValueError, match="sample_weight"):
        make().fit(rows, codes, np.ones(10))
    with pytest.raises(ValueError, match="sample_weight"):
        make().fit(rows, codes, -np.ones(400))
    with pytest.raises(ValueError, match="at least one non-zero"):
        make().fit(rows, codes, np.zeros(400))
    with pytest.raises(TableError, match="of one class"):
        make().fit(rows, codes, codes)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 0}, "epochs=0"),
        ({"patience": -1}, "patience=-1"),
        ({"batch_size": "all"}, "batch_size='all'"),
        ({"dropout": 1.0}, "dropout=1.0"),
        ({"early_stopping": "no"}, "early_stopping='no'"),
        ({"weight_decay": -1}, "weight_decay=-1"),
        ({"random_state": "a"}, "random_state='a'"),
        ({"random_state": -1}, "random_state=-1"),
        ({"balance_ratio": 0.3}, "balance_ratio=0.3 without balance"),
    ],
)
def test_settings_that_no_table_could_make_sense_of_are_named(settings, message):
    with pytest.raises(ArgumentError, match=message):
        NeuralClassifier(**settings).fit([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1])


def test_a_scale_of_all_weights_changes_nothing_to_speak_of():
    random = np.random.default_rng(0)
    X = random.normal(size=(200, 3))
    y, weight = (X[:, 0] > 0).astype(int), random.uniform(0.5, 2, 200)
    fits = [
        NeuralClassifier(hidden_layer_sizes=(4,), epochs=5, random_state=0).fit(X, y, weight * scale)
        for scale in (1.0, 1e-9)
    ]
    np.testing.assert_allclose(fits[0].predict_proba(X), fits[1].predict_proba(X), atol=1e-5)


def test_a_threshold_of_ones_own_decides_every_row():
    X = np.random.default_rng(0).normal(size=(300, 3))
    y = (X[:, 0] > 0).astype(int)
    model = NeuralClassifier(hidden_layer_sizes=(4,), epochs=5, random_state=0, refer="rate=0.2").fit(X, y)
    assert (model.predict(X) == "refer").any()
    model.threshold_ = 0.9
    assert set(model.predict(X)) <= {0, 1}
    assert "No row is referred" in str(model.decision_)


def test_a_class_named_like_the_refer_band_is_refused():
    with pytest.raises(ArgumentError, match="a class is called 'refer'"):
        NeuralClassifier(refer="rate=0.1").fit(np.zeros((4, 1)), ["ok", "refer"] * 2)
