"""Runs of numbers, one or several."""

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import r2_score

import neurode
from neurode.datasets import make_loans
from neurode.errors import ArgumentError, TableError, UnknownNameError

LOANS = make_loans(600)


@pytest.fixture(scope="module")
def one(quick):
    return quick(LOANS, "annual_inc", folds=2, epochs=4)


@pytest.fixture(scope="module")
def two(quick):
    table = LOANS.with_columns(rate=pl.col("funded_amnt") / 7.0)
    return quick(table.drop("funded_amnt"), ["annual_inc", "rate"], epochs=2)


def test_a_target_of_numbers_is_judged_against_regressions(one):
    names = [each.name for each in one.evaluation.evaluations]
    assert names == ["network", "mean", "median", "ridge regression", "gradient boosting"]
    assert "R²" in repr(one)
    assert one.decision == ""
    assert one.config["task"] == "auto"


def test_the_written_predictions_are_those_of_the_saved_model(one):
    rows = pl.read_parquet(one.path / "predictions.parquet")
    assert rows.columns == ["row", "part", "target", "prediction"]
    model = neurode.load(one.path / "model.neurode")
    np.testing.assert_allclose(
        model.predict(LOANS[rows["row"].to_numpy()]), rows["prediction"].to_numpy(), rtol=1e-6
    )
    test = rows.filter(pl.col("part") == "test")
    expected = r2_score(test["target"], test["prediction"])
    assert one.evaluation.network.metrics["r2"].value == pytest.approx(expected)


def test_the_report_asks_for_the_number_and_has_no_decision(one):
    page = (one.path / "report.html").read_text()
    assert "What annual_inc?" in page
    assert 'id="calibration"' not in page


def test_several_numbers_are_predicted_by_one_network(two):
    rows = pl.read_parquet(two.path / "predictions.parquet")
    assert rows.columns == [
        "row", "part", "target_annual_inc", "target_rate", "prediction_annual_inc", "prediction_rate",
    ]  # fmt: skip
    assert two.evaluation.network.targets == ("annual_inc", "rate")
    assert two.model.target_names_ == ("annual_inc", "rate")
    # Neither target tells the other.
    assert not {"annual_inc", "rate"} & set(two.model.encoding_.names)


def test_the_range_of_a_number_is_spread_over_the_parts(one):
    rows = pl.read_parquet(one.path / "predictions.parquet")
    medians = [rows.filter(part=part)["target"].median() for part in ("validation", "test")]
    np.testing.assert_allclose(medians, LOANS["annual_inc"].median(), rtol=0.1)


@pytest.mark.parametrize(
    "option",
    [{"threshold": "f1"}, {"calibration": "platt"}, {"cost": {"false_negative": 5, "false_positive": 1}},
     {"balance": "smote"}, {"refer": "rate=0.1"}],
    ids=lambda option: next(iter(option)),
)  # fmt: skip
def test_what_is_for_classes_is_refused(tmp_path, option):
    with pytest.raises(ArgumentError, match="with a target of numbers"):
        neurode.train(LOANS, "annual_inc", output=tmp_path / "runs", **option)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("target", "error", "problem"),
    [
        (pl.lit(2.5), TableError, "is 2.5 in all 600 rows"),
        (pl.lit("much"), TableError, "cannot be a number"),
        (pl.lit(float("inf")), TableError, "infinity"),
    ],
    ids=["constant", "words", "infinite"],
)
def test_a_target_that_is_no_number_is_named(tmp_path, target, error, problem):
    with pytest.raises(error, match=problem):
        neurode.train(
            LOANS.with_columns(wanted=target), "wanted", task="regression", output=tmp_path / "runs"
        )
    with pytest.raises(UnknownNameError, match="did you mean 'regression'"):
        neurode.train(LOANS, "annual_inc", task="regresion")
