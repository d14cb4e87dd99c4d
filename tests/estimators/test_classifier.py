import numpy as np
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError as SklearnNotFittedError

from neurode.datasets import make_loans
from neurode.errors import ArgumentError, NotFittedError, TableError, UnknownNameError
from neurode.estimators import NeuralClassifier
from neurode.training import TRACES

TARGET = "problem_loan"
QUICK = {"hidden_layer_sizes": (8,), "epochs": 3, "random_state": 0}


@pytest.fixture(scope="module")
def loans():
    frame = make_loans(1_500)
    return frame.drop(TARGET), frame[TARGET]


@pytest.fixture(scope="module")
def fitted(loans):
    return NeuralClassifier(**QUICK).fit(*loans)


def test_probabilities_sum_to_one_and_decide_the_class(fitted, loans):
    probability = fitted.predict_proba(loans[0])
    np.testing.assert_allclose(probability.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(
        fitted.predict(loans[0]), fitted.classes_[(probability[:, 1] >= 0.5).astype(int)]
    )


def test_the_threshold_decides(fitted, loans):
    strict = clone(fitted).set_params(threshold=0.1).fit(*loans)
    assert strict.predict(loans[0]).sum() > fitted.predict(loans[0]).sum()


def test_every_kind_of_frame_gives_the_same_bits(fitted, loans, tmp_path):
    loans[0].write_parquet(tmp_path / "loans.parquet")
    expected = fitted.predict_proba(loans[0])
    for table in (
        loans[0].to_pandas(),
        loans[0].to_dict(as_series=False),
        tmp_path / "loans.parquet",
        loans[0].to_arrow(),
    ):
        np.testing.assert_array_equal(fitted.predict_proba(table), expected)


def test_one_seed_gives_the_same_bits_and_another_does_not(loans):
    first, again = (NeuralClassifier(**QUICK).fit(*loans).predict_proba(loans[0]) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    other = NeuralClassifier(**(QUICK | {"random_state": 1})).fit(*loans).predict_proba(loans[0])
    assert not np.array_equal(first, other)


def test_another_seed_does_not_trace_again(loans):
    NeuralClassifier(**QUICK).fit(*loans)
    before = TRACES["train"]
    NeuralClassifier(**(QUICK | {"random_state": 5})).fit(*loans)
    assert TRACES["train"] == before


def test_encoding_never_sees_validation_rows(loans):
    frame, target = loans
    strange = frame.with_columns(annual_inc=pl.lit(1e9))
    classifier = NeuralClassifier(**QUICK).fit(frame, target, validation_data=(strange, target))
    income = next(number for number in classifier.encoding_.numbers if number.name == "annual_inc")
    assert income.maximum == pytest.approx(frame["annual_inc"].max(), rel=1e-6)


def test_three_classes_end_in_a_softmax(loans):
    frame, _ = loans
    grade = frame["grade"].replace_strict({"A": "low", "B": "low", "C": "middle"}, default="high")
    classifier = NeuralClassifier(**QUICK).fit(frame.drop("grade", "sub_grade"), grade)
    assert classifier.classes_.tolist() == ["high", "low", "middle"]
    assert classifier.predict_proba(frame).shape == (1_500, 3)
    assert classifier.threshold_ is None


def test_positive_names_the_second_class(loans):
    frame, target = loans
    words = target.replace_strict({0: "repaid", 1: "default"})
    classifier = NeuralClassifier(**QUICK, positive="default").fit(frame, words)
    assert classifier.classes_.tolist() == ["repaid", "default"]
    plain = NeuralClassifier(**QUICK).fit(frame, target)
    np.testing.assert_allclose(classifier.predict_proba(frame), plain.predict_proba(frame), atol=1e-6)


def test_no_hidden_layer_is_one_neuron(loans):
    classifier = NeuralClassifier(**(QUICK | {"hidden_layer_sizes": ()})).fit(*loans)
    assert [type(layer).__name__ for layer in classifier.model_.layers] == ["TableEncoding", "Dense"]


def test_weight_zero_equals_a_removed_row(loans):
    frame, target = loans
    weight = np.ones(1_500)
    weight[1_000:] = 0
    settings = QUICK | {"early_stopping": False, "scaling": "min-max"}
    weighted = NeuralClassifier(**settings).fit(frame, target, weight)
    # Rows of weight 0 still take part in the order of rows, so the two agree in what they learn, not in bits.
    removed = NeuralClassifier(**settings).fit(frame[:1_000], target[:1_000])
    gap = np.abs(weighted.predict_proba(frame) - removed.predict_proba(frame)).mean()
    assert gap < 0.05


def test_gaps_and_unseen_levels_are_scored(fitted, loans):
    rows = loans[0].head(3).with_columns(annual_inc=pl.lit(None, pl.Float64), purpose=pl.lit("space travel"))
    assert np.isfinite(fitted.predict_proba(rows)).all()
    guards = fitted.guards(rows)
    assert guards.unseen == {"purpose": 3}
    assert guards.new_gaps == {"annual_inc": 3}


def test_an_unseen_level_adds_nothing(loans):
    frame, target = loans
    classifier = NeuralClassifier(**QUICK).fit(frame.select("purpose", "annual_inc"), target)
    rows = pl.DataFrame({"purpose": ["never", "seen"], "annual_inc": [50_000.0, 50_000.0]})
    first, second = classifier.predict_proba(rows)
    np.testing.assert_array_equal(first, second)


def test_quantile_and_standard_scaling_learn_too(loans):
    for scaling in ("quantile", "standard", "min-max"):
        classifier = NeuralClassifier(**(QUICK | {"scaling": scaling, "epochs": 8})).fit(*loans)
        assert classifier.score(*loans) > 0.75


def test_a_category_of_many_levels_is_embedded(loans):
    frame, target = loans
    towns = pl.Series("town", np.random.default_rng(0).integers(0, 300, 1_500)).cast(pl.String) + " town"
    classifier = NeuralClassifier(**QUICK).fit(frame.with_columns(towns), target)
    assert any(weight.name.startswith("embedding") for weight in classifier.model_.get_layer("table").weights)


def test_what_is_not_fitted_says_so():
    with pytest.raises(NotFittedError, match="call fit"):
        NeuralClassifier().predict({"a": [1]})
    with pytest.raises(SklearnNotFittedError):
        from sklearn.utils.validation import check_is_fitted

        check_is_fitted(NeuralClassifier())


def test_bad_settings_are_named(loans):
    with pytest.raises(ArgumentError, match="threshold=2.0"):
        NeuralClassifier(threshold=2.0).fit(*loans)
    with pytest.raises(UnknownNameError, match="did you mean 'relu'"):
        NeuralClassifier(activation="rleu").fit(*loans)
    with pytest.raises(UnknownNameError, match="no class named 'maybe'"):
        NeuralClassifier(positive="maybe").fit(*loans)


def test_rows_and_targets_must_agree(loans):
    with pytest.raises(TableError, match=r"1,?500 rows, the target 10"):
        NeuralClassifier().fit(loans[0], loans[1][:10])


def test_missing_columns_are_all_named(fitted, loans):
    with pytest.raises(TableError, match="'annual_inc', 'term'|'term', 'annual_inc'"):
        fitted.predict(loans[0].drop("annual_inc", "term"))
