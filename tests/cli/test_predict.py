import json

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

import neurode.estimators
from neurode.cli.main import cli
from neurode.datasets import make_loans
from neurode.estimators import NeuralClassifier
from neurode.tables import Encoding, Profile, Schema

LOANS = make_loans(300)
FEATURES, TARGET = LOANS.drop("problem_loan"), LOANS["problem_loan"]
QUICK = {"hidden_layer_sizes": (4,), "epochs": 2, "early_stopping": False, "random_state": 0}


def run(*arguments):
    return CliRunner().invoke(cli, list(map(str, arguments)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("predict")
    NeuralClassifier(**QUICK).fit(FEATURES, TARGET).save(folder / "model.neurode")
    FEATURES.write_csv(folder / "loans.csv")
    FEATURES.with_columns(purpose=pl.lit("space travel"), note=pl.lit(1)).write_csv(folder / "odd.csv")
    FEATURES.with_columns(annual_inc=pl.lit("plenty")).drop("purpose").write_csv(folder / "broken.csv")
    return folder


def loaded(folder, monkeypatch, **attributes):
    """The saved classifier with other attributes, given to whoever loads a model."""
    classifier = neurode.estimators.load(folder / "model.neurode")
    for name, value in attributes.items():
        setattr(classifier, name, value)
    monkeypatch.setattr(neurode.estimators, "load", lambda path: classifier)
    return classifier


def test_a_run_folder_stands_for_its_model(folder):
    scored = run("predict", folder, folder / "loans.csv")
    assert scored.exit_code == 0, scored.output
    assert scored.stdout == run("predict", folder / "model.neurode", folder / "loans.csv").stdout


def test_check_prints_the_table_and_no_scores(folder):
    result = run("predict", folder / "model.neurode", folder / "odd.csv", "--check")
    assert result.exit_code == 0
    verdict, *table = result.stdout.splitlines()
    assert verdict.startswith("300 rows, ")
    assert "'purpose'" in verdict
    assert any("purpose" in line and "'space travel'" in line for line in table)
    assert "not read: 'note'" in table
    assert "probability_1,prediction" not in result.stdout
    assert result.stderr == ""


def test_check_writes_scores_where_it_is_told_to(folder, tmp_path):
    output = tmp_path / "scored.parquet"
    result = run("predict", folder / "model.neurode", folder / "odd.csv", "--check", "-o", output)
    assert "space travel" in result.stdout
    assert pl.read_parquet(output).shape == (300, 2)


def test_check_of_a_table_that_cannot_be_scored_names_what_is_wrong(folder, tmp_path):
    result = run("predict", folder / "model.neurode", folder / "broken.csv", "--check", "--json")
    assert result.exit_code == 0
    found = {column["name"]: column["status"] for column in json.loads(result.stdout)["columns"]}
    assert found["purpose"] == "missing"
    assert found["annual_inc"] == "unreadable"
    assert set(found.values()) == {"missing", "unreadable", "read"}
    output = tmp_path / "scored.csv"
    scored = run("predict", folder / "model.neurode", folder / "broken.csv", "--check", "-o", output)
    assert scored.exit_code == 1
    assert "cannot be scored, because of" in scored.stdout
    assert "lacks 1 of the" in scored.stderr
    assert not output.exists()


def test_a_model_without_a_profile_says_so(folder, monkeypatch):
    classifier = loaded(folder, monkeypatch)
    monkeypatch.delattr(classifier, "profile_", raising=False)
    result = run("predict", folder / "model.neurode", folder / "loans.csv", "--check")
    assert "no profile" in result.stdout


def test_a_model_with_a_profile_tells_how_the_scores_have_moved(folder, monkeypatch):
    classifier = neurode.estimators.load(folder / "model.neurode")
    columns = classifier.encoding_.transform(FEATURES)
    positive = classifier.predict_proba(FEATURES)[:, 1]
    for scores, judgement in ((positive, "stable"), (positive / 2, "shifted")):
        profile = Profile.fit(classifier.encoding_, columns, scores={"probability_1": scores})
        loaded(folder, monkeypatch, profile_=profile)
        result = run("predict", folder / "model.neurode", folder / "loans.csv", "--check", "--json")
        (score,) = json.loads(result.stdout)["scores"]
        assert score["name"] == "probability_1"
        assert score["stability"]["judgement"] == judgement


def test_without_check_the_notes_are_short_and_on_stderr(folder):
    result = run("predict", folder / "model.neurode", folder / "odd.csv")
    assert result.stdout.splitlines()[0] == "probability_1,prediction"
    assert "note: 'purpose': 300 of 300 rows have a level that training never saw" in result.stderr
    assert "note: not read: 'note'" in result.stderr
    assert run("predict", folder / "model.neurode", folder / "loans.csv").stderr == ""


def test_standard_output_holds_the_header_once_however_many_rows(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("neurode.cli.predict._ROWS_AT_ONCE", 70)
    run("predict", folder / "model.neurode", folder / "loans.csv", "-o", tmp_path / "whole.csv")
    printed = run("predict", folder / "model.neurode", folder / "loans.csv").stdout
    assert printed == (tmp_path / "whole.csv").read_text()
    lines = run("predict", folder / "model.neurode", folder / "loans.csv", "--json").stdout.splitlines()
    assert [json.loads(line) for line in lines] == pl.read_csv(tmp_path / "whole.csv").to_dicts()


def test_three_classes_have_a_probability_each(tmp_path):
    classes = np.array(["a", "b", "c"])[np.arange(300) % 3]
    NeuralClassifier(**QUICK).fit(FEATURES, classes).save(tmp_path / "model.neurode")
    FEATURES.write_csv(tmp_path / "loans.csv")
    result = run(
        "predict", tmp_path / "model.neurode", tmp_path / "loans.csv", "-o", tmp_path / "out.parquet"
    )
    assert result.exit_code == 0, result.output
    scored = pl.read_parquet(tmp_path / "out.parquet")
    assert scored.columns == ["probability_a", "probability_b", "probability_c", "prediction"]
    assert set(scored["prediction"]) <= set("abc")
    refused = run("predict", tmp_path / "model.neurode", tmp_path / "loans.csv", "--threshold", 0.4)
    assert refused.exit_code == 1
    assert "--threshold with more than two classes" in refused.stderr


class Regressor:
    """What `predict` may expect of a model of numbers."""

    def __init__(self, n_targets, **attributes):
        self.n_targets = n_targets
        self.encoding_ = Encoding.fit(FEATURES, Schema.infer(FEATURES))
        self.__dict__.update(attributes)

    def predict(self, frame):
        grid = np.arange(frame.height * self.n_targets, dtype=np.float32).reshape(frame.height, -1)
        return grid[:, 0] if self.n_targets == 1 else grid


@pytest.mark.parametrize(
    ("regressor", "names"),
    [
        (Regressor(1), ["prediction"]),
        (Regressor(2), ["prediction_0", "prediction_1"]),
        (Regressor(2, target_names_=("price", "days")), ["prediction_price", "prediction_days"]),
    ],
    ids=["one", "two", "named"],
)
def test_a_model_of_numbers_has_predictions_alone(folder, monkeypatch, tmp_path, regressor, names):
    monkeypatch.setattr(neurode.estimators, "load", lambda path: regressor)
    run("predict", "any.neurode", folder / "loans.csv", "-o", tmp_path / "out.parquet")
    scored = pl.read_parquet(tmp_path / "out.parquet")
    assert scored.columns == names
    assert scored.row(1) == tuple(np.arange(len(names)) + len(names))
    result = run("predict", "any.neurode", folder / "loans.csv", "--threshold", 0.5)
    assert "--threshold with a model that predicts numbers" in result.stderr


class Labels(Regressor):
    """What `predict` may expect of a model that says yes or no to each of several labels."""

    classes_ = np.array(["fraud", "late"])
    threshold_ = 0.5

    def predict_proba(self, frame):
        return np.tile(np.array([[0.9, 0.2]]), (frame.height, 1))

    def decide(self, probability):
        return (probability >= self.threshold_).astype(int)


def test_several_labels_have_a_probability_and_a_prediction_each(folder, monkeypatch):
    monkeypatch.setattr(neurode.estimators, "load", lambda path: Labels(2))
    result = run("predict", "any.neurode", folder / "loans.csv")
    assert result.stdout.splitlines()[:2] == [
        "probability_fraud,probability_late,prediction_fraud,prediction_late",
        "0.9,0.2,1,0",
    ]


def test_a_refer_band_puts_a_word_among_the_classes(folder, monkeypatch, tmp_path):
    def decide(probability):
        return np.array([*([0, 1, "refer"] * 100)], dtype=object)

    loaded(folder, monkeypatch, decide=decide)
    for ending, read in ((".csv", pl.read_csv), (".parquet", pl.read_parquet)):
        result = run("predict", "any.neurode", folder / "loans.csv", "-o", tmp_path / f"out{ending}")
        assert result.exit_code == 0, result.output
        assert read(tmp_path / f"out{ending}")["prediction"].to_list() == ["0", "1", "refer"] * 100


def test_a_bare_network_is_refused(folder, monkeypatch, tmp_path):
    from neurode import Sequential, layers

    network = Sequential([layers.Input((3,)), layers.Dense(1)])
    network.save(tmp_path / "network.neurode")
    result = run("predict", tmp_path / "network.neurode", folder / "loans.csv")
    assert result.exit_code == 1
    assert "bare network" in result.stderr
