import json

import numpy as np
import polars as pl
import pytest

import neurode
from neurode.datasets import make_loans
from neurode.errors import ArgumentError, UnknownNameError
from neurode.runs import train

TARGET = "problem_loan"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return train(
        make_loans(1_000), TARGET, output=tmp_path_factory.mktemp("runs"), epochs=4, hidden_layer_sizes=(8,),
        cost={"false_negative": 5, "false_positive": 1},
    )  # fmt: skip


def test_test_rows_are_judged_once_with_the_stored_threshold(run):
    network = run.evaluation.network
    assert network.n_rows == 150
    assert network.threshold == run.model.threshold_ == run.evaluation.threshold.value
    predictions = pl.read_parquet(run.path / "predictions.parquet").filter(pl.col("part") == "test")
    accuracy = (predictions["target"] == predictions["prediction"]).mean()
    assert accuracy == pytest.approx(network.metrics["accuracy"].value)


def test_the_saved_model_gives_the_written_predictions(run):
    predictions = pl.read_parquet(run.path / "predictions.parquet")
    rows = make_loans(1_000)[predictions["row"].to_numpy()]
    model = neurode.load(run.path / "model.neurode")
    np.testing.assert_array_equal(model.predict_proba(rows)[:, 1], predictions["probability_1"].to_numpy())


def test_parts_share_no_row(run):
    assert run.splits == {"training": 700, "validation": 150, "test": 150}
    rows = pl.read_parquet(run.path / "predictions.parquet")["row"]
    assert rows.n_unique() == 300


def test_config_and_evaluation_are_json(run):
    assert json.loads((run.path / "config.json").read_text())["cost"] == {
        "false_negative": 5,
        "false_positive": 1,
    }
    document = json.loads((run.path / "evaluation.json").read_text())
    assert (
        document["network"]["metrics"]["roc_auc"]["value"] == run.evaluation.network.metrics["roc_auc"].value
    )


def test_one_seed_gives_the_same_bits(run, tmp_path):
    again = train(make_loans(1_000), TARGET, output=tmp_path, epochs=4, hidden_layer_sizes=(8,),
                  cost={"false_negative": 5, "false_positive": 1})  # fmt: skip
    for first, second in zip(run.model.model_.get_weights(), again.model.model_.get_weights()):
        np.testing.assert_array_equal(first, second)
    assert run.evaluation.to_json()["network"]["metrics"] == again.evaluation.to_json()["network"]["metrics"]


def test_a_cost_moves_the_threshold_towards_the_dear_mistake(run):
    # A missed default costs five times a refused good loan, so the line is near 1 / (1 + 5).
    assert run.model.threshold_ < 0.4


def test_an_unknown_setting_is_named(tmp_path):
    with pytest.raises(UnknownNameError, match="did you mean 'epochs'"):
        train(make_loans(100), TARGET, output=tmp_path, epoch=3)


def test_a_mistyped_dataset_is_named():
    with pytest.raises(UnknownNameError, match="did you mean 'credit_default'"):
        train("credit_defualt")


def test_a_negative_seed_is_refused(tmp_path):
    with pytest.raises(ArgumentError, match="seed=-1"):
        train(make_loans(100), TARGET, seed=-1, output=tmp_path)


def test_a_path_without_target_asks_for_one(tmp_path):
    make_loans(100).write_csv(tmp_path / "loans.csv")
    with pytest.raises(ArgumentError, match="no target"):
        train(tmp_path / "loans.csv", output=tmp_path)


def test_three_classes_are_judged_without_a_threshold(tmp_path):
    loans = make_loans(600).with_columns(pl.col("grade").replace({"D": "C", "E": "C", "F": "C", "G": "C"}))
    run = train(loans.drop("sub_grade"), "grade", output=tmp_path, epochs=2, hidden_layer_sizes=(4,))
    assert run.model.threshold_ is None
    assert (run.path / "report.html").exists()
    assert "A" in str(run.evaluation)
    with pytest.raises(ArgumentError, match="3 classes"):
        train(loans, "grade", output=tmp_path, threshold="f1")


def test_rows_without_a_target_are_left_out_and_said(tmp_path):
    loans = make_loans(600).with_columns(
        pl.when(pl.int_range(600) < 100).then(None).otherwise(pl.col(TARGET)).alias(TARGET)
    )
    run = train(loans, TARGET, output=tmp_path, epochs=1, hidden_layer_sizes=())
    assert sum(run.splits.values()) == 500
    assert any("100 rows have no target" in warning for warning in run.warnings)


def test_the_report_names_the_run_and_can_be_written_elsewhere(run, tmp_path):
    path = neurode.runs.report(run, tmp_path / "there.html")
    assert run.id in path.read_text()


def test_a_column_that_gives_the_target_away_is_told(tmp_path):
    loans = neurode.datasets.make_loans(600)
    leaky = loans.with_columns((pl.col("problem_loan").cast(pl.Int8) * 100).alias("written_off"))
    run = neurode.train(leaky, "problem_loan", output=tmp_path, epochs=1)
    assert any(warning.startswith("written_off: ") for warning in run.warnings), run.warnings
    plain = neurode.train(loans, "problem_loan", output=tmp_path, epochs=1)
    assert not any("ROC AUC" in warning for warning in plain.warnings)
